"""How a report puts things, the same in a terminal and on a page."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.terminal.figures import counted, percent
from bot.curation.clustering import Cluster
from bot.curation.days import Days
from bot.curation.judged import Judged, Remark
from bot.curation.report import Report
from bot.curation.shares import Share, Trend
from bot.curation.shortfall import Standing
from bot.curation.traffic import Ending

ENDINGS: Mapping[Ending, str] = {
    "answered": "answered",
    "offered": "choices offered",
    "unknown": "not known",
    "refused": "turned down on purpose",
    "social": "small talk",
}

HEADINGS: Mapping[Standing, str] = {
    "open": "Asked and not answered",
    "refused": "Turned down on purpose",
    "answered": "Answered by today's knowledge",
}

MEANINGS: Mapping[Standing, str] = {
    "open": "The most asked first. A new entry or further phrasings would help.",
    "refused": "An entry says that this is not for the bot. Worth a look where people mean something else.",
    "answered": "Asked before the knowledge had it, or as part of a conversation. Nothing to do.",
}

JUDGED_MEANING = (
    "Shares of few votes say little, so entries are ordered by the share of unhelpful votes that is certain "
    "(19 times in 20)."
)

FROM_PER_CENT = 10
"""Before which number in the period before a change is told as a number rather than a percentage."""

_PLATFORMS = {"slack": "Slack", "discord": "Discord", "terminal": "Terminal"}


def spell(days: Days) -> str:
    """2026-11-02 to 2026-11-08 (7 days)."""
    if days.count == 1:
        return f"{days.since} (1 day)"
    return f"{days.since} to {days.last} ({days.count} days)"


def platform(name: str) -> str:
    """Its own spelling."""
    return _PLATFORMS.get(name, name)


def change(trend: Trend) -> str:
    """+12, -3, +40 %, or = for no change; a percentage only where there is enough to take it of."""
    grown = trend.now - trend.before
    if not grown:
        return "="
    share = trend.change
    return f"{grown:+,}" if share is None or trend.before < FROM_PER_CENT else f"{share * 100:+.0f} %"


def part(share: Share) -> str:
    """58.3 %, or a dash of nothing."""
    return "-" if share.value is None else percent(share.value)


def asked(cluster: Cluster) -> str:
    """How often, in how many wordings, where and when."""
    told = [f"{counted(cluster.count, 'time')} in {counted(len(cluster.questions), 'wording')}"]
    if cluster.earlier:
        told.append(f"{counted(cluster.earlier, 'time')} in the period before")
    if len(cluster.platforms) > 1:
        told.append(", ".join(f"{platform(name)} {count:,}" for name, count in cluster.platforms))
    elif cluster.platforms:
        told.append(platform(cluster.platforms[0][0]))
    first, last = cluster.first_seen.date(), cluster.last_seen.date()
    told.append(f"on {first}" if first == last else f"{first} to {last}")
    return "; ".join(told)


def numbered(report: Report, standing: Standing) -> list[tuple[int, Cluster]]:
    """The clusters that stand so, each with its number in the whole report, from 1: `propose` takes it."""
    return [(number, one) for number, one in enumerate(report.clusters, start=1) if one.standing == standing]


def nearest(cluster: Cluster) -> str:
    """The nearest entry with its confidence."""
    found = cluster.nearest
    return f"{found.entry} ({found.confidence:.2f})" if found is not None else "no entry"


def votes(one: Judged) -> str:
    """3 of 5 helpful."""
    return f"{one.helpful.part} of {one.helpful.whole} helpful"


def entry(name: str, title: str | None) -> str:
    """An entry's id and title, with a word where there is no such entry."""
    if title is not None:
        return f"{name} ({title})"
    return f"{name} (no longer in the knowledge)" if name else "replies without an entry"


def remark(one: Remark) -> str:
    """What somebody wrote or wanted."""
    told = [f'"{one.reason}"'] if one.reason else []
    told += [f"wanted {one.suggested}"] if one.suggested else []
    return f"{'helpful' if one.helpful else 'unhelpful'}, {one.given_at.date()}: {'; '.join(told)}"


def whose(report: Report) -> str:
    """Of whom it tells."""
    return f"only {report.tenant}" if report.tenant is not None else "all workspaces and servers"

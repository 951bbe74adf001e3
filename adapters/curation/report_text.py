"""The report as text for a terminal: 80 columns, nothing told by colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from adapters.curation import phrases
from adapters.terminal.figures import columns, counted
from adapters.terminal.printable import one_line, printable
from bot.curation.clustering import Cluster
from bot.curation.judged import Judged
from bot.curation.report import Report
from bot.curation.shortfall import Standing

WIDTH = 78

MOST = {"open": 20, "refused": 5, "answered": 5}
"""Clusters that are told of each kind; the page and the JSON have more."""

_MOST_LISTED = 10
_MOST_ONCE = 15
_EXAMPLES = 3
_QUESTION = 140
_NAME = 50


def report_text(report: Report) -> str:
    """The whole report."""
    return printable("\n".join(_lines(report))) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"Report on {phrases.spell(report.period)}"
    yield f"compared with {phrases.spell(report.period.before)}; {phrases.whose(report)}"
    if report.caveats:
        yield ""
        for caveat in report.caveats:
            yield from _wrapped(caveat, "Note: ", "      ")
    yield from _traffic(report)
    for standing in ("open", "refused", "answered"):
        yield from _clusters(report, standing)
    yield from _singles(report)
    yield from _judged(report)
    yield from _shown(report)
    yield from _stale(report)
    yield from _unasked(report)
    yield ""
    yield from _wrapped(
        "framework-bot propose --cluster N makes a change for the cluster of that number; --html has more of all this.",
        "",
    )


def _traffic(report: Report) -> Iterator[str]:
    figures = report.traffic
    if not (figures.asked.now or figures.asked.before):
        return
    yield from _heading("How it ended")
    rows = [("", "now", "before", "change")]
    rows += [
        (phrases.ENDINGS[ending], f"{trend.now:,}", f"{trend.before:,}", phrases.change(trend))
        for ending, trend in figures.endings
        if trend.now or trend.before
    ]
    asked = figures.asked
    rows.append(("asked in all", f"{asked.now:,}", f"{asked.before:,}", phrases.change(asked)))
    yield from columns(rows, right=(1, 2, 3))
    yield from _wrapped(
        f"Answered: {phrases.part(figures.answered)} of what the knowledge is there for "
        f"(before: {phrases.part(figures.answered_before)}).",
        "",
    )
    if len(figures.platforms) > 1:
        yield ""
        rows = [("", "asked", "before", "answered")]
        rows += [
            (
                phrases.platform(one.platform),
                f"{one.asked.now:,}",
                f"{one.asked.before:,}",
                phrases.part(one.answered),
            )
            for one in figures.platforms
        ]
        yield from columns(rows, right=(1, 2, 3))


def _clusters(report: Report, standing: Standing) -> Iterator[str]:
    found = phrases.numbered(report, standing)
    if not found and standing != "open":
        return
    yield from _heading(phrases.HEADINGS[standing])
    if not found:
        yield "Nothing that was asked more than once."
        return
    yield from _wrapped(phrases.MEANINGS[standing], "")
    for number, cluster in found[: MOST[standing]]:
        yield ""
        yield from _cluster(number, cluster)
    yield from _more(len(found) - MOST[standing], "cluster")


def _cluster(number: int, cluster: Cluster) -> Iterator[str]:
    yield from _wrapped(_quoted(cluster.representative), f"{number:>4}.  ", " " * 7)
    yield from _wrapped(phrases.asked(cluster), " " * 7, " " * 7)
    if cluster.terms:
        yield from _wrapped(", ".join(cluster.terms), "       words:   ", " " * 16)
    if cluster.standing == "open":
        yield from _wrapped(phrases.nearest(cluster), "       nearest: ", " " * 16)
    for why in cluster.why:
        yield from _wrapped(why, "       why:     ", " " * 16)
    for example in [text for text in cluster.questions if text != cluster.representative][:_EXAMPLES]:
        yield from _wrapped(_quoted(example), "       also:    ", " " * 16)


def _singles(report: Report) -> Iterator[str]:
    found = [cluster for cluster in report.singles if cluster.standing == "open"]
    if not report.singles:
        return
    yield from _heading("Asked once")
    closed = len(report.singles) - len(found)
    yield from _wrapped(
        f"{counted(len(found), 'question')} not answered, the newest first; {closed:,} more are turned down on "
        "purpose or answered by today's knowledge.",
        "",
    )
    for cluster in found[:_MOST_ONCE]:
        yield from _wrapped(_quoted(cluster.representative), "- ", "  ")
    yield from _more(len(found) - _MOST_ONCE, "question")


def _judged(report: Report) -> Iterator[str]:
    unhelpful = [one for one in report.judged if one.unhelpful.part]
    if not report.judged:
        return
    yield from _heading("What people thought of the answers")
    cast = sum(one.helpful.whole for one in report.judged)
    liked = sum(one.helpful.part for one in report.judged)
    yield f"{liked:,} of {counted(cast, 'vote')} helpful, on {counted(len(report.judged), 'entry', 'entries')}."
    if not unhelpful:
        return
    yield from _wrapped(phrases.JUDGED_MEANING, "")
    for one in unhelpful[:_MOST_LISTED]:
        yield ""
        yield from _entry(one)
    yield from _more(len(unhelpful) - _MOST_LISTED, "entry", "entries")


def _entry(one: Judged) -> Iterator[str]:
    certain = f"; {one.unhelpful.at_least * 100:.0f} % or more unhelpful" if one.ranked else "; too few to compare"
    yield from _wrapped(f"{phrases.entry(one.entry, one.title)}: {phrases.votes(one)}{certain}", "- ", "  ")
    for remark in [remark for remark in one.remarks if not remark.helpful][:_EXAMPLES]:
        yield from _wrapped(phrases.remark(remark), "    ", "    ")
    if one.suggested:
        wanted = ", ".join(f"{name} ({count})" for name, count in one.suggested[:_EXAMPLES])
        yield from _wrapped(wanted, "    wanted instead: ", "    ")


def _shown(report: Report) -> Iterator[str]:
    if not report.shown:
        return
    yield from _heading("Most shown")
    rows = [("", "now", "before", "change")]
    rows += [
        (
            one_line(phrases.entry(one.entry, one.title), _NAME),
            f"{one.times.now:,}",
            f"{one.times.before:,}",
            phrases.change(one.times),
        )
        for one in report.shown[:_MOST_LISTED]
    ]
    yield from columns(rows, right=(1, 2, 3))
    yield from _more(len(report.shown) - _MOST_LISTED, "entry", "entries")


def _stale(report: Report) -> Iterator[str]:
    if not report.stale:
        return
    yield from _heading(f"Checked more than {report.stale_after} days ago")
    rows = [("", "checked", "shown")]
    rows += [
        (one_line(phrases.entry(one.entry, one.title), _NAME), one.checked_on.isoformat(), f"{one.shown:,}")
        for one in report.stale[:_MOST_LISTED]
    ]
    yield from columns(rows, right=(1, 2))
    yield from _more(len(report.stale) - _MOST_LISTED, "entry", "entries")


def _unasked(report: Report) -> Iterator[str]:
    if not report.unasked or not report.traffic.asked.now:
        return
    yield from _heading("Never asked for in this time")
    yield f"{len(report.unasked):,} of {counted(report.answers, 'entry', 'entries')}:"
    yield from _wrapped(", ".join(report.unasked), "")


def _heading(text: str) -> Sequence[str]:
    return ("", text, "-" * len(text))


def _quoted(text: str) -> str:
    return f'"{one_line(text, _QUESTION)}"'


def _wrapped(text: str, start: str, after: str = "") -> Iterable[str]:
    return textwrap.wrap(
        one_line(text, 2_000), WIDTH, initial_indent=start, subsequent_indent=after, break_on_hyphens=False
    )


def _more(number: int, one: str, many: str = "") -> Iterator[str]:
    if number > 0:
        yield f"and {number:,} more {one if number == 1 else many or f'{one}s'}"

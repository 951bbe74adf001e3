"""`framework-bot report`: what people asked and did not get, for curators who have minutes a week.

The report is laid out once, as sections, and rendered as text for a terminal or as an HTML page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import textwrap
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import adapters.web
from adapters.cli.output import CommandError, columns
from adapters.cli.store_builder import opened
from adapters.server.hot_reload import Knowledge
from adapters.server.settings import Settings, load_settings
from adapters.terminal.printable import one_line, printable
from adapters.terminal.progress import patience
from bot.insights.clusters import Cluster
from bot.insights.diagnosis import Status
from bot.insights.report import (
    ENDINGS,
    Judged,
    Material,
    Period,
    Report,
    Trend,
    build,
    counted,
    entry_label,
    gather,
    nearest_label,
)
from bot.storage.records import Retention
from knowledge.folder import write_atomically

DEFAULT = "7d"

MOST_DAYS = 1_000
"""How long ago a report may begin."""

WIDTH = 78
"""Characters of a line of text."""

_TEMPLATES = Path(__file__).parent / "templates"
_STYLES = (Path(adapters.web.__file__).parent / "templates" / "style.css", _TEMPLATES / "report.css")
"""That of the public pages, and what only the report has."""

_AGO = re.compile(r"([1-9]\d{0,3})([dw])")
_TENANT = re.compile(r"[a-z]{1,32}:[A-Za-z0-9_-]{1,64}")

_DESCRIPTION = "Report what people asked and did not get, how answers were rated, and what should be checked again."

_EPILOG = """\
examples:
  framework-bot report
  framework-bot report --since 4w --html report.html
  framework-bot report --since 2026-11-01 --until 2026-11-30 --json

Run it with the settings of the service: the questions come from its database, and they are compared with the
knowledge that it serves. Days are whole ones in UTC, and today counts. Questions are shown as they are saved,
with names, addresses and numbers masked.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot report` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument(
        "--since",
        default=DEFAULT,
        metavar="WHEN",
        help="the first day, such as 2026-11-01, or how long: 7d, 2w (default: %(default)s)",
    )
    parser.add_argument("--until", metavar="DAY", help="the last day, such as 2026-11-30 (default: today)")
    parser.add_argument(
        "--tenant",
        type=_tenant,
        metavar="PLATFORM:ID",
        help="only one workspace or server, by its platform and its id there (default: all)",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="write it as a page to open in a browser")
    parser.add_argument("--json", action="store_true", help="print all of it as one JSON object")
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Report; 0. Raises CommandError or KnowledgeError where it cannot be done."""
    now = datetime.now(UTC)
    try:
        period = period_of(arguments.since, arguments.until, now.date())
    except ValueError as error:
        arguments.misused(str(error))
    file: Path | None = arguments.html
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise CommandError(f"--html: {file} cannot be written: name a file in a folder that exists")
    settings = load_settings()
    material = asyncio.run(_material(settings, period, now, arguments.tenant))
    with patience(sys.stderr, "Loading the knowledge and clustering the questions ..."):
        report = build(material, Knowledge(settings.knowledge).bot())
    if file is not None:
        _write(file, page(report))
    if arguments.json:
        print(json.dumps(as_json(report), default=date.isoformat, ensure_ascii=False))
    elif file is not None:
        print(printable(f"Written: {file}"))
    else:
        print(text(report), end="")
    return 0


def period_of(since: str, until: str | None, today: date) -> Period:
    """Whole days (UTC) up to `until`, which is included, or up to `today`.

    `since` is the first day, or how long the period is: 7d or 2w, the last day included. Raises ValueError with
    the fix.
    """
    last = today if until is None else _day("--until", until, "2026-11-08")
    if last > today:
        raise ValueError(f"--until: {until} is in the future: name today or an earlier day")
    ago = _AGO.fullmatch(since)
    if ago is not None:
        days = int(ago[1]) * (7 if ago[2] == "w" else 1)
    else:
        days = (last - _day("--since", since, "7d, 2w or 2026-11-01")).days + 1
    if days < 1:
        raise ValueError(f"--since: {since} is after the last day: name an earlier day")
    if (today - last).days + days > MOST_DAYS:
        raise ValueError(f"--since: counts are not saved for more than {MOST_DAYS:,} days: name a later day")
    return Period(last - timedelta(days=days - 1), last)


def _day(option: str, written: str, example: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{option}: {written!r} is not a day: write it as {example}") from None


def _tenant(written: str) -> str:
    if _TENANT.fullmatch(written) is None:
        raise argparse.ArgumentTypeError(
            f"{written!r} is not a tenant: write the platform, a colon, and the id of the workspace or server"
        )
    return written


async def _material(settings: Settings, period: Period, now: datetime, tenant: str | None) -> Material:
    async with opened(settings) as store:
        return await gather(store, period, now=now, retention=Retention(words=settings.words_kept), tenant=tenant)


def _write(file: Path, content: str) -> None:
    """Readable by its owner only: people's questions are in it."""
    try:
        write_atomically(file.resolve(), content.encode(), mode=0o600)
    except OSError as error:
        raise CommandError(
            f"cannot write {file}: {error.strerror or error}; name a file in a folder that you may write to"
        ) from None


def as_json(report: Report) -> dict[str, Any]:
    """Every figure and every question of the report; shares come with their value."""
    document = asdict(report)
    traffic = document["traffic"]
    for share in (traffic["answered"], traffic["answered_before"], *(one["answered"] for one in traffic["platforms"])):
        share["value"] = share["part"] / share["whole"] if share["whole"] else None
    counts = [(traffic, "endings"), *((judged, "suggested") for judged in document["judged"])]
    counts += [(cluster, "platforms") for cluster in (*document["clusters"], *document["singles"])]
    for part, name in counts:
        part[name] = dict(part[name])
    return document


@dataclass(frozen=True, slots=True)
class Most:
    """How much of everything a rendering shows; the JSON has all."""

    clusters: int
    """Open ones; of those that are closed, a quarter as many."""
    singles: int
    entries: int
    wordings: int
    """Of a cluster, and remarks of an entry."""
    question: int
    """Characters of a question."""
    label: int
    """Characters of an entry's name in a table."""


IN_TEXT = Most(clusters=20, singles=15, entries=10, wordings=3, question=140, label=50)
ON_PAGE = Most(clusters=50, singles=100, entries=20, wordings=20, question=500, label=500)


@dataclass(frozen=True, slots=True)
class Table:
    """A column of labels and columns of figures."""

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    bars: Sequence[int] = ()
    """A value for each row that the page shows as a bar."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing under a heading of its own: facts as (label, text), and further wordings."""

    title: str
    facts: Sequence[tuple[str, str]]
    wordings: Sequence[str] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, in the order of its fields."""

    name: str
    """Unique on the page."""
    title: str
    intro: Sequence[str] = ()
    tables: Sequence[Table] = ()
    items: Sequence[Item] = ()
    bullets: Sequence[str] = ()
    more: str = ""
    """What was left out."""


_CLUSTERS: dict[Status, tuple[str, str]] = {
    "open": ("Asked and not answered", "The most asked first. A new entry or further phrasings would help."),
    "refused": (
        "Declined on purpose",
        "An entry says that this is not for the bot. Look at those where people mean something else.",
    ),
    "answered": (
        "Answered by today's knowledge",
        "Asked before the knowledge had it, or as part of a conversation. Nothing to do.",
    ),
}


def sections(report: Report, most: Most) -> Iterator[Section]:
    """The sections that have something to say."""
    yield _ended(report)
    for status, (title, meaning) in _CLUSTERS.items():
        found = [(number, one) for number, one in enumerate(report.clusters, start=1) if one.status == status]
        shown = most.clusters if status == "open" else most.clusters // 4
        if found:
            items = [_cluster(number, one, most) for number, one in found[:shown]]
            yield Section(status, title, [meaning], items=items, more=_more(found, shown, "cluster"))
        elif status == "open":
            yield Section(status, title, ["Nothing was asked more than once."])
    if report.singles:
        yield _singles(report, most)
    if report.judged:
        yield _judged(report, most)
    if report.shown:
        entries = report.shown[: most.entries]
        rows = [(_label(one.entry, one.title, most), *_trend(one.times)) for one in entries]
        bars = [one.times.now for one in entries]
        table = Table("Entries shown as the answer", ("entry", "now", "before", "change"), rows, bars)
        yield Section("shown", "Most shown", tables=[table], more=_more_entries(report.shown, most))
    if report.stale:
        ages = [
            (_label(one.entry, one.title, most), one.checked_on.isoformat(), f"{one.age:,}", f"{one.shown:,}")
            for one in report.stale[: most.entries]
        ]
        table = Table("Entries to check again", ("entry", "checked on", "days ago", "shown"), ages)
        title, intro = f"Checked more than {report.stale_after} days ago", ["The most shown first."]
        yield Section("stale", title, intro, [table], more=_more_entries(report.stale, most))
    if report.unasked and report.traffic.asked.now:
        of_all = f"{len(report.unasked):,} of {counted(report.answers, 'entry', 'entries')}"
        yield Section("unasked", "Never asked for in this period", [f"{of_all}: {', '.join(report.unasked)}"])


def _ended(report: Report) -> Section:
    traffic = report.traffic
    if not (traffic.asked.now or traffic.asked.before):
        return Section("ended", "How it ended", ["Nothing was asked, in this period or in the one before."])
    trends = [(ENDINGS[ending], trend) for ending, trend in traffic.endings if trend.now or trend.before]
    trends.append(("asked in all", traffic.asked))
    rows = [(name, *_trend(trend)) for name, trend in trends]
    tables = [Table("How questions ended", ("ending", "now", "before", "change"), rows, [one.now for _, one in trends])]
    if len(traffic.platforms) > 1:
        rows = [(one.platform.capitalize(), *_trend(one.asked)[:2], str(one.answered)) for one in traffic.platforms]
        tables.append(Table("By platform", ("platform", "asked", "before", "answered"), rows))
    answered = f"Answered: {traffic.answered} of the questions in scope (before: {traffic.answered_before})."
    return Section("ended", "How it ended", [answered], tables)


def _cluster(number: int, cluster: Cluster, most: Most) -> Item:
    first, last = cluster.first_seen.date(), cluster.last_seen.date()
    asked = [f"{counted(cluster.count, 'time')} in {counted(len(cluster.questions), 'wording')}"]
    if cluster.earlier:
        asked.append(f"{counted(cluster.earlier, 'time')} in the period before")
    asked.append(", ".join(f"{name.capitalize()} {count:,}" for name, count in cluster.platforms))
    asked.append(f"on {first}" if first == last else f"{first} to {last}")
    facts = [("", "; ".join(asked))]
    if cluster.terms:
        facts.append(("words", ", ".join(cluster.terms)))
    if cluster.status == "open":
        facts.append(("nearest", nearest_label(cluster)))
    facts += [("why", why) for why in cluster.why]
    others = [text for text in cluster.questions if text != cluster.representative]
    return Item(
        f"{number}. {_quoted(cluster.representative, most)}",
        facts,
        [_quoted(text, most) for text in others[: most.wordings]],
        _more(others, most.wordings, "wording"),
    )


def _singles(report: Report, most: Most) -> Section:
    found = [cluster for cluster in report.singles if cluster.status == "open"]
    closed = len(report.singles) - len(found)
    intro = (
        f"{counted(len(found), 'question')} not answered, the newest first; {closed:,} more are declined on purpose or "
        "answered by today's knowledge."
    )
    bullets = [f"{_quoted(one.representative, most)} (nearest: {nearest_label(one)})" for one in found[: most.singles]]
    return Section("once", "Asked once", [intro], bullets=bullets, more=_more(found, most.singles, "question"))


def _judged(report: Report, most: Most) -> Section:
    votes, helpful = sum(one.votes for one in report.judged), sum(one.helpful for one in report.judged)
    intro = (
        f"{helpful:,} of {counted(votes, 'vote')} helpful, on {counted(len(report.judged), 'entry', 'entries')}. "
        "The most unhelpful votes first."
    )
    shown = report.judged[: most.entries]
    rows = [(_label(one.entry, one.title, most), f"{one.helpful:,}", f"{one.unhelpful:,}") for one in shown]
    table = Table("Votes by entry", ("entry", "helpful", "unhelpful"), rows, [one.unhelpful for one in shown])
    items = [_remarks(one, most) for one in shown if one.remarks]
    more = _more_entries(report.judged, most)
    return Section("judged", "What people thought of the answers", [intro], [table], items, more=more)


def _remarks(one: Judged, most: Most) -> Item:
    facts = []
    for remark in one.remarks[: most.wordings]:
        words = (remark.reason and f'"{remark.reason}"', remark.suggested and f"wanted {remark.suggested}")
        kind = "helpful" if remark.helpful else "unhelpful"
        facts.append(("", f"{kind}, {remark.given_at.date()}: {'; '.join(filter(None, words))}"))
    if one.suggested:
        wanted = one.suggested[: most.entries]
        facts.append(("wanted instead", ", ".join(f"{name} ({count})" for name, count in wanted)))
    return Item(entry_label(one.entry, one.title), facts, more=_more(one.remarks, most.wordings, "remark"))


def _label(entry: str, title: str | None, most: Most) -> str:
    return one_line(entry_label(entry, title), most.label)


def _trend(trend: Trend) -> tuple[str, str, str]:
    return f"{trend.now:,}", f"{trend.before:,}", trend.change


def _quoted(question: str, most: Most) -> str:
    return f'"{one_line(question, most.question)}"'


def _more(found: Sequence[object], shown: int, one: str, many: str = "") -> str:
    """What is said of those left out, where only the first `shown` are."""
    left = len(found) - shown
    return f"and {left:,} more {one if left == 1 else many or f'{one}s'}" if left > 0 else ""


def _more_entries(found: Sequence[object], most: Most) -> str:
    return _more(found, most.entries, "entry", "entries")


def _subtitle(report: Report) -> str:
    return f"Compared with {report.period.before}; {report.scope}. Days are in UTC."


def _printable(value: Any) -> Any:
    """The same with every string made printable by itself: an escape sequence must not swallow what follows it."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return tuple(map(_printable, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _printable(getattr(value, field.name)) for field in fields(value)})
    return value


def text(report: Report) -> str:
    """The report for a terminal: WIDTH columns, no colour."""
    report = _printable(report)
    lines = [f"Report on {report.period}", *_wrapped(_subtitle(report))]
    for caveat in report.caveats:
        lines += ["", *_wrapped(caveat, "Note: ", 6)]
    for section in sections(report, IN_TEXT):
        lines += ["", section.title, "-" * len(section.title)]
        for paragraph in section.intro:
            lines += _wrapped(paragraph)
        for table in section.tables:
            lines += ["", *columns([("", *table.head[1:]), *table.rows], right=range(1, len(table.head)))]
        for item in section.items:
            lines += ["", *_wrapped(item.title, "  ", 5)]
            for label, fact in (*item.facts, *(("also", wording) for wording in item.wordings)):
                start = f"     {label + ':':<8} " if label else "     "
                lines += _wrapped(fact, start, len(start))
            lines += [f"     {item.more}"] if item.more else []
        for bullet in section.bullets:
            lines += _wrapped(bullet, "- ", 2)
        lines += [section.more] if section.more else []
    lines += ["", "--html FILE and --json have more of all this."]
    return "\n".join(lines) + "\n"


def _wrapped(paragraph: str, start: str = "", indent: int = 0) -> list[str]:
    line = one_line(paragraph, 2_000)
    return textwrap.wrap(line, WIDTH, initial_indent=start, subsequent_indent=" " * indent, break_on_hyphens=False)


def page(report: Report) -> str:
    """The report as one HTML page that needs nothing else: no script, no other file, no network."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    report = _printable(report)
    style = "".join(file.read_text(encoding="utf-8").replace("\n", "") for file in _STYLES)
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        report=report,
        subtitle=_subtitle(report),
        sections=list(sections(report, ON_PAGE)),
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
    )

"""Report what people asked and did not get, how answers were rated, and what should be checked again.

examples:
  framework-bot report
  framework-bot report --since 4w --html report.html
  framework-bot report --since 2026-11-01 --until 2026-11-30 --json

Run it with the settings of the service: the questions come from its database, and they are compared with the
knowledge that it serves. Days are whole ones in UTC, and today counts. Questions are shown as they are saved,
with names, addresses and numbers masked.
"""

# What it says is in one template, which is rendered as text for a terminal or as an HTML page.

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from adapters.cli.options import on_store
from adapters.cli.output import CommandError, columns, number
from adapters.server.hot_reload import Knowledge
from adapters.server.settings import load_settings
from adapters.terminal.printable import one_line, printable
from adapters.web.pages import STYLE, source_hash, template_environment
from bot.insights.report import (
    ENDINGS,
    Judged,
    Period,
    Report,
    Shown,
    Stale,
    build,
    counted,
    entry_label,
    gather,
    nearest_label,
)
from bot.storage.records import Retention
from knowledge.folder import write_atomically

DEFAULT = "7d"

MOST_DAYS = Retention().counts.days
"""How long ago a report may begin."""

WIDTH = 78
"""Characters of a line of text."""

_TEMPLATES = Path(__file__).parent / "templates"
_AGO = re.compile(r"([1-9]\d{0,3})([dw])")
_TENANT = re.compile(r"[a-z]{1,32}:[A-Za-z0-9_-]{1,64}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
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


def run(arguments: argparse.Namespace) -> None:
    """Report. Raises CommandError or KnowledgeError where it cannot be done."""
    now = datetime.now(UTC)
    try:
        period = period_of(arguments.since, arguments.until, now.date())
    except ValueError as error:
        arguments.misused(str(error))
    file: Path | None = arguments.html
    if file is not None and (str(file) == "-" or file.is_dir() or not file.absolute().parent.is_dir()):
        raise CommandError(f"--html: {file} cannot be written: name a file in a folder that exists")
    settings = load_settings()
    read = partial(gather, period=period, now=now, retention=settings.retention, tenant=arguments.tenant)
    material = on_store(settings, read)
    report = build(material, Knowledge(settings.knowledge).bot())
    if file is not None:
        _write(file, page(report))
    if arguments.json:
        print(json.dumps(asdict(report), default=date.isoformat, ensure_ascii=False))
    elif file is not None:
        print(printable(f"Written: {file}"))
    else:
        print(text(report), end="")


def period_of(since: str, until: str | None, today: date) -> Period:
    """Whole days (UTC) up to and with `until`, or `today`. `since` is the first day, or how long the period is: 7d, 2w.
    Raises ValueError with the fix."""
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


def _write(file: Path, content: str) -> None:
    """Readable by its owner only: people's questions are in it."""
    try:
        write_atomically(file.resolve(), content.encode(), mode=0o600)
    except OSError as error:
        raise CommandError(
            f"cannot write {file}: {error.strerror or error}; name a file in a folder that you may write to"
        ) from None


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


def _rows(report: Report, most: Most) -> dict[str, list[tuple[str | int, ...]]]:
    """The rows of each table: what it is about, then its figures."""
    traffic = report.traffic
    endings = [(ENDINGS[ending], trend) for ending, trend in traffic.endings if trend.now or trend.before]
    return {
        "ended": [(name, one.now, one.before) for name, one in (*endings, ("asked in all", traffic.asked))],
        "judged": [(_label(one, most), one.helpful, one.unhelpful) for one in report.judged[: most.entries]],
        "shown": [(_label(one, most), one.times.now, one.times.before) for one in report.shown[: most.entries]],
        "stale": [(_label(one, most), str(one.checked_on), one.shown) for one in report.stale[: most.entries]],
    }


def _label(one: Shown | Judged | Stale, most: Most) -> str:
    return one_line(entry_label(one.entry, one.title), most.label)


def _left_out(found: Sequence[object], shown: int, one: str, many: str = "") -> str:
    """What is said of those left out, where only the first `shown` are."""
    left = len(found) - shown
    return f"and {counted(left, f'more {one}', many and f'more {many}')}" if left > 0 else ""


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
    return _rendered("report.txt.jinja", report, IN_TEXT) + "\n"


def page(report: Report) -> str:
    """The report as one HTML page that needs nothing else: no script, no other file, no network."""
    style = (STYLE + (_TEMPLATES / "report.css").read_text(encoding="utf-8")).replace("\n", "")
    return _rendered("report.html", report, ON_PAGE, style=style, style_hash=source_hash(style))


def _rendered(template: str, report: Report, most: Most, **more: str) -> str:
    report = _printable(report)
    environment = template_environment(_TEMPLATES, html=template.endswith(".html"))
    environment.filters.update(
        columns=lambda rows, head: "\n".join(columns([("", *head[1:]), *rows], right=range(1, len(head)))),
        number=number,
        quoted=lambda question: f'"{one_line(question, most.question)}"',
        wrapped=_wrapped,
    )
    environment.globals.update(
        counted=counted,
        entry_label=entry_label,
        enumerate=enumerate,
        left_out=_left_out,
        nearest_label=nearest_label,
    )
    subtitle = f"Compared with {report.period.before}; {report.scope}. Days are in UTC."
    rows = _rows(report, most)
    return environment.get_template(template).render(report=report, most=most, subtitle=subtitle, rows=rows, **more)


def _wrapped(paragraph: str, start: str = "", indent: int | None = None) -> str:
    """In lines of WIDTH characters, the first after `start`, the others as far in or by `indent`."""
    line = one_line(paragraph, 2_000)
    inwards = " " * (len(start) if indent is None else indent)
    return textwrap.fill(line, WIDTH, initial_indent=start, subsequent_indent=inwards, break_on_hyphens=False)

"""`framework-bot report`: what people asked and did not get, for curators who have minutes a week."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from adapters.curation.bot import served_bot
from adapters.curation.days import days
from adapters.curation.period import add_period
from adapters.curation.writing import write_whole
from adapters.settings import Settings
from adapters.terminal.errors import CommandError
from adapters.terminal.printable import printable
from adapters.terminal.progress import patience
from adapters.upkeep.opening import opened, settings_at_hand
from bot.curation.days import Days
from bot.curation.gathering import Material, gather
from bot.curation.report import build
from bot.storage.retention import Retention

_DESCRIPTION = "Report what people asked and did not get, how answers were judged, and what wants to be checked again."

_EPILOG = """\
examples:
  framework-bot report
  framework-bot report --since 4w --html report.html
  framework-bot report --since 2026-11-01 --until 2026-11-30 --json
  framework-bot report --tenant slack:T024BE7LD

Run it with the settings of the service: the questions come from its database, and they are put to the
knowledge that it serves. Days are whole ones in UTC, and today counts. Questions are shown as they are
kept, with names, addresses and numbers masked.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot report` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    add_period(parser)
    parser.add_argument("--html", type=Path, metavar="FILE", help="write it as a page to open in a browser")
    parser.add_argument("--json", action="store_true", help="print all of it as one JSON object")
    parser.set_defaults(misused=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Report; 0. Raises CommandError or KnowledgeError where it cannot be done."""
    now = datetime.now(UTC)
    try:
        period = days(arguments.since, arguments.until, now)
    except ValueError as error:
        arguments.misused(str(error))
    file: Path | None = arguments.html
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        what = "is a folder" if file.is_dir() else "would be in a folder that does not exist"
        raise CommandError(f"--html: {file} {what}: name a file in a folder that exists")
    settings = settings_at_hand()
    material = asyncio.run(_gathered(settings, period, now, arguments.tenant))
    bot = served_bot(settings, overlay=settings.framework_bot_overlay)
    with patience(sys.stderr, "Putting together what asks for the same ..."):
        report = build(material, bot)
    if file is not None:
        from adapters.curation.html import page  # noqa: PLC0415 - a terminal needs none of it

        write_whole(file, page(report).encode())
    if arguments.json:
        from adapters.curation.report_json import as_json  # noqa: PLC0415

        print(json.dumps(as_json(report), ensure_ascii=False))
    elif file is not None:
        print(printable(f"Written: {file}"))
    else:
        from adapters.curation.report_text import report_text  # noqa: PLC0415

        print(report_text(report), end="")
    return 0


async def _gathered(settings: Settings, period: Days, now: datetime, tenant: str | None) -> Material:
    async with opened(settings) as store:
        return await gather(store, period, now=now, retention=Retention(words=settings.words_kept), tenant=tenant)

"""`framework-bot import`: a file of entries becomes a knowledge folder."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from adapters.terminal.errors import CommandError
from adapters.terminal.figures import counted
from adapters.terminal.printable import one_line, printable
from adapters.terminal.progress import progress_on
from bot.assembly import SHIPPED
from knowledge.importing import Imported, import_file
from knowledge.loading import load
from knowledge.model import KnowledgeBase

_DESCRIPTION = "Make a knowledge folder from a file: a team's FAQ, a public intent set, or what export wrote."

_EPILOG = """\
examples:
  framework-bot import faq.tsv --out our-faq
  framework-bot ask "when do you open" --knowledge our-faq
  framework-bot import mobile.csv --out our-entries --as-overlay
  framework-bot import knowledge.json --out our-copy

The ending of FILE says how it is read; all of it is UTF-8:

.tsv and others  a line is a phrasing, a tab, a label, and where there is an answer, a tab and the
                 answer; every label becomes an entry
.csv             columns with a heading such as id, title, phrasings, answer, source_url
.yaml .yml       one entry, or a list of entries, as in a knowledge folder
.jsonl           one entry a line
.json            what "framework-bot export" wrote, an entry, or a list of entries

Nothing is written unless all of it is good. A folder that an earlier import wrote is written anew.
"""

_MOST_TOLD = 10
_WIDTH = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot import` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("file", type=Path, metavar="FILE", help="what to import")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="the knowledge folder to write")
    parser.add_argument("--force", action="store_true", help="write into DIR even where it holds something else")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out rows and entries with mistakes, and tell them"
    )
    parser.add_argument(
        "--as-overlay",
        action="store_true",
        help="DIR will lie over the knowledge: its sources may be named, and a .csv without some column "
        "leaves that of its entries as it is",
    )
    parser.add_argument(
        "--knowledge", type=Path, metavar="DIR", help="with --as-overlay: the folder below, instead of the shipped one"
    )


def run(arguments: argparse.Namespace) -> int:
    """Import and say what came of it; 0."""
    progress = progress_on(sys.stderr, "read")
    done = import_file(
        arguments.file,
        arguments.out,
        below=_below(arguments),
        progress=progress,
        force=arguments.force,
        skip_bad=arguments.skip_bad,
    )
    if done.skipped:
        print(printable("\n".join(map(str, done.skipped))), file=sys.stderr)
    print(printable("\n".join(report(done))))
    option = "--overlay" if arguments.as_overlay else "--knowledge"
    print(f'Try it: framework-bot ask "..." {option} {printable(shlex.quote(str(arguments.out)))}')
    return 0


def _below(arguments: argparse.Namespace) -> KnowledgeBase | None:
    """The knowledge that the folder will lie over; None where it is to stand alone."""
    if not arguments.as_overlay:
        if arguments.knowledge is not None:
            raise CommandError("--knowledge names what an overlay lies over; say --as-overlay too, or leave it out")
        return None
    folder: Path = arguments.knowledge or SHIPPED
    if arguments.out.resolve().is_relative_to(folder.resolve()):
        raise CommandError(f"--out lies inside {folder}, which would read it twice; choose a place of its own")
    return load(folder)


def report(done: Imported) -> Iterator[str]:
    """What was written, and what somebody should look at."""
    yield f"{counted(done.entries, 'entry', 'entries')} with {counted(done.phrasings, 'phrasing')}."
    yield from _left_out(done)
    yield from _below_already(done)
    if done.shared:
        yield f"{counted(len(done.shared), 'phrasing')} under several labels, so that none can be told from it:"
        yield from _first(
            [f"{one_line(one.phrasing, _WIDTH)}: {one_line(', '.join(one.labels), _WIDTH)}" for one in done.shared]
        )
    if done.shortened:
        yield f"{counted(len(done.shortened), 'label')} too long for an id, which is now:"
        yield from _first([one_line(name, 2 * _WIDTH) for name in done.shortened])


def _left_out(done: Imported) -> Iterator[str]:
    if done.skipped:
        yield f"{counted(len(done.skipped), 'mistake')} told above; what has one is left out."
    if done.unknown:
        yield f"{counted(len(done.unknown), 'column')} not known and left out:"
        yield from _first([f"{one_line(name, _WIDTH)}: {_lines(found)}" for name, found in done.unknown.items()])
    if done.duplicates:
        yield f"{counted(done.duplicates, 'row')} left out for saying the same as another of the same label."


def _below_already(done: Imported) -> Iterator[str]:
    if done.completed:
        yield (
            f"{counted(len(done.completed), 'entry', 'entries')} known to the knowledge below: "
            "what the table has no column for stays as it is there."
        )
    if done.replaced:
        yield f"{counted(len(done.replaced), 'entry', 'entries')} known to the knowledge below, replaced as a whole."


def _first(lines: Sequence[str]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    yield from (f"- {line}" for line in lines[:_MOST_TOLD])
    if len(lines) > _MOST_TOLD:
        yield f"and {len(lines) - _MOST_TOLD:,} more"


def _lines(numbers: Sequence[int]) -> str:
    """Line numbers with runs drawn together: "lines 2-14, 17"."""
    runs = []
    for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0]):
        first, *rest = (number for _, number in run)
        runs.append(f"{first}-{rest[-1]}" if rest else str(first))
    more = f", and {len(runs) - _MOST_TOLD:,} more" if len(runs) > _MOST_TOLD else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {', '.join(runs[:_MOST_TOLD])}{more}"

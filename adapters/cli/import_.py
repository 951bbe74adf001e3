"""Make a knowledge folder from a table: a team's FAQ, or a public set of questions with intents.

examples:
  framework-bot import faq.tsv --out our-faq
  framework-bot ask "when do you open" --knowledge our-faq

The table is UTF-8, with a row for each phrasing: phrasing and label, and an answer on one row of each
label; or question and answer. A file that ends in .csv has commas, semicolons or tabs between its
cells, any other file has tabs. The first line may name the columns: phrasing (question), label
(intent, id), title, answer.

Nothing is written unless all of it is good. An earlier import in DIR is replaced.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.cli.output import CommandError, counted
from adapters.terminal.printable import one_line, printable
from adapters.terminal.progress import progress_on
from knowledge.importing import Imported, import_table

_MAX_SHOWN = 10
_WIDTH = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the table to import")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="the knowledge folder to write")
    parser.add_argument("--force", action="store_true", help="write into DIR even where it holds something else")


def run(arguments: argparse.Namespace) -> None:
    """Import and report the result."""
    if str(arguments.out) == "-":
        raise CommandError("--out: a knowledge folder cannot be written to standard output; name a folder")
    done = import_table(
        arguments.file, arguments.out, force=arguments.force, progress=progress_on(sys.stderr, "characters read")
    )
    print(printable("\n".join(_report(done))))
    print(f'Try it: framework-bot ask "..." --knowledge {printable(shlex.quote(str(arguments.out)))}')


def _report(done: Imported) -> Iterator[str]:
    """What was written, and what somebody should look at."""
    yield f"{counted(done.entries, 'entry', 'entries')} with {counted(done.phrasings, 'phrasing')}."
    yield from (f"{problem.severity}: {problem}" for problem in done.warnings)
    if not done.headed:
        yield "The first line was read as a row: it names no column (phrasing or question, label, title, answer)."
    if done.unknown:
        yield f"{counted(len(done.unknown), 'column')} not known and left out: {one_line(', '.join(done.unknown), 500)}"
    if done.duplicates:
        yield f"{counted(done.duplicates, 'phrasing')} left out: their entry has the same already."
    if done.shared:
        yield f"{counted(len(done.shared), 'phrasing')} under several labels, which no question can tell apart:"
        yield from _first([(phrasing, ", ".join(labels)) for phrasing, labels in done.shared.items()])
    if done.renamed:
        yield f"{counted(len(done.renamed), 'label')} made into an id:"
        yield from _first([*done.renamed.items()])


def _first(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    yield from (f"- {one_line(left, _WIDTH)}: {one_line(right, _WIDTH)}" for left, right in pairs[:_MAX_SHOWN])
    if len(pairs) > _MAX_SHOWN:
        yield f"and {len(pairs) - _MAX_SHOWN:,} more"

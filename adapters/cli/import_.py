"""Make a knowledge folder from a table: a team's FAQ, or a public set of questions with intents.

examples:
  framework-bot import faq.tsv --out our-faq
  framework-bot ask "when do you open" --knowledge our-faq

The table is UTF-8, with a row for each phrasing: phrasing and label, and an answer on one row of each
label; or question and answer. A file that ends in .csv has commas, semicolons or tabs between its
cells, any other file has tabs. The first line may name the columns: phrasing (question), label
(intent, id), title, answer.

Nothing is written unless all of the table is good. An earlier import in DIR is replaced, other files there stay.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

from adapters.cli.output import CommandError, counted
from adapters.terminal.printable import one_line, printable
from knowledge.importing import Imported, import_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the table to import")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="the knowledge folder to write")


def run(arguments: argparse.Namespace) -> None:
    """Import and report the result."""
    if str(arguments.out) == "-":
        raise CommandError("--out: a knowledge folder cannot be written to standard output; name a folder")
    done = import_table(arguments.file, arguments.out)
    print(printable("\n".join(_report(done))))
    print(f'Try it: framework-bot ask "..." --knowledge {printable(shlex.quote(str(arguments.out)))}')


def _report(done: Imported) -> Iterator[str]:
    """What was written, and what somebody should look at."""
    yield f"{counted(done.entries, 'entry', 'entries')} with {counted(done.phrasings, 'phrasing')}."
    if not done.headed:
        yield "The first line was read as a row: it names no column (phrasing or question, label, title, answer)."
    if done.unknown:
        yield f"{counted(len(done.unknown), 'column')} not known and left out: {one_line(', '.join(done.unknown), 500)}"
    yield from (f"warning: {problem}" for problem in done.problems)

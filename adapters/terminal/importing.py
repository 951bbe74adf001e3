"""`framework-bot import`: a table of phrasings and labels becomes a knowledge folder."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from adapters.terminal.figures import counted
from adapters.terminal.printable import one_line, printable
from adapters.terminal.progress import progress_on
from knowledge.importing import Imported, import_tsv

_DESCRIPTION = "Make a knowledge folder from a table of phrasings and labels: a team's FAQ, or a public intent set."

_EPILOG = """\
examples:
  framework-bot import faq.tsv --out our-faq
  framework-bot ask "when do you open" --knowledge our-faq

A line of FILE is a phrasing, a tab, a label, and where there is an answer, a tab and the answer, in
UTF-8. Every label becomes an entry. A folder that an earlier import wrote is written anew.
"""

_MOST_TOLD = 10
_WIDTH = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot import` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("file", type=Path, metavar="FILE.tsv", help="the table")
    parser.add_argument("--out", type=Path, metavar="DIR", required=True, help="the knowledge folder to write")
    parser.add_argument("--force", action="store_true", help="write into DIR even where it holds something else")


def run(arguments: argparse.Namespace) -> int:
    """Import and say what came of it; 0."""
    progress = progress_on(sys.stderr, "bytes read")
    done = import_tsv(arguments.file, arguments.out, progress=progress, force=arguments.force)
    print(printable("\n".join(report(done))))
    print(f'Try it: framework-bot ask "..." --knowledge {printable(shlex.quote(str(arguments.out)))}')
    return 0


def report(done: Imported) -> Iterator[str]:
    """What was written, and what somebody should look at."""
    yield f"{counted(done.entries, 'entry', 'entries')} with {counted(done.phrasings, 'phrasing')}."
    if done.duplicates:
        yield f"{counted(done.duplicates, 'row')} left out for saying the same as another of the same label."
    if done.shared:
        yield f"{counted(len(done.shared), 'phrasing')} under several labels, so that none can be told from it:"
        for shared in done.shared[:_MOST_TOLD]:
            yield f"- {one_line(shared.phrasing, _WIDTH)}: {one_line(', '.join(shared.labels), _WIDTH)}"
        if len(done.shared) > _MOST_TOLD:
            yield f"and {len(done.shared) - _MOST_TOLD:,} more"
    if done.shortened:
        yield f"{counted(len(done.shortened), 'label')} too long for an id, which is now:"
        for name in [*done.shortened][:_MOST_TOLD]:
            yield f"- {one_line(name, 2 * _WIDTH)}"
        if len(done.shortened) > _MOST_TOLD:
            yield f"and {len(done.shortened) - _MOST_TOLD:,} more"

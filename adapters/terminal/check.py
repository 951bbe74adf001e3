"""`framework-bot check`: what is wrong with the knowledge base, and how much of the article it carries."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.terminal.figures import counted
from adapters.terminal.options import add_knowledge, overlay_folder
from adapters.terminal.printable import printable
from adapters.terminal.progress import progress_on
from bot.answering import Bot
from bot.plain import block_lines
from bot.question import Question
from bot.recommendation.checks import RULES as RECOMMENDATION_RULES
from bot.reply import Choices
from knowledge.checks import Measure, Probe, Report, examine, links
from knowledge.errors import Problem
from knowledge.model import KnowledgeBase

_DESCRIPTION = "Look for mistakes in the knowledge base. The exit code is 1 where there are errors, 0 otherwise."

_EPILOG = """\
examples:
  framework-bot check
  framework-bot check --overlay our-entries
  framework-bot check --links | xargs -n 1 curl --head --silent --fail --output /dev/null

Each line names file, line and field, what is wrong, and after "->" what to change.
"""

TEXT_LIMIT = 4_000
"""Characters of a reply that any platform takes in one message; its choices become buttons and do not count."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot check` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument("--links", action="store_true", help="only list every address that replies lead to, once each")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; 1 where there are errors, else 0."""
    found = examine(
        arguments.knowledge,
        overlay_folder(arguments),
        today=datetime.now(tz=UTC).date(),
        probe=None if arguments.links else probe,
        progress=progress_on(sys.stderr),
    )
    if arguments.links and found.knowledge is not None:
        print(printable("\n".join(links(found.knowledge))))
        return 0
    print(printable("\n".join(report(found))))
    return 0 if found.passed else 1


def probe(knowledge: KnowledgeBase, ready: Bot | None = None) -> Probe:
    """What a bot over this knowledge says: what a question finds, how long replies are, where the flow ends.

    The bot is made here where none is `ready`.
    """
    bot = ready or Bot(knowledge)

    def find(text: str) -> str | None:
        return next(iter(bot.answer(Question(text)).entries), None)

    def length(entry: str) -> int:
        blocks = [block for block in bot.show(entry).blocks if not isinstance(block, Choices)]
        return len("\n".join(line for block in blocks for line in block_lines(block)))

    return Probe(find, [Measure("the reply as text", length, TEXT_LIMIT)], RECOMMENDATION_RULES)


def report(found: Report) -> Iterator[str]:
    """Problems, errors last so that they are seen, then what was looked at."""
    for problem in (*found.warnings, *found.errors):
        yield f"{problem.severity}: {_nearer(problem)}"
    if found.problems:
        yield ""
    if found.counts:
        yield ", ".join(f"{count:,} {what}" for what, count in found.counts.items())
    if found.coverage is not None:
        carried = found.coverage
        yield f"of the article's claims, {carried.carried} of {carried.total} are carried ({carried.percent} %)"
    yield f"{counted(len(found.errors), 'error')}, {counted(len(found.warnings), 'warning')}"


def _nearer(problem: Problem) -> Problem:
    """The problem with its file as seen from here: shorter to read, and still to be clicked on."""
    here = Path.cwd()
    file = problem.file.resolve()
    return replace(problem, file=file.relative_to(here)) if file.is_relative_to(here) else problem

"""Look for mistakes in the knowledge base. The exit code is 1 where there are errors, 0 otherwise.

examples:
  framework-bot check
  framework-bot check --overlay our-entries
  framework-bot check --stacks
  framework-bot check --links | xargs -n 1 curl --head --silent --fail --output /dev/null

Each line names file, line and field, what is wrong, and after "->" what to change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice

from adapters.cli.options import add_knowledge, chosen_settings
from adapters.cli.output import counted
from adapters.terminal.printable import printable
from adapters.terminal.progress import progress_on
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Choices
from bot.dialog.text_renderer import plain_text
from bot.recommendation.checks import RULES as RECOMMENDATION_RULES
from bot.recommendation.checks import survey
from bot.recommendation.flow import Flow
from knowledge.check_context import Check
from knowledge.checks import CheckReport, examine, links, replies_fit
from knowledge.model import KnowledgeBase
from knowledge.phrasing_checks import phrasings_find_their_entry

_MOST_STACKS = 5

TEXT_LIMIT = 4_000
"""Characters of a reply that every platform accepts in one message; choices become buttons and do not count."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--links", action="store_true", help="only list every address that replies lead to, once each")
    parser.add_argument(
        "--stacks", action="store_true", help="only list every stack that is recommended, with its share of all answers"
    )
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check; 1 where there are errors, else 0."""
    found = examine(
        arguments.knowledge,
        chosen_settings(arguments).overlay,
        today=datetime.now(tz=UTC).date(),
        further=None if arguments.links else bot_checks,
        progress=progress_on(sys.stderr),
    )
    if arguments.links and found.knowledge is not None:
        print(printable("\n".join(links(found.knowledge))))
        return 0
    if arguments.stacks:
        print(printable("\n".join(stacks(found.knowledge))))
        return 0
    print(printable("\n".join(report(found))))
    return 1 if found.errors else 0


def bot_checks(knowledge: KnowledgeBase) -> dict[str, Check]:
    """What a bot adds to the checks: what a question finds, the length of replies, the recommendation's rules."""
    bot = Bot(knowledge, today=lambda: date.min)  # without marks of age: an entry does not become too long by waiting
    length = partial(reply_length, bot)
    return {
        "found": partial(phrasings_find_their_entry, find=partial(found_entry, bot)),
        "length": partial(replies_fit, surface="the reply as text", length=length, limit=TEXT_LIMIT),
        **RECOMMENDATION_RULES,
    }


def found_entry(bot: Bot, question: str) -> str | None:
    """The id of the entry that answers a question."""
    return next(iter(bot.answer(Question(question)).entries), None)


def reply_length(bot: Bot, entry: str) -> int:
    """Characters of an entry's reply as text, without choices, which become buttons; of its details where they are
    longer."""
    reply = bot.show(entry)
    first = [block for block in reply.blocks if not isinstance(block, Choices)]
    return max(len(plain_text(blocks)) for blocks in (first, reply.details))


def report(found: CheckReport) -> Iterator[str]:
    """Problems, errors last so that they are seen, then the counts."""
    for problem in (*found.warnings, *found.errors):
        yield f"{problem.severity}: {problem}"
    if found.problems:
        yield ""
    if found.counts:
        yield ", ".join(f"{count:,} {what}" for what, count in found.counts.items())
    if found.coverage is not None:
        carried = found.coverage
        yield f"of the article's claims, {carried.carried} of {carried.total} are carried ({carried.percent} %)"
    yield from islice(stacks(found.knowledge), _MOST_STACKS + 1)
    yield f"{counted(len(found.errors), 'error')}, {counted(len(found.warnings), 'warning')}"


def stacks(knowledge: KnowledgeBase | None) -> Iterator[str]:
    """How many questions lead to how many stacks, then each stack with its share of all ways through the questions."""
    flow = Flow.of(knowledge) if knowledge is not None else None
    if flow is None:
        return
    found = survey(flow.advisor)
    counts = ", ".join(f"{count} in {share:.0%}" for count, share in sorted(found.asked.items()))
    yield f"{len(found.shares)} stacks recommended; questions asked: {counts}; most common:"
    yield from (f"  {share:5.1%}  {', '.join(names)}" for names, share in found.shares.items())

"""Recommend a framework after a few questions, each of which can be skipped.

examples:
  framework-bot recommend
  framework-bot recommend --answers goal=production,domain=nlp
  framework-bot recommend --full --answers goal=production
  framework-bot recommend --json --answers goal=mobile,background=tensorflow
  framework-bot recommend --markdown --answers domain=llm,where=servers > stack.md
  framework-bot recommend --jsonl < answers.jsonl

The questions are goal, domain, where, hardware, background, priority and size. goal is one of research, prototyping,
production, mobile, large-scale, learning; a wrong answer to any of them gets the list of its right ones. What --answers
leaves out counts as skipped. Without --answers, --json, --jsonl and --markdown it is a chat that begins with the first
question. --jsonl takes {"answers": {"goal": "mobile"}} a line.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from adapters.cli import chat
from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import CommandError
from adapters.terminal.display import standard_display
from adapters.terminal.printable import one_line, printable
from bot.recommendation.flow import AnswerError, Flow
from bot.recommendation.text import as_document, markdown, outcome_blocks, outcome_details
from bot.recommendation.token import State

_NO_RULES = "This knowledge base has no rules for a recommendation; add a recommendation.yaml to its folder."

_MOST_ECHOED = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--answers",
        metavar="QUESTION=OPTION,...",
        help="the answers, so that nothing is asked; an empty text skips all",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object, asking nothing")
    parser.add_argument("--jsonl", action="store_true", help="read answers from standard input, one JSON object a line")
    parser.add_argument("--markdown", action="store_true", help="print the whole outcome as Markdown, asking nothing")
    parser.add_argument(
        "--full",
        action="store_true",
        help="with --answers: print all reasons, what would change it, and all sources too",
    )
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    """Recommend. Raises CommandError for answers that do not exist."""
    if arguments.answers is None and not (arguments.json or arguments.jsonl or arguments.markdown):
        chat.talk(arguments, first="/recommend")
        return
    flow = Flow.of(make_bot(arguments).knowledge)
    if flow is None:
        raise CommandError(_NO_RULES)
    if arguments.jsonl:
        for number, line in enumerate(sys.stdin, start=1):
            if line.strip():
                print(json.dumps(as_document(flow, _line(flow, line, number))))
        return
    state = parsed(flow, arguments.answers or "")
    if arguments.json:
        print(json.dumps(as_document(flow, state), indent=2))
    elif arguments.markdown:
        print(printable(markdown(flow.outcome(state))), end="")
    else:
        outcome = flow.outcome(state)
        standard_display().show((*outcome_blocks(outcome), *(outcome_details(outcome) if arguments.full else ())))


def parsed(flow: Flow, answers: str) -> State:
    """The finished state for "goal=production,domain=nlp". Raises CommandError that says what to do."""
    given: dict[str, str] = {}
    for part in answers.split(","):
        if not part.strip():
            continue
        question, equals, option = (piece.strip().lower() for piece in part.partition("="))
        if not equals:
            raise CommandError(f'"{one_line(part, _MOST_ECHOED)}" is no answer; write it as question=option')
        if question in given:
            raise CommandError(f"{one_line(question, _MOST_ECHOED)} is answered twice; keep one of the two")
        given[question] = option
    return _finished(flow, given)


def _line(flow: Flow, line: str, number: int) -> State:
    """The finished state of a line of JSON. Raises CommandError that says which line is wrong."""
    try:
        given = json.loads(line)["answers"]
        answers = {str(question): str(option) for question, option in given.items() if option is not None}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandError(f'line {number} is not {{"answers": {{"goal": "mobile"}}}}') from None
    return _finished(flow, answers)


def _finished(flow: Flow, answers: Mapping[str, str]) -> State:
    try:
        return flow.finished(answers)
    except AnswerError as error:
        raise CommandError(one_line(str(error), 300)) from None

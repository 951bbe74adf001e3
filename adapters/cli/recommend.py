"""Recommend a framework after a few questions, each of which can be skipped.

examples:
  framework-bot recommend
  framework-bot recommend --questions
  framework-bot recommend --answers goal=production,domain=nlp
  framework-bot recommend --full --answers goal=production
  framework-bot recommend --json --answers goal=mobile,background=tensorflow
  framework-bot recommend --markdown --answers domain=llm,where=servers > stack.md
  framework-bot recommend --jsonl < answers.jsonl

goal is one of research, prototyping, production, mobile, large-scale, learning; --questions lists
the others. What --answers leaves out counts as skipped. Without --answers, --json, --jsonl and
--markdown the questions are asked one by one. --jsonl takes {"answers": {"goal": "mobile"}} a line.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import json
import sys
from collections.abc import Iterator
from functools import partial
from typing import Literal

from adapters.cli.options import add_knowledge, make_bot
from adapters.cli.output import CommandError
from adapters.terminal.display import Display, standard_display
from adapters.terminal.layout import numbered
from adapters.terminal.printable import one_line, printable
from adapters.terminal.session import ReadLine, Session, command, is_typed, piped, press
from bot.chat.incoming import Action
from bot.chat.view import Outgoing, View
from bot.dialog.answering import Bot
from bot.dialog.reply import Text
from bot.recommendation.flow import AnswerError, Flow
from bot.recommendation.text import as_document, markdown, outcome_blocks, outcome_details
from bot.recommendation.token import State

_HOW = (
    "Answer with a number or in your own words. Enter keeps what was chosen before, or skips the question. "
    "You can also type back, skip, restart or cancel."
)
_NO_RULES = "This knowledge base has no rules for a recommendation; add a recommendation.yaml to its folder."
_AGAIN = "To see this again: framework-bot recommend --full --answers {}"
_MORE = "To see all reasons and sources: framework-bot recommend --full --answers {}"

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
        "--full", action="store_true", help="print all reasons, what would change it, and all sources too"
    )
    parser.add_argument("--questions", action="store_true", help="only list the questions and what can be answered")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> None:
    """Recommend. Raises CommandError for answers that do not exist."""
    bot = make_bot(arguments)
    flow = Flow.of(bot.knowledge)
    if flow is None:
        raise CommandError(_NO_RULES)
    if arguments.questions:
        print(printable("\n".join(questions(flow))))
    elif arguments.json:
        print(json.dumps(as_document(flow, parsed(flow, arguments.answers or "")), indent=2))
    elif arguments.jsonl:
        for number, line in enumerate(sys.stdin, start=1):
            if line.strip():
                print(json.dumps(as_document(flow, _line(flow, line, number))))
    elif arguments.markdown:
        print(printable(markdown(flow.outcome(parsed(flow, arguments.answers or "")))), end="")
    elif arguments.answers is not None:
        outcome = flow.outcome(parsed(flow, arguments.answers))
        standard_display().show((*outcome_blocks(outcome), *(outcome_details(outcome) if arguments.full else ())))
    else:
        read = partial(input, "> ") if is_typed() else piped(sys.stdin.buffer)
        converse(bot, flow, read, standard_display(), full=arguments.full)


def converse(bot: Bot, flow: Flow, read: ReadLine, display: Display, *, full: bool = False) -> State | None:
    """Ask question after question up to the outcome; its state, or None where the person stopped or the lines ended.
    `full`: the details are shown below the outcome. Raises KeyboardInterrupt where `read` does."""
    session = Session(lambda: bot, display)
    session.show(Text(_HOW))
    token = ""
    with asyncio.Runner() as runner:
        reply: Outgoing | Literal["leave"] | None = runner.run(session.chat.handle(command("recommend")))
        while True:
            shown = _token(reply) if isinstance(reply, Outgoing) else None
            state = flow.at(shown or token).state
            if reply == "leave" or state.stopped:
                session.show(Text("Stopped."))
                return None
            if isinstance(reply, Outgoing):
                runner.run(session.post(reply))
                if shown is None:  # the answer to a question in between: then we ask again
                    reply = runner.run(session.chat.handle(press(Action("move", ("", token)))))
                    continue
                token = shown
                if flow.asked(state) is None:
                    if full:
                        session.show(*session.details)
                    answers = ",".join(f"{question}={option}" for question, option in state.answers) or '""'
                    session.show(Text((_AGAIN if full else _MORE).format(answers)))
                    return state
            try:
                reply = runner.run(session.reply(read()))
            except EOFError:
                return None


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
        given[question] = _checked(flow, question, option)
    return flow.finished(given)


def questions(flow: Flow) -> Iterator[str]:
    """Every question with the ids of its options and their labels."""
    for question in flow.rules.questions:
        yield f"{question.id}: {question.text}"
        width = max(len(option.id) for option in question.options)
        yield from (f"  {option.id:<{width}}  {option.label}" for option in question.options)


def _line(flow: Flow, line: str, number: int) -> State:
    """The finished state of a line of JSON. Raises CommandError that says which line is wrong."""
    try:
        given = json.loads(line)["answers"]
        answers = {str(question): str(option) for question, option in given.items() if option is not None}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CommandError(f'line {number} is not {{"answers": {{"goal": "mobile"}}}}') from None
    return flow.finished({question: _checked(flow, question, option) for question, option in answers.items()})


def _token(reply: Outgoing) -> str | None:
    """The state of the guided recommendation that a message shows; None where it shows something else."""
    buttons = numbered(reply.view.blocks) if isinstance(reply.view, View) else ()
    return next((button.action.fields[1] for button in buttons if button.action.name == "move"), None)


def _checked(flow: Flow, question: str, option: str) -> str:
    try:
        return flow.checked(question, option)
    except AnswerError as error:
        names = {known.id: [o.id for o in known.options] for known in flow.rules.questions}
        near = difflib.get_close_matches(option if question in names else question, names.get(question, names), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise CommandError(f"{one_line(str(error), 300)}{hint}") from None

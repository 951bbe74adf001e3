"""`framework-bot recommend`: the guided recommendation as a dialogue, or at once for a script.

`converse` is the dialogue by itself, for /recommend inside a conversation.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Iterator

from adapters.terminal.display import Display, PlainDisplay, RichDisplay
from adapters.terminal.errors import CommandError
from adapters.terminal.lines import Lines, PipedLines
from adapters.terminal.options import add_knowledge, make_bot
from adapters.terminal.printable import one_line, printable
from bot.answering import Bot
from bot.recommendation.flow import CANCEL, NEXT, SKIP, AnswerError, Flow, State, Step, Stopped
from bot.recommendation.outcome import Outcome
from bot.recommendation.text import BAR, as_json, outcome_blocks, step_text
from bot.reply import Prose

_DESCRIPTION = "Recommend a framework after a few questions, each of which can be skipped."

_EPILOG = """\
examples:
  framework-bot recommend
  framework-bot recommend --questions
  framework-bot recommend --answers goal=production,domain=nlp
  framework-bot recommend --json --answers goal=mobile,background=tensorflow

goal is one of research, prototyping, production, mobile, large-scale, learning; --questions lists
the others. What --answers leaves out counts as skipped. Without --answers and --json the questions
are asked one by one.
"""

_HOW = (
    "Answer with a number or in your own words. Enter keeps what was chosen before, or skips; "
    "back, skip, restart and cancel do what they say."
)
_NO_RULES = "This knowledge base has no rules for a recommendation; add a recommendation.yaml to its folder."
_NOT_IN_CHAT = "There is no guided recommendation in this knowledge base."
_AGAIN = "To see this again: framework-bot recommend --answers {}"

_MOST_ECHOED = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `framework-bot recommend` takes."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.add_argument(
        "--answers",
        metavar="QUESTION=OPTION,...",
        help="the answers, so that nothing is asked; an empty text skips all",
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object, asking nothing")
    parser.add_argument("--questions", action="store_true", help="only list the questions and what can be answered")
    add_knowledge(parser)


def run(arguments: argparse.Namespace) -> int:
    """Recommend; 0. Raises CommandError for answers that do not exist."""
    bot = make_bot(arguments)
    flow = Flow.of(bot.knowledge)
    if flow is None:
        raise CommandError(_NO_RULES)
    if arguments.questions:
        print(printable("\n".join(questions(flow))))
    elif arguments.json:
        outcome = flow.outcome(parsed(flow, arguments.answers or ""))
        print(json.dumps(as_json(outcome), indent=2))
    elif arguments.answers is not None:
        _display().show(outcome_blocks(flow.outcome(parsed(flow, arguments.answers)), bar=_bar()))
    else:
        converse(bot, _lines(), _display())
    return 0


def converse(bot: Bot, lines: Lines, display: Display) -> Outcome | None:
    """Ask question after question and show where they lead; None where the person stopped or the lines ended.

    Raises KeyboardInterrupt where `lines` does.
    """
    flow = Flow.of(bot.knowledge)
    if flow is None:
        display.show([Prose(_NOT_IN_CHAT)])
        return None
    state = flow.start()
    notice = _HOW
    while True:
        view = flow.view(state)
        if isinstance(view, Outcome):
            display.show(outcome_blocks(view, bar=_bar()))
            display.show([Prose(_AGAIN.format(answers_text(state) or '""'))])
            return view
        if isinstance(view, Stopped):
            display.show([Prose("Stopped.")])
            return None
        display.show([Prose(f"{notice}\n\n{step_text(view)}" if notice else step_text(view))])
        try:
            line = lines.read()
        except EOFError:
            return None
        state, notice = _after(flow, state, view, line)


def parsed(flow: Flow, answers: str) -> State:
    """The finished state for "goal=production,domain=nlp". Raises CommandError with the mend."""
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


def answers_text(state: State) -> str:
    """The answers as --answers takes them."""
    return ",".join(f"{question}={option}" for question, option in state.answers)


def _after(flow: Flow, state: State, step: Step, line: str) -> tuple[State, str]:
    """Where a line leads, and what to say before the next question."""
    text = line.strip()
    if not text:
        return flow.do(state, NEXT if step.chosen else SKIP), ""
    if text.lower() in ("/quit", "/exit"):
        return flow.do(state, CANCEL), ""
    heard = flow.hear(state, text)
    return heard.state, heard.hint


def _checked(flow: Flow, question: str, option: str) -> str:
    try:
        return flow.checked(question, option)
    except AnswerError as error:
        names = {known.id: [o.id for o in known.options] for known in flow.rules.questions}
        near = difflib.get_close_matches(option if question in names else question, names.get(question, names), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise CommandError(f"{one_line(str(error), 300)}{hint}") from None


def _display() -> Display:
    return RichDisplay() if sys.stdout.isatty() else PlainDisplay(sys.stdout)


def _lines() -> Lines:
    return _TypedLines() if sys.stdin.isatty() and sys.stdout.isatty() else PipedLines(sys.stdin.buffer)


class _TypedLines:
    """Lines typed at a simple prompt: answers are short, and no history is kept of them."""

    def read(self) -> str:
        """The next line. Raises EOFError on Ctrl-D, KeyboardInterrupt on Ctrl-C."""
        return input("> ")


def _bar() -> str:
    """What bars are made of here."""
    try:
        BAR.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "#"
    return BAR

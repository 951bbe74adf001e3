"""One person's conversation in the terminal: lines in, reply blocks out.

Knows nothing of screens and keyboards, so that a pipe, a prompt and a test hold the same conversation.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapters.terminal.explanation import explanation
from adapters.terminal.printable import one_line
from adapters.terminal.topics import group_of, groups, topic_blocks
from bot.answering import Bot, turn_after
from bot.question import Question, Turn
from bot.reply import Block, Choices, Prose, Reply

COMMANDS = {
    "/help": "this list",
    "/topics": "what I know; /topics GROUP lists a group to pick from",
    "/why": "why I gave the last answer",
    "/recommend": "a few questions that lead to a recommendation",
    "/quit": "leave; so does Ctrl-D",
}
"""What the commands do, in the order /help tells them."""

_HELP_END = """\
Anything else is a question: "which one is better for phones", "pytorch vs jax", "and for research?".
A number picks from the last list. Ctrl-C clears the line."""

_LEAVING = {"/quit", "/exit", "quit", "exit"}

_MOST_ECHOED = 40


@dataclass(frozen=True, slots=True)
class Response:
    """What a line leads to: blocks to show, the guided recommendation, or the end."""

    blocks: tuple[Block, ...] = ()
    recommend: bool = False
    leave: bool = False


class Conversation:
    """Remembers the previous exchange as ids. `bot` is asked for anew for each line, so it may be swapped."""

    def __init__(self, bot: Callable[[], Bot]) -> None:
        self._current = bot
        self._turn: Turn | None = None
        self._last: Reply | None = None
        self._refusable = False

    @property
    def bot(self) -> Bot:
        """The bot to ask now."""
        return self._current()

    def respond(self, line: str) -> Response:
        """What to do about one line, whatever it holds."""
        text = line.strip()
        if text.lower() in _LEAVING:
            return Response(leave=True)
        if text.startswith("/"):
            return self._command(text)
        offered = self._turn.offered if self._turn is not None else ()
        number = _number(text)
        if number is not None and offered:
            return self._choose(number, offered)
        titled = self._titled(text)
        if titled is not None:
            return self.pick(titled)
        return self._said(self.bot.answer(Question(line, self._turn)))

    def pick(self, entry: str) -> Response:
        """The entry that was offered or completed; a kind refusal where it no longer exists."""
        return self._said(self.bot.show(entry))

    def _said(self, reply: Reply) -> Response:
        turn = turn_after(reply)
        if reply.outcome != "social" or turn.answered or turn.offered:
            self._turn = turn  # a thank-you in between does not end the subject
            last = next((block for block in reversed(reply.blocks) if isinstance(block, Choices)), None)
            self._refusable = last is not None and last.none_of_these
        self._last = reply
        return Response(reply.blocks)

    def _choose(self, number: int, offered: Sequence[str]) -> Response:
        if 1 <= number <= len(offered):
            return self.pick(offered[number - 1])
        if self._refusable and number == len(offered) + 1:
            return self._said(self.bot.answer(Question("none of these", self._turn)))
        return Response((Prose(f"Choose a number from 1 to {len(offered) + self._refusable}, or ask something else."),))

    def _titled(self, text: str) -> str | None:
        """The entry whose title was typed or completed, in any case."""
        wanted = text.casefold()
        entries = self.bot.knowledge.entries.values()
        return next(
            (entry.id for entry in entries if entry.kind == "answer" and entry.title.casefold() == wanted), None
        )

    def _command(self, text: str) -> Response:
        name, _, argument = text.partition(" ")
        match name.lower():
            case "/help":
                return Response((_help(),))
            case "/topics":
                return self._topics(argument.strip())
            case "/why":
                return Response((self._why(),))
            case "/recommend":
                return Response(recommend=True)
        near = difflib.get_close_matches(name.lower(), COMMANDS, n=1)
        hint = f"Did you mean {near[0]}?" if near else "/help lists what there is."
        return Response((Prose(f'"{one_line(name, _MOST_ECHOED)}" is no command. {hint}'),))

    def _topics(self, wanted: str) -> Response:
        knowledge = self.bot.knowledge
        known = groups(knowledge)
        group = group_of(wanted, known) if wanted else None
        if wanted and group is None:
            hint = f"The groups are: {', '.join(known)}."
            return Response((Prose(f'There is no group "{one_line(wanted, _MOST_ECHOED)}". {hint}'),))
        blocks = topic_blocks(knowledge, group)
        offered = tuple(option.entry for block in blocks if isinstance(block, Choices) for option in block.options)
        if offered:
            self._turn = Turn(self._turn.answered if self._turn is not None else (), offered)
            self._refusable = False
        return Response(blocks)

    def _why(self) -> Block:
        if self._last is None:
            return Prose("There is nothing to explain yet. Ask something first.")
        return Prose("\n".join(explanation(self._last)))


def _number(text: str) -> int | None:
    """The number that was typed: "2", "2." or "#2"."""
    digits = text.removeprefix("#").removesuffix(".").removesuffix(")")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


def _help() -> Prose:
    width = max(map(len, COMMANDS))
    lines = [f"{name:<{width}}  {what}" for name, what in COMMANDS.items()]
    return Prose("\n".join([*lines, "", _HELP_END]))

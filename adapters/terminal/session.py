"""One person's conversation in the terminal: a line in, a reply on the display.

It reads no keyboard, so that a prompt, a pipe and a test hold the same conversation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO

from adapters.terminal.display import Display
from adapters.terminal.layout import numbered
from adapters.terminal.parser import COMMANDS, Local, parse
from bot.chat.flow import further
from bot.chat.records import MemoryRecords
from bot.chat.service import ChatService
from bot.chat.view import Button, Buttons, Capabilities, Outgoing, View, ViewBlock
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply, Text
from bot.dialog.text_renderer import explanation
from bot.recommendation.text import outcome_details

CAPABILITIES = Capabilities(
    name="terminal",
    help=(
        'Type a question: "which one is better for phones", "pytorch vs jax", "and for research?".',
        "A number chooses from the last list; the title of a topic shows it. Ctrl-C clears the line.",
        *(f"{name}: {what}" for name, what in COMMANDS.items()),
    ),
    private_replies=False,
    forms=False,
    reads_channels=False,
    privacy="Nothing: what you type stays on this machine, in a history file that only you can read.",
)

ReadLine = Callable[[], str]
"""Gives the next line without its end. Raises EOFError after the last, KeyboardInterrupt on Ctrl-C."""

_NOTHING_MORE = "There is nothing more to show. Ask something first."
_NOTHING_YET = "There is nothing to explain yet. Ask something first."


def piped(stream: BinaryIO) -> ReadLine:
    """Lines of a byte stream; bytes that are not UTF-8 are read as replacement characters."""

    def read() -> str:
        line = stream.readline()
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    return read


def is_typed() -> bool:
    """Whether a person types at a terminal, rather than a pipe."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Session:
    """A conversation with the bot as of now: `bot` is asked for at each line, so it may be replaced meanwhile."""

    def __init__(self, bot: Callable[[], Bot], display: Display) -> None:
        self.chat = ChatService(bot, MemoryRecords(), CAPABILITIES)
        self.buttons: Sequence[Button] = ()
        """What a number chooses from: the buttons of what was shown last."""
        self._display = display
        self.details: tuple[ViewBlock, ...] = ()
        """The rest of the answer or recommendation that was shown last."""
        self._last: Reply | None = None

    async def answer(self, line: str) -> bool:
        """Show the reply to a line, whatever it holds; False where it asks to leave."""
        reply = await self.reply(line)
        if isinstance(reply, Outgoing):
            await self.post(reply)
        return reply != Local("leave")

    async def reply(self, line: str) -> Outgoing | Local | None:
        """The reply to a line, not shown yet; what the terminal does by itself is done."""
        parsed = parse(line, self.buttons, self.chat.bot.knowledge)
        if not isinstance(parsed, Local):
            return await self.chat.handle(parsed)
        if parsed.name == "why":
            self.show(Text(explanation(self._last) if self._last is not None else _NOTHING_YET))
        elif parsed.name == "more":
            self.buttons = numbered(self.details) or self.buttons
            self.show(*(self.details or (Text(_NOTHING_MORE),)))
        elif parsed.name == "say":
            self.show(Text(parsed.text))
        return parsed

    async def post(self, outgoing: Outgoing) -> None:
        """Show a reply. From then on numbers choose from its buttons."""
        assert isinstance(outgoing.view, View)  # noqa: S101 - there are no forms in a terminal
        self.buttons = numbered(outgoing.view.blocks)
        self._last = outgoing.reply or self._last
        if outgoing.reply is None:
            self.details = self._outcome_details(outgoing.view) or self.details
        elif outgoing.reply.outcome != "social":  # a thank-you does not end the subject
            self.details = outgoing.reply.details
        self._display.show(outgoing.view.blocks)
        await self.chat.posted(outgoing)

    def _outcome_details(self, view: View) -> tuple[ViewBlock, ...]:
        """The rest of the recommendation that a view shows, and where it leads on to; nothing where it shows none."""
        rows = [block.buttons for block in view.blocks if isinstance(block, Buttons)]
        tokens = [button.action.fields[0] for row in rows for button in row if button.action.name == "outcome_details"]
        flow = self.chat.flow
        if not tokens or flow is None:
            return ()
        outcome = flow.outcome(flow.at(tokens[0]).state)
        return (*outcome_details(outcome), *further(flow, outcome, ""))

    def show(self, *blocks: ViewBlock) -> None:
        """Show something next to the conversation: numbers still choose from what was shown before."""
        self._display.show(blocks)

"""One person's conversation in the terminal: a typed line in, a reply on the display.

It reads no keyboard, so that a prompt, a pipe and a test hold the same conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.terminal.display import Display
from adapters.terminal.layout import numbered
from adapters.terminal.printable import one_line
from bot.chat.capabilities import Capabilities
from bot.chat.flow import asked_token, further
from bot.chat.incoming import Action, Command, Incoming, Message, Place, Press
from bot.chat.records import MemoryRecords
from bot.chat.service import ChatService
from bot.chat.view import Button, Buttons, Outgoing, View, ViewBlock
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply, Text
from bot.dialog.text_renderer import explanation
from bot.recommendation.flow import NEXT
from bot.recommendation.text import outcome_details
from knowledge.model import KnowledgeBase

COMMANDS = {
    "/help": "how to ask",
    "/topics": "what I know; /topics GROUP lists one group",
    "/recommend": "a few questions that lead to a recommendation",
    "/privacy": "what is stored",
    "/more": "the details of the last answer, and all sources",
    "/why": "why I gave the last answer",
    "/quit": "leave; so does Ctrl-D",
}
"""Every command and what it does, in the order in which they are listed."""

PLACE = Place("terminal", None, "terminal", "direct", thread="terminal")
USER = "you"

_MOST_ECHOED = 40

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


class Session:
    """A conversation with the bot as of now: `bot` is asked for at each line, so it may be replaced meanwhile."""

    def __init__(self, bot: Callable[[], Bot], display: Display) -> None:
        self.chat = ChatService(bot, MemoryRecords(), CAPABILITIES)
        self.buttons: Sequence[Button] = ()
        """What a number chooses from: the buttons of what was shown last."""
        self._display = display
        self._details: tuple[ViewBlock, ...] = ()
        """The rest of the answer or recommendation that was shown last."""
        self._last: Reply | None = None

    async def answer(self, line: str) -> bool:
        """Show the reply to a line, whatever it holds; False where it asks to leave. What the terminal says by itself
        leaves the numbers as they are."""
        text, token = line.strip().lower(), asked_token(button.action for button in self.buttons)
        if text in ("/quit", "/exit") or (token is None and text in ("quit", "exit")):
            return False
        match text.partition(" ")[0]:
            case "/why":
                self._display.show([Text(explanation(self._last) if self._last is not None else _NOTHING_YET)])
            case "/more":
                self.buttons = numbered(self._details) or self.buttons
                self._display.show(self._details or [Text(_NOTHING_MORE)])
            case _:
                parsed = _parsed(line, self.buttons, token, self.chat.bot.knowledge)
                if isinstance(parsed, str):
                    self._display.show([Text(parsed)])
                elif (outgoing := await self.chat.handle(parsed)) is not None:
                    await self.post(outgoing)
        return True

    async def post(self, outgoing: Outgoing) -> None:
        """Show a reply. From then on numbers choose from its buttons."""
        assert isinstance(outgoing.view, View)  # noqa: S101 - there are no forms in a terminal
        self.buttons = numbered(outgoing.view.blocks)
        self._last = outgoing.reply or self._last
        if outgoing.reply is None:
            self._details = self._outcome_details(outgoing.view) or self._details
        elif outgoing.reply.outcome != "social":  # a thank-you does not end the subject
            self._details = outgoing.reply.details
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


def _parsed(line: str, shown: Sequence[Button], token: str | None, knowledge: KnowledgeBase) -> Incoming | str:
    """What `line` means after a message with the buttons `shown`, of which `token` asks a question; a text that is said
    where it means nothing."""
    text = line.strip()
    if text.startswith("/"):
        return _command(text)
    number = _number(text)
    if number is not None and shown:
        if 1 <= number <= len(shown):
            return press(shown[number - 1].action)
        return f"Choose a number from 1 to {len(shown)}, or ask something else."
    if token is not None and not text:
        return press(Action("move", (NEXT, token)))  # skips what has no answer yet
    titled = _titled(text, knowledge) if token is None else None
    if titled is not None:
        return press(Action("show", ("", titled)))
    return Message(place=PLACE, user=USER, text=line, address="direct", flow_token=token)


def press(action: Action | None) -> Press:
    """An action chosen by its number."""
    return Press(place=PLACE, user=USER, action=action)


def _command(text: str) -> Incoming | str:
    name, _, argument = text.partition(" ")
    name = name.lower()
    if name in COMMANDS:
        return Command(place=PLACE, user=USER, name=name.removeprefix("/"), text=argument.strip())
    return f'"{one_line(name, _MOST_ECHOED)}" is not a command. /help lists what there is.'


def _number(text: str) -> int | None:
    """The number that was typed: "2", "2.", "2)" or "#2"."""
    digits = text.removeprefix("#").removesuffix(".").removesuffix(")")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


def _titled(text: str, knowledge: KnowledgeBase) -> str | None:
    """The entry with this title, in any case."""
    wanted = text.casefold()
    entries = knowledge.entries.values()
    return next((entry.id for entry in entries if entry.kind == "answer" and entry.title.casefold() == wanted), None)

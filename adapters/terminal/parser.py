"""A typed line -> what the chat layer takes, or something that only the terminal does."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from adapters.terminal.printable import one_line
from bot.chat.flow import asked_token
from bot.chat.incoming import Action, Command, Incoming, Message, Place, Press
from bot.chat.view import Button
from bot.recommendation.flow import NEXT, SKIP
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

_LEAVING = ("/quit", "/exit")
_MOST_ECHOED = 40


@dataclass(frozen=True, slots=True)
class Local:
    """What the terminal does by itself: leave, show the details of the last answer, explain it, or say `text`."""

    name: Literal["leave", "more", "why", "say"]
    text: str = ""


def parse(  # noqa: PLR0911 - one for each kind of line
    line: str, shown: Sequence[Button], knowledge: KnowledgeBase
) -> Incoming | Local:
    """What `line` means after a message with the buttons `shown`, whatever it holds."""
    text = line.strip()
    token = asked_token(button.action for button in shown)
    if text.lower() in _LEAVING or (token is None and text.lower() in ("quit", "exit")):
        return Local("leave")
    if text.startswith("/"):
        return _command(text)
    number = _number(text)
    if number is not None and shown:
        if 1 <= number <= len(shown):
            return press(shown[number - 1].action)
        return Local("say", f"Choose a number from 1 to {len(shown)}, or ask something else.")
    if token is not None and not text:
        return press(Action("move", (NEXT if _is_answered(shown) else SKIP, token)))
    titled = _titled(text, knowledge) if token is None else None
    if titled is not None:
        return press(Action("show", ("", titled)))
    return Message(place=PLACE, user=USER, text=line, address="direct", flow_token=token)


def press(action: Action | None) -> Press:
    """An action chosen by its number."""
    return Press(place=PLACE, user=USER, action=action)


def command(name: str, text: str = "") -> Command:
    """A command of the chat layer."""
    return Command(place=PLACE, user=USER, name=name, text=text)


def _command(text: str) -> Incoming | Local:
    name, _, argument = text.partition(" ")
    name = name.lower()
    if name == "/more":
        return Local("more")
    if name == "/why":
        return Local("why")
    if name in COMMANDS:
        return command(name.removeprefix("/"), argument.strip())
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"Did you mean {near[0]}?" if near else "/help lists what there is."
    return Local("say", f'"{one_line(name, _MOST_ECHOED)}" is not a command. {hint}')


def _number(text: str) -> int | None:
    """The number that was typed: "2", "2.", "2)" or "#2"."""
    digits = text.removeprefix("#").removesuffix(".").removesuffix(")")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


def _is_answered(shown: Sequence[Button]) -> bool:
    return any(button.action.name == "move" and button.action.fields[0] == NEXT for button in shown)


def _titled(text: str, knowledge: KnowledgeBase) -> str | None:
    """The entry with this title, in any case."""
    wanted = text.casefold()
    entries = knowledge.entries.values()
    return next((entry.id for entry in entries if entry.kind == "answer" and entry.title.casefold() == wanted), None)

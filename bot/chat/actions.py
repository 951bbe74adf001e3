"""Actions: what buttons do, each declared once, and the text by which a button carries one.

Declaring a handler declares the action:

    @action("Share in channel")
    async def share(chat: ChatService, press: Press, *entries: str) -> Outgoing: ...

    button("share", "compare.mobile")      # a Button that carries Action("share", ("compare.mobile",))

The fields of an action are the parameters after the first two. The text, `pack`, is the same on every platform:

    2:show:q7zm2pab:compare.mobile      version, name, fields

It comes back from people, who can change it, possibly from a message that is months old: `unpack` checks it like
any input, and gives None for what cannot be read.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from urllib.parse import quote, unquote

from bot.chat.incoming import Action
from bot.chat.view import Button, Outgoing, Style

VERSION = "2"

LONGEST = 100
"""Characters of a packed action: what the strictest platform lets a button carry."""

_SHORTENED = "~"
"""Begins a field that is only a hash of what it stands for."""

_SAFE = "!$'()*+,;=@"

Handler = Callable[..., Awaitable[Outgoing]]


class NotDoneError(Exception):
    """Raised by a handler that does not do what was asked; `outgoing` says why."""

    def __init__(self, outgoing: Outgoing) -> None:
        super().__init__()
        self.outgoing = outgoing


ACTIONS: dict[str, Handler] = {}
"""The handler of every action by name. Its signature says how many fields the action takes."""

_LABELS: dict[str, str] = {}


def button(
    name: str,
    *fields: str,
    label: str = "",
    style: Style = "plain",
    description: str = "",
    chosen: bool = False,
    confirm: str = "",
) -> Button:
    """A button for the action `name` with these fields. Raises KeyError where no such action was declared."""
    return Button(label or _LABELS[name], Action(name, fields), style, description, chosen, confirm)


def action(label: str = "") -> Callable[[Handler], Handler]:
    """Declare the decorated handler as an action named after it; `label` is the usual text of its button."""

    def declare(handler: Handler) -> Handler:
        name = handler.__name__.strip("_")
        ACTIONS[name], _LABELS[name] = handler, label
        return handler

    return declare


def pack(action: Action) -> str:
    """The text of an action, at most 100 characters: fields that are too long for it are hashed, see `expand`."""
    fields = [_quoted(field) for field in action.fields]
    while len(text := ":".join((VERSION, action.name, *fields))) > LONGEST:
        longest = max(range(len(fields)), key=lambda number: len(fields[number]))
        shortened = _hash(action.fields[longest])
        if len(fields[longest]) <= len(shortened):
            raise ValueError(f"the fields of {action.name} do not fit into {LONGEST} characters")
        fields[longest] = shortened
    return text


def unpack(text: object) -> Action | None:
    """The action that a text carries; None where it is none, or none that exists any more."""
    if not isinstance(text, str) or len(text) > 2_000:
        return None
    version, _, rest = text.partition(":")
    if version != VERSION:
        return _legacy(text)
    name, *fields = rest.split(":")
    return _checked(Action(name, tuple(map(unquote, fields))))


def expand(field: str, known: Iterable[str]) -> str:
    """What a hashed field stands for, of the `known` texts; the field itself where it is not hashed or unknown."""
    if not field.startswith(_SHORTENED):
        return field
    return next((text for text in known if _hash(text) == field), field)


def _checked(found: Action) -> Action | None:
    if found.name not in ACTIONS:
        return None
    try:
        inspect.signature(ACTIONS[found.name]).bind("chat", "press", *found.fields)
    except TypeError:  # fewer or more fields than it takes
        return None
    return found


def _quoted(field: str) -> str:
    quoted = quote(field, safe=_SAFE, errors="replace")
    return "%7E" + quoted[1:] if quoted.startswith(_SHORTENED) else quoted


def _hash(text: str) -> str:
    return _SHORTENED + hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _legacy(text: str) -> Action | None:
    """Buttons of messages that version 0.1 posted: "1|show|ENTRY" and "f1:e:OWNER:ENTRY"."""
    version, *fields = text.split("|" if text.startswith("1|") else ":")
    name, *ids = fields or [""]
    found = _LEGACY.get(version, {}).get(name)
    try:
        return _checked(found(ids)) if found is not None else None
    except IndexError:
        return None


_LEGACY_PIPED: dict[str, Callable[[list[Any]], Action]] = {
    "show": lambda ids: Action("show", ("", ids[0])),
    "none": lambda _: Action("none_fits", ("",)),
    "share": lambda ids: Action("share", tuple(ids)),
    "helpful": lambda ids: Action("vote", ("y", ids[0], ids[1])),
    "unhelpful": lambda ids: Action("vote", ("n", ids[0], ids[1])),
    "start": lambda _: Action("start", ("",)),
    "compare": lambda _: Action("compare"),
    "topics": lambda _: Action("topics", ("", "", "0")),
    "help": lambda _: Action("help"),
    "privacy": lambda _: Action("privacy"),
    "set": lambda ids: Action("set", ("", ids[0], ids[1])),
    "forget": lambda _: Action("forget"),
}
_LEGACY_COLONS: dict[str, Callable[[list[Any]], Action]] = {
    "e": lambda ids: Action("show", (ids[0], ids[1])),
    "c": lambda ids: Action("choose", (ids[0], ids[1])),
    "n": lambda ids: Action("none_fits", (ids[0],)),
    "v": lambda ids: Action("vote", (ids[0], ids[1], "")),
    "s": lambda ids: Action("share", (ids[0],)),
    "b": lambda ids: Action("start", (ids[0],)),
    "m": lambda ids: Action("move", (ids[0], ids[1])),
    "w": lambda ids: Action("words", (ids[0],)),
    "o": lambda ids: Action("share_outcome", (ids[0],)),
    "t": lambda ids: Action("topics", (ids[0], ids[2], ids[1])),
    "d": lambda _: Action("forget"),
}
_LEGACY = {"1": _LEGACY_PIPED, "f1": _LEGACY_COLONS}

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
    name, *fields = rest.split(":")
    if version != VERSION or name not in ACTIONS:
        return None
    found = Action(name, tuple(map(unquote, fields)))
    try:
        inspect.signature(ACTIONS[name]).bind("chat", "press", *found.fields)
    except TypeError:  # fewer or more fields than it takes
        return None
    return found


def expand(field: str, known: Iterable[str]) -> str:
    """What a hashed field stands for, of the `known` texts; the field itself where it is not hashed or unknown."""
    if not field.startswith(_SHORTENED):
        return field
    return next((text for text in known if _hash(text) == field), field)


def _quoted(field: str) -> str:
    quoted = quote(field, safe=_SAFE, errors="replace")
    return "%7E" + quoted[1:] if quoted.startswith(_SHORTENED) else quoted


def _hash(text: str) -> str:
    return _SHORTENED + hashlib.blake2s(text.encode("utf-8", "replace"), digest_size=8).hexdigest()

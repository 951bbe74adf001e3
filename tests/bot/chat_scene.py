"""What arrives in a chat, on a platform that has everything, and what is shown."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from bot.chat.capabilities import Capabilities
from bot.chat.incoming import Command, Message, Place, Press
from bot.chat.service import ChatService
from bot.chat.view import Button, Buttons, Form, Menu, Outgoing, Setting, View, Vote
from bot.dialog.text_renderer import plain_text
from tests.bot.small_knowledge import bot

BOT = bot()
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAPABILITIES = Capabilities(name="chat", help=("Ask.",), settings_command="/settings", search=True)
CHANNEL = Place("chat", "T1", "C1", "channel")
THREAD = Place("chat", "T1", "C1", "thread", "C1:17.5")
DIRECT = Place("chat", None, "D1", "direct", "D1")


_messages = itertools.count(1)


async def exchange(chat: ChatService, incoming: Message | Command | Press, *ids: str) -> Outgoing | None:
    """What it leads to, shown as the messages `ids`."""
    outgoing = await chat.handle(incoming)
    if outgoing is not None:
        await chat.posted(outgoing, ids or [f"m{next(_messages)}"])
    return outgoing


def message(text: str, place: Place = THREAD, user: str = "U1", **more: object) -> Message:
    address = "direct" if place.direct else "mention"
    return Message(**{"place": place, "user": user, "text": text, "address": address, **more})


def overheard(text: str, place: Place = THREAD, user: str = "U2", **more: object) -> Message:
    return message(text, place, user, address="overheard", **more)


def command(name: str, place: Place = CHANNEL, user: str = "U1", **more: object) -> Command:
    return Command(**{"place": place, "user": user, "name": name, "rights": "all", **more})


def pressed(button: Button, place: Place = CHANNEL, user: str = "U1", **more: object) -> Press:
    return Press(**{"place": place, "user": user, "action": button.action, "message": "m0", "rights": "all", **more})


def buttons(outgoing: Outgoing) -> dict[str, Button]:
    """Every button of what is shown, by label."""
    assert isinstance(outgoing.view, View)
    found: list[Button] = []
    for block in outgoing.view.blocks:
        match block:
            case Buttons(row) | Menu(_, row):
                found += row
            case Vote(helpful, unhelpful):
                found += (helpful, unhelpful)
            case Setting(_, states):
                found += states
    return {button.label: button for button in found}


def text(outgoing: Outgoing) -> str:
    """All words of what is shown, without buttons."""
    view = outgoing.view
    if isinstance(view, Form):
        return " ".join([view.title, *(one.label for one in view.inputs)])
    return plain_text(view.blocks)

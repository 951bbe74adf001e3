"""A third platform in few lines: people connect by TCP, and write and read lines of JSON.

    {"in": "#room", "id": "e1", "text": "pytorch or jax?", "to": ["bot"]}     a message; "in" a name: a direct message
    {"in": "#room", "command": "settings", "options": {"passive": "on"}}
    {"in": "#room", "press": "2:show::beyond.jax", "on": "m3"}                a button of message m3

Each leads to messages, and then to an empty line.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from functools import partial
from typing import Any

from bot.chat.actions import pack, unpack
from bot.chat.capabilities import Capabilities
from bot.chat.dispatcher import Dispatcher
from bot.chat.flow import asked_token
from bot.chat.incoming import Command, Deletion, Incoming, Message, Place, Press
from bot.chat.view import Button, Buttons, DoneBy, Menu, Outgoing, Setting, View, Vote
from bot.dialog.text_renderer import plain_text

CAPABILITIES = Capabilities(
    name="example", help=("Write: bot, ...",), settings_command="settings", forms=False, deletes=True
)


class ExamplePlatform:
    """Serves everybody who connects."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self._people: set[asyncio.StreamWriter] = set()
        self._posted: dict[str, str | None] = {}  # message -> token of the question that it asks
        self._first: dict[str, tuple[str, ...]] = {}  # thread -> its first message, and what came with it
        self._ids = itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = (await reader.readline()).decode().strip()
        self._people.add(writer)
        while line := await reader.readline():
            event = json.loads(line)
            await self._dispatcher.serve(self.parse(event, user), self.poster(event, writer, user))
            writer.write(b"\n")
        self._people.remove(writer)
        writer.close()

    def parse(self, event: dict[str, Any], user: str) -> Incoming:
        room, on, to = event["in"], event.get("on", ""), event.get("to", ())
        kind, thread = ("channel", event.get("thread")) if room.startswith("#") else ("direct", room)
        place, private = Place("example", "net", room, kind, thread), event.get("private")
        rights = event.get("rights", "none")
        if "press" in event:
            action = unpack(event["press"])
            return Press(place=place, user=user, action=action, message=on, private=bool(private), rights=rights)
        if "command" in event:
            name, text, options = event["command"], event.get("text", ""), event.get("options", {})
            return Command(
                place=place, user=user, name=name, text=text, options=options, private=private, rights=rights
            )
        attached = tuple(filter(None, [event.get("with")]))
        key = f"example:{event['id']}"
        if event.get("deleted"):
            return Deletion(place=place, deleted=key)
        first = self._first.get(thread or "")
        self._first.setdefault(thread or "", (event["text"], *attached))
        addressed = "mention" if "bot" in to else "reply" if on in self._posted else "overheard"
        return Message(
            place=place,
            user=user,
            key=key + event.get("edit", ""),
            edits=key if "edit" in event else "",
            text=event["text"],
            attached=attached,
            address="direct" if place.direct else addressed,
            reply_to=on or None,
            others_addressed=bool({*to} - {"bot"}),
            earlier=None if thread is None or first is None else partial(asyncio.sleep, 0, first),
            flow_token=self._posted.get(on),
        )

    def poster(self, event: dict[str, Any], writer: asyncio.StreamWriter, user: str) -> Any:
        async def post(outgoing: Outgoing) -> list[str]:
            view = outgoing.view
            assert isinstance(view, View)  # there are no forms
            if view.mode == "delete":
                for one in outgoing.also_deleted or (event["on"],):
                    writer.write(json.dumps({"message": one, "for": user, "deleted": True}).encode() + b"\n")
                return []
            private, replaced = view.audience == "private", view.mode == "replace" or bool(outgoing.replaces)
            message = event["on"] if replaced and event.get("on") else f"m{next(self._ids)}"
            message = outgoing.replaces[0] if outgoing.replaces else message
            lines, buttons = render(view)
            self._posted[message] = asked_token(button.action for button in buttons)
            shown = {"message": message, "in": event["in"], "for": outgoing.user, "text": "\n".join(lines)}
            shown |= {"buttons": {button.label: pack(button.action) for button in buttons}}
            shown |= {"private": private, "replaced": replaced}
            for person in [writer] if private or outgoing.place.direct else self._people:
                person.write(json.dumps(shown).encode() + b"\n")
            return [message]

        return post


def render(view: View) -> tuple[list[str], list[Button]]:
    """Lines of text with the buttons below each other, and the buttons by number."""
    lines: list[str] = []
    buttons: list[Button] = []
    for block in view.blocks:
        row: tuple[Button, ...] = ()
        match block:
            case Buttons(row) | Menu(_, row):
                pass
            case Vote(helpful, unhelpful):
                row = (helpful, unhelpful)
            case Setting(title, row):
                lines.append(title)
            case DoneBy(user, what, url, did):
                lines.append(f"{user} {did} {what} {url}".strip())
            case _:
                lines.append(plain_text([block]))
        for button in row:
            buttons.append(button)
            lines.append(f"{len(buttons)}) {button.label} {button.description}".strip())
    return lines, buttons

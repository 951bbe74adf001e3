"""The terminal and the example platform behind the port."""

from __future__ import annotations

import asyncio
import io
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from adapters.terminal.display import Display
from adapters.terminal.layout import numbered
from adapters.terminal.prompt import TopicCompleter
from adapters.terminal.session import CAPABILITIES, Session, press
from bot.chat.actions import unpack
from bot.chat.dispatcher import Dispatcher, PostRefusedError
from bot.chat.incoming import Rights
from bot.chat.service import ChatService
from bot.chat.view import ViewBlock
from bot.dialog.answering import Bot
from tests.contract import example_platform
from tests.contract.port import ChatOptions, Opening, PlatformUnderTest, Shown, Where, Who

_CONTROL = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m")
"""Links and styles: what the terminal itself takes away."""


class TerminalUnderTest:
    """One person's conversation, as a pipe or as a terminal shows it. Buttons are pressed by their numbers."""

    capabilities = CAPABILITIES
    lacks = frozenset(
        {
            "channels",
            "redelivery",
            "store",
            "failures",
            "old buttons",
            "options",
            "details",
            "edits",
            "editing",
            "forwarding",
            "teaching",
        }
    )

    def __init__(self, bot: Bot, name: str, display: Callable[[io.StringIO], Display]) -> None:
        self.name = name
        self._display = display
        self._messages: list[Shown] = []
        self._session = Session(lambda: bot, self)
        self._completer = TopicCompleter(lambda: bot.knowledge)
        self.chat = self._session.chat

    def show(self, blocks: tuple[ViewBlock, ...]) -> None:
        """A display that takes down what the real one shows."""
        stream = io.StringIO()
        self._display(stream).show(blocks)
        buttons = {button.label: str(number) for number, button in enumerate(numbered(blocks), 1)}
        self._messages.append(Shown(_CONTROL.sub("", stream.getvalue()), buttons))

    async def say(self, text: str, *, who: Who = "ann", where: Where = "direct", **_: Any) -> list[Shown]:
        """A line typed."""
        if who != "ann" or where != "direct":
            raise NotImplementedError
        self._messages.clear()
        await self._session.answer(text)
        return [*self._messages]

    async def change(self, event: str, text: str) -> list[Shown]:
        """What was typed stays."""
        raise NotImplementedError

    async def retract(self, event: str) -> list[Shown]:
        """What was typed stays."""
        raise NotImplementedError

    async def command(self, name: str, text: str = "", **_: Any) -> list[Shown]:
        """A slash command typed; a question needs none."""
        return await self.say(text if name == "ask" else f"/{name} {text}")

    async def press(self, button: str, *, who: Who = "ann") -> list[Shown]:
        """A number typed."""
        return await self.say(button, who=who)

    async def press_packed(self, packed: str, *, who: Who = "ann", where: Where = "channel") -> list[Shown]:
        """What a number leads to, were it this action's."""
        del who, where
        self._messages.clear()
        outgoing = await self.chat.handle(press(unpack(packed)))
        assert outgoing is not None
        await self._session.post(outgoing)
        return [*self._messages]

    async def submit(self, form: Any, values: Mapping[str, str], *, who: Who = "ann") -> list[Shown]:
        """There are no forms."""
        raise NotImplementedError

    async def suggest(self, field: str, typed: str) -> list[str]:
        """Completions at the prompt."""
        if field != "topic":
            raise NotImplementedError
        return [one.text for one in self._completer.get_completions(Document(typed), CompleteEvent())]

    async def edit(self, answer: Any, view: Any) -> None:
        """What was printed stays."""
        raise NotImplementedError

    def now_shown(self, message: str) -> str:
        """As above."""
        raise NotImplementedError

    def latest(self, label: str = "") -> Shown:
        """As above."""
        raise NotImplementedError

    def posts(self) -> int:
        """As above."""
        raise NotImplementedError

    def grant(self, who: Who, rights: Rights) -> None:
        """There are no settings."""
        raise NotImplementedError

    def fail_next_post(self, *, final: bool) -> None:
        """Printing does not fail."""
        raise NotImplementedError


def terminal_opening(name: str, display: Callable[[io.StringIO], Display]) -> Opening:
    """Starts a terminal."""

    @asynccontextmanager
    async def opened(bot: Bot, options: ChatOptions) -> AsyncIterator[PlatformUnderTest]:
        del options
        yield TerminalUnderTest(bot, name, display)

    return opened


class ExampleUnderTest:
    """Two people connected to the example platform."""

    name = "example"
    capabilities = example_platform.CAPABILITIES
    lacks = frozenset({"suggestions", "editing", "teaching"})

    def __init__(
        self, chat: ChatService, platform: example_platform.ExamplePlatform, people: Mapping[str, Any]
    ) -> None:
        self.chat = chat
        self._platform = platform
        self._people = people
        self._rights: dict[str, Rights] = {"ann": "all", "bob": "none"}
        self._said: dict[str, tuple[Who, Where, dict[str, Any]]] = {}

    async def say(
        self,
        text: str,
        *,
        who: Who = "ann",
        where: Where = "direct",
        mention: bool = False,
        reply_to: str | None = None,
        event: str | None = None,
        others: bool = False,
        forwarded: str = "",
    ) -> list[Shown]:
        """A message."""
        to = [*(["bot"] if mention else []), *(["bob"] if others else [])]
        line = {"id": event or uuid.uuid4().hex, "text": text, "to": to, "on": reply_to or "", "with": forwarded}
        self._said[line["id"]] = (who, where, line)
        return await self._send(who, where, line)

    async def change(self, event: str, text: str) -> list[Shown]:
        """The same line with other words."""
        who, where, line = self._said[event]
        return await self._send(who, where, line | {"text": text, "edit": uuid.uuid4().hex})

    async def retract(self, event: str) -> list[Shown]:
        """The line is taken back."""
        who, where, line = self._said[event]
        return await self._send(who, where, line | {"deleted": True})

    async def command(
        self,
        name: str,
        text: str = "",
        *,
        who: Who = "ann",
        where: Where = "channel",
        options: Mapping[str, str] | None = None,
        private: bool | None = None,
    ) -> list[Shown]:
        """A command."""
        line = {"command": name, "text": text, "options": options or {}, "private": private}
        return await self._send(who, where, line)

    async def press(self, button: Any, *, who: Who = "ann") -> list[Shown]:
        """A button of a message that was shown."""
        message, packed = button
        line = {"press": packed, "on": message["message"], "private": message["private"]}
        return await self._send(who, message["in"], line)

    async def press_packed(self, packed: str, *, who: Who = "ann", where: Where = "channel") -> list[Shown]:
        """A button of an old message."""
        return await self._send(who, where, {"press": packed, "on": "m0"})

    async def submit(self, form: Any, values: Mapping[str, str], *, who: Who = "ann") -> list[Shown]:
        """There are no forms."""
        raise NotImplementedError

    async def suggest(self, field: str, typed: str) -> list[str]:
        """Nothing is suggested."""
        raise NotImplementedError

    async def edit(self, answer: Any, view: Any) -> None:
        """Messages cannot be edited here."""
        raise NotImplementedError

    def now_shown(self, message: str) -> str:
        """As above."""
        raise NotImplementedError

    def latest(self, label: str = "") -> Shown:
        """As above."""
        raise NotImplementedError

    def posts(self) -> int:
        """As above."""
        raise NotImplementedError

    def grant(self, who: Who, rights: Rights) -> None:
        """The person's client says so."""
        self._rights[who] = rights

    def fail_next_post(self, *, final: bool) -> None:
        """The next post fails as if the connection broke, or as if the bot may not write here."""
        poster = self._platform.poster

        def failing(event: Any, writer: Any, user: str) -> Any:
            self._platform.poster = poster

            async def post(outgoing: Any) -> list[str]:
                if self._platform.failing:
                    self._platform.failing = False
                    raise PostRefusedError("no permission") if final else ConnectionResetError
                return await poster(event, writer, user)(outgoing)

            return post

        self._platform.failing = True
        self._platform.poster = failing

    async def _send(self, who: str, where: str, line: dict[str, Any]) -> list[Shown]:
        thread = {"in": "#room", "thread": "t1"} if where == "thread" else {}
        room = {"direct": who, "channel": "#room"}.get(where, where)
        reader, writer = self._people[who]
        writer.write(json.dumps({"in": room, "rights": self._rights[who], **line, **thread}).encode() + b"\n")
        shown = []
        while (found := await reader.readline()) != b"\n":
            message = json.loads(found)
            if message["for"] != who:
                continue  # everybody in the room has it
            if message.get("deleted"):
                shown.append(Shown("", deleted=True))
                continue
            buttons = {label: (message, packed) for label, packed in message["buttons"].items()}
            shown.append(Shown(message["text"], buttons, message["private"], message["replaced"], message["message"]))
        return shown


@asynccontextmanager
async def example_opening(bot: Bot, options: ChatOptions) -> AsyncIterator[PlatformUnderTest]:
    """Starts the example platform, with two people connected."""
    capabilities = example_platform.CAPABILITIES
    chat = ChatService(
        lambda: bot, options.store, capabilities, secrets=["a"], limiter=options.limiter, observers=options.observers
    )
    dispatcher = Dispatcher(chat)
    platform = example_platform.ExamplePlatform(dispatcher)
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0, limit=2**20)
    people = {}
    for name in ("ann", "bob"):
        people[name] = await asyncio.open_connection(*server.sockets[0].getsockname(), limit=2**20)
        people[name][1].write(f"{name}\n".encode())
    yield ExampleUnderTest(chat, platform, people)
    for _, writer in people.values():
        writer.close()
        await writer.wait_closed()
    await dispatcher.close()
    server.close()
    await server.wait_closed()

"""Every adapter, behind one small port, so that the same rules can be held to all of them.

To add a platform, write an `AdapterUnderTest` over its real app and name it in ADAPTERS.
"""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from adapters.terminal.chat import converse
from adapters.terminal.conversation import Conversation
from adapters.terminal.display import Display, PlainDisplay, RichDisplay
from bot.answering import Bot
from tests.discord_double.contract import discord_opening
from tests.slack_double.contract import slack_opening


class AdapterUnderTest(Protocol):
    """One person in one conversation on one platform."""

    async def say(self, text: str, *, event: str | None = None) -> str:
        """Send `text`; what the person is then shown, without the platform's own markup.

        The same `event` given twice is one message that the platform delivers a second time. Platforms
        without event ids take it for a message that was sent twice.
        """

    async def press(self, entry_id: str) -> str:
        """Press a button, however old, that leads to `entry_id`; what the person is then shown."""


Opening = Callable[[Bot], AbstractAsyncContextManager[AdapterUnderTest]]
"""Starts an adapter over a bot and ends it afterwards."""

_CONTROL = re.compile(r"\x1b\]8;[^\x1b]*\x1b\\|\x1b\[[0-9;]*m")
"""Links and styles: what the terminal itself takes away."""


class TerminalUnderTest:
    """The chat, as a pipe or as a terminal shows it."""

    def __init__(self, bot: Bot, show: Callable[[io.StringIO], Display]) -> None:
        self._conversation = Conversation(lambda: bot)
        self._show = show

    async def say(self, text: str, *, event: str | None = None) -> str:
        """A line typed."""
        del event
        stream = io.StringIO()
        converse(self._conversation, _OneLine(text), self._show(stream))
        return _CONTROL.sub("", stream.getvalue())

    async def press(self, entry_id: str) -> str:
        """A terminal's buttons are the numbers of a list."""
        stream = io.StringIO()
        self._show(stream).show(self._conversation.pick(entry_id).blocks)
        return _CONTROL.sub("", stream.getvalue())


class _OneLine:
    def __init__(self, text: str) -> None:
        self._lines = [text]

    def read(self) -> str:
        if not self._lines:
            raise EOFError
        return self._lines.pop()


def _terminal(show: Callable[[io.StringIO], Display]) -> Opening:
    @asynccontextmanager
    async def opened(bot: Bot) -> AsyncIterator[AdapterUnderTest]:
        yield TerminalUnderTest(bot, show)

    return opened


ADAPTERS: Mapping[str, Opening] = {
    "pipe": _terminal(PlainDisplay),
    "terminal of 60 columns": _terminal(lambda stream: RichDisplay(stream, width=60)),
    "terminal of 120 columns": _terminal(lambda stream: RichDisplay(stream, width=120)),
    "Slack in Socket Mode": slack_opening("socket"),
    "Slack over HTTP": slack_opening("http"),
    "Discord": discord_opening,
}


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS.keys())
async def adapter(request: pytest.FixtureRequest, shipped: Bot) -> AsyncIterator[AdapterUnderTest]:
    """Each adapter in turn."""
    opened: Opening = request.param
    async with opened(shipped) as running:
        yield running

"""Slack behind the port that every adapter is held to the same rules through."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.slack.values import encode
from bot.answering import Bot
from tests.slack_double.loopback import LoopbackSlack, loopback_slack
from tests.slack_double.payloads import click, direct, stamp
from tests.slack_double.running import Running, running_adapter
from tests.slack_double.words import words


class SlackUnderTest:
    """Somebody who writes to the bot directly."""

    def __init__(self, slack: LoopbackSlack, running: Running) -> None:
        self._slack = slack
        self._running = running
        self._thread = stamp()
        self._events: dict[str, str] = {}

    async def say(self, text: str, *, event: str | None = None) -> str:
        """A message in one thread; the same `event` is the same message, delivered again."""
        ts = self._events.setdefault(event, stamp()) if event is not None else stamp()
        before = len(self._slack.shown)
        await self._running.send.event(direct(text, thread=self._thread, ts=ts))
        return await self._shown(before)

    async def press(self, entry_id: str) -> str:
        """A button under an answer."""
        before = len(self._slack.shown)
        value = encode("show", entry_id)
        await self._running.send.interaction(click(value, self._slack.response_url(), thread=self._thread))
        return await self._shown(before)

    async def _shown(self, before: int) -> str:
        await self._running.settled()
        assert self._slack.problems == []
        return "\n".join(words(call.blocks) for call in self._slack.shown[before:])


def slack_opening(mode: str):
    """Starts Slack in a mode."""

    @asynccontextmanager
    async def opened(bot: Bot) -> AsyncIterator[SlackUnderTest]:
        with tempfile.TemporaryDirectory() as folder:
            database = f"sqlite:///{Path(folder) / 'bot.sqlite3'}"
            async with loopback_slack() as slack, running_adapter(slack, bot, mode, database) as running:
                yield SlackUnderTest(slack, running)

    return opened

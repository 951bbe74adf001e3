"""Discord behind the port that every adapter is held to the same rules through."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
from simcord.env import Env

from adapters.discord import ids
from adapters.discord.client import FrameworkClient, Shape
from adapters.discord.limits import LONGEST_CUSTOM_ID
from bot.answering import Bot
from bot.desk import Desk
from bot.recommendation.token import owner_mark
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.store import Store
from tests.discord_double.scene import SECRET, Scene, shown

LONGEST_MESSAGE = 2_000
"""Characters: more than that, a person cannot send."""


class DiscordUnderTest:
    """Somebody who writes to the bot directly, and presses buttons in a channel."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._scene = Scene(env)
        self._seen: dict[str, discord.Message] = {}

    async def say(self, text: str, *, event: str | None = None) -> str:
        """A direct message; the same `event` is the same message, delivered again."""
        dora = self._scene.ann.user
        before = self._last(dora.dm_channel.id)
        again = self._seen.get(event) if event is not None else None
        if again is not None:
            await self._env.bot.on_message(again)
            await self._env.settle()
        else:
            # Discord sends no message without a word: a mention is the least there can be.
            sent = await dora.send_dm(text[:LONGEST_MESSAGE] if text.strip() else f"<@{self._env.bot.user.id}>{text}")
            if event is not None:
                self._seen[event] = sent
        return self._shown(dora.dm_channel.id, before)

    async def press(self, entry_id: str) -> str:
        """A button under an answer. What no button can hold is cut to what one can."""
        mine = owner_mark(f"discord:{self._scene.ann.id}", SECRET)
        message = self._scene.posted(ids.related(entry_id, mine)[:LONGEST_CUSTOM_ID])
        result = await self._scene.ann.click(message, label="button 0")
        assert result.response is not None
        parts = [result.response, *result.followups]
        return "\n".join(part.content + shown(part.components) for part in parts)

    def _last(self, channel: int) -> int:
        return max(self._env.backend.messages.get(channel, {}), default=0)

    def _shown(self, channel: int, before: int) -> str:
        me = self._env.bot.user.id
        messages = self._env.backend.messages.get(channel, {}).values()
        mine = [message for message in messages if message.id > before and message.author_id == me]
        return "\n".join(message.content + shown(message.components) for message in mine)


@asynccontextmanager
async def discord_opening(bot: Bot) -> AsyncIterator[DiscordUnderTest]:
    """Starts Discord."""
    folder = tempfile.mkdtemp()
    try:
        url = sqlite_address(Path(folder) / "bot.sqlite3")
        async with ResilientStore.open(Store(url, secrets=["key"]), every=3_600) as store:
            client = FrameworkClient(Desk(lambda: bot, store), store, SECRET, Shape(shard_count=1))
            env = Env(client)
            await env.start()
            try:
                yield DiscordUnderTest(env)
            finally:
                await env.shutdown()
    finally:
        shutil.rmtree(folder)

"""The connection to Discord, with everything that is served over it."""

from __future__ import annotations

import logging
import math
import sys
from dataclasses import dataclass, field
from typing import Any

import discord

from adapters.discord import ids
from adapters.discord.commands import CONTEXTS, INSTALLS, Commands, Tree
from adapters.discord.comparing import aspects
from adapters.discord.components import KINDS
from adapters.discord.counter import Counter
from adapters.discord.door import Door
from adapters.discord.failures import handling, summary
from adapters.discord.messages import Messages
from adapters.discord.names import Translator
from adapters.discord.presses import Presses
from adapters.discord.recommending import Recommending
from adapters.discord.serving import ServingClient
from adapters.discord.syncing import sync_if_changed
from adapters.limiting import Limiter
from adapters.request import begin_request
from bot.desk import Desk
from bot.feedback import tenant_of
from bot.storage.errors import StoreUnavailable
from bot.storage.resilience import ResilientStore
from bot.storage.retention import Retention
from bot.suggesting import Suggestions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of Discord is served. `listening` needs the message content intent, which Discord must have granted."""

    shard_ids: tuple[int, ...] | None = None
    shard_count: int | None = None
    listening: bool = False
    sync: bool = True
    """Whether changed commands are registered at the start."""
    retention: Retention = field(default_factory=Retention)
    """How long things are kept, for the page that says so."""


def intents(*, listening: bool) -> discord.Intents:
    """The events that are needed: none of them privileged, but for reading messages that are not to the bot."""
    chosen = discord.Intents.none()
    chosen.guilds = True
    chosen.guild_messages = True
    chosen.dm_messages = True
    chosen.message_content = listening
    return chosen


class FrameworkClient(ServingClient):
    """Serves commands, presses and messages until it is closed."""

    def __init__(
        self,
        desk: Desk,
        store: ResilientStore,
        secret: bytes,
        shape: Shape | None = None,
        *,
        limiter: Limiter | None = None,
    ) -> None:
        """`secret` marks whose buttons are whose; it must be the same in every process.

        `limiter`: how often people may ask; as often as they like where left out.
        """
        shape = shape or Shape()
        shards: dict[str, Any] = {"shard_count": shape.shard_count}
        if shape.shard_ids is not None:
            shards["shard_ids"] = list(shape.shard_ids)
        super().__init__(
            listening=shape.listening,
            retention=shape.retention,
            intents=intents(listening=shape.listening),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **shards,
        )
        self._door = Door(limiter or Limiter())
        self.tree = Tree(self, self._door, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS)
        self._store = store
        self._shape = shape
        self._down: set[int] = set()
        self._counter = Counter(desk, store, secret)
        self._suggestions = Suggestions(desk.bot)
        self._comparisons = Suggestions(desk.bot, among=aspects)
        self._recommending = Recommending(self._counter)
        self.presses = Presses(self._counter, self._recommending, self._door)
        self._messages = Messages(
            self._counter, self._recommending, self.work, self._door, me=self._me, listening=shape.listening
        )
        Commands(self._counter, self._recommending, self._suggestions, self._comparisons).add_to(self.tree)

    async def setup_hook(self) -> None:
        """Before the connection: what presses are read by, the suggestions, the commands' registration."""
        self.add_dynamic_items(*KINDS)
        await self.tree.set_translator(Translator())
        await self._suggestions.prepare()
        await self._comparisons.prepare()
        if self._shape.sync:
            await sync_if_changed(self, self._store.store.marks)

    @property
    def connected(self) -> bool:
        """Whether every shard of this process is connected and answers."""
        return self.is_ready() and not self._down and math.isfinite(self.latency)

    async def on_message(self, message: discord.Message) -> None:
        """A message somewhere."""
        begin_request()
        if self.accepting:
            await self._messages.receive(message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Forms only: they are read from what Discord delivers, for discord.py forgets them at a restart."""
        if interaction.type is not discord.InteractionType.modal_submit or not self.accepting:
            return
        begin_request()
        data: Any = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        token, reason = ids.token_in(custom_id), ids.reason_in(custom_id)
        if reason is not None:
            await self.presses.press("reason_form", interaction, reason)
        elif token is None:
            await self.presses.press("older", interaction, {})
        elif await self._door.admits(interaction, "question"):
            async with handling(interaction, "form"):
                await self._recommending.hear_form(interaction, token)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server: nothing of it is kept."""
        with self.work.one():
            try:
                await self._store.forget_tenant(tenant_of("discord", str(guild.id)))
            except StoreUnavailable:
                _log.warning("a server's data will be deleted when the store is back")

    async def on_shard_ready(self, shard_id: int) -> None:
        """A shard is connected."""
        self._down.discard(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """A shard is connected again."""
        self._down.discard(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """A shard lost its connection; discord.py connects it again."""
        self._down.add(shard_id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What no handler caught. Never with the event: it may hold what somebody wrote."""
        del args, kwargs
        self.work.failed += 1
        _log.error("%s failed: %s", event_method, summary(sys.exception() or Exception()))

    def _me(self) -> int:
        return self.user.id if self.user is not None else 0

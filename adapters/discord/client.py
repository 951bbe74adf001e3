"""The client: which events of Discord are received, and where each leads."""

from __future__ import annotations

import asyncio
import logging
import math
import sys
from collections import Counter
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route

from adapters.discord.commands import BotCommands, command_mentions, sync_if_changed
from adapters.discord.parse import PLATFORM, parse_deletion, parse_message, parse_press
from adapters.discord.responses import Refusals, below, error_summary, respond, send_message
from bot.chat.dispatcher import Dispatcher
from bot.chat.incoming import Place
from bot.chat.request_context import begin_request
from bot.chat.view import Outgoing, View
from bot.storage.errors import StoreUnavailable
from bot.storage.records import tenant_of
from bot.storage.resilience import ResilientStore

_PRESSES = (discord.InteractionType.component, discord.InteractionType.modal_submit)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """What of Discord is served. `listening` needs the message content intent, which Discord must have granted."""

    shard_ids: tuple[int, ...] | None = None
    shard_count: int | None = None
    listening: bool = False
    sync: bool = True
    """Whether changed commands are registered at the start."""


def intents(*, listening: bool) -> discord.Intents:
    """The events that are needed: none of them privileged, except the words of messages that do not address the bot."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=listening)


class FrameworkClient(discord.AutoShardedClient):
    """Receives messages, commands, presses and forms until it is closed. It keeps no messages and no members."""

    def __init__(self, dispatcher: Dispatcher, store: ResilientStore, options: ClientOptions | None = None) -> None:
        """`store` loses what belongs to a server that removes the bot."""
        options = options or ClientOptions()
        shards: dict[str, Any] = {"shard_count": options.shard_count}
        if options.shard_ids is not None:
            shards["shard_ids"] = list(options.shard_ids)
        super().__init__(
            intents=intents(listening=options.listening),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            proxy=_proxy(),
            **shards,
        )
        self.dispatcher = dispatcher
        dispatcher.chat.post_to = self.post_to
        self.not_taken: Refusals = Counter()
        self.tree = BotCommands(self, dispatcher)
        self._store = store
        self._options = options
        self._syncing: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """After the login, before the connection. Registering the commands can take minutes: nothing waits for it."""
        await self.dispatcher.chat.prepare()
        self._syncing = asyncio.create_task(self._sync())

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard. Where connecting it again fails, discord.py would start a new session the next time, and
        lose what was said meanwhile: have it go on with the session that it has."""
        await super().launch_shard(gateway, shard_id, initial=initial)
        info = self.get_shard(shard_id)
        assert info is not None  # noqa: S101 - it was launched
        shard = info._parent  # noqa: SLF001 - discord.py has no setting for it

        async def reconnect() -> None:
            shard.ws.gateway = DiscordWebSocket.DEFAULT_GATEWAY  # that of the session could not be reached
            await shard.reidentify(ReconnectWebSocket(shard_id, resume=shard.ws.session_id is not None))

        shard.reconnect = reconnect  # type: ignore[method-assign] # nothing else decides it

    async def close(self) -> None:
        """Leave for good."""
        if self._syncing is not None:
            self._syncing.cancel()
        await super().close()

    @property
    def connected(self) -> bool:
        """Whether every shard of this process is connected and answers heartbeats."""
        return self.is_ready() and math.isfinite(self.latency)  # a shard without a connection has no latency

    async def on_message(self, message: discord.Message, *, edited: bool = False) -> None:
        """A message somewhere."""
        begin_request()
        me = self.user.id if self.user is not None else 0
        incoming = parse_message(message, me, listening=self._options.listening, edited=edited)
        if incoming is not None:
            await self.dispatcher.serve(incoming, below(message, self.tree.mentions, self.not_taken))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was edited: what was answered is answered again, in place, and a mention may have been added."""
        if payload.message.edited_at is not None:  # else Discord itself has added what it shows of a link
            await self.on_message(payload.message, edited=True)
            await self.on_message(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted, and its answer goes with it."""
        begin_request()
        channel = self.get_partial_messageable(payload.channel_id, guild_id=payload.guild_id)
        message = channel.get_partial_message(payload.message_id)
        post = below(message, self.tree.mentions, self.not_taken)
        await self.dispatcher.serve(parse_deletion(message), post)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A button, a menu or a form; the tree serves the commands."""
        if interaction.type in _PRESSES:
            begin_request()
            await respond(self.dispatcher, interaction, parse_press(interaction), self.tree.mentions)

    async def post_to(self, place: Place, message: str, view: View) -> str:
        """As `ChatService.post_to`."""
        where = self.get_partial_messageable(int(place.thread or place.channel), guild_id=int(place.team or 0) or None)
        if not message:
            return await send_message(where, view, token_hex(), self.not_taken)
        post = below(where.get_partial_message(int(message)), self.tree.mentions, self.not_taken)
        return (await post(Outgoing(place, "", view)))[0]

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server: everything stored of it is deleted."""
        self.dispatcher.start(self._forget(tenant_of(PLATFORM, str(guild.id))))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What no handler caught. The event is not logged: it may hold what somebody wrote."""
        del args, kwargs
        self.dispatcher.failed += 1
        _log.error("%s failed: %s", event_method, error_summary(sys.exception() or Exception()))

    async def _sync(self) -> None:
        if self._options.sync:
            await sync_if_changed(self.tree, self._store.store.key_values)
        self.tree.mentions.update(await command_mentions(self.tree))

    async def _forget(self, tenant: str) -> None:
        try:
            await self._store.forget_tenant(tenant)
        except StoreUnavailable:
            _log.warning("a server's data will be deleted when the store is back")


def _proxy() -> str | None:
    """The proxy that the environment names for Discord, as HTTPS_PROXY and NO_PROXY do for aiohttp; None for none."""
    api = urlsplit(Route.BASE)
    return None if proxy_bypass(api.netloc) else getproxies().get(api.scheme)

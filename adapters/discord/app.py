"""Discord as a whole: connect, receive events, say how it is, stop, and what the pages say of it.

chat = ChatService(bot, store, capabilities(listening=options.listening), ...)
adapter = DiscordAdapter(token, Dispatcher(chat), store, options)
await adapter.run()                             # until cancelled, or until it fails
await adapter.stop_intake(); await adapter.drain(10); await adapter.close()
"""

from __future__ import annotations

import asyncio
import logging
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import Route
from prometheus_client.core import GaugeMetricFamily, Metric

from adapters.discord.commands import BotCommands, command_mentions, sync_if_changed
from adapters.discord.parse import PLATFORM, parse_deletion, parse_message, parse_press
from adapters.discord.responses import (
    below,
    edit_message,
    error_summary,
    respond,
    send_direct_message,
    send_message,
)
from adapters.platform import Curator, NotTaken, Platform, PlatformRefusedError, PlatformUnreachableError
from adapters.web.pages import PlatformInfo
from bot.chat.dispatcher import Dispatcher
from bot.chat.events import begin_request
from bot.chat.incoming import Place
from bot.chat.view import Outgoing, View
from bot.storage.errors import StoreUnavailable
from bot.storage.records import ShownAnswer, tenant_of
from bot.storage.resilience import ResilientStore

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,  # Discord lets nobody reply to a message without it
)

SCOPES = ("bot", "applications.commands")

API_PATH = "/api/v10"
"""The path added to an address of the API that has none."""

_BAD_LOGIN = (
    "Discord does not take DISCORD_TOKEN: create a new one under https://discord.com/developers/applications, "
    "your application, Bot > Reset Token"
)
_BAD_INTENTS = (
    "Discord does not let the bot read messages that are not to it: switch on Message Content Intent under "
    "https://discord.com/developers/applications, your application, Bot, or run without reading them"
)
_CLOSED_FOR_GOOD = {
    4004: _BAD_LOGIN,
    4010: "Discord does not know this shard: correct DISCORD_SHARD_IDS and DISCORD_SHARD_COUNT",
    4011: "Discord wants more shards: raise DISCORD_SHARD_COUNT, or leave it out",
    4012: "Discord no longer speaks the version of its gateway that this discord.py does: update it",
    4013: "Discord does not know the intents asked for: update discord.py",
}

_PRESSES = (discord.InteractionType.component, discord.InteractionType.modal_submit)

_log = logging.getLogger(__name__)


def use_api(address: str | None) -> None:
    """Send every request to `address` instead of Discord's own; the whole process does so from then on."""
    if address is not None:
        Route.BASE = address if urlsplit(address).path not in ("", "/") else address.rstrip("/") + API_PATH


class DiscordAdapter(Platform):
    """Discord, for one dispatcher: a `Platform`."""

    name = "discord"
    title = "Discord"

    def __init__(
        self,
        token: str,
        dispatcher: Dispatcher,
        store: ResilientStore,
        options: ClientOptions,
        *,
        api_url: str | None = None,
    ) -> None:
        """`dispatcher`: its chat service must have the `capabilities` of these options."""
        use_api(api_url)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak
        super().__init__(dispatcher)
        self._token = token
        self._make = partial(FrameworkClient, dispatcher, store, options, not_taken=self.not_taken)
        self.client = self._make()
        """The current connection. discord.py opens its own HTTP session, and closes it."""

    @property
    def not_ready_reason(self) -> str:
        """As `Platform.not_ready_reason`: every shard of this process must be connected and answer heartbeats."""
        if self.client.connected:
            return ""
        return "a shard has lost its connection" if self.client.is_ready() else "connecting"

    def own_metrics(self) -> Sequence[Metric]:
        """How long Discord takes to answer."""
        if not self.client.connected:
            return []
        words = "Time between a heartbeat to Discord and its answer."
        return [GaugeMetricFamily("framework_bot_discord_latency_seconds", words, self.client.latency)]

    async def run(self) -> None:
        """Stay connected, until cancelled. Raises PlatformRefusedError where trying again is no use, and
        PlatformUnreachableError where it is.

        No more sessions are started than Discord allows in a day: beyond that it would reset the token.
        """
        if self.client.is_closed():
            self.client = self._make()
        try:
            await self.client.login(self._token)
            await self._check_session_starts()
            await self.client.connect()
        except discord.LoginFailure as error:
            raise PlatformRefusedError(_BAD_LOGIN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise PlatformRefusedError(_BAD_INTENTS) from error
        except discord.ConnectionClosed as error:
            if error.code not in _CLOSED_FOR_GOOD:
                raise
            raise PlatformRefusedError(_CLOSED_FOR_GOOD[error.code]) from error
        except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
            if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                raise
            raise PlatformUnreachableError(f"Discord cannot be reached ({error_summary(error)})") from None
        finally:
            await self.client.close()

    async def stop_intake(self) -> None:
        """Accept nothing new: leave the gateway, while answers under way can still be sent."""
        await super().stop_intake()
        await asyncio.gather(*(shard.disconnect() for shard in self.client.shards.values()))

    async def close(self) -> None:
        """Leave for good."""
        await super().close()
        await self.client.close()

    async def deliver(self, curator: Curator, view: View, key: str) -> None:
        """As `send_direct_message`."""
        await send_direct_message(self.client, int(curator.user), view, key)

    async def edit(self, answer: ShownAnswer, view: View) -> None:
        """As `Platform.edit`."""
        await edit_message(self.client, int(answer.channel), int(answer.message), view)

    def invitation(self) -> str | None:
        """The address that adds the bot to a server, with the permissions it needs; None before the login."""
        application = self.client.application_id
        return invitation_url(application) if application is not None else None

    async def _check_session_starts(self) -> None:
        """Learn the gateway's address. Raises PlatformUnreachableError while Discord allows no more sessions."""
        recommended, gateway, limit = await self.client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        wanted = len(self.client.shard_ids or ()) or self.client.shard_count or recommended
        if limit["remaining"] < wanted:
            _log.error("%s sessions left, %s wanted", limit["remaining"], wanted)
            raise PlatformUnreachableError("Discord allows no more sessions for now")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """What of Discord is served. `listening` needs the message content intent, which Discord must have granted."""

    shard_ids: tuple[int, ...] | None = None
    shard_count: int | None = None
    listening: bool = False
    sync: bool = True
    """Whether changed commands are registered at the start."""


class FrameworkClient(discord.AutoShardedClient):
    """Receives messages, commands, presses and forms until it is closed. It keeps no messages and no members."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: ResilientStore,
        options: ClientOptions,
        *,
        not_taken: NotTaken | None = None,
    ) -> None:
        """`store` loses what belongs to a server that removes the bot."""
        # None of them privileged, except the words of messages that do not address the bot.
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=options.listening)
        shards: dict[str, Any] = {"shard_count": options.shard_count}
        if options.shard_ids is not None:
            shards["shard_ids"] = list(options.shard_ids)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            proxy=_proxy(),
            **shards,
        )
        self.dispatcher = dispatcher
        dispatcher.chat.post_to = self.post_to
        self.not_taken: NotTaken = Counter() if not_taken is None else not_taken
        self.mentions: dict[str, str] = {}
        """What Discord shows as a command to click, by the command's name; empty until it is known."""
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
            await self.dispatcher.serve(incoming, below(self, message))

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
        await self.dispatcher.serve(parse_deletion(message), below(self, message))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A button, a menu or a form; the tree serves the commands."""
        if interaction.type in _PRESSES:
            begin_request()
            await respond(interaction, parse_press(interaction))

    async def post_to(self, place: Place, message: str, view: View) -> str:
        """As `ChatService.post_to`."""
        where = self.get_partial_messageable(int(place.thread or place.channel), guild_id=int(place.team or 0) or None)
        if not message:
            return await send_message(self, where, view, token_hex())
        post = below(self, where.get_partial_message(int(message)))
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
        self.mentions = await command_mentions(self.tree)

    async def _forget(self, tenant: str) -> None:
        try:
            await self._store.forget_tenant(tenant)
        except StoreUnavailable:
            _log.warning("a server's data will be deleted when the store is back")


def invitation_url(application: int) -> str:
    """The address that asks where to add the bot."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


def discord_info(invitation: Callable[[], str | None], *, reads_all: bool) -> PlatformInfo:
    """What the pages say. `reads_all`: messages that are not for the bot reach it, in channels that ask for it."""
    return PlatformInfo(
        title="Discord",
        how_to_ask=(
            "`/ask` answers a question, and lists what it knows while you type.",
            "`/compare` sets frameworks side by side.",
            "`/recommend` asks a few questions and recommends a framework.",
            "Mention the bot, reply to it, or write to it directly.",
            "On any message, under Apps: Answer this.",
        ),
        reads=(
            "In Discord channels that switched that on, other messages too, to answer in the same way."
            if reads_all
            else ""
        ),
        deletion=(
            "`/privacy`, then Delete my data, deletes every vote of yours, on all servers. Direct messages belong to "
            "no server: what is kept of them goes when its time is over."
        ),
        silent=(
            "In Discord it needs the permissions to view the channel, to send messages (in threads, too), "
            "and to read the message history, without which Discord lets nobody reply to a message."
        ),
        install=invitation,
        no_install="The link that adds it to a Discord server is shown once it is connected to Discord.",
    )


def _proxy() -> str | None:
    """The proxy that the environment names for Discord, as HTTPS_PROXY and NO_PROXY do for aiohttp; None for none."""
    api = urlsplit(Route.BASE)
    return None if proxy_bypass(api.netloc) else getproxies().get(api.scheme)

"""Discord for the service: run it, ask for its state, stop it.

chat = ChatService(bot, store, capabilities(listening=options.listening), ...)
adapter = build(token, Dispatcher(chat), store, options)
running = asyncio.create_task(adapter.run())    # ends by itself only with RefusedError, or after `close`
adapter.state                                   # for readiness
await adapter.stop_intake(); await adapter.drain(10); await adapter.close()
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import aiohttp
import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.client import ClientOptions, FrameworkClient
from adapters.discord.responses import error_summary, send_direct_message
from bot.chat.dispatcher import Dispatcher
from bot.chat.view import View
from bot.storage.resilience import ResilientStore

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,  # Discord lets nobody reply to a message without it
)

SCOPES = ("bot", "applications.commands")

_ID = re.compile(rb"[0-9]{15,20}")

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
    4014: _BAD_INTENTS,
}
_LONGEST_WAIT = 300.0
"""Seconds at most between two attempts to log in or to start sessions."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordState:
    """How the connection is."""

    ready: bool
    """Whether every shard of this process is connected and answers heartbeats."""
    latency: float
    """Seconds between a heartbeat and its answer, over all shards; nan or inf where there is none."""
    servers: int
    in_flight: int
    """Events being answered now."""
    failed: int
    """Events that ended in an error since the start."""
    reason: str
    """Why it is not ready; empty where it is."""


class RefusedError(Exception):
    """Discord refused the bot, and would again: the settings need a change first, which the message names.

    Do not start the bot again: Discord counts failed starts, and resets tokens.
    """


def build(
    token: str,
    dispatcher: Dispatcher,
    store: ResilientStore,
    options: ClientOptions | None = None,
    *,
    api_url: str | None = None,
) -> DiscordAdapter:
    """The adapter, not yet connected. `dispatcher`: its chat service must have the `capabilities` of these options."""
    use_api(api_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak
    return DiscordAdapter(token, FrameworkClient(dispatcher, store, options or ClientOptions()))


def use_api(address: str | None) -> None:
    """Send every request to `address` instead of Discord's own; the whole process does so from then on."""
    if address is not None:
        Route.BASE = address if urlsplit(address).path not in ("", "/") else address.rstrip("/") + API_PATH


class DiscordAdapter:
    """One connection to Discord. discord.py opens its own HTTP session, and closes it."""

    def __init__(self, token: str, client: FrameworkClient) -> None:
        self._token = token
        self.client = client
        self._reason = "not started"
        self._stopping = asyncio.Event()
        self._closing = asyncio.Event()

    async def run(self) -> None:
        """Stay connected until closed. Raises RefusedError where trying again is no use.

        A network that is away is waited for. No more sessions are started than Discord allows in a
        day: beyond that it would reset the token.
        """
        try:
            await self._log_in()
            await self._await_session_starts()
            if self._stopping.is_set():
                return
            self._reason = "connecting"
            await self._connect()
        except discord.LoginFailure as error:
            raise self._refused(_BAD_LOGIN) from error
        except discord.PrivilegedIntentsRequired as error:
            raise self._refused(_BAD_INTENTS) from error
        except discord.ConnectionClosed as error:
            if error.code not in _CLOSED_FOR_GOOD:
                raise
            raise self._refused(_CLOSED_FOR_GOOD[error.code]) from error
        finally:
            await self.client.close()
            self._reason = self._reason if self._reason in _CLOSED_FOR_GOOD.values() else "closed"

    @property
    def state(self) -> DiscordState:
        """How it is now."""
        client = self.client
        ready = client.connected and not self._stopping.is_set()
        reason = "" if ready else ("stopping" if self._stopping.is_set() else self._reason)
        if reason == "connecting" and client.is_ready():
            reason = "a shard has lost its connection"
        return DiscordState(
            ready=ready,
            latency=client.latency if client.is_ready() else math.nan,
            servers=len(client.guilds),
            in_flight=client.dispatcher.in_flight,
            failed=client.dispatcher.failed,
            reason=reason,
        )

    @property
    def invitation(self) -> str | None:
        """The address that adds the bot to a server, with the permissions it needs; None while its id is not known."""
        application = self.client.application_id or bot_id(self._token)
        return invitation_url(application) if application is not None else None

    async def stop_intake(self) -> None:
        """Accept nothing new: leave the gateway, while answers under way can still be sent."""
        self._stopping.set()
        self.client.dispatcher.open = False
        await asyncio.gather(*(shard.disconnect() for shard in self.client.shards.values()))

    async def drain(self, seconds: float) -> bool:
        """Wait for answers under way, at most `seconds`; whether all of them were finished."""
        return not await self.client.dispatcher.drain(seconds)

    async def close(self) -> None:
        """Leave for good; `run` ends."""
        self._stopping.set()
        await self.client.dispatcher.close()
        await self.client.close()
        self._closing.set()

    async def _log_in(self) -> None:
        """Log in, however long the network is away."""
        backoff = ExponentialBackoff[bool](base=1)
        while not self._stopping.is_set():
            self._reason = "logging in"
            try:
                await self.client.login(self._token)
            except discord.LoginFailure:
                raise
            except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
                if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                    raise
                wait = min(float(backoff.delay()), _LONGEST_WAIT)
                self._reason = f"Discord cannot be reached ({error_summary(error)})"
                _log.warning("%s; trying again in %.0f s", self._reason, wait)
                await self._close_session()
                await self._sleep(wait)
            else:
                return

    async def _close_session(self) -> None:
        """Close what the login opened: discord.py opens it again each time."""
        http = self.client.http
        await http.close()
        http.connector = discord.utils.MISSING
        self.client.clear()

    async def _await_session_starts(self) -> None:
        """Learn the gateway's address, and wait while Discord allows no more sessions to be started."""
        while not self._stopping.is_set():
            recommended, gateway, limit = await self.client.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
            wanted = len(self.client.shard_ids or ()) or self.client.shard_count or recommended
            if limit["remaining"] >= wanted:
                return
            wait = min(limit["reset_after"] / 1_000 + 1, _LONGEST_WAIT)
            self._reason = "Discord allows no more sessions for now"
            _log.error("%s: %s left, %s wanted", self._reason, limit["remaining"], wanted)
            await self._sleep(wait)

    async def _connect(self) -> None:
        """Stay connected until closed. discord.py itself would try to reach the gateway without end."""
        connecting = asyncio.create_task(self.client.connect())
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({connecting, closing}, return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                connecting.result()
        finally:
            for task in (connecting, closing):
                task.cancel()
            await asyncio.wait({connecting, closing})

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _refused(self, reason: str) -> RefusedError:
        self._reason = reason
        return RefusedError(reason)


class DiscordMessenger:
    """Sends direct messages to curators."""

    def __init__(self, adapter: Callable[[], DiscordAdapter]) -> None:
        """`adapter` gives the adapter as of now."""
        self._adapter = adapter

    @property
    def ready(self) -> bool:
        """Whether Discord is connected."""
        return self._adapter().state.ready

    async def deliver(self, curator: _Recipient, view: View, key: str) -> None:
        """As `send_direct_message`."""
        await send_direct_message(self._adapter().client, int(curator.user), view, key)


class _Recipient(Protocol):
    @property
    def user(self) -> str:
        """Their Discord id."""


def invitation_url(application: int) -> str:
    """The address that asks where to add the bot."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


def bot_id(token: str) -> int | None:
    """The bot's id, with which a token begins; None where it does not.

    It is the application's id as well, except for applications older than 2017: Discord itself gives that id once the
    bot has logged in.
    """
    first = token.partition(".")[0]
    try:
        found = urlsafe_b64decode(first + "=" * (-len(first) % 4))
    except ValueError:
        return None
    return int(found) if _ID.fullmatch(found) else None

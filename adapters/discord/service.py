"""Discord for whoever runs the service: run it, ask how it is, stop it.

adapter = build(settings, desk, store)
running = asyncio.create_task(adapter.run())    # ends by itself only with RefusedError, or after `close`
adapter.state                                   # for readiness
await adapter.stop_intake(); await adapter.drain(10); await adapter.close()
"""

from __future__ import annotations

import asyncio
import logging
import math
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.client import FrameworkClient, Shape
from adapters.discord.failures import RefusedError, summary
from adapters.discord.invitation import id_in, invitation
from adapters.limiting import Limiter
from adapters.settings import Settings
from bot.desk import Desk
from bot.storage.resilience import ResilientStore
from bot.storage.retention import Retention

API_PATH = "/api/v10"
"""What an address of the API without a path stands for."""

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
    4010: "Discord does not know this shard: mend DISCORD_SHARD_IDS and DISCORD_SHARD_COUNT",
    4011: "Discord wants more shards: raise DISCORD_SHARD_COUNT, or leave it out",
    4012: "Discord no longer speaks the version of its gateway that this discord.py does: update it",
    4013: "Discord does not know the intents asked for: update discord.py",
    4014: _BAD_INTENTS,
}
_PATIENCE = 300.0
"""Seconds at the most between two looks at whether sessions may be started again."""

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
    """How much is being answered right now."""
    failed: int
    """How much ended in an error since the start."""
    reason: str
    """Why it is not ready; empty where it is."""


def build(
    settings: Settings,
    desk: Desk,
    store: ResilientStore,
    *,
    listening: bool = False,
    sync: bool = True,
    limiter: Limiter | None = None,
) -> DiscordAdapter:
    """The adapter for these settings, not yet connected. Raises ValueError where there is no token.

    `listening`: also read messages that are not to the bot, for channels that ask for it; Discord must
    have granted the message content intent. `limiter`: how often people may ask; as often as they
    like where left out.
    """
    if settings.discord_token is None:
        raise ValueError("DISCORD_TOKEN is not set")
    token = settings.discord_token.get_secret_value()
    shape = Shape(
        shard_ids=settings.discord_shard_ids,
        shard_count=settings.discord_shard_count,
        listening=listening,
        sync=sync,
        retention=Retention(words=settings.words_kept),
    )
    use_api(settings.discord_api_url)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak
    secret = next(iter(settings.privacy_secrets), token).encode()
    return DiscordAdapter(token, FrameworkClient(desk, store, secret, shape, limiter=limiter))


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
        ready = client.connected and client.accepting and not self._stopping.is_set()
        reason = "" if ready else ("stopping" if self._stopping.is_set() else self._reason)
        if reason == "connecting" and client.is_ready():
            reason = "a shard has lost its connection"
        return DiscordState(
            ready=ready,
            latency=client.latency if client.is_ready() else math.nan,
            servers=len(client.guilds),
            in_flight=client.work.in_flight,
            failed=client.work.failed,
            reason=reason,
        )

    @property
    def invitation(self) -> str | None:
        """The address that adds the bot to a server; None while its id is not known."""
        application = self.client.application_id or id_in(self._token)
        return invitation(application) if application is not None else None

    async def stop_intake(self) -> None:
        """Take nothing new: the gateway is left, while what is being answered can still be sent."""
        self._stopping.set()
        self.client.accepting = False
        await asyncio.gather(*(shard.disconnect() for shard in self.client.shards.values()))

    async def drain(self, seconds: float) -> bool:
        """Wait for what is being answered, `seconds` at the most; whether all of it was."""
        return await self.client.work.drained(seconds)

    async def close(self) -> None:
        """Leave for good; `run` ends."""
        self._stopping.set()
        self.client.accepting = False
        await self.client.close()
        self._closing.set()

    async def _log_in(self) -> None:
        """Find out who we are, however long the network is away."""
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
                wait = min(float(backoff.delay()), _PATIENCE)
                self._reason = f"Discord cannot be reached ({summary(error)})"
                _log.warning("%s; trying again in %.0f s", self._reason, wait)
                await self._forget_session()
                await self._sleep(wait)
            else:
                return

    async def _forget_session(self) -> None:
        """Close what the login opened: discord.py opens it anew each time."""
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
            wait = min(limit["reset_after"] / 1_000 + 1, _PATIENCE)
            self._reason = "Discord allows no more sessions for now"
            _log.error("%s: %s left, %s wanted", self._reason, limit["remaining"], wanted)
            await self._sleep(wait)

    async def _connect(self) -> None:
        """Stay connected until closed. discord.py itself would go on trying to reach the gateway for ever."""
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

"""Socket Mode: a connection that is opened, watched and replaced, and says how it is.

The SDK's client reconnects by itself, but without an end, without a bound and with an address that may have been used
up. So a client that stays disconnected is replaced by a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.platform import PlatformRefusedError
from adapters.slack.workspaces import sdk_log
from bot.chat.request_context import begin_request


@dataclass(frozen=True, slots=True)
class SlackTiming:
    """Seconds."""

    connect_timeout: float = 15.0
    replace_after: float = 30.0
    """A connection that is gone for so long is replaced."""
    check_every: float = 0.5
    ping_interval: float = 10.0
    """The SDK takes four lost pings for the end."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    """Between two tries to reach Slack, doubled each time."""


_REFUSED = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "no_permission", "not_allowed_token_type",
     "missing_scope", "forbidden_team", "socket_mode_not_enabled", "app_token_invalid"}
)  # fmt: skip
"""Trying again would not help: the token or the app is wrong."""

Report = Callable[[str], None]
"""Called with the reason why questions cannot come in; empty where they can."""

_log = logging.getLogger(__name__)


async def reach(call: Callable[[], Awaitable[None]], timing: SlackTiming, report: Report) -> None:
    """Call until it succeeds, with a back-off. Raises PlatformRefusedError where Slack refuses the token."""
    wait = timing.first_wait
    while True:
        try:
            return await call()
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code in _REFUSED:
                report(f"Slack refuses the token: {code}")
                raise PlatformRefusedError(f"Slack refuses the token: {code}") from None
            reason = f"Slack answered: {code}"
        except Exception as error:  # noqa: BLE001 - whatever the network comes up with
            reason = f"could not connect: {type(error).__name__}"
        report(reason)
        _log.warning("Slack: %s; trying again in %.0f s", reason, wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, timing.longest_wait)


class Connection:
    """One connection, opened again whenever it is lost. What arrives goes to Bolt."""

    def __init__(self, bolt: AsyncApp, app_token: str, timing: SlackTiming, report: Report) -> None:
        self._bolt = bolt
        self._token = app_token
        self._timing = timing
        self._report = report
        self._handler: AsyncSocketModeHandler | None = None

    async def run(self) -> None:
        """Stay connected. Raises PlatformRefusedError where Slack refuses the token."""
        try:
            while True:
                await reach(self._connect, self._timing, self._report)
                await self._watch()
                _log.warning("Slack: the connection was lost")
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection. May be called again, such as where it was cancelled."""
        if self._handler is not None:
            with suppress(Exception):
                await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def _connect(self) -> None:
        """In place of the connection there was."""
        await self.close()
        interval = self._timing.ping_interval
        handler = self._handler = _Handler(self._bolt, self._token, logger=sdk_log, ping_interval=interval)
        async with asyncio.timeout(self._timing.connect_timeout):
            # Requested here, where a refusal can be distinguished from a network that is down.
            answer = await self._bolt.client.apps_connections_open(app_token=self._token)
            handler.client.wss_uri = str(answer["url"])
            await handler.connect_async()  # type: ignore[no-untyped-call]

    async def _watch(self) -> None:
        """Until the connection has been gone for too long."""
        handler = self._handler
        clock = asyncio.get_running_loop().time
        seen = clock()
        while handler is not None and clock() - seen < self._timing.replace_after:
            if connected := await handler.client.is_connected():
                seen = clock()
            self._report("" if connected else "reconnecting")
            await asyncio.sleep(self._timing.check_every)


class _Handler(AsyncSocketModeHandler):
    """Gives each envelope to Bolt, in the task that the SDK started for it."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt
        begin_request(req.envelope_id)
        await super().handle(client, req)

"""Socket Mode: a connection that is opened, watched and opened anew, and says how it is.

The SDK's client reconnects by itself, but without an end, without a bound and with an address that
may have been used up. So a client that stays disconnected is replaced by a new one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.request import begin_request
from adapters.slack.workspaces import sdk_log


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    connecting: float = 15.0
    """One try to connect may take this long."""
    gone: float = 30.0
    """A connection that is gone for so long is replaced."""
    looking: float = 0.5
    """Between two looks at it."""
    ping: float = 10.0
    """Between two pings; the SDK takes four lost ones for the end."""
    first_wait: float = 1.0
    longest_wait: float = 60.0
    """Between two tries to connect, doubled each time."""


HOPELESS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "no_permission", "not_allowed_token_type",
     "missing_scope", "forbidden_team", "socket_mode_not_enabled", "app_token_invalid"}
)  # fmt: skip
"""Trying again would not help: the token or the app is wrong."""

_log = logging.getLogger(__name__)


class _Handler(AsyncSocketModeHandler):
    """Hands each envelope to Bolt, in the task that the SDK started for it."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt
        begin_request(req.envelope_id)
        await super().handle(client, req)


class Connection:
    """Keeps one connection open until it is closed."""

    def __init__(self, app: AsyncApp, app_token: str, *, pace: Pace | None = None) -> None:
        self._app = app
        self._token = app_token
        self._pace = pace or Pace()
        self._handler: AsyncSocketModeHandler | None = None
        self.connected = False
        self.reason = "not connected yet"

    async def run(self, refused: Callable[[str], None]) -> None:
        """Stay connected. Returns only where Slack refuses the token; `refused` is told why."""
        wait = self._pace.first_wait
        while True:
            try:
                await self._connect()
                wait = self._pace.first_wait
                await self._watch()
                self._down("the connection was lost")
            except SlackApiError as error:
                reason = str(error.response.get("error"))
                self._down(f"Slack answered: {reason}")
                if reason in HOPELESS:
                    refused(reason)
                    return
            except Exception as error:  # noqa: BLE001 - whatever the network comes up with
                self._down(f"could not connect: {type(error).__name__}")
            finally:
                await self.close()
            _log.warning("Socket Mode: %s; trying again in %.0f s", self.reason, wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, self._pace.longest_wait)

    async def close(self) -> None:
        """Close the connection."""
        self.connected = False
        handler, self._handler = self._handler, None
        if handler is not None:
            with suppress(Exception):
                await handler.close_async()  # type: ignore[no-untyped-call]

    async def _connect(self) -> None:
        handler = _Handler(self._app, self._token, logger=sdk_log, ping_interval=self._pace.ping)
        self._handler = handler
        async with asyncio.timeout(self._pace.connecting):
            # Asked for here, where a refusal can be told from a network that is down.
            answer = await self._app.client.apps_connections_open(app_token=self._token)
            handler.client.wss_uri = str(answer["url"])
            await handler.connect_async()  # type: ignore[no-untyped-call]
        self.connected, self.reason = True, ""

    async def _watch(self) -> None:
        """Until the connection has been gone for too long."""
        handler = self._handler
        clock = asyncio.get_running_loop().time
        seen = clock()
        while handler is not None and clock() - seen < self._pace.gone:
            if await handler.client.is_connected():
                seen = clock()
                self.connected, self.reason = True, ""
            else:
                self._down("reconnecting")
            await asyncio.sleep(self._pace.looking)

    def _down(self, reason: str) -> None:
        self.connected, self.reason = False, reason

"""Socket Mode: one connection that is opened and watched. Where it is lost, the platform is started again.

The SDK's client reconnects by itself, but without an end, without a bound and with an address that may have been used
up. So one that stays disconnected is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.platform import PlatformRefusedError, PlatformUnreachableError
from adapters.slack.errors import code_of, meaning
from adapters.slack.workspaces import sdk_log
from bot.chat.request_context import begin_request


@dataclass(frozen=True, slots=True)
class SlackTiming:
    """Seconds."""

    connect_timeout: float = 15.0
    replace_after: float = 30.0
    """A connection that is gone for so long is given up."""
    check_every: float = 0.5
    ping_interval: float = 10.0
    """The SDK takes four lost pings for the end."""


_REMEDY = (
    "install the app again as its manifest says, put the new tokens into SLACK_BOT_TOKEN (xoxb-) and SLACK_APP_TOKEN "
    "(xapp-), and start again"
)


@contextmanager
def reaching() -> Iterator[None]:
    """Turns what goes wrong on the way to Slack into PlatformRefusedError or PlatformUnreachableError."""
    try:
        yield
    except SlackApiError as error:
        if meaning(error) in ("token", "app"):
            raise PlatformRefusedError(f"Slack refuses the token: {code_of(error)}: {_REMEDY}") from None
        raise PlatformUnreachableError(f"Slack answered: {code_of(error)}") from None
    except Exception as error:  # noqa: BLE001 - whatever the network comes up with
        raise PlatformUnreachableError(f"could not connect: {type(error).__name__}") from None


async def receive(bolt: AsyncApp, app_token: str, timing: SlackTiming, watch: Callable[[str], Awaitable[None]]) -> None:
    """Connect, and give what arrives to Bolt until the connection is lost. `watch` is called again and again with why
    questions cannot come in, "" where they can. Raises as `reaching` and `watch`."""
    handler = _Handler(bolt, app_token, logger=sdk_log, ping_interval=timing.ping_interval)
    try:
        with reaching():
            async with asyncio.timeout(timing.connect_timeout):
                # Requested here, where a refusal can be distinguished from a network that is down.
                answer = await bolt.client.apps_connections_open(app_token=app_token)
                handler.client.wss_uri = str(answer["url"])
                await handler.connect_async()  # type: ignore[no-untyped-call]
        clock = asyncio.get_running_loop().time
        seen = clock()
        while clock() - seen < timing.replace_after:
            if connected := await handler.client.is_connected():
                seen = clock()
            await watch("" if connected else "reconnecting")
            await asyncio.sleep(timing.check_every)
    finally:
        with suppress(Exception):
            await handler.close_async()  # type: ignore[no-untyped-call]
    raise PlatformUnreachableError("the connection was lost")


class _Handler(AsyncSocketModeHandler):
    """Gives each envelope to Bolt, in the task that the SDK started for it."""

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override] # as Bolt
        begin_request(req.envelope_id)
        await super().handle(client, req)

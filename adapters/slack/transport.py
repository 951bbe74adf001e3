"""The two ways in which Slack's payloads arrive, each of which gives them to Bolt.

HTTP mode: the address that Slack sends everything to. Nothing is parsed that Slack did not sign. Bolt parses a body
before it verifies the signature, and answers 500 where it cannot. So the signature is verified here first, and what is
malformed is refused with 4xx.

Socket Mode: one connection that is opened and watched. Where it is lost, the platform is started again. The SDK's
client reconnects by itself, but without an end, without a bound and with an address that may have been used up. So one
that stays disconnected is given up.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.platform import PlatformRefusedError, PlatformUnreachableError
from adapters.slack.errors import code_of, meaning
from adapters.slack.workspaces import sdk_log
from adapters.web.requests import read_body
from bot.chat.events import begin_request

PATH = "/slack/events"

MOST_BYTES = 512_000
"""Bytes of a request. Slack's largest is a submitted modal: 250 kB of JSON at most, which a form encodes in up to twice
as many."""

READ_TIMEOUT = 2.0
"""Seconds that reading a body may take. Slack itself waits three for its answer."""

_HEADERS = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature", "X-Slack-Retry-Num")
"""What Bolt gets to see: others are not signed, and some of them change what it does."""

_KINDS = frozenset({"type", "command", "ssl_check"})
"""One of these fields is in whatever Slack sends."""

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")

_REMEDY = (
    "install the app again as its manifest says, put the new tokens into SLACK_BOT_TOKEN (xoxb-) and SLACK_APP_TOKEN "
    "(xapp-), and start again"
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackTiming:
    """Seconds."""

    connect_timeout: float = 15.0
    replace_after: float = 30.0
    """A connection that is gone for so long is given up."""
    check_every: float = 0.5
    ping_interval: float = 10.0
    """The SDK takes four lost pings for the end."""


class EventsEndpoint:
    """Checks the signature, and gives requests to Bolt."""

    def __init__(self, bolt: AsyncApp, signing_secret: str) -> None:
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)
        self.refused = 0
        """How many requests were refused since the start."""

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Serve one request. Raises HTTPException where it is not from Slack or malformed."""
        try:
            return await self._dispatched(request, await self._verified(request))
        except web.HTTPException as error:
            self.refused += 1
            _log.info("a request to %s was refused: %d %s", PATH, error.status, error.reason)
            raise

    async def _verified(self, request: web.Request) -> str:
        """The body, once it is known to be Slack's. The SDK's verifier raises on odd headers and bodies itself."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            raise web.HTTPUnauthorized
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise web.HTTPUnsupportedMediaType
        raw = await read_body(request, limit=MOST_BYTES, timeout=READ_TIMEOUT)
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            raise web.HTTPBadRequest from None
        if not self._verifier.is_valid(body, timestamp, signature):
            raise web.HTTPUnauthorized
        return body

    async def _dispatched(self, request: web.Request, body: str) -> web.StreamResponse:
        headers: dict[str, str | Sequence[str]]
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        try:
            parsed = AsyncBoltRequest(body=body, headers=headers)
            if _KINDS & parsed.body.keys():
                return await to_aiohttp_response(await self._bolt.async_dispatch(parsed))
        except Exception as error:  # noqa: BLE001 - Bolt takes the shape of a payload for granted
            _log.info("a payload could not be read: %s", type(error).__name__)
        raise web.HTTPBadRequest


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

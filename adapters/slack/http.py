"""HTTP mode: the address that Slack sends everything to. Nothing is parsed that Slack did not sign.

Bolt parses a body before it verifies the signature, and answers 500 where it cannot. So the signature is verified here
first, and what is malformed is refused with 4xx.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from adapters.web.requests import read_body

PATH = "/slack/events"

MOST_BYTES = 512_000
"""Bytes of a request. Slack's largest is a submitted modal: 250 kB of JSON at most, which a form encodes in up to twice
as many."""

READ_TIMEOUT = 2.0
"""Seconds that reading a body may take. Slack itself waits three for its answer."""

_TYPES = ("application/json", "application/x-www-form-urlencoded")
_HEADERS = ("Content-Type", "X-Slack-Request-Timestamp", "X-Slack-Signature", "X-Slack-Retry-Num")
"""What Bolt gets to see: others are not signed, and some of them change what it does."""

_KINDS = frozenset({"type", "command", "ssl_check"})
"""One of these fields is in whatever Slack sends."""

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")

_log = logging.getLogger(__name__)


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
        if request.content_type not in _TYPES:
            raise web.HTTPUnsupportedMediaType
        headers: dict[str, str | Sequence[str]]
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        try:
            parsed = AsyncBoltRequest(body=body, headers=headers)
            if _KINDS & parsed.body.keys():
                return await to_aiohttp_response(await self._bolt.async_dispatch(parsed))
        except Exception as error:  # noqa: BLE001 - Bolt takes the shape of a payload for granted
            _log.info("a payload could not be read: %s", type(error).__name__)
        raise web.HTTPBadRequest

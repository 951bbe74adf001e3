"""HTTP mode: what Slack sends is checked here, before Bolt reads it.

Bolt parses a body before it verifies the signature, and answers 500 to what does not parse. Here
nothing is parsed that was not signed, and whatever is wrong with a request is answered with 4xx.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.slack import redelivery
from adapters.slack.shape import fits

PATH = "/slack/events"

MOST_BYTES = 1_000_000
"""Bytes of a request; Slack's largest, a submitted modal, have 250 kB and some."""

WINDOW = 300
"""Seconds by which a timestamp may be off, as Slack advises."""

READING = 5.0
"""Seconds that reading a body may take."""

LATER = 503
"""Tells Slack to deliver an event again."""

Handled = Callable[[dict[str, Any], int], Awaitable[bool]]
"""Does what an event calls for, given how often it was delivered before; whether to acknowledge it."""

_MOST_FIELDS = 100

_LISTENED_TO = frozenset(
    {
        "event_callback", "url_verification", "block_actions", "block_suggestion", "shortcut", "message_action",
        "view_submission",
    }
)  # fmt: skip

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,11}")

_log = logging.getLogger(__name__)


class Refused(Exception):  # noqa: N818 - named for what happened
    """A request that is not let in; `status` says why."""

    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        self.reason = reason
        super().__init__(reason)


class Gate:
    """Lets in what Slack signed: hands events to `event`, and all else to Bolt."""

    def __init__(
        self, app: AsyncApp, event: Handled, signing_secret: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._event = event
        self._secret = signing_secret.encode()
        self._clock = clock
        self.refused = 0
        """How many requests were not let in since the start."""

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The one address that Slack sends everything to."""
        try:
            payload = _payload(await self._verified(request), request.content_type)
        except Refused as refusal:
            self.refused += 1
            _log.info("a request to %s was refused: %s", PATH, refusal.reason)
            return web.json_response({"error": refusal.reason}, status=refusal.status)
        if payload.get("type") not in _LISTENED_TO and "command" not in payload:
            return web.Response()  # taken note of: nobody here has anything to do with it
        if payload.get("type") == "event_callback":  # by far the most, and nothing in it is for Bolt to decide
            taken = await self._event(payload, redelivery.number(request.headers))
            return web.Response(status=200 if taken else LATER)
        # As an object, so that Bolt reads exactly what was checked; and without headers, which nobody signed.
        answer = await self._app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        if answer.status == 500:
            # Bolt's word for a payload of a shape it did not expect: our own work fails elsewhere.
            answer.status = 400
        return await to_aiohttp_response(answer)

    async def _verified(self, request: web.Request) -> str:
        """The body, once it is known to be Slack's. Raises Refused."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            raise Refused(401, "not signed")
        if abs(self._clock() - int(timestamp)) > WINDOW:
            raise Refused(401, "too old, or the clocks differ")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused(415, "compressed")
        raw = await _read(request)
        expected = hmac.digest(self._secret, b"v0:%b:%b" % (timestamp.encode(), raw), "sha256").hex()
        if not hmac.compare_digest(f"v0={expected}", signature):
            raise Refused(401, "wrong signature")
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise Refused(400, "not UTF-8") from None


async def _read(request: web.Request) -> bytes:
    """The whole body, as far as it is not too large or too slow."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(413, "too large")
    found = bytearray()
    try:
        async with asyncio.timeout(READING):
            async for chunk in request.content.iter_any():
                found += chunk
                if len(found) > MOST_BYTES:
                    raise Refused(413, "too large")
    except TimeoutError:
        raise Refused(408, "too slow") from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refused(400, "cut off, or malformed") from None
    return bytes(found)


def _payload(body: str, content_type: str) -> dict[str, Any]:
    """What a body holds. Raises Refused unless it is one of the forms that Slack sends."""
    if content_type == "application/json":
        found = _object(body)
    elif content_type == "application/x-www-form-urlencoded":
        try:
            fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError:
            raise Refused(400, "not a form") from None
        if "payload" in fields:
            found = _object(fields["payload"])
        elif fields.keys() & {"command", "ssl_check"}:
            found = fields
        else:
            raise Refused(400, "neither a payload nor a command")
    else:
        raise Refused(415, "neither JSON nor a form")
    if not fits(found):
        raise Refused(400, "not a payload of Slack's")
    return found


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(400, "malformed JSON") from None
    if not isinstance(found, dict):
        raise Refused(400, "not a JSON object")
    return found

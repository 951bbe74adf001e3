"""The web application around everything that answers: where it listens, request ids, security headers, error pages.

aiohttp's own limits hold: the size of a request's head, the time a connection may be idle between two requests, and
how long the rest of an unread body is drained. How long a first head takes is for the proxy in front to bound.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.typedefs import Middleware

from adapters.web.pages import NAME, POLICY, Pages, html_response
from bot.chat.events import begin_request, request_name

IDLE = 75.0
"""Seconds between two requests; longer than proxies keep a connection, so that none sends into a closed one."""

LINGERING = 2.0
"""Seconds for which the rest of a request is read, so that its response arrives, before the connection is closed."""

HSTS = "max-age=15552000"
"""Strict-Transport-Security: half a year, for this host alone; what else its owner serves is not ours to decide."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_ERRORS = {
    404: ("There is no such page", "There is nothing at this address."),
    405: ("Method not allowed", "This address does not accept requests of this kind."),
    429: ("That was a lot at once", "Please wait a minute, then ask again."),
    500: ("Something went wrong", "This is our mistake. Please try again in a moment."),
}

_BODY_HEADERS = frozenset({"Content-Type", "Content-Length"})

_log = logging.getLogger(__name__)
_protocol_log = logging.getLogger(f"{__name__}.protocol")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def web_application(pages: Pages) -> web.Application:
    """An application without routes yet; its error pages are made by `pages`."""
    application = web.Application(middlewares=[_error_pages(pages)])
    application.on_response_prepare.append(_protect)
    return application


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    """Adds the security headers and the request's id to every response.

    Only the proxy in front of us knows whether the browser came by https. A client that makes that up gains nothing:
    browsers ignore Strict-Transport-Security over http.
    """
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = request_name()
    if request.headers.get("X-Forwarded-Proto", "").lower() == "https":
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.pop("Server", None)  # it would reveal versions


def _error_pages(pages: Pages) -> Middleware:
    """Gives each request an id, and turns HTTP errors into a page for a browser and JSON for a program. Also where a
    handler fails: aiohttp itself would log who asked."""

    def response(request: web.Request, status: int) -> web.Response:
        phrase = HTTPStatus(status).phrase
        program = request.path.startswith("/api/")
        if not program and any("text/html" in accepted.lower() for accepted in request.headers.getall("Accept", ())):
            title, text = _ERRORS.get(status, (phrase, "The request cannot be answered."))
            page = pages.render("notice.html", title=title, text=text, actions=(("Start here", "/"),))
            return html_response(page, status=status)
        return web.json_response({"error": phrase.lower()}, status=status)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        begin_request(request.headers.get("X-Request-Id", ""))
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            answer = response(request, error.status)
            kept = ((name, value) for name, value in error.headers.items() if name not in _BODY_HEADERS)
            answer.headers.extend(kept)  # such as Allow
            return answer
        except Exception as error:  # noqa: BLE001 - the last place to answer in
            _log.error("a request failed", exc_info=error)
            return response(request, 500)

    return middleware


class _Protocol(web.RequestHandler):
    """A connection. aiohttp answers what is no request by itself, past the application, with its versions."""

    __slots__ = ()

    def handle_error(self, request: web.BaseRequest, status: int = 500, *args: Any, **more: Any) -> web.StreamResponse:
        """The security headers, and nothing of what came."""
        answer = super().handle_error(request, status, *args, **more)
        if isinstance(answer, web.Response):
            answer.text = HTTPStatus(status).phrase
        answer.headers.update(_HEADERS, Server=NAME)
        answer.headers["Cache-Control"] = "no-store"
        return answer


class _Runner(web.AppRunner):
    """Serves each connection by a `_Protocol`."""

    @property
    def server(self) -> Any:
        """What makes a protocol for each connection."""
        server = super().server
        return server and partial(_Protocol, server, loop=asyncio.get_running_loop(), **self._kwargs)


class ListenError(Exception):
    """The address cannot be listened on; the message says what to set."""


@asynccontextmanager
async def listening(
    application: web.Application, host: str, port: int, *, idle: float = IDLE, lingering: float = LINGERING
) -> AsyncIterator[str]:
    """Serves `application` until the end; gives its address. Raises ListenError where the port is taken."""
    runner = _Runner(
        application,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=2,
        logger=_protocol_log,
        keepalive_timeout=idle,
        lingering_time=lingering,
        auto_decompress=False,  # no client has a reason to compress, and an attacker has
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise ListenError(f"cannot listen: {error.strerror or error}; set HOST and PORT to a free one") from None
        name, number = runner.addresses[0][:2]
        yield f"http://{f'[{name}]' if ':' in name else name}:{number}"
    finally:
        await runner.cleanup()


class _ProtocolLog(logging.Filter):
    """Drops malformed requests and clients that hung up, which the open network sends all day, and who asked.

    Errors of our own are logged where they are caught.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (HttpProcessingError, ConnectionError)):
            return False
        record.msg, record.args = "answering a request failed", ()
        return True


_protocol_log.addFilter(_ProtocolLog())

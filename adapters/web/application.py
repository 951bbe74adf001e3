"""The web application: what every request passes through before it reaches whoever answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.request import begin_request
from adapters.web.connections import Connections
from adapters.web.document import Document
from adapters.web.headers import protect
from adapters.web.refusals import Refusals


def web_application(connections: Connections, document: Document) -> web.Application:
    """One without addresses yet, for the clients of `connections`; refusals look like `document`."""
    application = web.Application(middlewares=[connections.middleware, _numbered, Refusals(document).middleware])
    application.on_response_prepare.append(protect)
    return application


@web.middleware
async def _numbered(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Gives each request an id, which the log and the answer carry."""
    name = begin_request(request.headers.get("X-Request-Id", ""))
    try:
        answer = await handler(request)
    except web.HTTPException as refusal:
        refusal.headers["X-Request-Id"] = name
        raise
    answer.headers["X-Request-Id"] = name
    return answer

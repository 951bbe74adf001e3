"""What a client gets where there is nothing for it: a page for a browser, JSON for a program."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from adapters.web.document import Document
from adapters.web.markup import link, paragraph

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_WORDS = {
    404: ("There is no such page", "Nothing is to be found at this address."),
    405: ("Not done this way", "This address does not take requests of this kind."),
    500: ("Something went wrong", "This is our mistake. Please try again in a moment."),
}

_ABOUT_TEXT = frozenset({"Content-Type", "Content-Length"})

_log = logging.getLogger(__name__)


class Refusals:
    """Answers where a handler does not."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turns a refusal, or an error nobody expected, into an answer."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            if refusal.status < 400:
                raise
            answer = self._answer(request, refusal.status)
            # What it says beside its text, such as Allow.
            answer.headers.extend((name, said) for name, said in refusal.headers.items() if name not in _ABOUT_TEXT)
            return answer
        except Exception as error:  # noqa: BLE001 - the last place to answer in; aiohttp would log who asked
            _log.error("a request failed", exc_info=error)
            return self._answer(request, 500)

    def _answer(self, request: web.Request, status: int) -> web.Response:
        phrase = HTTPStatus(status).phrase
        title, text = _WORDS.get(status, (phrase, "The request cannot be answered."))
        if wants_page(request):
            return self._document.response(title, paragraph(text), paragraph(link("/", "Start here")), status=status)
        return web.json_response({"error": phrase.lower()}, status=status)


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks, rather than a program."""
    return any("text/html" in accepted.lower() for accepted in request.headers.getall("Accept", ()))

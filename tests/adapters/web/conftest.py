"""The pages that answer and the API, served on loopback."""

from __future__ import annotations

from contextlib import AsyncExitStack

import aiohttp
import pytest

from adapters.web.answer_pages import AnswerPages
from adapters.web.api import Api
from adapters.web.application import listening, web_application
from adapters.web.pages import Pages
from adapters.web.requests import AddressLimit
from bot.chat.rate_limit import UNBOUNDED

PUBLIC = "https://bot.example"
FRAMES = {"One chat": "square", "Another chat": "round"}


class Client:
    """Asks one service."""

    def __init__(self, session, address):
        self._session = session
        self._address = address

    async def __call__(self, path, **request):
        """Status, headers and body of a page, or of what the API says."""
        return await self.method("GET", path, **request)

    async def method(self, method, path, **request):
        """The same with another method."""
        async with self._session.request(method, self._address + path, **request) as answer:
            body = await (answer.json() if "json" in answer.content_type else answer.text())
            return answer.status, answer.headers, body


@pytest.fixture
async def serve(shipped):
    """Starts pages and API over a bot, with some of the API's options; gives a client."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def serve(bot=shipped, *, rate=UNBOUNDED, **options):
            limit, pages = AddressLimit(rate), Pages()
            application = web_application(pages)
            application.add_routes(AnswerPages(pages, lambda: bot, limit, frames=FRAMES, public_url=PUBLIC).routes())
            Api(lambda: bot, limit, public_url=PUBLIC, **options).add_to(application)
            return Client(session, await stack.enter_async_context(listening(application, "127.0.0.1", 0)))

        yield serve

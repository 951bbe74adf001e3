"""The pages of the service, at their addresses."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from adapters.web.document import Document, html_response
from adapters.web.landing import example_of, landing_page
from adapters.web.look import ICON
from adapters.web.markup import Html
from adapters.web.privacy import privacy_page
from adapters.web.served import Served
from adapters.web.support import support_page
from bot.answering import Bot

A_WHILE = 300
"""Seconds that a page may be kept: what stands on it changes with the settings and the knowledge."""

A_DAY = 86_400

_ROBOTS = "User-agent: *\nDisallow: /slack/\nDisallow: /healthz\nDisallow: /readyz\nDisallow: /metrics\n"


class Site:
    """The public pages. The example on the first one follows the knowledge."""

    def __init__(self, document: Document, served: Served, bot: Callable[[], Bot]) -> None:
        """Takes a moment: the example is answered now."""
        self._document = document
        self._served = served
        self._bot = bot
        self._example = self._answered(bot())
        self._privacy = privacy_page(document, served)
        self._support = support_page(document, served)

    def routes(self) -> list[web.RouteDef]:
        """What to add to the service's web application."""
        return [
            web.get("/", self._landing),
            web.get("/privacy", self._at_privacy),
            web.get("/support", self._at_support),
            web.get("/robots.txt", self._robots),
            web.get("/favicon.svg", self._icon),
        ]

    async def _landing(self, _: web.Request) -> web.Response:
        bot = self._bot()
        if self._example[0] != bot.knowledge.version:
            self._example = self._answered(bot)
        return html_response(landing_page(self._document, self._served, self._example[1]), cached=A_WHILE)

    async def _at_privacy(self, _: web.Request) -> web.Response:
        return html_response(self._privacy, cached=A_WHILE)

    async def _at_support(self, _: web.Request) -> web.Response:
        return html_response(self._support, cached=A_WHILE)

    async def _robots(self, _: web.Request) -> web.Response:
        return web.Response(text=_ROBOTS, headers={"Cache-Control": f"public, max-age={A_DAY}"})

    async def _icon(self, _: web.Request) -> web.Response:
        headers = {"Cache-Control": f"public, max-age={A_DAY}"}
        return web.Response(text=ICON, content_type="image/svg+xml", headers=headers)

    @staticmethod
    def _answered(bot: Bot) -> tuple[str, Html]:
        return bot.knowledge.version, example_of(bot)

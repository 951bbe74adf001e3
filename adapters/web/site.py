"""The public pages: what the service is, what it keeps of people, and how to get help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from adapters.web.pages import FILE_AGE, ICON, PAGE_AGE, Pages, always, html_response
from bot.chat import privacy
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Block
from bot.dialog.text_renderer import first_shown
from bot.storage.records import Retention

EXAMPLE = "PyTorch or TensorFlow for a mobile app?"
"""The question on the first page."""

_NOT_INDEXED = ("/healthz", "/readyz", "/metrics", "/api/", "/ask?", "/ask/")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformInfo:
    """What the pages say about one platform that is served. Texts may hold `code` in backticks."""

    title: str
    how_to_ask: Sequence[str]
    reads: str = ""
    """Which messages pass through the bot although they are not meant for it; empty where none do."""
    deletion: str
    """How a person deletes their data."""
    deletion_note: str = ""
    silent: str
    """What to check where it does not answer in a channel."""
    install: Callable[[], str | None] = lambda: None
    """The address that adds the bot; None where there is none, or not yet."""
    no_install: str
    """Why there is none."""
    installing: Sequence[privacy.Kept] = ()
    """What is stored where anybody can install it through these pages; empty where nobody can."""
    own_paths: Sequence[str] = ()
    """Addresses of this service that are for the platform alone, and not for search engines."""

    @property
    def install_address(self) -> str | None:
        """As of now."""
        return self.install()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteInfo:
    """What the pages say about this service."""

    platforms: Sequence[PlatformInfo] = ()
    retention: Retention = field(default_factory=Retention)
    monitored: bool = False
    """Whether errors or timings are sent to services that collect them."""

    @property
    def names(self) -> str:
        """The platforms in words."""
        return " and ".join(platform.title for platform in self.platforms) or "chat"


def site_routes(pages: Pages, info: SiteInfo, bot: Callable[[], Bot]) -> list[web.RouteDef]:
    """The pages, for the service's web application. The example on the first one follows the knowledge.

    Takes a moment: the pages that never change are rendered now.
    """
    hidden = (*(path for platform in info.platforms for path in platform.own_paths), *_NOT_INDEXED)
    robots = "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in hidden)

    async def landing(_: web.Request) -> web.Response:
        return html_response(landing_page(pages, info, example_answer(bot())), max_age=PAGE_AGE)

    return [
        web.get("/", landing),
        web.get("/privacy", always(privacy_page(pages, info), "text/html", PAGE_AGE)),
        web.get("/support", always(support_page(pages, info), "text/html", PAGE_AGE)),
        web.get("/robots.txt", always(robots, "text/plain", FILE_AGE)),
        web.get("/favicon.svg", always(ICON, "image/svg+xml", FILE_AGE)),
    ]


def example_answer(bot: Bot) -> Sequence[Block]:
    """The answer to EXAMPLE as of now; empty where this knowledge has none."""
    reply = bot.answer(Question(EXAMPLE))
    return first_shown(reply) if reply.outcome == "answer" else ()


def landing_page(pages: Pages, info: SiteInfo, example: Sequence[Block] = ()) -> str:
    """What the bot is, one question with its real answer, and how to add it."""
    return pages.render("landing.html", site=info, question=EXAMPLE, example=example)


def privacy_page(pages: Pages, info: SiteInfo) -> str:
    """What is stored, for how long, and how to have it deleted."""
    stored = [*privacy.kept(info.retention), *(one for platform in info.platforms for one in platform.installing)]
    return pages.render("privacy.html", site=info, facts=privacy, stored=stored)


def support_page(pages: Pages, info: SiteInfo) -> str:
    """How to ask, what goes wrong most, and who to write to."""
    return pages.render("support.html", site=info)

"""HTML pages from the templates of this folder, and what a browser may load for them.

The public ones are here too: what the service is, what it keeps of people, and how to get help.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.chat import privacy
from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.dialog.reply import Block
from bot.dialog.text_renderer import ARTICLE_DATE, Span, bar_lines, first_shown, missing_text, rendered
from bot.storage.records import Retention

NAME = "framework-bot"

_TEMPLATES = Path(__file__).parent / "templates"

STYLE = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
ICON = (_TEMPLATES / "favicon.svg").read_text(encoding="utf-8")
SCRIPT = (_TEMPLATES / "ask.js").read_text(encoding="utf-8")

PAGE_AGE = 300
"""Seconds that a page may be cached: it changes with the settings and the knowledge."""

FILE_AGE = 86_400

_OPTIONAL = ("description", "canonical", "path", "actions", "notes", "support")
"""What a template may be rendered without."""

EXAMPLE = "PyTorch or TensorFlow for a mobile app?"
"""The question on the first page."""

_NOT_INDEXED = ("/healthz", "/readyz", "/metrics", "/api/", "/ask?", "/ask/")


def source_hash(text: str) -> str:
    """What a Content-Security-Policy names a style or script by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {source_hash(STYLE)}; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""The Content-Security-Policy: our stylesheet, our own images, scripts and forms; no frames, nothing inline or from
elsewhere. Data in a script element is not run, and needs no permission."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the service, as its pages name them."""

    name: str | None = None
    contact: str | None = None
    """An e-mail address, the address of a page, or other words that say where."""

    @property
    def title(self) -> str:
        """The name, or a description instead."""
        return self.name or "the people who run this server"

    @property
    def how_to_reach(self) -> Markup:
        """A sentence with a link, where there is an address."""
        if self.contact is None:
            return Markup("They have given no address here: ask the person who added the bot here.")
        if self.contact.startswith(("https://", "http://")):
            return Markup('You reach them at <a href="{0}">{0}</a>.').format(self.contact)
        if "@" not in self.contact or " " in self.contact:
            return Markup("You reach them here: {}.").format(self.contact)
        address = f"mailto:{quote(self.contact, safe='@+')}"
        return Markup('You reach them at <a href="{}">{}</a>.').format(address, self.contact)


def template_environment(folder: Path, *, html: bool = True) -> Environment:
    """The templates in `folder`. For `html`, everything that is put into them is escaped."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=html,  # noqa: S701 - plain text otherwise
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Renders the templates. Everything that is put into them is escaped."""

    def __init__(self, operator: Operator | None = None, *, answers: bool = True) -> None:
        """`operator` is named in the footer of every page. `answers`: whether there are pages that answer."""
        self._environment = template_environment(_TEMPLATES)
        self._environment.filters.update(link=safe_address, markdown=markdown, kind=lambda value: type(value).__name__)
        self._environment.globals.update(
            name=NAME,
            style=Markup(STYLE),  # noqa: S704 - our own file
            operator=operator or Operator(),
            answers=answers,
            **dict.fromkeys(_OPTIONAL, ""),
            article_date=ARTICLE_DATE,
            missing=missing_text,
            bars=lambda chart: "\n".join(bar_lines(chart)),
        )

    def render(self, template: str, **context: Any) -> str:
        """A whole page. It has a `title`; one that search engines may list also has a `description` and a `path`."""
        return self._environment.get_template(template).render(context)


def html_response(page: str, *, status: int = 200, max_age: int = 0) -> web.Response:
    """`page` as a response that caches may keep for `max_age` seconds."""
    headers = {"Cache-Control": f"public, max-age={max_age}"} if max_age else {}
    return web.Response(text=page, status=status, content_type="text/html", charset="utf-8", headers=headers)


def always(text: str, content_type: str, max_age: int) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that always answers `text`, which may be cached for `max_age` seconds."""

    async def handler(_: web.Request) -> web.Response:
        headers = {"Cache-Control": f"public, max-age={max_age}"}
        return web.Response(text=text, content_type=content_type, charset="utf-8", headers=headers)

    return handler


def safe_address(address: str) -> str:
    """`address`, for a link. Raises ValueError where following it would run something instead of leading somewhere."""
    scheme = re.sub(r"[\x00-\x20]", "", address).partition(":")[0].lower()
    if scheme in ("javascript", "data", "vbscript"):
        raise ValueError(f"a page never links to {scheme}:")
    return address


def markdown(text: str) -> Markup:
    """Words with marks as HTML, a line each; everything else is escaped."""
    tags = {"bold": "strong", "italic": "em", "code": "code"}

    def shown(span: Span) -> str:
        words, tag = escape(span.text), tags.get(span.style)
        if span.url:
            return Markup('<a href="{}">{}</a>').format(span.url, words)
        return Markup("<{0}>{1}</{0}>").format(tag, words) if tag else words

    return Markup("<br>".join(rendered(text, shown, "• ").splitlines()))  # noqa: S704 - each piece is escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformInfo:
    """What the pages say about one platform that is served, in texts for `markdown`."""

    title: str
    how_to_ask: Sequence[str]
    reads: str = ""
    """Which messages pass through the bot although they are not meant for it; empty where none do."""
    deletion: str
    """How a person deletes their data, and what is deleted later."""
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

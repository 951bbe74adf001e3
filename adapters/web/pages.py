"""HTML pages from the templates of this folder, and what a browser may load for them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.dialog.text_renderer import ARTICLE_DATE, Span, bar_lines, missing_text, rendered

NAME = "framework-bot"

_TEMPLATES = Path(__file__).parent / "templates"

STYLE = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
ICON = (_TEMPLATES / "favicon.svg").read_text(encoding="utf-8")

SCRIPT = (_TEMPLATES / "ask.js").read_text(encoding="utf-8")

PAGE_AGE = 300
"""Seconds that a page may be cached: it changes with the settings and the knowledge."""

FILE_AGE = 86_400


def source_hash(text: str) -> str:
    """What a Content-Security-Policy names a style or script by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def policy(data: str = "") -> str:
    """The Content-Security-Policy: our stylesheet, our own images, scripts and forms; no frames, nothing inline or from
    elsewhere. `data`: what a script element of the page holds, which is not run."""
    allowed = f" {source_hash(data)}" if data else ""
    return (
        f"default-src 'none'; style-src {source_hash(STYLE)}; img-src 'self'; script-src 'self'{allowed}; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


POLICY = policy()


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the service, as its pages name them."""

    name: str | None = None
    contact: str | None = None
    """An e-mail address or the address of a page."""

    @property
    def title(self) -> str:
        """The name, or a description instead."""
        return self.name or "the people who run this server"

    @property
    def how_to_reach(self) -> Markup:
        """A sentence with a link, where there is an address."""
        if self.contact is None:
            return Markup("They have given no address here: ask the person who added the bot here.")
        is_page = self.contact.startswith(("https://", "http://"))
        address = self.contact if is_page else f"mailto:{quote(self.contact, safe='@+')}"
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
        operator = operator or Operator()
        self._environment = template_environment(_TEMPLATES)
        self._environment.filters.update(
            link=safe_address, markdown=_markdown, rich=rich, kind=lambda value: type(value).__name__
        )
        self._environment.globals.update(
            name=NAME,
            style=Markup(STYLE),  # noqa: S704 - our own file
            operator=operator,
            answers=answers,
            contact=operator.how_to_reach,
            description="",
            canonical="",
            path="",
            article_date=ARTICLE_DATE,
            missing=missing_text,
            bars=lambda chart: "\n".join(bar_lines(chart)),
        )

    def render(self, template: str, **context: Any) -> str:
        """A whole page. It has a `title`; one that search engines may list also has a `description` and a `path`."""
        return self._environment.get_template(template).render(context)

    def notice(
        self,
        title: str,
        text: str,
        *,
        actions: tuple[tuple[str, str], ...] = (),
        notes: tuple[str, ...] = (),
        support: bool = False,
    ) -> str:
        """A page about something that just happened.

        `actions`: label and address of what to do next, the most likely one first. `notes`: bullets, as in `rich`.
        `support`: whether to point to the support page.
        """
        return self.render("notice.html", title=title, text=text, actions=actions, notes=notes, support=support)


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


def _markdown(text: str) -> Markup:
    """A team's words as HTML, a line each."""
    tags = {"bold": "strong", "italic": "em", "code": "code"}

    def shown(span: Span) -> str:
        words, tag = escape(span.text), tags.get(span.style)
        if span.url:
            return Markup('<a href="{}">{}</a>').format(span.url, words)
        return Markup("<{0}>{1}</{0}>").format(tag, words) if tag else words

    return Markup("<br>".join(rendered(text, shown, "• ").splitlines()))  # noqa: S704 - each piece is escaped


def rich(text: str) -> Markup:
    """`text` with `code` and [label](address) as HTML; everything else is escaped."""
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\[([^\]]+)\]\((/[\w/-]*)\)", r'<a href="\2">\1</a>', html))  # noqa: S704 - escaped above

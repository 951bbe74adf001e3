"""A whole page: what stands around the text is the same on each."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from adapters.web.look import STYLE
from adapters.web.markup import Html, element, joined, link, paragraph
from adapters.web.operator import Operator

NAME = "framework-bot"

_PAGES = (("/", NAME), ("/privacy", "Privacy"), ("/support", "Support"))


@dataclass(frozen=True, slots=True)
class Document:
    """Makes pages."""

    operator: Operator = field(default_factory=Operator)

    def page(self, title: str, *text: str, description: str = "", path: str = "") -> str:
        """A page with `title` above `text`; `path` is its own address where others should find it."""
        name = title if title == NAME else f"{title} - {NAME}"
        head = (
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", name),
            element("meta", name="description", content=description)
            if description
            else element("meta", name="robots", content="noindex"),
            element("link", rel="icon", href="/favicon.svg", type="image/svg+xml"),
            element("style", Html(STYLE)),
        )
        body = (
            element("header", element("nav", element("ul", *_ways(path)), aria_label="Pages")),
            element("main", element("h1", title), *text),
            element("footer", paragraph(f"This service is run by {self.operator.title}. ", self.operator.ways)),
        )
        return "<!doctype html>\n" + element("html", element("head", *head), element("body", *body), lang="en")

    def response(self, title: str, *text: str, status: int = 200) -> web.Response:
        """A page about what just happened, for whoever it happened to."""
        return html_response(self.page(title, *text), status=status)


def html_response(page: str, *, status: int = 200, cached: int = 0) -> web.Response:
    """`page` as an answer that may be kept for `cached` seconds."""
    headers = {"Cache-Control": f"public, max-age={cached}"} if cached else {}
    return web.Response(text=page, status=status, content_type="text/html", charset="utf-8", headers=headers)


def _ways(path: str) -> list[Html]:
    return [
        element("li", link(address, name, **({"aria_current": "page"} if address == path else {})))
        for address, name in _PAGES
    ]


def buttons(*ways: Html) -> Html:
    """What one can do next, each a link."""
    return element("ul", *(element("li", way) for way in ways), class_="ways")


def button(address: str, label: str) -> Html:
    """A link that looks like the thing to do."""
    return joined(link(address, label, class_="button"))

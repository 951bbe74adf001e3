"""Reads a page as a browser and a screen reader would, and says what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = {"meta", "link", "img", "br", "hr", "input"}
_BLOCKS = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "table", "div", "blockquote", "header", "main", "footer"}
_ITEMS = {"ul": {"li"}, "ol": {"li"}, "tr": {"th", "td"}, "thead": {"tr"}, "tbody": {"tr"}}


@dataclass
class Page:
    """What is on a page."""

    title: str = ""
    language: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    """Addresses by the words that lead there."""
    text: str = ""
    canonical: str = ""
    description: str = ""
    data: str = ""
    """What a script element holds: data, as scripts have files of their own."""
    problems: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []
        self._ids: list[str] = []
        self._wanted: list[str] = []
        self._link = ["", ""]
        self._counts: dict[str, int] = {}
        self._doctype = ""

    def handle_decl(self, decl):
        self._doctype = decl

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self._say(len(given) == len(attrs), f"<{tag}> has an attribute twice")
        self._say(
            "style" not in given and not [name for name in given if name.startswith("on")], f"<{tag}> has a script"
        )
        self._say(tag not in ("iframe", "object", "embed", "base"), f"<{tag}> on a page")
        inside = self._open[-1] if self._open else ""
        self._say(tag in _ITEMS.get(inside, {tag}), f"<{tag}> directly in <{inside}>")
        self._say("p" not in self._open or tag not in _BLOCKS, f"<{tag}> in a paragraph")
        self._counts[tag] = self._counts.get(tag, 0) + 1
        if "id" in given:
            self._say(given["id"] not in self._ids, f"the id {given['id']} twice")
            self._ids.append(given["id"])
        match tag:
            case "html":
                self.page.language = given.get("lang", "")
            case "img":
                self._say("alt" in given, "a picture without words")
            case "link" | "script" | "form" | "meta":
                self._loaded(tag, given)
            case "a":
                self._say("a" not in self._open, "a link in a link")
                self._link = [given["href"], given.get("aria-label", "")]
                if given["href"].startswith("#"):
                    self._wanted.append(given["href"][1:])
            case "th":
                self._say("scope" in given, "a heading of a table without a direction")
            case _ if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                level = int(tag[1])
                before = self.page.headings[-1][0] if self.page.headings else 0
                self._say(level <= before + 1, f"<{tag}> after <h{before}>")
                self.page.headings.append((level, ""))
        if tag not in _EMPTY:
            self._open.append(tag)

    def _loaded(self, tag, given):
        """What belongs to the page without being on it."""
        match tag:
            case "link" if given.get("rel") == "canonical":
                self.page.canonical = given["href"]
            case "link":
                self._say(given["href"].startswith("/"), "something from elsewhere")
            case "script":
                data = given.get("type") == "application/ld+json"
                self._say(data or given.get("src", "").startswith("/"), "<script> inline or from elsewhere")
            case "form":
                self._say(given["action"].startswith("/"), "<form> that sends elsewhere")
            case "meta" if given.get("name") == "description":
                self.page.description = given["content"]

    def handle_endtag(self, tag):
        opened = self._open.pop() if self._open else ""
        self._say(opened == tag, f"</{tag}> where <{opened}> is open")
        if tag == "a":
            address, words = self._link
            self._say(bool(words.strip()), f"a link to {address} without words")
            self._say(self.page.links.get(words, address) == address, f"two addresses under {words}")
            self.page.links[words] = address

    def handle_data(self, data):
        if not self._open or self._open[-1] == "style":
            return
        if self._open[-1] == "script":
            self.page.data += data
            return
        if self._open[-1] == "title":
            self.page.title += data
            return
        self.page.text += data
        if "a" in self._open:
            self._link[1] += data
        if self._open[-1][:1] == "h" and self._open[-1][1:].isdigit():
            level, words = self.page.headings[-1]
            self.page.headings[-1] = (level, words + data)

    def done(self) -> Page:
        self._say(self._open == [], f"left open: {self._open}")
        self._say(self._doctype.lower() == "doctype html", "no doctype")
        self._say(bool(self.page.language), "no language")
        self._say(bool(self.page.title.strip()), "no title")
        self._say([level for level, _ in self.page.headings].count(1) == 1, "not one h1")
        self._say(all(words.strip() for _, words in self.page.headings), "an empty heading")
        self._say(set(self._wanted) <= set(self._ids), "a link to nothing on the page")
        for tag in ("html", "head", "body", "main", "header", "footer", "nav", "title", "style"):
            self._say(self._counts.get(tag) == 1, f"not one <{tag}>")
        return self.page

    def _say(self, right: bool, problem: str) -> None:
        if not right:
            self.page.problems.append(problem)


def read(text: str) -> Page:
    """What `text`, a whole page, shows."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.done()


def proper(text: str) -> Page:
    """As `read`, of a page with nothing wrong."""
    page = read(text)
    assert page.problems == []
    return page

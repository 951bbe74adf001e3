"""HTML made of values: whatever is not markup already is escaped where it is put in."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_EMPTY = frozenset({"link", "meta"})
"""Elements that have no end."""


class Html(str):
    """Text that is markup already. Made by the functions here, never from what came from elsewhere."""

    __slots__ = ()


def joined(*parts: str) -> Html:
    """`parts` one after the other, escaped where they are not markup."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))


def element(tag: str, /, *inside: str, **attributes: str) -> Html:
    """One element. An attribute whose name is a word of Python ends in "_", and "_" within one stands for "-"."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    start = f"<{tag}{told}>"
    return Html(start if tag in _EMPTY else f"{start}{joined(*inside)}</{tag}>")


def link(address: str, *inside: str, **attributes: str) -> Html:
    """A link. Raises ValueError where `address` is one that runs something instead of leading somewhere."""
    scheme, colon, _ = address.partition(":")
    if colon and "/" not in scheme and "#" not in scheme and scheme not in ("https", "http", "mailto", "slack"):
        raise ValueError("a page links to pages, mail addresses and Slack, and to nothing else")
    return element("a", *inside, href=address, **attributes)


def paragraph(*inside: str, **attributes: str) -> Html:
    """A paragraph."""
    return element("p", *inside, **attributes)


def bullets(items: Iterable[str]) -> Html:
    """A list without an order."""
    return element("ul", *(element("li", item) for item in items))


def section(heading: str, *inside: str, level: int = 2) -> Html:
    """What stands under a heading."""
    return joined(element(f"h{level}", heading), *inside)

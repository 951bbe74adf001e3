"""The pieces of Block Kit we use, as the plain dicts Slack takes.

Not the SDK's classes: those drop what they do not know, such as charts. Whatever comes from content
or from a user goes into plain text, where Slack reads no mark-up, no links and no mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

Block = dict[str, Any]
"""A block, an element or a text object, as JSON."""

Surface = Literal["message", "private", "modal", "home"]
"""Where blocks are shown. private: a message for one person, which takes fewer kinds of blocks."""

SECTION = 3_000
HEADER = 150
LABEL = 75
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
CONTEXT_ELEMENTS = 10
ROW_OF_BUTTONS = 5
"""Slack takes 25 in a row; more than five wrap into a wall on a phone."""

OPTIONS = 100
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000

_IN_ADDRESSES = "/:?#[]@!$&'()*+,;=%~"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, halves of surrogate pairs, and characters that turn the direction of what follows."""


def clean(text: str) -> str:
    """`text` without what could play tricks on a screen, and never empty: Slack refuses empty texts."""
    kept = _TRICKS.sub("", text)
    return kept if kept.strip() else "-"


def escaped(text: str) -> str:
    """`text` for mrkdwn and for a message's top-level text, where <!channel> would otherwise ping."""
    return clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """At most `most` characters. Only for names and labels, never for a claim."""
    cleaned = clean(text)
    return cleaned if len(cleaned) <= most else cleaned[: most - 1].rstrip() + _ELLIPSIS


def plain(text: str) -> Block:
    """Text shown as it is."""
    return {"type": "plain_text", "text": clean(text), "emoji": False}


def marked(text: str) -> Block:
    """Our own mark-up; `text` must have been escaped where it is not ours."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def link(address: str | None, text: str) -> str:
    """`text` as a mrkdwn link, or as it is where there is no address for a browser."""
    if address is None or not address.startswith(("https://", "http://")):
        return escaped(text)
    target = quote(address, safe=_IN_ADDRESSES).replace("&", "&amp;")
    return f"<{target}|{escaped(text)}>"


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": plain(cut(text, HEADER))}


def sections(text: str) -> list[Block]:
    """`text` in as many sections as it takes, parted between lines, else between words."""
    return [{"type": "section", "text": plain(part), "expand": True} for part in parted(clean(text), SECTION)]


def label(text: str) -> Block:
    """A small heading of our own."""
    return {"type": "section", "text": marked(f"*{escaped(text)}*")}


def bullets(lines: Iterable[str]) -> list[Block]:
    """Lines with a bullet each."""
    return sections("\n".join(f"\N{BULLET} {line}" for line in lines))


def context(texts: Sequence[Block]) -> list[Block]:
    """Small print, in as many blocks as it takes."""
    return [
        {"type": "context", "elements": list(texts[start : start + CONTEXT_ELEMENTS])}
        for start in range(0, len(texts), CONTEXT_ELEMENTS)
    ]


def button(text: str, value: str, action: str, **more: Any) -> Block:
    """A button; `action` must differ from its neighbours'."""
    return {"type": "button", "text": plain(cut(text, LABEL)), "value": value, "action_id": action, **more}


def actions(elements: Sequence[Block], **more: Any) -> list[Block]:
    """Rows of buttons and menus."""
    return [
        {"type": "actions", "elements": list(elements[start : start + ROW_OF_BUTTONS]), **more}
        for start in range(0, len(elements), ROW_OF_BUTTONS)
    ]


def option(text: str, value: str, description: str | None = None) -> Block:
    """Something to choose in a menu or a list."""
    made = {"text": plain(cut(text, LABEL)), "value": value}
    return {**made, "description": plain(cut(description, LABEL))} if description else made


def table(rows: Sequence[Sequence[str]]) -> Block | None:
    """A table with its first row as heading and its first column in bold; None where Slack would refuse it."""
    cells = [[clean(cell) for cell in row] for row in rows]
    if len(cells) > TABLE_ROWS or sum(len(cell) for row in cells for cell in row) > TABLE_CHARACTERS:
        return None
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in cells[0]],
        "rows": [
            [
                _bold(cell) if down == 0 or across == 0 else {"type": "raw_text", "text": cell}
                for across, cell in enumerate(row)
            ]
            for down, row in enumerate(cells)
        ],
    }


def pages(blocks: Sequence[Block], most: int = MESSAGE_BLOCKS) -> list[list[Block]]:
    """Blocks in as many messages as they take: nothing is dropped."""
    return [list(blocks[start : start + most]) for start in range(0, len(blocks), most)] or [[]]


def parted(text: str, most: int) -> Iterator[str]:
    """`text` in parts of at most `most` characters, parted at line ends, else at blanks, else anywhere."""
    rest = text
    while len(rest) > most:
        end = rest.rfind("\n", 1, most + 1)
        if end < 0:
            end = rest.rfind(" ", 1, most + 1)
        if end < 0:
            end = most
        yield rest[:end]
        rest = rest[end:].lstrip("\n ")
    if rest:
        yield rest


def _bold(text: str) -> Block:
    style = {"bold": True}
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": style}]}
    return {"type": "rich_text", "elements": [line]}

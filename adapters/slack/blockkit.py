"""The pieces of Block Kit that we use, as the plain dicts Slack takes.

Not the SDK's classes: those drop what they do not know, such as charts. Whatever comes from content or from a user goes
into plain text, where Slack reads no markup, no links and no mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

Block = dict[str, Any]
"""A block, an element or a text object, as JSON."""

SlackSurface = Literal["message", "private", "modal", "home"]
"""Where blocks are shown. private: a message for one person, or one through a response_url: fewer kinds of blocks."""

# Limits, from https://docs.slack.dev/reference/block-kit
SECTION = 3_000
HEADER = 150
LABEL = 75
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
CONTEXT_ELEMENTS = 10
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000

ROW_OF_BUTTONS = 5
"""Slack takes 25 in a row; more than five wrap into a wall on a phone."""

_URL_CHARACTERS = "/:?#[]@!$&'()*+,;=%~"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_MARKUP = re.compile(r"[*_~`\n]")
_TRICKS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Control characters, halves of surrogate pairs, and characters that turn the direction of what follows."""


def clean(text: str) -> str:
    """`text` without characters that could deceive on a screen, and never empty: Slack refuses empty texts."""
    cleaned = _TRICKS.sub("", text)
    return cleaned if cleaned.strip() else "-"


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


def mrkdwn(text: str) -> Block:
    """Our own markup; what of `text` is not ours must have been escaped."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def link(url: str | None, text: str) -> str:
    """`text` as a mrkdwn link, or as it is where there is no address for a browser."""
    if url is None or not url.startswith(("https://", "http://")):
        return escaped(text)
    target = quote(url, safe=_URL_CHARACTERS).replace("&", "&amp;")
    return f"<{target}|{escaped(text)}>"


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": plain(cut(text, HEADER))}


def sections(text: str, *, warning: bool = False) -> list[Block]:
    """`text` in as many sections as it takes. `warning`: it begins with a sign."""
    sign = ":warning: " if warning else ""
    return [
        {"type": "section", "text": {**plain(part), "emoji": warning}, "expand": True}
        for part in split(sign + clean(text), SECTION)
    ]


def strong(text: str, *, warning: bool = False) -> list[Block]:
    """`text` in bold, unless it has characters that are markup themselves, or is too long for one section."""
    marked = f"{':warning: ' if warning else ''}*{escaped(text)}*"
    if _MARKUP.search(text) or len(marked) > SECTION:
        return sections(text, warning=warning)
    return [{"type": "section", "text": mrkdwn(marked), "expand": True}]


def bullets(items: Iterable[str], *, warning: bool = False) -> list[Block]:
    """Lines with a bullet each."""
    return sections("\n".join(f"\N{BULLET} {item}" for item in items), warning=warning)


def context(texts: Sequence[Block]) -> list[Block]:
    """Small print, in as many blocks as it takes."""
    return [
        {"type": "context", "elements": list(texts[start : start + CONTEXT_ELEMENTS])}
        for start in range(0, len(texts), CONTEXT_ELEMENTS)
    ]


def fenced(text: str) -> list[Block]:
    """Text in a fixed-width font."""
    safe = escaped(text).replace("```", "'''")
    return [{"type": "section", "text": mrkdwn(f"```{part}```"), "expand": True} for part in split(safe, SECTION - 6)]


def actions(elements: Sequence[Block]) -> list[Block]:
    """Rows of buttons and menus."""
    return [
        {"type": "actions", "elements": list(elements[start : start + ROW_OF_BUTTONS])}
        for start in range(0, len(elements), ROW_OF_BUTTONS)
    ]


def option(text: str, value: str) -> Block:
    """Something to choose in a menu."""
    return {"text": plain(cut(text, LABEL)), "value": value}


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


def split(text: str, most: int) -> Iterator[str]:
    """`text` in parts of at most `most` characters, split at line ends, else at blanks, else anywhere."""
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

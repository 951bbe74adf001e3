"""Parts of a view on as few messages as hold them, within Discord's limits. Nothing is cut within a line that fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.chat.view import Button, Document, Menu
from bot.dialog.reply import Tone

MOST_COMPONENTS = 40
"""Components of a message, nested ones included."""

MOST_TEXT = 4_000
"""Characters over all texts of a message with components V2."""

MOST_CONTENT = 2_000
"""Characters of a message without components V2."""

MOST_BUTTONS = 5
"""Buttons in a row; also rows of a message without components V2."""

Row = tuple[Button, ...] | Menu

_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Part:
    """Markdown that belongs together, or buttons or a menu; where it has both, one button right of the text.

    `leads`: it introduces what follows, like a heading, and is not left at the end of a message.
    """

    text: str = ""
    row: Row = ()
    tone: Tone = "plain"
    leads: bool = False
    file: Document | None = None
    """A file that is shown instead of a text."""


Page = tuple[Part, ...]
"""One message."""


def paged(parts: Iterable[Part]) -> tuple[Page, ...]:
    """The parts in order on one page or more."""
    pages: list[list[Part]] = [[]]
    for part in (piece for whole in parts for piece in _pieces(whole)):
        page = pages[-1]
        if page and not _fits([*page, part]):
            moved = _introduction(page)
            if not _fits([*moved, part]):
                page += moved
                moved = []
            pages.append(moved)
        pages[-1].append(part)
    return tuple(tuple(page) for page in pages if page)


def containers(parts: Iterable[Part]) -> list[tuple[Tone, list[Part]]]:
    """Neighbours of one tone together, texts that follow each other as one; buttons go with what is before them."""
    found: list[tuple[Tone, list[Part]]] = []
    for part in parts:
        if not found or (part.text and part.tone != found[-1][0]):
            found.append((part.tone, []))
        together = found[-1][1]
        if together and part.text and not part.row and not together[-1].row and together[-1].file is None:
            together[-1] = replace(together[-1], text=f"{together[-1].text}\n{part.text}")
        else:
            together.append(part)
    return found


def contents(page: Page) -> tuple[str, ...]:
    """The page's text for messages without components V2, in pieces of at most 2,000 characters."""
    pieces: list[str] = []
    for line in _lines("\n".join(part.text for part in page if part.text)):
        for piece in _split(line, MOST_CONTENT):
            if pieces and len(pieces[-1]) + 1 + len(piece) <= MOST_CONTENT:
                pieces[-1] += "\n" + piece
            elif piece.strip():
                pieces.append(piece)
    return tuple(pieces) or ("...",)


def without_files(page: Page) -> tuple[Page, ...]:
    """The page with the texts of its files in their place."""
    kept = [part for part in page if part.file is None]
    pieces = (piece for part in page if part.file for piece in _split(part.file.text, MOST_TEXT - 10))
    return paged((*kept, *(Part(fenced([piece])) for piece in pieces)))


def fenced(lines: Iterable[str]) -> str:
    """Lines in monospace."""
    text = "\n".join(lines).replace("```", "'''")
    return f"```\n{text}\n```"


def _lines(text: str) -> Iterator[str]:
    """The lines of `text`; a fenced block counts as one."""
    block: list[str] = []
    for line in text.split("\n"):
        block.append(line)
        if sum(one.startswith(_FENCE) for one in block) != 1:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _fits(parts: Sequence[Part]) -> bool:
    found = containers(parts)
    shown = [part for _, together in found for part in together]
    components = len(found) + sum(map(_size, shown))
    return components <= MOST_COMPONENTS and sum(len(part.text) for part in shown) <= MOST_TEXT


def _size(part: Part) -> int:
    """Components of a text, a row of buttons, a row with a menu, or a section of a text and a button."""
    buttons = len(part.row) if isinstance(part.row, tuple) else 1
    return bool(part.text) + buttons + bool(part.row) + (part.file is not None)


def _introduction(page: list[Part]) -> list[Part]:
    """Take the parts off the end of a page that lead to what comes next."""
    moved: list[Part] = []
    while len(page) > 1 and page[-1].leads:
        moved.insert(0, page.pop())
    return moved


def _pieces(part: Part) -> Iterator[Part]:
    """The part, or pieces of one that no message could hold."""
    texts = list(_split(part.text, MOST_TEXT))
    yield from (Part(text, tone=part.tone) for text in texts[:-1])
    yield replace(part, text=texts[-1])


def _split(text: str, longest: int) -> Iterator[str]:
    rest = text
    while len(rest) > longest:
        at = max(rest.rfind("\n", 0, longest), rest.rfind(" ", 0, longest))
        at = at if at > 0 else longest
        yield rest[:at]
        rest = rest[at:].lstrip()
    if rest.strip() or rest == text:
        yield rest

"""Parts of a text onto as few messages as hold them; nothing is ever cut in the middle of a line that fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from adapters.discord.limits import MOST_COMPONENTS, MOST_CONTENT, MOST_TEXT
from adapters.discord.page import Page, Picture, Row, Segment, Tone

_FENCE = "```"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together. `leads`: it does not stand at the end of a message, like a heading."""

    text: str
    tone: Tone = "plain"
    leads: bool = False
    picture: Picture | None = None


def paged(parts: Iterable[Part], rows: Sequence[Row] = ()) -> tuple[Page, ...]:
    """The parts in order on one page or more; the rows under the last one."""
    room = MOST_COMPONENTS - sum(_size(row) for row in rows)
    pages: list[list[Part]] = [[]]
    for part in (piece for whole in parts for piece in _pieces(whole)):
        page = pages[-1]
        if page and not _fits([*page, part], room):
            pages.append(_leading(page))
            page = pages[-1]
        page.append(part)
    full = [Page(tuple(_segments(page))) for page in pages if page]
    return (*full[:-1], replace(full[-1], rows=tuple(rows)))


def contents(page: Page) -> tuple[str, ...]:
    """The page's text for a message without components V2, in pieces of at most 2,000 characters."""
    pieces: list[str] = []
    text = "\n".join(_in_words(segment) for segment in page.segments)
    for line in _lines(text):
        for part in _split(line, MOST_CONTENT):
            if pieces and len(pieces[-1]) + 1 + len(part) <= MOST_CONTENT:
                pieces[-1] += "\n" + part
            else:
                pieces.append(part)
    return tuple(pieces)


def _in_words(segment: Segment) -> str:
    return segment.text if segment.picture is None else f"{segment.text}\n{segment.picture.alternative}"


def _lines(text: str) -> Iterator[str]:
    """The lines of `text`; a fenced block counts as one."""
    block: list[str] = []
    for line in text.split("\n"):
        block.append(line)
        if sum(part.startswith(_FENCE) for part in block) == 1:
            continue
        yield "\n".join(block)
        block = []
    if block:
        yield "\n".join(block)


def _size(row: Row) -> int:
    return 1 + (len(row) if isinstance(row, tuple) else 1)


def _fits(parts: Sequence[Part], room: int) -> bool:
    segments = list(_segments(parts))
    pictures = sum(segment.picture is not None for segment in segments)
    text = sum(len(segment.text) for segment in segments)
    return text <= MOST_TEXT and 2 * len(segments) + pictures <= room


def _leading(page: list[Part]) -> list[Part]:
    """Take the parts off the end of a page that lead to what comes next."""
    moved: list[Part] = []
    while len(page) > 1 and page[-1].leads:
        moved.insert(0, page.pop())
    return moved


def _segments(parts: Iterable[Part]) -> Iterator[Segment]:
    """Neighbours of one tone in one container; a picture ends it."""
    current: Segment | None = None
    for part in parts:
        if current is not None and (current.tone != part.tone or current.picture is not None):
            yield current
            current = None
        text = part.text if current is None else f"{current.text}\n{part.text}"
        current = Segment(text, part.tone, part.picture)
    if current is not None:
        yield current


def _pieces(part: Part) -> Iterator[Part]:
    """The part, or pieces of one that no message could hold."""
    texts = list(_split(part.text, MOST_TEXT))
    for text in texts[:-1]:
        yield Part(text, part.tone)
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

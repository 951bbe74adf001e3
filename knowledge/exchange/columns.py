"""The columns of a CSV table of entries, and how a table's own heading is understood."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("label", "intent"),
    "title": ("heading",),
    "kind": (),
    "off_subject": (),
    "phrasings": ("phrasing", "question", "questions", "utterance", "utterances"),
    "answer": ("answers", "reply", "response"),
    "confidence": (),
    "source_key": ("source_keys",),
    "source_title": ("source", "sources", "source_titles"),
    "source_url": ("source_urls", "url", "urls", "link", "links"),
    "source_seen": ("source_seen_on",),
    "source_dated": (),
    "frameworks": ("framework",),
    "about": ("concept", "concepts"),
    "next_step": (),
    "related": (),
    "checked_on": ("checked",),
}
"""Each column in the order in which it is written, and other headings that mean the same."""

PHRASINGS = "phrasings"
"""The one column that may stand there several times, such as "phrasing 1", "phrasing 2"."""

DELIMITERS = ",;\t"

_MEANT = {other: name for name, others in COLUMNS.items() for other in (name, *others)}
_GAP = re.compile(r"[\s_-]+")
_NUMBER = re.compile(r"_?\d+\Z")


@dataclass(frozen=True, slots=True)
class Heading:
    """What each column of a table is."""

    cells: tuple[str, ...]
    """As the table calls them."""

    @property
    def columns(self) -> tuple[str | None, ...]:
        """Our name of each column; None where it is not known."""
        return tuple(_meant(cell) for cell in self.cells)

    @property
    def known(self) -> int:
        """How many columns are known."""
        return sum(column is not None for column in self.columns)

    def called(self, column: str) -> str:
        """What the table calls our `column`; our own name where it has none."""
        return next((cell for cell, meant in zip(self.cells, self.columns, strict=True) if meant == column), column)

    def twice(self) -> str | None:
        """A column that stands there more than once and may not."""
        found = [column for column in self.columns if column is not None and column != PHRASINGS]
        return next((column for column in found if found.count(column) > 1), None)


def heading(cells: Sequence[str]) -> Heading:
    """The heading in a row of cells, without the empty ones at its end."""
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return Heading(tuple(stripped))


def delimiter_of(line: str) -> str:
    """What divides the cells of a table whose heading is `line`: that with which most columns are known."""

    def known(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return (0, 0)
        return (heading(cells).known, len(cells))

    return max(DELIMITERS, key=known)


def _meant(cell: str) -> str | None:
    name = _GAP.sub("_", cell.strip().casefold())
    if name in _MEANT:
        return _MEANT[name]
    counted = _NUMBER.sub("", name)
    return PHRASINGS if _MEANT.get(counted) == PHRASINGS else None

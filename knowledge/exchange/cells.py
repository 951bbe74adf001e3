"""Cells of a spreadsheet: several lines in one, and nothing in it that a spreadsheet would work out.

A spreadsheet takes a cell that begins with one of = + - @ for a formula, and some of those reach out
of the sheet. An apostrophe before it keeps it text, and comes off again when the cell is read. The
same goes for what follows a semicolon, a tab or a line break, which a spreadsheet that is told of
other separators takes for a cell of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 32_000
"""Characters of a cell: spreadsheets cut off what is over 32,767."""

_FORMULA = r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
_OPEN = re.compile(rf"(\A|[;\t\r\n])('*){_FORMULA}")
_GUARDED = re.compile(rf"(\A|[;\t\r\n])'('*){_FORMULA}")
_BREAK = re.compile(r"\r\n|\r|\n")
_BREAKS = re.compile(r"\s*[\r\n]\s*")
_NAMES_END = re.compile(r"[,;\r\n]")


def guarded(cell: str) -> str:
    """`cell` with an apostrophe wherever a formula might begin."""
    return _OPEN.sub(r"\1'\2", cell)


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return _GUARDED.sub(r"\1\2", cell)


def one_line(text: str) -> str:
    """`text` with its line breaks turned into spaces."""
    return _BREAKS.sub(" ", text)


def in_lines(texts: Iterable[str]) -> str:
    """A cell with a text on each line; line breaks within one become spaces."""
    return "\n".join(one_line(text) for text in texts)


def lines(cell: str) -> list[str]:
    """The lines of a cell, also the blank ones."""
    return _BREAK.split(cell)


def names(cell: str) -> list[str]:
    """The names in a cell, divided by commas, semicolons or line breaks."""
    return [name.strip() for name in _NAMES_END.split(cell) if name.strip()]

"""Tables of phrasings in TSV and CSV: delimiters, headings, and cells that no spreadsheet takes for a formula.

A spreadsheet takes a cell that begins with one of = + - @ for a formula, and some formulas reach out of
the sheet. An apostrophe before it keeps it text, and is removed when the cell is read. The same goes for
what follows a semicolon, a tab or a line break: with other separators set, that begins a cell too.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from knowledge.errors import KnowledgeError

Column = Literal["phrasing", "label", "title", "answer"]

COLUMNS: Mapping[Column, tuple[str, ...]] = {
    "phrasing": ("phrasings", "question", "questions", "utterance", "utterances", "query", "text", "sentence"),
    "label": ("labels", "id", "intent", "intents", "category", "class", "entry"),
    "title": ("heading",),
    "answer": ("answers", "reply", "response", "responses"),
}
"""The columns of a table in the order in which they are exported, each with its synonyms."""

_DELIMITERS = ",;\t"
_SAMPLE = 20
"""Rows that are looked at to find the delimiter."""

_MEANING: Mapping[str, Column] = {name: column for column, names in COLUMNS.items() for name in (column, *names)}

_FORMULA = r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
_OPEN = re.compile(rf"(\A|[;\t\r\n])('*){_FORMULA}")
_GUARDED = re.compile(rf"(\A|[;\t\r\n])'('*){_FORMULA}")


def rows_of(file: Path, text: str, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Line (from 1) and cells of each row in the `text` of `file`.

    `delimiter`: None for TSV, in which quotes are plain text. Raises KnowledgeError for broken quotes.
    """
    stream = io.StringIO(text, newline=None)
    reader = (
        csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        if delimiter is None
        else csv.reader(stream, delimiter=delimiter, strict=True)
    )
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "close every quote, write a quote within a cell twice, and shorten a cell that is too long"
        raise KnowledgeError.at(file, f"is not CSV: {error}", hint, line) from error


def delimiter_of(text: str) -> str:
    """The delimiter of a CSV table: the one with which most of the heading is known, and most rows are equally long."""

    def score(delimiter: str) -> tuple[int, int, int]:
        reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
        try:
            rows = list(islice(filter(any, reader), _SAMPLE))
        except csv.Error:
            return (0, 0, 0)
        known = sum(column is not None for column in columns_of(rows[0])) if rows else 0
        width, count = next(iter(Counter(len(row) for row in rows if len(row) > 1).most_common(1)), (0, 0))
        return known, count, width

    return max(_DELIMITERS, key=score)


def columns_of(cells: Sequence[str]) -> list[Column | None]:
    """The column that each cell of a heading names, in any case; None where unknown."""
    return [_MEANING.get(cell.strip().casefold()) for cell in cells]


def guarded(cell: str) -> str:
    """`cell` with an apostrophe wherever a formula might begin."""
    return _OPEN.sub(r"\1'\2", cell)


def unguarded(cell: str) -> str:
    """The cell from which `guarded` made this one."""
    return _GUARDED.sub(r"\1\2", cell)

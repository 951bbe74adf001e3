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
_NUMBER = re.compile(r"[\s_-]*\d+\Z")

_FORMULA = r"(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
_OPEN = re.compile(rf"(\A|[;\t\r\n])('*){_FORMULA}")
_GUARDED = re.compile(rf"(\A|[;\t\r\n])'('*){_FORMULA}")


def rows_of(file: Path, text: str, delimiter: str | None) -> Iterator[tuple[int, list[str], int]]:
    """Line (from 1), cells and characters read so far of each row in the `text` of `file`.

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
            yield line, cells, stream.tell()
            line = reader.line_num + 1
    except csv.Error as error:
        raise KnowledgeError.at(file, *_explained(str(error)), line) from error


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
    """The column that each cell of a heading names, in any case and with a number at its end; None where unknown."""
    names = [cell.strip().casefold() for cell in cells]
    return [_MEANING.get(name) or _MEANING.get(_NUMBER.sub("", name)) for name in names]


def _explained(message: str) -> tuple[str, str]:
    """Message and hint for what the CSV reader reports."""
    if "field larger" in message:
        return f"has a cell of over {csv.field_size_limit():,} characters", "shorten it"
    if "unexpected end" in message:
        return "opens a quote that is never closed", "close it; a quote within a cell is written twice"
    return f"is not CSV: {message}", "put the cell between quotes, and write a quote within it twice"


def guarded(cell: str) -> str:
    """`cell` with an apostrophe wherever a formula might begin."""
    return _OPEN.sub(r"\1'\2", cell)


def unguarded(cell: str) -> str:
    """The cell from which `guarded` made this one."""
    return _GUARDED.sub(r"\1\2", cell)

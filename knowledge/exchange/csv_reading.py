"""A CSV table -> rows by entry: encoding, separators, heading and cells, each mistake with its line and column."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import Problem
from knowledge.exchange.cells import lines, unguarded
from knowledge.exchange.columns import PHRASINGS, Heading, delimiter_of, heading
from knowledge.exchange.intake import Progress, brief, too_large
from knowledge.phrasing import normal_form

MAX_COLUMNS = 200

_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""What a spreadsheet reads, and at times writes, before the heading."""

_ENCODING = 'save it as "CSV UTF-8"'
_REPORT_EVERY = 5_000


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column of an entry, and on which line."""

    text: str
    line: int


@dataclass(slots=True)
class Row:
    """What the table says of one entry, on one row or several."""

    line: int
    """Where it first stands."""
    cells: dict[str, Cell] = field(default_factory=dict)
    """By column; those that hold something."""
    phrasings: dict[str, Cell] = field(default_factory=dict)
    """Normal form -> as first written."""


class Table:
    """The rows of one file by the entry's id, in the order in which the ids first appear."""

    def __init__(self, file: Path, most: int) -> None:
        self.file = file
        self._most = most
        self.heading = Heading(())
        self.rows: dict[str, Row] = {}
        self.duplicates = 0
        self.blank_lines = 0
        self.unknown: dict[str, list[int]] = {}
        self.problems: list[Problem] = []
        self.stopped = False
        self._columns: tuple[str | None, ...] = ()

    def read(self, progress: Progress | None) -> None:
        """Read it all. Raises OSError."""
        text = self._text()
        if text is None:
            return
        found = _SEPARATOR_LINE.match(text)
        stream = io.StringIO(text, newline="")
        stream.seek(found.end() if found else 0)
        delimiter = found[1] if found else delimiter_of(_first_line(text))
        above = 1 if found else 0
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        line = above + 1
        try:
            for number, cells in enumerate(reader):
                self._take(line, cells)
                line = above + reader.line_num + 1
                if progress is not None and number % _REPORT_EVERY == 0:
                    progress(stream.tell(), len(text))
                if self.stopped:
                    break
        except csv.Error as error:
            self.note(line, "", *_broken(str(error)))
            self.stopped = True
        if not self.rows and not self.problems:
            self.note(0, "", "holds no rows", "write a heading such as id,phrasings,answer and a row for each entry")

    def note(self, line: int, column: str, message: str, mend: str) -> None:
        """Something is wrong in `column`, by our name of it; empty where the row as a whole is meant."""
        if len(self.problems) > self._most:
            return
        self.problems.append(Problem(self.file, line, self.heading.called(column), brief(message), mend))
        if len(self.problems) == self._most:
            self.stopped = True
            self.problems.append(Problem(self.file, line, "", "is the last line looked at", "mend those above first"))

    def _text(self) -> str | None:
        refused = too_large(self.file)
        if refused is not None:
            self.problems.append(refused)
            return None
        content = self.file.read_bytes()
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.note(content[: error.start].count(b"\n") + 1, "", "is not UTF-8 text", _ENCODING)
            return None

    def _take(self, line: int, cells: list[str]) -> None:
        texts = [unguarded(cell) for cell in cells]
        if not any(text.strip() for text in texts):
            self.blank_lines += 1
        elif not self._columns:
            self._read_heading(line, texts)
        elif any(text.strip() for text in texts[len(self._columns) :]):
            message = f"has {len(texts)} cells, the heading {len(self._columns)}"
            self.note(line, "", message, "put text that holds the separator between quotes")
        else:
            self._read_row(line, texts)

    def _read_heading(self, line: int, cells: list[str]) -> None:
        self.heading = heading(cells)
        self._columns = self.heading.columns
        twice = self.heading.twice()
        if not {"id", PHRASINGS} <= {*self._columns}:
            message = "is no heading with the columns id and phrasings"
            self.note(line, "", message, "begin with a line such as id,title,phrasings,answer")
        elif len(self._columns) > MAX_COLUMNS:
            self.note(line, "", f"has {len(self._columns)} columns", f"keep {MAX_COLUMNS} at most")
        elif twice is not None:
            self.note(line, "", f"has two columns for {twice}", "give one of them another name, or remove it")
        self.stopped = bool(self.problems)

    def _read_row(self, line: int, texts: list[str]) -> None:
        cells = [(column, text) for column, text in zip(self._columns, texts, strict=False) if text.strip()]
        name = next((text.strip() for column, text in cells if column == "id"), "")
        self._note_unknown(line, texts)
        if not name:
            self.note(line, "id", "is empty", "write the id of the entry, or delete the row")
            return
        row = self.rows.setdefault(name, Row(line))
        for column, text in cells:
            if column == PHRASINGS:
                self._add_phrasings(row, Cell(text, line))
            elif column is not None and column != "id":
                self._set(name, row, column, Cell(text, line))

    def _add_phrasings(self, row: Row, cell: Cell) -> None:
        for text in lines(cell.text):
            if text.strip():
                form = normal_form(text)
                self.duplicates += form in row.phrasings
                row.phrasings.setdefault(form, Cell(text, cell.line))

    def _set(self, name: str, row: Row, column: str, cell: Cell) -> None:
        before = row.cells.setdefault(column, cell)
        if before.text.strip() != cell.text.strip():
            message = f'gives "{name}" something else than line {before.line}'
            self.note(cell.line, column, message, "leave one of the two empty, or give the row another id")

    def _note_unknown(self, line: int, texts: list[str]) -> None:
        for number, (column, text) in enumerate(zip(self._columns, texts, strict=False)):
            if column is None and text.strip():
                called = self.heading.cells[number] or f"(column {number + 1}, without a name)"
                self.unknown.setdefault(called, []).append(line)


def _first_line(text: str) -> str:
    return next((line for line in io.StringIO(text, newline="") if line.strip()), "")


def _broken(message: str) -> tuple[str, str]:
    """What the reader found, in plain words, and the mend."""
    if "field larger" in message:
        return f"has a cell of over {csv.field_size_limit():,} characters", "spread it over several rows of the same id"
    if "unexpected end" in message:
        return "opens a quote that nothing closes", "close it; a quote within a cell is written twice"
    return f"is not CSV: {message}", "put the cell between quotes, and write a quote within it twice"

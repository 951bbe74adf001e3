"""Rows of a CSV table -> entries: cells become fields, and what is wrong with one names its line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.exchange import csv_sources
from knowledge.exchange.cells import names
from knowledge.exchange.columns import PHRASINGS
from knowledge.exchange.content import Content
from knowledge.exchange.csv_reading import Row, Table
from knowledge.exchange.csv_sources import BadCellError, day
from knowledge.exchange.intake import MOST_PROBLEMS, Intake, Progress
from knowledge.exchange.wording import MAX_TEXT, pieces, printable, title_of, too_long
from knowledge.explaining import explain
from knowledge.files import ENTRY
from knowledge.model import Entry, KnowledgeBase

_YES = frozenset(("true", "yes", "1", "x"))
_NO = frozenset(("false", "no", "0"))

_FIELDS: Mapping[str, Callable[[str], Any]] = {
    "title": str,
    "kind": str.lower,
    "off_subject": lambda text: _yes_or_no("off_subject", text),
    "frameworks": names,
    "about": names,
    "next_step": str,
    "related": names,
    "checked_on": lambda text: day("checked_on", text),
}
"""The columns that are a field of an entry by the same name, and how each is read."""


def read(
    file: Path,
    *,
    below: KnowledgeBase | None = None,
    most: int = MOST_PROBLEMS,
    progress: Progress | None = None,
) -> Intake:
    """What the table holds, up to so many mistakes. Raises OSError.

    An entry of the knowledge `below` with the same id lends what the table has no column for.
    """
    table = Table(file, most)
    table.read(progress)
    entries: dict[str, Entry] = {}
    completed = []
    for name, row in table.rows.items():
        entry = _Draft(table, name, row, below).entry()
        if entry is not None:
            entries[entry.id] = entry
            if below is not None and name in below.entries:
                completed.append(name)
    return Intake(
        content=Content(entries=entries),
        problems=tuple(sorted(table.problems, key=lambda problem: problem.line)),
        stopped=table.stopped,
        duplicates=table.duplicates,
        blank_lines=table.blank_lines,
        unknown={column: tuple(lines) for column, lines in table.unknown.items()},
        completed=tuple(completed),
    )


class _Draft:
    """An entry in the making."""

    def __init__(self, table: Table, name: str, row: Row, below: KnowledgeBase | None) -> None:
        self._table = table
        self._name = name
        self._row = row
        self._below = below
        self._base = below.entries.get(name) if below is not None else None
        kept = ENTRY.dump_python(self._base, exclude_defaults=True) if self._base is not None else {}
        self._values: dict[str, Any] = {"title": title_of(name), "answer": {}, **kept, "id": name}

    def entry(self) -> Entry | None:
        """The entry; None where something is wrong, which the table has then noted."""
        try:
            self._read_fields()
            self._read_phrasings()
            self._read_answer()
            return ENTRY.validate_python(self._values)
        except BadCellError as error:
            self._note(error.column, error.message, error.mend)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                if detail["loc"] == (PHRASINGS,):
                    continue  # none is left only because each of them is wrong, which is told too
                column, line = self._whereabouts(detail["loc"])
                self._table.note(line, column, *explain(detail["type"], detail))
        return None

    def _read_fields(self) -> None:
        for column, meaning in _FIELDS.items():
            if column in self._row.cells:
                self._values[column] = meaning(self._row.cells[column].text.strip())
            elif column in self._table.heading.columns and column != "title":
                self._values.pop(column, None)

    def _read_phrasings(self) -> None:
        if self._row.phrasings:
            self._values[PHRASINGS] = [cell.text for cell in self._row.phrasings.values()]
        elif self._base is None:
            raise BadCellError(PHRASINGS, "is empty", "write how people ask for it, a line for each phrasing")

    def _read_answer(self) -> None:
        answer = self._values["answer"] = dict(self._values["answer"])
        columns = self._table.heading.columns
        if "answer" in self._row.cells:
            text = self._row.cells["answer"].text.strip()
            parts = [text] if len(text) <= MAX_TEXT else pieces(printable(text))
            fault = too_long(text, parts)
            if fault is not None:
                raise BadCellError("answer", *fault)
            answer["text"] = parts[0]
            if len(parts) > 1:
                self._values["since"] = [{"text": part} for part in parts[1:]]
        elif self._base is None and "answer" in columns:
            raise BadCellError("answer", "is empty", "write the answer on one row of the entry")
        elif self._base is None:
            answer["text"] = self._name
        if "confidence" in self._row.cells:
            answer["confidence"] = self._row.cells["confidence"].text.strip().upper()
        elif "confidence" in columns:
            answer.pop("confidence", None)
        if not {*columns}.isdisjoint(csv_sources.COLUMNS):
            self._read_sources(answer)

    def _read_sources(self, answer: dict[str, Any]) -> None:
        own = self._base.sources if self._base is not None else {}
        found = csv_sources.read(self._row, own=own, shared=self._below.sources if self._below is not None else {})
        answer["sources"] = found.keys
        self._values["sources"] = {**self._values.get("sources", {}), **found.own}

    def _whereabouts(self, path: tuple[str | int, ...]) -> tuple[str, int]:
        """The column and line that a field of the entry comes from."""
        column = str(path[0])
        if column == "answer" and len(path) > 1:
            column = {"text": "answer", "confidence": "confidence"}.get(str(path[1]), "source_key")
        elif column == "sources":
            column = f"source_{path[-1]}"
        elif column == "since":
            column = "answer"
        elif column == PHRASINGS and len(path) > 1:
            return column, [*self._row.phrasings.values()][int(path[1])].line
        return column, self._line(column)

    def _line(self, column: str) -> int:
        return self._row.cells[column].line if column in self._row.cells else self._row.line

    def _note(self, column: str, message: str, mend: str) -> None:
        self._table.note(self._line(column), column, message, mend)


def _yes_or_no(column: str, text: str) -> bool:
    word = text.casefold()
    if word in _YES | _NO:
        return word in _YES
    raise BadCellError(column, f'is "{text[:40]}"', "write true or false, or leave it empty")

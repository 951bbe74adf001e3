"""A TSV or CSV table -> a knowledge folder that the bot answers from.

Each label becomes an entry with the phrasings of its rows; in a table of questions and answers, each answer
becomes an entry with its questions. The table is read whole before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from knowledge.errors import KnowledgeError, Problem
from knowledge.fields import CONTROL, MAX_ID, MAX_PHRASING, MAX_SINCE, MAX_TEXT, MAX_TITLE
from knowledge.files import FolderReader
from knowledge.folder import save
from knowledge.loading import read_folder
from knowledge.tables import Column, columns_of, delimiter_of, rows_of, unguarded
from knowledge.text import id_of, marked_id, normal_form, split_answer, title_of

FILE = "imported.jsonl"
"""The file that an import writes, and that the next import into the same folder replaces."""

MAX_PROBLEMS = 100
"""More mistakes are only counted: the file is probably of another kind."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import."""

    entries: int
    phrasings: int
    unknown: tuple[str, ...]
    """Columns that were left out because their headings are not known."""
    headed: bool
    """Whether the first line names the columns; else it was read as a row."""
    problems: tuple[Problem, ...]
    """What is wrong with the other files of the folder."""


def import_table(file: Path, out: Path) -> Imported:
    """Make the knowledge folder `out` from a table: CSV where the name of `file` ends in .csv, else TSV.

    An earlier import in `out` is replaced, and other files there stay. Raises KnowledgeError with every
    mistake in the table, and every entry of another file there that has an id of the table, and then writes nothing.
    """
    table = _ImportedTable(file)
    table.read()
    entries = [*table.entries()]
    there = read_folder(out) if out.is_dir() else FolderReader()
    if problems := table.problems or [*_clashes(entries, there, out / FILE)]:
        if len(problems) > MAX_PROBLEMS:
            more = f"has {len(problems) - MAX_PROBLEMS:,} more mistakes"
            problems = [*problems[:MAX_PROBLEMS], Problem(file, 0, "", more, "fix those above first")]
        raise KnowledgeError(problems)
    lines = (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n" for values in entries)
    save(out / FILE, "".join(lines).encode())
    return Imported(
        entries=len(entries),
        phrasings=sum(len(values["phrasings"]) for values in entries),
        unknown=tuple(name for name, known in zip(table.heading, table.columns, strict=False) if known is None),
        headed=bool(table.heading),
        problems=tuple(problem for problem in there.problems if problem.file != out / FILE),
    )


def _clashes(entries: Iterable[Mapping[str, Any]], there: FolderReader, replaced: Path) -> Iterator[Problem]:
    ids = {values["id"] for values in entries}
    for name, place in there.places.items():
        if name in ids and place.file != replaced:
            hint = "give one of the two another id, or name another folder"
            yield place.problem(("id",), f'"{name}" is in the table too', hint)


@dataclass(slots=True)
class _EntryRows:
    """The rows of one entry."""

    key: str
    """Their label or answer."""
    line: int
    """The first of them."""
    phrasings: dict[str, str] = field(default_factory=dict)
    """Each as first written, by its normal form."""
    cells: dict[Column, tuple[str, int]] = field(default_factory=dict)
    """Title and answer, where there are some, with their lines."""


class _ImportedTable:
    """The rows of one file by entry, in the order in which the entries first appear, and all that is wrong."""

    def __init__(self, file: Path) -> None:
        self.problems: list[Problem] = []
        self.key: Column = "label"
        """The column whose text the rows of one entry have in common: label, else answer."""
        self._file = file
        self._groups: dict[str, _EntryRows] = {}
        self.columns: list[Column | None] = []
        """The meaning of each column; empty before the first row."""
        self.heading: list[str] = []
        """The columns' own names; empty where the table has no heading."""

    def read(self) -> None:
        """Read it all, up to a mistake after which no row can be trusted."""
        is_csv = self._file.suffix.lower() == ".csv"
        try:
            text = _text(self._file)
            for line, cells in rows_of(self._file, text, delimiter_of(text) if is_csv else None):
                self._read_row(line, [(unguarded(cell) if is_csv else cell).strip() for cell in cells])
        except KnowledgeError as error:
            self.problems += error.problems
        groups = self._groups.values()
        if not self.heading and not any(group.cells for group in groups):
            # Two columns: what is too long for the id of an entry must be an answer.
            self.key = "answer" if any(len(group.key) > MAX_ID for group in groups) else "label"
        if not groups and not self.problems:
            hint = "write a phrasing and a label, or a question and an answer, on each line"
            self._note(0, "", "holds no rows", hint)

    def entries(self) -> Iterator[Mapping[str, Any]]:
        """The fields of each entry. Notes what is wrong with answers."""
        taken = set()
        for group in self._groups.values():
            first = next(iter(group.phrasings.values()))
            name = first if self.key == "answer" else group.key
            answer, line = group.cells.get("answer", (group.key, group.line))
            if "answer" in self.columns and self.heading and self.key != "answer" and "answer" not in group.cells:
                self._note(line, "answer", f'is missing for "{group.key[:MAX_ID]}"', "write it on one of its rows")
            texts = split_answer(answer)
            if len(texts) > 1 + MAX_SINCE:
                hint = f"shorten it to about {MAX_TEXT * MAX_SINCE}, or spread it over several entries"
                self._note(line, "answer", f"has {len(answer)} characters", hint)
            unique = id_of(name)
            if unique in taken:
                unique = marked_id(unique, name + group.key)
            taken.add(unique)
            title, _ = group.cells.get("title", ("", 0))
            yield {
                "id": unique,
                "title": title or title_of(name if any(map(str.isalpha, name)) else first),
                "phrasings": [*group.phrasings.values()],
                "answer": {"text": texts[0]},
                "since": [{"text": text} for text in texts[1:]],
            }

    def _read_row(self, line: int, cells: list[str]) -> None:
        while cells and not cells[-1]:
            cells.pop()
        if not cells or (not self.columns and self._read_heading(line, cells)):
            return
        if len(cells) > len(self.columns):
            quoted = "put text that holds the separator between quotes"
            hint = quoted if self.heading else "write phrasing, label, answer"
            self._note(line, "", f"has {len(cells)} columns, not {len(self.columns)}", hint)
            return
        values = {
            column: cell for column, cell in zip(self.columns, cells, strict=False) if column is not None and cell
        }
        phrasing, title = values.pop("phrasing", ""), values.get("title", "")
        if control := CONTROL.search("\n".join((phrasing, *values.values()))):
            self._note(line, "", f"holds the control character U+{ord(control[0]):04X}", "remove it")
        elif not phrasing:
            self._note(line, "phrasing", "is empty", "write how people ask, or delete the row")
        elif len(phrasing) > MAX_PHRASING:
            hint = f"shorten it to {MAX_PHRASING}: no more is read"
            self._note(line, "phrasing", f"has {len(phrasing)} characters", hint)
        elif self.key not in values:
            how = "" if self.heading else " after a tab, in a .csv file after a comma or semicolon"
            self._note(line, self.key, "is missing", f"write the {self.key}{how}, or delete the row")
        elif len(title) > MAX_TITLE:
            self._note(line, "title", f"has {len(title)} characters", f"shorten it to {MAX_TITLE}")
        else:
            self._add(line, phrasing, values)

    def _read_heading(self, line: int, cells: list[str]) -> bool:
        """Set the columns; whether this row is a heading. Raises KnowledgeError for one that is not clear."""
        columns = columns_of(cells)
        known = [column for column in columns if column is not None]
        if not known or ("phrasing" not in known and any(" " in cell for cell in cells)):
            self.columns = ["phrasing", "label", "answer"]
            return False
        twice = next((column for column in known if known.count(column) > 1), None)
        if twice is not None:
            hint = "rename or remove one of them"
            raise KnowledgeError.at(self._file, f"has two columns for the {twice}", hint, line)
        if "phrasing" not in known or not {"label", "answer"}.intersection(known):
            hint = "begin with a line that names the columns: phrasing and label, or question and answer"
            raise KnowledgeError.at(self._file, "looks like a heading, but lacks a column", hint, line)
        self.columns, self.heading = columns, cells
        self.key = "label" if "label" in known else "answer"
        return True

    def _add(self, line: int, phrasing: str, values: Mapping[Column, str]) -> None:
        key = values[self.key]
        group = self._groups.setdefault(key, _EntryRows(key, line))
        for text in filter(None, map(str.strip, phrasing.split("\n"))):
            group.phrasings.setdefault(normal_form(text), text)
        for column, cell in values.items():
            if column != self.key:
                before, first = group.cells.setdefault(column, (cell, line))
                if cell != before:
                    message = f'of "{key[:MAX_ID]}" is another one than on line {first}'
                    self._note(line, column, message, f"remove one of the two, or change the {self.key}")

    def _note(self, line: int, column: Column | Literal[""], message: str, hint: str) -> None:
        """Report a mistake, with the table's own name of the column."""
        names = zip(self.columns, self.heading, strict=False)
        called = next((name for known, name in names if known == column), column)
        self.problems.append(Problem(self._file, line, called, message, hint))


def _text(file: Path) -> str:
    """The text of a file. Raises KnowledgeError where it cannot be read."""
    try:
        content = file.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise KnowledgeError.at(file, f"cannot be read: {error.strerror}", "name a readable file") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        hint = 'save the file as UTF-8, in a spreadsheet as "CSV UTF-8"'
        raise KnowledgeError.at(file, "is not UTF-8 text", hint, line) from error

"""A TSV or CSV table -> a knowledge folder that the bot answers from.

Each label becomes an entry with the phrasings of its rows; in a table of questions and answers, each answer
becomes an entry with its questions. The table is read whole before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from knowledge.errors import KnowledgeError, Problem
from knowledge.fields import CONTROL, MAX_ID, MAX_PHRASING, MAX_SINCE, MAX_TEXT, MAX_TITLE
from knowledge.folder import save
from knowledge.loading import Progress, id_clashes
from knowledge.tables import Column, columns_of, delimiter_of, rows_of, unguarded
from knowledge.text import id_of, marked_id, normal_form, split_answer, title_of

FILE = "imported.jsonl"
"""The file that an import writes, and that the next import into the same folder replaces."""

MAX_BYTES = 200_000_000
"""A larger table is refused: it is held in memory as a whole."""

MAX_PROBLEMS = 100
"""More mistakes are only counted: the file is probably of another kind."""

_REPORT_EVERY = 5_000
"""Rows after which progress is reported."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import."""

    entries: int
    phrasings: int
    duplicates: int
    """Phrasings left out because their entry has the same already, apart from case and punctuation."""
    shared: Mapping[str, tuple[str, ...]]
    """Phrasings of several entries, with the ids of those: no question can tell these entries apart."""
    renamed: Mapping[str, str]
    """Labels that are no id as they are, each with the id of its entry."""
    unknown: tuple[str, ...]
    """Columns that were left out because their headings are not known."""
    headed: bool
    """Whether the first line names the columns; else it was read as a row."""
    warnings: tuple[Problem, ...]
    """What cannot be read in the folder."""


def import_table(file: Path, out: Path, *, force: bool = False, progress: Progress | None = None) -> Imported:
    """Make the knowledge folder `out` from a table: CSV where the name of `file` ends in .csv, else TSV.

    An earlier import in `out` is replaced, and other files there stay. A folder that holds something
    else is refused, unless by `force`. `progress` counts characters. Raises KnowledgeError with every
    mistake, and then writes nothing.
    """
    if out.exists() and not out.is_dir():
        raise KnowledgeError.at(out, "is a file, not a folder", "name another folder")
    if out.is_dir() and not force and not (out / FILE).exists() and any(out.iterdir()):
        hint = "name a new or empty folder, or add --force"
        raise KnowledgeError.at(out, "holds something else than an import", hint)
    table = _ImportedTable(file)
    table.read(progress)
    entries = [*table.entries()]
    written = {name: (file, group.line) for name, group, _ in entries}
    found = [*id_clashes(out, written, replaced={out / FILE})]
    problems = table.problems or [problem for problem in found if problem.severity == "error"]
    if problems:
        if len(problems) > MAX_PROBLEMS:
            more = f"has {len(problems) - MAX_PROBLEMS:,} more mistakes"
            problems = [*problems[:MAX_PROBLEMS], Problem(file, 0, "", more, "fix those above first")]
        raise KnowledgeError(problems)
    lines = (json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n" for _, _, values in entries)
    save(out / FILE, "".join(lines).encode())
    return Imported(
        entries=len(entries),
        phrasings=sum(len(group.phrasings) for _, group, _ in entries),
        duplicates=table.duplicates,
        shared=_shared({name: group.phrasings for name, group, _ in entries}),
        renamed={group.key: name for name, group, _ in entries if table.key == "label" and group.key != name},
        unknown=tuple(name for name, known in zip(table.heading, table.columns, strict=False) if known is None),
        headed=bool(table.heading),
        warnings=tuple(found),
    )


@dataclass(slots=True)
class _EntryRows:
    """The rows of one entry."""

    key: str
    """Their label, title or answer."""
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
        self.duplicates = 0
        self.key: Column = "label"
        """The column whose text the rows of one entry have in common: label, else title, else answer."""
        self._file = file
        self._groups: dict[str, _EntryRows] = {}
        self.columns: list[Column | None] = []
        """The meaning of each column; empty before the first row."""
        self.heading: list[str] = []
        """The columns' own names; empty where the table has no heading."""

    def read(self, progress: Progress | None) -> None:
        """Read it all, up to a mistake after which no row can be trusted."""
        is_csv = self._file.suffix.lower() == ".csv"
        try:
            text = _text(self._file)
            rows = rows_of(self._file, text, delimiter_of(text) if is_csv else None)
            for number, (line, cells, done) in enumerate(rows, start=1):
                self._read_row(line, [(unguarded(cell) if is_csv else cell).strip() for cell in cells])
                if progress is not None and (number % _REPORT_EVERY == 0 or done == len(text)):
                    progress(done, len(text))
        except KnowledgeError as error:
            self.problems += error.problems
        groups = self._groups.values()
        if not self.heading and not any(group.cells for group in groups):
            # Two columns: what is too long for the id of an entry must be an answer.
            self.key = "answer" if any(len(group.key) > MAX_ID for group in groups) else "label"
        if not groups and not self.problems:
            hint = "write a phrasing and a label, or a question and an answer, on each line"
            self._note(0, "", "holds no rows", hint)

    def entries(self) -> Iterator[tuple[str, _EntryRows, Mapping[str, Any]]]:
        """Id, rows and fields of each entry. Notes what is wrong with answers."""
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
            values = {
                "id": unique,
                "title": title or title_of(name if any(map(str.isalpha, name)) else first),
                "phrasings": [*group.phrasings.values()],
                "answer": {"text": texts[0]},
                "since": [{"text": text} for text in texts[1:]],
            }
            yield unique, group, values

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
        phrasings: list[str] = []
        values: dict[Column, str] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            if column == "phrasing":
                phrasings += [text.strip() for text in cell.split("\n") if text.strip()]
            elif column is not None and cell:
                values[column] = cell
        self._add_checked(line, phrasings, values)

    def _add_checked(self, line: int, phrasings: list[str], values: Mapping[Column, str]) -> None:
        longest, title = max(map(len, phrasings), default=0), len(values.get("title", ""))
        if control := CONTROL.search("\n".join((*phrasings, *values.values()))):
            self._note(line, "", f"holds the control character U+{ord(control[0]):04X}", "remove it")
        elif not phrasings:
            self._note(line, "phrasing", "is empty", "write how people ask, or delete the row")
        elif longest > MAX_PHRASING:
            hint = f"shorten it to {MAX_PHRASING}: no more is read"
            self._note(line, "phrasing", f"has {longest} characters", hint)
        elif self.key not in values:
            how = "" if self.heading else " after a tab, in a .csv file after a comma or semicolon"
            self._note(line, self.key, "is missing", f"write the {self.key}{how}, or delete the row")
        elif self.key != "title" and title > MAX_TITLE:
            self._note(line, "title", f"has {title} characters", f"shorten it to {MAX_TITLE}")
        else:
            self._add(line, phrasings, values)

    def _read_heading(self, line: int, cells: list[str]) -> bool:
        """Set the columns; whether this row is a heading. Raises KnowledgeError for one that is not clear."""
        columns = columns_of(cells)
        known = [column for column in columns if column is not None]
        if not known or ("phrasing" not in known and any(" " in cell for cell in cells)):
            self.columns = ["phrasing", "label", "answer"]
            return False
        twice = next((column for column in known if column != "phrasing" and known.count(column) > 1), None)
        if twice is not None:
            hint = "rename or remove one of them"
            raise KnowledgeError.at(self._file, f"has two columns for the {twice}", hint, line)
        if "phrasing" not in known or len({*known}) == 1:
            hint = "begin with a line that names the columns: phrasing and label, or question and answer"
            raise KnowledgeError.at(self._file, "looks like a heading, but lacks a column", hint, line)
        self.columns, self.heading = columns, cells
        self.key = next((column for column in ("label", "title") if column in known), "answer")
        return True

    def _add(self, line: int, phrasings: list[str], values: Mapping[Column, str]) -> None:
        key = values[self.key]
        group = self._groups.setdefault(key, _EntryRows(key, line))
        for phrasing in phrasings:
            form = normal_form(phrasing)
            self.duplicates += form in group.phrasings
            group.phrasings.setdefault(form, phrasing)
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
        if file.stat().st_size > MAX_BYTES:
            raise KnowledgeError.at(file, f"is over {MAX_BYTES // 1_000_000} MB", "split it, and import each part")
        content = file.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise KnowledgeError.at(file, f"cannot be read: {error.strerror}", "name a readable file") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        hint = 'save the file as UTF-8, in a spreadsheet as "CSV UTF-8"'
        raise KnowledgeError.at(file, "is not UTF-8 text", hint, line) from error


def _shared(phrasings: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Phrasings of more than one entry, with the entries' ids. `phrasings`: by entry id and normal form."""
    owners: dict[str, list[str]] = {}
    for name, own in phrasings.items():
        for form in own:
            owners.setdefault(form, []).append(name)
    return {phrasings[names[0]][form]: tuple(names) for form, names in owners.items() if len(names) > 1}

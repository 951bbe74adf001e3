"""The plain table of phrasings and labels: UTF-8, a row a line, phrasing, tab, label, and perhaps tab, answer.

There is no quoting. Each label becomes an entry whose id is that label, letter for letter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.errors import Problem
from knowledge.exchange.content import Content
from knowledge.exchange.intake import MOST_PROBLEMS, Intake, Progress
from knowledge.exchange.wording import pieces, printable, title_of, too_long
from knowledge.explaining import explain, field_of
from knowledge.files import ENTRY
from knowledge.model import Entry
from knowledge.phrasing import normal_form

HEADER = ("phrasing", "label", "answer")
"""Column names: a first line of these, the third being optional, is passed over."""

MAX_PHRASING = 2_000
MAX_ID = 80
"""What an entry of the model can hold, in characters."""

MAX_LINE = 1_000_000
"""Bytes of a line: a longer one is no row."""

_REPORT_EVERY = 5_000
_SEPARATOR = re.compile(r"\s*[\t\r\n]\s*")


def text(content: Content) -> bytes:
    """The table of the entries: a row a phrasing, the answer on the first row of each."""
    rows: list[tuple[str, ...]] = [HEADER]
    for entry in content.entries.values():
        first, *more = entry.phrasings
        rows += [(first, entry.id, entry.answer.text), *((phrasing, entry.id) for phrasing in more)]
    return "".join("\t".join(_SEPARATOR.sub(" ", cell) for cell in row) + "\n" for row in rows).encode()


def read(file: Path, *, most: int = MOST_PROBLEMS, progress: Progress | None = None) -> Intake:
    """What the table holds, up to so many mistakes. `progress` counts bytes."""
    table = _Table(file, most)
    table.read(progress)
    if not table.rows and not table.problems:
        table.problems.append(Problem(file, 0, "", "holds no rows", "write phrasing, tab, label on each line"))
    names = _ids(table.rows)
    entries = {entry.id: entry for entry in _entries(table, names)}
    return Intake(
        content=Content(entries=entries),
        problems=tuple(table.problems),
        stopped=table.stopped,
        duplicates=table.duplicates,
        blank_lines=table.blank_lines,
        shortened={name: label for label, name in names.items() if name != label},
    )


@dataclass(slots=True)
class _Row:
    """What the table says of one label."""

    line: int
    """Where it first stands."""
    phrasings: dict[str, str] = field(default_factory=dict)
    """Normal form -> as first written."""
    answer: str = ""
    answer_line: int = 0


class _Table:
    """The rows of one file by label, in the order in which the labels first appear."""

    def __init__(self, file: Path, most: int) -> None:
        self.file = file
        self._most = most
        self.rows: dict[str, _Row] = {}
        self.duplicates = 0
        self.blank_lines = 0
        self.problems: list[Problem] = []
        self.stopped = False

    def read(self, progress: Progress | None) -> None:
        try:
            total, done = self.file.stat().st_size, 0
            with self.file.open("rb") as lines:
                for number, line in enumerate(iter(lambda: lines.readline(MAX_LINE), b""), start=1):
                    done += len(line)
                    self._take(line, number)
                    if progress is not None and number % _REPORT_EVERY == 0:
                        progress(done, total)
                    if len(line) == MAX_LINE or len(self.problems) >= self._most:
                        self._note(number, "is the last line looked at", "mend those above first")
                        self.stopped = True
                        break
            if progress is not None:
                progress(done, total)
        except OSError as error:
            self.problems.append(Problem(self.file, 0, "", f"cannot be read: {error.strerror}", "name a readable file"))

    def _take(self, line: bytes, number: int) -> None:
        cells = self._cells(line, number)
        if cells is None:
            return
        phrasing, label, answer = cells
        row = self.rows.setdefault(label, _Row(number))
        form = normal_form(phrasing)
        if form in row.phrasings:
            self.duplicates += 1
        else:
            row.phrasings[form] = phrasing
        if answer and not row.answer:
            row.answer, row.answer_line = answer, number
        elif answer and answer != row.answer:
            message = f'gives "{label}" another answer than line {row.answer_line}'
            self._note(number, message, "leave one of the two, or give it a label of its own")

    def _cells(self, line: bytes, number: int) -> tuple[str, str, str] | None:
        """Phrasing, label and answer of a line; None where it holds no row."""
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            self._note(number, "is not UTF-8 text", "save the file as UTF-8")
            return None
        if not text.strip():
            self.blank_lines += 1
            return None
        cells = [cell.strip() for cell in text.split("\t")]
        while len(cells) > len(HEADER) and not cells[-1]:
            cells.pop()
        if number == 1 and tuple(cell.casefold() for cell in cells if cell) in (HEADER, HEADER[:2]):
            return None
        fault = _fault(cells)
        if fault is not None:
            self._note(number, *fault)
            return None
        return cells[0], cells[1], cells[2] if len(cells) > 2 else ""

    def _note(self, number: int, message: str, mend: str) -> None:
        self.problems.append(Problem(self.file, number, "", message, mend))


def _fault(cells: list[str]) -> tuple[str, str] | None:
    """What keeps these cells from being a row, and the mend."""
    if len(cells) < 2:
        return "has no tab", "write phrasing, tab, label"
    if len(cells) > len(HEADER):
        return f"has {len(cells)} columns", "write phrasing, tab, label, and at most tab, answer"
    for name, cell in zip(HEADER[:2], cells, strict=False):
        if not cell:
            return f"has no {name}", "fill it in, or delete the line"
    if len(cells[0]) > MAX_PHRASING:
        return f"has a phrasing of {len(cells[0])} characters", f"shorten it to {MAX_PHRASING}: no more is read"
    return None


def _ids(labels: Iterable[str]) -> dict[str, str]:
    """Label -> id: the label itself, or its beginning and a fingerprint where it is too long for one."""
    return {
        label: label
        if len(label) <= MAX_ID
        else f"{label[: MAX_ID - 13].rstrip()}~{hashlib.sha256(label.encode()).hexdigest()[:12]}"
        for label in labels
    }


def _entries(table: _Table, names: Mapping[str, str]) -> Iterator[Entry]:
    for label, row in table.rows.items():
        answer = row.answer or label
        texts = pieces(printable(answer))
        fault = too_long(answer, texts)
        if fault is not None:
            table.problems.append(Problem(table.file, row.answer_line, "", *fault))
            continue
        values: dict[str, Any] = {
            "id": names[label],
            "title": title_of(label),
            "phrasings": [*row.phrasings.values()],
            "answer": {"text": texts[0]},
            "since": [{"text": text} for text in texts[1:]],
        }
        try:
            yield ENTRY.validate_python(values)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                table.problems.append(
                    Problem(table.file, row.line, field_of(detail["loc"]), *explain(detail["type"], detail))
                )

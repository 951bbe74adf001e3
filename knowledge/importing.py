"""A table of phrasings and labels -> a knowledge folder: public intent sets, or a team's FAQ.

The file is UTF-8 text, a row a line: phrasing, tab, label, and, where there are answers, tab, answer.
Each label becomes an entry whose id is that label, letter for letter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError, Problem
from knowledge.phrasing import normal_form

HEADER = ("phrasing", "label", "answer")
"""Column names: a first line of these, the third being optional, is passed over."""

MARK = "import.json"
"""Stands in a folder that an import wrote, so that the next one knows which files are its own."""

MAX_PHRASING = 2_000
MAX_ID = 80
MAX_TITLE = 75
MAX_TEXT = 340
MAX_MORE = 6
"""What an entry of the model can hold, in characters, and statements beside the short answer."""

MOST_PROBLEMS = 100
"""Reading stops after so many malformed lines: the file is probably of another kind."""

SHARD_BYTES = 4_000_000
"""Entries are spread over files of about this size, so that loading them can tell how far it is."""

Progress = Callable[[int, int], None]
"""Called with (bytes read, bytes in all)."""

_KIND = "framework-bot import of a table"
_SHARD = re.compile(r"entries-\d{4,}\.jsonl")
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*\s")
_REPORT_EVERY = 5_000


@dataclass(frozen=True, slots=True)
class Shared:
    """A phrasing that stands under several labels: none of them can be told from it."""

    phrasing: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    entries: int
    phrasings: int
    duplicates: int
    """Rows left out because their label has the same phrasing already, apart from case and punctuation."""
    blank_lines: int
    shared: tuple[Shared, ...]
    """Phrasings kept under more than one label."""
    shortened: Mapping[str, str]
    """Ids that could not be the label itself, which is longer than 80 characters, with that label."""
    files: tuple[Path, ...]


def import_tsv(file: Path, out: Path, *, progress: Progress | None = None, force: bool = False) -> Imported:
    """Make the knowledge folder `out` from the table `file`. The same table gives the same bytes.

    A folder that an earlier import wrote is written anew, and what else was put there stays. Any other
    folder that holds something is refused, unless by `force`. Raises KnowledgeError with every
    malformed line, and then writes nothing.
    """
    marked = _marked_files(out, force=force)
    table = _Table(file)
    table.read(progress)
    if not table.rows and not table.problems:
        table.problems.append(Problem(file, 0, "", "holds no rows", "write phrasing, tab, label on each line"))
    names = _ids(table.rows)
    lines = list(_entry_lines(table, names))
    if table.problems:
        raise KnowledgeError(table.problems)
    shortened = {name: label for label, name in names.items() if name != label}
    try:
        files = _write(out, lines, shortened, marked)
    except OSError as error:
        problem = Problem(out, 0, "", f"cannot be written: {error.strerror}", "choose another folder")
        raise KnowledgeError([problem]) from error
    return Imported(
        entries=len(table.rows),
        phrasings=sum(len(row.phrasings) for row in table.rows.values()),
        duplicates=table.duplicates,
        blank_lines=table.blank_lines,
        shared=table.shared(),
        shortened=shortened,
        files=files,
    )


@dataclass(slots=True)
class _Row:
    """What the table says of one label."""

    phrasings: dict[str, str] = field(default_factory=dict)
    """Normal form -> as first written."""
    answer: str = ""
    answer_line: int = 0


class _Table:
    """The rows of one file by label, in the order in which the labels first appear."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.rows: dict[str, _Row] = {}
        self.duplicates = 0
        self.blank_lines = 0
        self.problems: list[Problem] = []

    def read(self, progress: Progress | None) -> None:
        try:
            total, done = self.file.stat().st_size, 0
            with self.file.open("rb") as lines:
                for number, line in enumerate(lines, start=1):
                    done += len(line)
                    self._take(line, number)
                    if progress is not None and number % _REPORT_EVERY == 0:
                        progress(done, total)
                    if len(self.problems) >= MOST_PROBLEMS:
                        self._note(number, "is the last line looked at", "mend those above first")
                        break
            if progress is not None:
                progress(done, total)
        except OSError as error:
            self.problems.append(Problem(self.file, 0, "", f"cannot be read: {error.strerror}", "name a readable file"))

    def shared(self) -> tuple[Shared, ...]:
        labels: dict[str, list[str]] = {}
        for label, row in self.rows.items():
            for form in row.phrasings:
                labels.setdefault(form, []).append(label)
        return tuple(
            Shared(self.rows[owners[0]].phrasings[form], tuple(owners))
            for form, owners in labels.items()
            if len(owners) > 1
        )

    def _take(self, line: bytes, number: int) -> None:
        cells = self._cells(line, number)
        if cells is None:
            return
        phrasing, label, answer = cells
        row = self.rows.setdefault(label, _Row())
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


def _entry_lines(table: _Table, names: Mapping[str, str]) -> Iterator[bytes]:
    for label, row in table.rows.items():
        texts = _pieces(_printable(row.answer or label))
        if len(texts) > 1 + MAX_MORE:
            message = f"has an answer of {len(row.answer or label)} characters"
            mend = f"shorten it to about {MAX_TEXT * MAX_MORE}, or spread it over several labels"
            table.problems.append(Problem(table.file, row.answer_line, "", message, mend))
            continue
        entry: dict[str, Any] = {
            "id": names[label],
            "title": _title(label),
            "phrasings": [*row.phrasings.values()],
            "answer": {"text": texts[0]},
        }
        if len(texts) > 1:
            entry["since"] = [{"text": text} for text in texts[1:]]
        yield json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _title(label: str) -> str:
    """A label as a heading: "card_arrival" -> "Card arrival"."""
    words = re.sub(r"(?<=\w)-(?=\w)|_", " ", _printable(label)).split()
    title = " ".join(words) or label
    title = title[:1].upper() + title[1:]
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1].rstrip()}…"


def _printable(text: str) -> str:
    """`text` in one line without control characters; itself, where nothing would be left."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) or text


def _pieces(text: str) -> list[str]:
    """`text` in statements short enough for the model, parted after a sentence where there is one, else at a space."""
    pieces: list[str] = []
    while len(text) > MAX_TEXT:
        ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, MAX_TEXT + 1)]
        cut = ends[-1] if ends else text.rfind(" ", 0, MAX_TEXT + 1)
        cut = cut if cut > 0 else MAX_TEXT
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _marked_files(out: Path, *, force: bool) -> tuple[str, ...]:
    """The files of an earlier import in `out`. Raises KnowledgeError where it is not a folder to write into."""
    if not out.exists():
        return ()
    if not out.is_dir():
        raise KnowledgeError([Problem(out, 0, "", "is a file, not a folder", "name another folder")])
    try:
        mark = json.loads((out / MARK).read_bytes())
        if mark["kind"] == _KIND:
            return tuple(name for name in mark["files"] if _SHARD.fullmatch(name))
    except (OSError, ValueError, TypeError, KeyError):
        pass
    if not force and any(out.iterdir()):
        message = "holds something already that no import wrote"
        raise KnowledgeError([Problem(out, 0, "", message, "name a new or empty folder, or say --force")])
    return ()


def _write(out: Path, lines: Iterable[bytes], shortened: Mapping[str, str], before: Iterable[str]) -> tuple[Path, ...]:
    """Put the entries and the mark into `out`; what an earlier import left over goes."""
    out.mkdir(parents=True, exist_ok=True)
    shards: list[list[bytes]] = []
    size = SHARD_BYTES
    for line in lines:
        if size >= SHARD_BYTES:
            shards.append([])
            size = 0
        shards[-1].append(line)
        size += len(line)
    files = [out / f"entries-{number:04}.jsonl" for number in range(1, len(shards) + 1)]
    mark = {"kind": _KIND, "files": [file.name for file in files], "shortened": dict(shortened)}
    for file, shard in zip(files, shards, strict=True):
        _replace(file, b"".join(shard))
    _replace(out / MARK, json.dumps(mark, ensure_ascii=False, indent=2).encode() + b"\n")
    for name in before:
        if out / name not in files:
            (out / name).unlink(missing_ok=True)
    return tuple(files)


def _replace(file: Path, content: bytes) -> None:
    """Write a file whole or not at all: a running bot may be reading the folder."""
    part = file.with_name(f".{file.name}.part")
    part.write_bytes(content)
    part.replace(file)

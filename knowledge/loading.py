"""YAML files -> an immutable KnowledgeBase, or errors that name file, line, field and mend.

A knowledge folder holds `sources.yaml` and `vocabulary.yaml` (both optional) and, in any
sub-folder, entry files: one entry each, or a list of entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.errors import KnowledgeError, Problem
from knowledge.model import Calibration, Entry, KnowledgeBase, Source, Vocabulary

SOURCES = "sources.yaml"
VOCABULARY = "vocabulary.yaml"
CALIBRATION = "calibration.yaml"
RECOMMENDATION = "recommendation.yaml"
RESERVED = {SOURCES, VOCABULARY, CALIBRATION, RECOMMENDATION}
"""File names at the top of a knowledge folder that hold no entries."""

MAX_FILE_BYTES = 20_000_000
"""A larger file is refused: it is not a knowledge file."""

Progress = Callable[[int, int], None]
"""Called with (files read, files in all)."""

_ENTRY = TypeAdapter(Entry)
_SOURCES = TypeAdapter(dict[str, Source])
_VOCABULARY = TypeAdapter(Vocabulary)
_CALIBRATION = TypeAdapter(Calibration)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: for errors, and for tools that change the file."""

    file: Path
    document: Any
    """The entry's parsed YAML with its line numbers."""

    def line(self, *path: str | int) -> int:
        """The line of the deepest part of `path` that the file has."""
        return _line_of(self.document, path)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A knowledge base together with the place of each entry in the files."""

    knowledge: KnowledgeBase
    places: Mapping[str, Place]


def content_files(folder: Path) -> list[Path]:
    """The YAML files of a knowledge folder, in a fixed order; hidden ones are passed over."""
    return sorted(
        path
        for path in folder.rglob("*.yaml")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def load(folder: Path, *, progress: Progress | None = None) -> KnowledgeBase:
    """The knowledge in `folder`. Raises KnowledgeError with every problem found."""
    return load_with_places(folder, progress=progress).knowledge


def load_with_places(folder: Path, *, progress: Progress | None = None) -> Loaded:
    """As `load`, and where each entry stands."""
    if not folder.is_dir():
        raise KnowledgeError([Problem(folder, 0, "", "no such knowledge folder", "name a folder with *.yaml files")])
    reader = _Reader()
    files = content_files(folder)
    for number, file in enumerate(files, start=1):
        reader.read(file, at_top=file.parent == folder)
        if progress is not None:
            progress(number, len(files))
    if not reader.entries and not reader.problems:
        reader.problems.append(Problem(folder, 0, "", "holds no entries", "add an entry file, see knowledge/README.md"))
    if reader.problems:
        raise KnowledgeError(reader.problems)
    knowledge = KnowledgeBase(
        version=version_of(files, folder),
        entries=reader.entries,
        sources=reader.sources,
        vocabulary=reader.vocabulary,
        calibration=reader.calibration,
    )
    return Loaded(knowledge, reader.places)


def version_of(files: Iterable[Path], folder: Path) -> str:
    """A 12-digit fingerprint of the files' names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class _Reader:
    """Collects what the files hold, and everything that is wrong with them."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, Place] = {}
        self.sources: dict[str, Source] = {}
        self.vocabulary = Vocabulary()
        self.calibration = Calibration()
        self.problems: list[Problem] = []

    def read(self, file: Path, *, at_top: bool) -> None:
        document = self._parse(file)
        if document is None:
            return
        if at_top and file.name in RESERVED:
            self._read_reserved(file, document)
        elif isinstance(document, list):
            for number, item in enumerate(document):
                self._read_entry(file, item, _line_of(document, (number,)))
        else:
            self._read_entry(file, document, 1)

    def _read_reserved(self, file: Path, document: Any) -> None:
        if file.name == SOURCES:
            self.sources = self._validate(_SOURCES, file, document) or {}
        elif file.name == VOCABULARY:
            self.vocabulary = self._validate(_VOCABULARY, file, document) or Vocabulary()
        elif file.name == CALIBRATION:
            self.calibration = self._validate(_CALIBRATION, file, document) or Calibration()

    def _read_entry(self, file: Path, document: Any, line: int) -> None:
        if not isinstance(document, dict):
            self.problems.append(
                Problem(file, line, "", "is not an entry", "an entry is a mapping that starts with `id:`")
            )
            return
        entry = self._validate(_ENTRY, file, document)
        if entry is None:
            return
        if entry.id in self.entries:
            first = self.places[entry.id]
            self.problems.append(
                Problem(
                    file,
                    _line_of(document, ("id",)),
                    "id",
                    f'"{entry.id}" is taken by {first.file}:{first.line("id")}',
                    "give one of them another id",
                )
            )
            return
        self.entries[entry.id] = entry
        self.places[entry.id] = Place(file, document)

    def _validate(self, adapter: TypeAdapter[Any], file: Path, document: Any) -> Any:
        try:
            return adapter.validate_python(document)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = tuple(detail["loc"])
                self.problems.append(
                    Problem(file, _line_of(document, path), _field(path), *_explain(detail["type"], detail))
                )
            return None

    def _parse(self, file: Path) -> Any:
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                self.problems.append(Problem(file, 0, "", "is over 20 MB", "split it, or import it as TSV"))
                return None
            text = file.read_text(encoding="utf-8")
            document = YAML().load(text)
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self.problems.append(Problem(file, line, "", "is not UTF-8 text", "save the file as UTF-8"))
        except DuplicateKeyError as error:
            self.problems.append(_yaml_problem(file, error, "names a field twice", "keep one of the two"))
        except MarkedYAMLError as error:
            mend = "check the indentation, and quote text that holds ': ' or starts with a sign"
            self.problems.append(_yaml_problem(file, error, f"is not YAML: {error.problem}", mend))
        except (YAMLError, OSError, ValueError) as error:
            self.problems.append(Problem(file, 0, "", f"cannot be read: {error}", "check the file"))
        else:
            if document is None:
                self.problems.append(Problem(file, 1, "", "is empty", "fill it or delete it"))
            return document
        return None


def _yaml_problem(file: Path, error: MarkedYAMLError, message: str, mend: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    return Problem(file, mark.line + 1 if mark is not None else 0, "", message, mend)


def _line_of(document: Any, path: Iterable[str | int]) -> int:
    """The line (from 1) of the deepest step of `path` found in a round-trip YAML document."""
    line = getattr(getattr(document, "lc", None), "line", 0) or 0
    for step in path:
        try:
            marks = document.lc.data[step]
            document = document[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = marks[0]
    return line + 1


def _field(path: Iterable[str | int]) -> str:
    return ".".join(str(step) for step in path)


_MENDS = {
    "missing": ("is missing", "add this field"),
    "unexpected_keyword_argument": ("is not a field of the model", "remove it or correct its spelling"),
    "string_type": ("must be text", "write text; quote it if it looks like a number or a date"),
    "tuple_type": ("must be a list", "write one item a line, each after '- '"),
    "dict_type": ("must be a mapping", "write 'key: value' lines below it"),
}


def _explain(kind: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """The message and the mend for one validation error."""
    if kind in _MENDS:
        return _MENDS[kind]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters ({len(str(detail['input']))})", "shorten it"
    if kind == "literal_error":
        return f"is {detail['input']!r}", f"use one of {context['expected']}"
    if kind.startswith("date"):
        return f"is {detail['input']!r}, not a date", "write a day as YYYY-MM-DD"
    message = str(detail["msg"])
    return message[:1].lower() + message[1:], "see knowledge/README.md"

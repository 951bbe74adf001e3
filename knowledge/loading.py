"""Knowledge files -> an immutable KnowledgeBase, or errors that name file, line, field and mend.

A knowledge folder holds `sources.yaml` and `vocabulary.yaml` (both optional) and, in any
sub-folder, entry files: YAML with one entry or a list of entries, or JSON Lines with one a line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.article import Article
from knowledge.errors import KnowledgeError, Problem
from knowledge.folder import (
    ARTICLE,
    CALIBRATION,
    HIDE,
    RECOMMENDATION,
    RESERVED,
    SOURCES,
    VOCABULARY,
    content_files,
)
from knowledge.model import Calibration, Entry, KnowledgeBase, Source, Vocabulary
from knowledge.recommendation import RecommendationRules, inconsistencies
from knowledge.references import did_you_mean, missing_sources

MAX_FILE_BYTES = 20_000_000
"""A larger YAML file is refused: nobody wrote it by hand, and it would take minutes to read."""

Progress = Callable[[int, int], None]
"""Called with (files read, files in all)."""

_ENTRY = TypeAdapter(Entry)
_SOURCES = TypeAdapter(dict[str, Source])
_VOCABULARY = TypeAdapter(Vocabulary)
_CALIBRATION = TypeAdapter(Calibration)
_RECOMMENDATION = TypeAdapter(RecommendationRules)
_ARTICLE = TypeAdapter(Article)
_HIDE = TypeAdapter(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: for errors, and for tools that change the file."""

    file: Path
    document: Any
    """The entry's parsed YAML with its line numbers; plain JSON values from a JSON Lines file."""
    start: int = 1
    """The entry's line in a JSON Lines file."""

    def line(self, *path: str | int) -> int:
        """The line of the deepest part of `path` that the file has."""
        return _line_of(self.document, path, self.start)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A knowledge base together with the place of each entry in the files."""

    knowledge: KnowledgeBase
    places: Mapping[str, Place]
    registers: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    """The parsed files that hold no entries, by file name; an overlay's stands first."""
    article: Article | None = None
    """What the article says, where the folder lists it."""
    overlay: Path | None = None
    """The team's folder on top, if there is one."""
    overlaid: frozenset[str] = frozenset()
    """Ids of the entries that come from the overlay."""
    hidden: frozenset[str] = frozenset()
    """Ids of the entries that the overlay hides."""


def load(folder: Path, *, progress: Progress | None = None) -> KnowledgeBase:
    """The knowledge in `folder`. Raises KnowledgeError with every problem found.

    Five times as fast as `load_with_places`: files are read again for their line numbers only where
    something is wrong.
    """
    try:
        return _load(folder, progress=progress, placed=False).knowledge
    except KnowledgeError:
        return load_with_places(folder, progress=progress).knowledge


def load_with_places(folder: Path, *, progress: Progress | None = None) -> Loaded:
    """As `load`, and where each entry stands."""
    return _load(folder, progress=progress, placed=True)


def _load(folder: Path, *, progress: Progress | None, placed: bool) -> Loaded:
    reader = read_folder(folder, progress=progress, placed=placed)
    if not reader.entries and not reader.problems:
        reader.problems.append(Problem(folder, 0, "", "holds no entries", "add an entry file, see knowledge/README.md"))
    if HIDE in reader.registers:
        mend = "put it into an overlay folder, or delete the entries themselves"
        reader.problems.append(Problem(reader.registers[HIDE].file, 0, "", "only an overlay hides entries", mend))
    reader.require_sources(reader.sources)
    if reader.problems:
        raise KnowledgeError(reader.problems)
    knowledge = KnowledgeBase(
        version=reader.version,
        entries=reader.entries,
        sources=reader.sources,
        vocabulary=reader.vocabulary,
        calibration=reader.calibration,
        recommendation=reader.recommendation,
    )
    registers = {name: (place,) for name, place in reader.registers.items()}
    return Loaded(knowledge, reader.places, registers, reader.article)


def read_folder(folder: Path, *, progress: Progress | None = None, placed: bool = True) -> _Reader:
    """What the files of `folder` hold and what is wrong with them; raises only where there is no such folder.

    `placed`: whether lines are kept for the places and problems; without, they are 1.
    """
    if not folder.is_dir():
        raise KnowledgeError([Problem(folder, 0, "", "no such knowledge folder", "name a folder with *.yaml files")])
    reader = _Reader(placed=placed)
    files = content_files(folder)
    for number, file in enumerate(files, start=1):
        reader.read(file, at_top=file.parent == folder)
        if progress is not None:
            progress(number, len(files))
    if not reader.problems:
        reader.version = version_of(files, folder)
    return reader


def version_of(files: Iterable[Path], folder: Path) -> str:
    """A 12-digit fingerprint of the files' names and bytes."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class _Reader:
    """Collects what the files of one folder hold, and everything that is wrong with them."""

    def __init__(self, *, placed: bool) -> None:
        self._placed = placed
        self.version = ""
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, Place] = {}
        self.registers: dict[str, Place] = {}
        self.sources: dict[str, Source] = {}
        self.vocabulary = Vocabulary()
        self.calibration = Calibration()
        self.recommendation: RecommendationRules | None = None
        self.article: Article | None = None
        self.hidden: tuple[str, ...] = ()
        self.problems: list[Problem] = []

    def read(self, file: Path, *, at_top: bool) -> None:
        if file.suffix == ".jsonl":
            self._read_lines(file)
            return
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

    def require_sources(self, shared: Collection[str]) -> None:
        """Note every source key that leads nowhere: a reply that needed it could not be written."""
        otherwise = f"add it to {SOURCES}, or to the entry's own sources"
        for entry in self.entries.values():
            place = self.places[entry.id]
            for path, key in missing_sources(entry, shared):
                mend = did_you_mean(key, {*shared, *entry.sources}, otherwise)
                self.problems.append(
                    Problem(place.file, place.line(*path), _field(path), f'"{key}" is not a source', mend)
                )
        for kind in ("frameworks", "tools", "concepts"):
            for number, term in enumerate(getattr(self.vocabulary, kind)):
                for index, key in enumerate(term.sources):
                    if key not in shared:
                        place = self.registers[VOCABULARY]
                        at = (kind, number, "sources", index)
                        mend = did_you_mean(key, shared, f"add it to {SOURCES}")
                        self.problems.append(
                            Problem(place.file, place.line(*at), _field(at), f'"{key}" is not a source', mend)
                        )

    def _read_lines(self, file: Path) -> None:
        try:
            # Bytes are split at line feeds alone: JSON text may hold other line separators.
            for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
                if line.strip():
                    self._read_line(file, line, number)
        except OSError as error:
            self.problems.append(Problem(file, 0, "", f"cannot be read: {error}", "check the file"))

    def _read_line(self, file: Path, line: bytes, number: int) -> None:
        try:
            document = json.loads(line.decode(), object_pairs_hook=_no_doubles)
        except UnicodeDecodeError:
            self.problems.append(Problem(file, number, "", "is not UTF-8 text", "save the file as UTF-8"))
        except _DoubleFieldError as error:
            self.problems.append(Problem(file, number, str(error), "is named twice", "keep one of the two"))
        except (ValueError, RecursionError) as error:
            mend = "write one JSON object a line"
            self.problems.append(Problem(file, number, "", f"is not JSON: {error}", mend))
        else:
            self._read_entry(file, document, number)

    def _read_reserved(self, file: Path, document: Any) -> None:
        self.registers[file.name] = Place(file, document)
        if file.name == SOURCES:
            self.sources = self._validate(_SOURCES, file, document) or {}
        elif file.name == VOCABULARY:
            self.vocabulary = self._validate(_VOCABULARY, file, document) or Vocabulary()
        elif file.name == CALIBRATION:
            self.calibration = self._validate(_CALIBRATION, file, document) or Calibration()
        elif file.name == RECOMMENDATION:
            self._read_recommendation(file, document)
        elif file.name == ARTICLE:
            self.article = self._validate(_ARTICLE, file, document)
        elif file.name == HIDE:
            self.hidden = self._validate(_HIDE, file, document) or ()

    def _read_recommendation(self, file: Path, document: Any) -> None:
        self.recommendation = self._validate(_RECOMMENDATION, file, document)
        for path, message, mend in inconsistencies(self.recommendation) if self.recommendation else ():
            self.problems.append(Problem(file, _line_of(document, path), _field(path), message, mend))

    def _read_entry(self, file: Path, document: Any, line: int) -> None:
        if not isinstance(document, dict):
            self.problems.append(
                Problem(file, line, "", "is not an entry", "an entry is a mapping that starts with `id:`")
            )
            return
        entry = self._validate(_ENTRY, file, document, line)
        if entry is None:
            return
        if entry.id in self.entries:
            first = self.places[entry.id]
            self.problems.append(
                Problem(
                    file,
                    _line_of(document, ("id",), line),
                    "id",
                    f'"{entry.id}" is taken by {first.file}:{first.line("id")}',
                    "give one of them another id",
                )
            )
            return
        self.entries[entry.id] = entry
        self.places[entry.id] = Place(file, document, line)

    def _validate(self, adapter: TypeAdapter[Any], file: Path, document: Any, start: int = 1) -> Any:
        try:
            return adapter.validate_python(document)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = tuple(detail["loc"])
                self.problems.append(
                    Problem(file, _line_of(document, path, start), _field(path), *_explain(detail["type"], detail))
                )
            return None

    def _parse(self, file: Path) -> Any:
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                self.problems.append(Problem(file, 0, "", "is over 20 MB", "split it, or import it as TSV"))
                return None
            text = file.read_text(encoding="utf-8")
            document = YAML(typ="rt" if self._placed else "safe").load(text)
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


def _line_of(document: Any, path: Iterable[str | int], start: int = 1) -> int:
    """The line (from 1) of the deepest step of `path` found in a round-trip YAML document, else `start`."""
    if not hasattr(document, "lc"):
        return start
    line = document.lc.line or 0
    for step in path:
        try:
            marks = document.lc.data[step]
            document = document[step]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
        line = marks[0]
    return line + 1


class _DoubleFieldError(ValueError):
    """A JSON object names a field twice, and JSON itself would keep the last without a word."""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DoubleFieldError(next(name for name in names if names.count(name) > 1))
    return found


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

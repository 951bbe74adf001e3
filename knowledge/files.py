"""The files of one folder: what they hold, where it stands, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from knowledge.article import Article
from knowledge.errors import Problem
from knowledge.explaining import DoubleFieldError, explain, field_of, line_of, no_doubles, yaml_problem
from knowledge.fields import FurtherPhrasings
from knowledge.folder import (
    ARTICLE,
    CALIBRATION,
    HIDE,
    PHRASINGS,
    RECOMMENDATION,
    RESERVED,
    SOURCES,
    VOCABULARY,
)
from knowledge.model import Calibration, Entry, Source, Vocabulary
from knowledge.recommendation import RecommendationRules, inconsistencies
from knowledge.references import did_you_mean, missing_sources

MAX_FILE_BYTES = 20_000_000
"""A larger YAML file is refused: nobody wrote it by hand, and it would take minutes to read."""

ENTRY = TypeAdapter(Entry)
SOURCES_FORM = TypeAdapter(dict[str, Source])
VOCABULARY_FORM = TypeAdapter(Vocabulary)
CALIBRATION_FORM = TypeAdapter(Calibration)
RECOMMENDATION_FORM = TypeAdapter(RecommendationRules)
ARTICLE_FORM = TypeAdapter(Article)
HIDE_FORM = TypeAdapter(tuple[str, ...])
PHRASINGS_FORM: TypeAdapter[FurtherPhrasings] = TypeAdapter(
    FurtherPhrasings, config=ConfigDict(str_strip_whitespace=True)
)


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
        return line_of(self.document, path, self.start)


class FolderReader:
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
        self.further: FurtherPhrasings = {}
        self.problems: list[Problem] = []

    def read(self, file: Path, *, at_top: bool) -> None:
        """Take in one file; `at_top` where it stands in the folder itself, where reserved names mean something."""
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
                self._read_entry(file, item, line_of(document, (number,)))
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
                    Problem(place.file, place.line(*path), field_of(path), f'"{key}" is not a source', mend)
                )
        for kind in ("frameworks", "tools", "concepts"):
            for number, term in enumerate(getattr(self.vocabulary, kind)):
                for index, key in enumerate(term.sources):
                    if key not in shared:
                        place = self.registers[VOCABULARY]
                        at = (kind, number, "sources", index)
                        mend = did_you_mean(key, shared, f"add it to {SOURCES}")
                        self.problems.append(
                            Problem(place.file, place.line(*at), field_of(at), f'"{key}" is not a source', mend)
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
            document = json.loads(line.decode(), object_pairs_hook=no_doubles)
        except UnicodeDecodeError:
            self.problems.append(Problem(file, number, "", "is not UTF-8 text", "save the file as UTF-8"))
        except DoubleFieldError as error:
            self.problems.append(Problem(file, number, str(error), "is named twice", "keep one of the two"))
        except (ValueError, RecursionError) as error:
            mend = "write one JSON object a line"
            self.problems.append(Problem(file, number, "", f"is not JSON: {error}", mend))
        else:
            self._read_entry(file, document, number)

    def _read_reserved(self, file: Path, document: Any) -> None:
        self.registers[file.name] = Place(file, document)
        if file.name == SOURCES:
            self.sources = self._validate(SOURCES_FORM, file, document) or {}
        elif file.name == VOCABULARY:
            self.vocabulary = self._validate(VOCABULARY_FORM, file, document) or Vocabulary()
        elif file.name == CALIBRATION:
            self.calibration = self._validate(CALIBRATION_FORM, file, document) or Calibration()
        elif file.name == RECOMMENDATION:
            self._read_recommendation(file, document)
        elif file.name == ARTICLE:
            self.article = self._validate(ARTICLE_FORM, file, document)
        elif file.name == HIDE:
            self.hidden = self._validate(HIDE_FORM, file, document) or ()
        elif file.name == PHRASINGS:
            self.further = self._validate(PHRASINGS_FORM, file, document) or {}

    def _read_recommendation(self, file: Path, document: Any) -> None:
        self.recommendation = self._validate(RECOMMENDATION_FORM, file, document)
        for path, message, mend in inconsistencies(self.recommendation) if self.recommendation else ():
            self.problems.append(Problem(file, line_of(document, path), field_of(path), message, mend))

    def _read_entry(self, file: Path, document: Any, line: int) -> None:
        if not isinstance(document, dict):
            self.problems.append(
                Problem(file, line, "", "is not an entry", "an entry is a mapping that starts with `id:`")
            )
            return
        entry = self._validate(ENTRY, file, document, line)
        if entry is None:
            return
        if entry.id in self.entries:
            first = self.places[entry.id]
            self.problems.append(
                Problem(
                    file,
                    line_of(document, ("id",), line),
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
                    Problem(file, line_of(document, path, start), field_of(path), *explain(detail["type"], detail))
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
            self.problems.append(yaml_problem(file, error, "names a field twice", "keep one of the two"))
        except MarkedYAMLError as error:
            mend = "check the indentation, and quote text that holds ': ' or starts with a sign"
            self.problems.append(yaml_problem(file, error, f"is not YAML: {error.problem}", mend))
        except (YAMLError, OSError, ValueError) as error:
            self.problems.append(Problem(file, 0, "", f"cannot be read: {error}", "check the file"))
        else:
            if document is None:
                self.problems.append(Problem(file, 1, "", "is empty", "fill it or delete it"))
            return document
        return None

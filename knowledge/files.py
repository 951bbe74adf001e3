"""The files of one knowledge folder: parsing, validation, and the line of every field."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, SequenceNode

from knowledge.errors import KnowledgeError, Problem, Severity, did_you_mean, explain, field_path
from knowledge.fields import CONTROL, AddedPhrasings, FieldPath, Id
from knowledge.folder import ARTICLE, CALIBRATION, HIDE, PHRASINGS, RECOMMENDATION, SOURCES, VOCABULARY, refusal
from knowledge.model import TERM_KINDS, Article, Calibration, Entry, Source, Vocabulary, statements
from knowledge.recommendation import RecommendationRules, inconsistencies

T = TypeVar("T")

MAX_FILE_BYTES = 20_000_000
"""A larger YAML file is refused: it would take minutes to read, and nobody wrote it by hand."""

MAX_DEPTH = 40
"""Lists and mappings within each other. The model has seven at most; a parser that follows thousands takes the process
with it."""

_EMPTY = ("is empty", "fill it or delete it", 1)

ENTRY = TypeAdapter(Entry)

REGISTERS: Mapping[str, TypeAdapter[Any]] = {
    SOURCES: TypeAdapter(dict[Id, Source]),
    VOCABULARY: TypeAdapter(Vocabulary),
    CALIBRATION: TypeAdapter(Calibration),
    RECOMMENDATION: TypeAdapter(RecommendationRules),
    ARTICLE: TypeAdapter(Article),
    HIDE: TypeAdapter(tuple[str, ...]),
    PHRASINGS: TypeAdapter(AddedPhrasings, config=ConfigDict(str_strip_whitespace=True)),
}
"""What reads and writes each reserved file, which at the top of a knowledge folder holds no entries."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where an entry or a register is written, for the lines of problems."""

    file: Path
    document: Any
    """Its values, plain."""
    root: Callable[[], Any] | None = None
    """Gives the node of a whole YAML file; the first call takes as long as reading the values."""
    start: int = 1
    """The line of the entry in a JSON Lines file."""
    within: FieldPath = ()
    """Where in the file it is."""

    def line(self, *path: str | int) -> int:
        """The line (from 1) of the deepest step of `path` that the document has."""
        nodes = self.nodes(path)
        return int(nodes[-1][0].start_mark.line) + 1 if nodes else self.start

    def problem(self, path: FieldPath, message: str, hint: str, severity: Severity = "error") -> Problem:
        """A problem with the field at `path`."""
        return Problem(self.file, self.line(*path), field_path(path), message, hint, severity)

    def nodes(self, path: FieldPath) -> list[tuple[Any, Any]]:
        """For the file and each step to `path`, as far as there is one: the YAML node that names it, and its value.

        Empty in a JSON Lines file.
        """
        if self.root is None:
            return []
        found = [(self.root(), self.root())]
        for step in (*self.within, *path):
            node = found[-1][1]
            named = node.value if isinstance(node, MappingNode) else []
            numbered = node.value if isinstance(node, SequenceNode) else []
            inner = [pair for pair in named if pair[0].value == step]
            inner += [(item, item) for number, item in enumerate(numbered) if number == step]
            if not inner:
                break
            found.append(inner[0])
        return found


class FolderReader:
    """Collects what the files of one folder hold, and everything that is wrong with them.

    The attributes from `sources` to `phrasings` hold the reserved files of the same names.
    """

    def __init__(self) -> None:
        self.version = ""
        self.entries: dict[str, Entry] = {}
        self.places: dict[str, Location] = {}
        self.registers: dict[str, Location] = {}
        self.sources: dict[str, Source] = {}
        self.vocabulary = Vocabulary()
        self.calibration = Calibration()
        self.recommendation: RecommendationRules | None = None
        self.article: Article | None = None
        self.hide: tuple[str, ...] = ()
        self.phrasings: AddedPhrasings = {}
        self.problems: list[Problem] = []

    def read(self, file: Path, *, at_top: bool) -> None:
        """Read one file; `at_top`: it is in the folder itself, where reserved names have a meaning."""
        try:
            if (refused := refusal(file)) is not None:
                raise KnowledgeError.at(file, *refused)
            if file.suffix == ".jsonl":
                self._read_json_lines(file)
                return
            place = _parsed(file)
        except KnowledgeError as error:
            self.problems += error.problems
            return
        except OSError as error:
            self.problems.append(Problem(file, 0, "", f"cannot be read: {error}", "check the file"))
            return
        if at_top and file.name in REGISTERS:
            self._read_register(place)
        elif isinstance(place.document, list):
            for number, item in enumerate(place.document):
                self._read_entry(replace(place, document=item, within=(number,)))
        else:
            self._read_entry(place)

    def require_sources(self, shared: Collection[str]) -> None:
        """Report every source key that does not exist: a reply that needs it could not be written."""
        own_or_shared = f"add it to {SOURCES}, or to the entry's own sources"
        for entry in self.entries.values():
            known = {*shared, *entry.sources}
            for path, statement in statements(entry):
                for number, key in enumerate(statement.sources):
                    if key not in known:
                        where, hint = (*path, "sources", number), did_you_mean(key, known, own_or_shared)
                        self.problems.append(self.places[entry.id].problem(where, f'"{key}" is not a source', hint))
        for kind in TERM_KINDS:
            for number, term in enumerate(getattr(self.vocabulary, kind)):
                for index, key in enumerate(term.sources):
                    if key not in shared:
                        path = (kind, number, "sources", index)
                        hint = did_you_mean(key, shared, f"add it to {SOURCES}")
                        self.problems.append(self.registers[VOCABULARY].problem(path, f'"{key}" is not a source', hint))

    def _read_json_lines(self, file: Path) -> None:
        # Bytes are split at line feeds alone: JSON text may hold other line separators.
        lines = file.read_bytes().split(b"\n")
        if not any(map(bytes.strip, lines)):
            raise KnowledgeError.at(file, *_EMPTY)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = Location(file, None, start=number)
            try:
                document = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_unique_fields)
            except (ValueError, RecursionError) as error:
                hint = "write one JSON object a line in UTF-8, with each field once"
                self.problems.append(place.problem((), f"is not JSON: {error}", hint))
            else:
                self._read_entry(Location(file, document, start=number))

    def _read_register(self, place: Location) -> None:
        self.registers[place.file.name] = place
        value = self._validate(REGISTERS[place.file.name], place)
        if value is not None:
            setattr(self, place.file.stem, value)
            if place.file.name == RECOMMENDATION:
                self.problems += [place.problem(*found) for found in inconsistencies(value)]

    def _read_entry(self, place: Location) -> None:
        if not isinstance(place.document, dict):
            hint = "an entry is a mapping that starts with `id:`"
            self.problems.append(place.problem((), "is not an entry", hint))
            return
        entry: Entry | None = self._validate(ENTRY, place)
        if entry is None:
            return
        if entry.id in self.entries:
            other = self.places[entry.id]
            message = f'"{entry.id}" is taken by {other.file}:{other.line("id")}'
            self.problems.append(place.problem(("id",), message, "give one of them another id"))
            return
        self.entries[entry.id] = entry
        self.places[entry.id] = place

    def _validate(self, adapter: TypeAdapter[Any], place: Location) -> Any:
        try:
            return adapter.validate_python(place.document)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = tuple(step for step in detail["loc"] if step != "[key]")
                message, hint = explain(detail)
                if detail["type"] == "unexpected_keyword_argument":
                    hint = did_you_mean(str(path[-1]), _field_names(adapter), hint)
                self.problems.append(place.problem(path, message, hint))
            return None


def _unique_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object. Raises ValueError for a field named twice, of which the library would use the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is named twice")
    return found


def _field_names(adapter: TypeAdapter[Any]) -> Collection[str]:
    """The names of all fields in a file of this kind."""
    schema = adapter.json_schema()
    return {name for kind in (schema, *schema["$defs"].values()) for name in kind.get("properties", ())}


def _parsed(file: Path) -> Location:
    """What a YAML file holds. Raises KnowledgeError or OSError."""
    if file.stat().st_size > MAX_FILE_BYTES:
        raise KnowledgeError.at(file, "is over 20 MB", "split it, or import it as a table")
    try:
        text = file.read_text(encoding="utf-8")
        if found := CONTROL.search(text):
            line = text.count("\n", 0, found.start()) + 1
            raise KnowledgeError.at(file, f"holds the control character U+{ord(found[0]):04X}", "remove it", line)
        if line := _too_deep(text):
            message = f"nests more than {MAX_DEPTH} lists and mappings"
            raise KnowledgeError.at(file, message, "close the brackets there", line)
        document = _by_either(lambda yaml: yaml.load(text))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise KnowledgeError.at(file, "is not UTF-8 text", "save the file as UTF-8", line) from error
    except MarkedYAMLError as error:
        raise KnowledgeError.at(file, *_yaml_mistake(error)) from error
    except (YAMLError, ValueError) as error:
        raise KnowledgeError.at(file, f"cannot be read: {error}", "check the file") from error
    if document in (None, []):
        raise KnowledgeError.at(file, *_EMPTY)
    return Location(file, document, cache(lambda: _by_either(lambda yaml: yaml.compose(text))))


def _too_deep(text: str) -> int:
    """The line on which lists and mappings are nested deeper than MAX_DEPTH; 0 where there is none.

    Reads events, which takes no recursion, and little of the time of loading.
    """

    def line_beyond(yaml: YAML) -> int:
        depth = 0
        for event in yaml.parse(text):
            depth += isinstance(event, CollectionStartEvent)
            depth -= isinstance(event, CollectionEndEvent)
            if depth > MAX_DEPTH:
                return int(event.start_mark.line) + 1
        return 0

    try:
        return _by_either(line_beyond)
    except YAMLError:
        return 0  # no YAML at all, which loading reports


def _by_either(read: Callable[[YAML], T]) -> T:
    """Read with the C parser; what it does not take, with Python's, which may, or says better what is wrong."""
    try:
        return read(YAML(typ="safe"))
    except YAMLError:
        return read(YAML(typ="safe", pure=True))


def _yaml_mistake(error: MarkedYAMLError) -> tuple[str, str, int]:
    """Message, hint and line (from 1; 0 where none is named) for what the YAML parser does not take."""
    problem, mark = str(error.problem), error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 0
    if isinstance(error, DuplicateKeyError):
        return f'names "{problem.split(chr(34))[1]}" twice', "keep one of the two", line
    if "another document" in problem:
        return "holds a second document", "write a list, each entry after '- ', or a file for each entry", line
    if r"'\t'" in problem:
        return "has a tab where YAML takes only spaces", "replace the tab by spaces", line
    hint = "check the indentation, and quote text that holds ': ' or starts with a sign"
    return f"is not YAML: {problem}", hint, line

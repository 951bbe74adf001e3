"""Knowledge as one JSON document, in the model's own terms: nothing is lost on the way out and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge.errors import Problem
from knowledge.exchange.content import REGISTERS, Content, registers
from knowledge.exchange.intake import MOST_PROBLEMS, Intake, brief, too_large
from knowledge.explaining import DoubleFieldError, explain, field_of, line_of, no_doubles
from knowledge.files import ENTRY
from knowledge.model import Entry
from knowledge.recommendation import RecommendationRules, inconsistencies

KIND = "framework-bot knowledge"
"""What the document calls itself."""

FORMAT = 1
"""Raised when an older version could no longer read the document."""

_NAMES = {file.removesuffix(".yaml"): file for file in REGISTERS}
"""Field of the document -> the file of a knowledge folder that holds the same."""

_LINES_WORTH = 1_000_000
"""Bytes up to which a document with mistakes is read once more for their lines."""


def text(content: Content) -> bytes:
    """The document."""
    values: dict[str, Any] = {"kind": KIND, "format": FORMAT}
    values["entries"] = [
        ENTRY.dump_python(entry, mode="json", exclude_defaults=True) for entry in content.entries.values()
    ]
    for name, value in registers(content):
        values[name.removesuffix(".yaml")] = REGISTERS[name].dump_python(value, mode="json", exclude_defaults=True)
    return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n"


def read(file: Path, *, most: int = MOST_PROBLEMS) -> Intake:
    """What the document holds, up to so many mistakes: what `text` wrote, an entry, or a list. Raises OSError."""
    refused = too_large(file)
    if refused is not None:
        return Intake(content=Content(entries={}), problems=(refused,))
    document = _Document(file, file.read_bytes(), most)
    document.read()
    return document.intake()


class _Document:
    """Collects what a document holds, and everything that is wrong with it."""

    def __init__(self, file: Path, content: bytes, most: int) -> None:
        self._file = file
        self._most = most
        self._bytes = content
        self._problems: list[Problem] = []
        self._entries: dict[str, Entry] = {}
        self._registers: dict[str, Any] = {}

    def read(self) -> None:
        values = self._parsed()
        if isinstance(values, dict) and values.get("kind") == KIND:
            self._read_knowledge(values)
        elif isinstance(values, list):
            self._read_entries(values)
        elif isinstance(values, dict) and "id" in values:
            self._take(values)
        elif not self._problems:
            mend = f'write an entry, a list of entries, or what export writes, with "kind": "{KIND}"'
            self._note((), "holds no knowledge", mend)

    def intake(self) -> Intake:
        """What was read."""
        content = Content(
            entries=self._entries, **{name: value for name, value in self._registers.items() if value is not None}
        )
        return Intake(content=content, problems=tuple(self._problems), stopped=len(self._problems) > self._most)

    def _parsed(self) -> Any:
        try:
            return json.loads(self._bytes.decode("utf-8-sig"), object_pairs_hook=no_doubles)
        except UnicodeDecodeError as error:
            line = self._bytes[: error.start].count(b"\n") + 1
            self._problems.append(Problem(self._file, line, "", "is not UTF-8 text", "save the file as UTF-8"))
        except DoubleFieldError as error:
            self._note((), f'names the field "{error}" twice in one object', "keep one of the two")
        except json.JSONDecodeError as error:
            mend = "mend it there, or export it anew"
            self._problems.append(Problem(self._file, error.lineno, "", f"is not JSON: {error.msg}", mend))
        except (ValueError, RecursionError) as error:
            self._note((), f"is not JSON: {error}", "mend it, or export it anew")
        return None

    def _read_knowledge(self, values: Mapping[str, Any]) -> None:
        if values.get("format") != FORMAT:
            self._note(("format",), f"is not {FORMAT}", "export it with this version, or import it with that other one")
            return
        for name, value in values.items():
            if name in _NAMES:
                self._registers[name] = self._valid(REGISTERS[_NAMES[name]], value, (name,))
            elif name not in {"kind", "format", "entries"}:
                known = ", ".join(("entries", *_NAMES))
                self._note((name,), "is not a part of knowledge", f"remove it, or use one of {known}")
        rules = self._registers.get("recommendation")
        if isinstance(rules, RecommendationRules):
            for path, message, mend in inconsistencies(rules):
                self._note(("recommendation", *path), message, mend)
        entries = values.get("entries", [])
        if isinstance(entries, list):
            self._read_entries(entries, ("entries",))
        else:
            self._note(("entries",), "must be a list", "write the entries between [ and ]")

    def _read_entries(self, values: list[Any], path: tuple[str, ...] = ()) -> None:
        for number, value in enumerate(values):
            if len(self._problems) > self._most:
                self._note((*path, number), "is the last entry looked at", "mend those above first")
                break
            self._take(value, (*path, number))

    def _take(self, value: Any, path: tuple[str | int, ...] = ()) -> None:
        if not isinstance(value, dict):
            self._note(path, "is not an entry", 'an entry is an object with "id", "title", "phrasings" and "answer"')
            return
        entry = self._valid(ENTRY, value, path)
        if entry is None:
            return
        if entry.id in self._entries:
            self._note((*path, "id"), f'"{entry.id}" stands here twice', "give one of them another id")
            return
        self._entries[entry.id] = entry

    def _valid(self, adapter: TypeAdapter[Any], value: Any, path: tuple[str | int, ...]) -> Any:
        try:
            return adapter.validate_python(value)
        except ValidationError as error:
            for detail in error.errors(include_url=False)[: self._most]:
                self._note((*path, *detail["loc"]), *explain(detail["type"], detail))
            return None

    def _note(self, path: tuple[str | int, ...], message: str, mend: str) -> None:
        self._problems.append(Problem(self._file, self._line(path), field_of(path), brief(message), mend))

    def _line(self, path: tuple[str | int, ...]) -> int:
        return line_of(self._lines, path, 0) if path else 0

    @cached_property
    def _lines(self) -> Any:
        """The document once more, with its line numbers: JSON is YAML, but for tabs and the like."""
        if len(self._bytes) > _LINES_WORTH:
            return None
        try:
            return YAML().load(self._bytes.decode("utf-8-sig"))
        except (YAMLError, ValueError, RecursionError):
            return None

"""Problems in knowledge files: what is wrong, where, and how to fix it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from knowledge.fields import READABLE
from knowledge.text import id_of

Severity = Literal["error", "warning"]

_SHOWN_LENGTH = 80
"""Characters of a value that a message repeats."""

_LIKELY = 70
"""Similarity (0..100) from which a known name is suggested in place of an unknown one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a knowledge file.

    `line` counts from 1; 0 means the file as a whole. `field` is a dotted path such as
    "cells.jax.today.sources", empty for the whole file. `hint` says what to change. `rule` names the
    check that found it, empty where the file could not be loaded.
    """

    file: Path
    line: int
    field: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    rule: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        field = f" {self.field}:" if self.field else ""
        hint = f" -> {self.hint}" if self.hint else ""
        return f"{where}:{field} {self.message}{hint}"


class KnowledgeError(Exception):
    """The knowledge could not be loaded, imported or exported; `problems` lists all that was found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    @classmethod
    def at(cls, file: Path, message: str, hint: str, line: int = 0) -> KnowledgeError:
        """An error with one problem."""
        return cls([Problem(file, line, "", message, hint)])


def field_path(path: Iterable[str | int]) -> str:
    """A path to a field as problems show it: "cells.pytorch.article"."""
    return ".".join(map(str, path))


def did_you_mean(unknown: str, known: Collection[str], otherwise: str) -> str:
    """The hint for a reference to something that does not exist: the nearest known name, else `otherwise`."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only where something is wrong

    found = process.extractOne(unknown, sorted(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_LIKELY)
    return f'did you mean "{found[0]}"?' if found is not None else otherwise


_EXPLANATIONS = {
    "missing": ("is missing", "add this field"),
    "unexpected_keyword_argument": ("is not a field of the model", "remove it or correct its spelling"),
    "string_type": ("must be text", "write text; quote it if it looks like a number or a date"),
    "tuple_type": ("must be a list", "write one item a line, each after '- '"),
    "dict_type": ("must be a mapping", "write 'key: value' lines below it"),
}


def explain(detail: Mapping[str, Any]) -> tuple[str, str]:  # noqa: PLR0911 - one for each kind of mistake
    """Message and hint for one of pydantic's error details."""
    kind = str(detail["type"])
    if kind in _EXPLANATIONS:
        return _EXPLANATIONS[kind]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters ({len(str(detail['input']))})", "shorten it"
    if kind == "string_pattern_mismatch":
        if context["pattern"] == READABLE:
            return "holds a control character", "remove it"
        hint = f'write lower-case letters, digits, ".", "-" and "_" only, such as "{id_of(detail["input"])}"'
        return f"is {_shown(detail['input'])}, which is not an id", hint
    if kind == "literal_error":
        return f"is {_shown(detail['input'])}", f"use one of {context['expected']}"
    if kind.startswith("date"):
        return f"is {_shown(detail['input'])}, not a date", "write a day as YYYY-MM-DD"
    message = str(detail["msg"])
    return message[:1].lower() + message[1:], "see knowledge/README.md"


def _shown(value: Any) -> str:
    """A value in a message. Lists and mappings are left out: YAML aliases can make a small file of them endless."""
    return repr(value)[:_SHOWN_LENGTH] if isinstance(value, str | int | float | date) else "a list or mapping"

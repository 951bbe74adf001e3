"""What is wrong with a file, in words: the line, the field, the message and the mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from knowledge.errors import Problem

_MOST_SHOWN = 80
"""Characters of a value in a message."""


def yaml_problem(file: Path, error: MarkedYAMLError, message: str, mend: str) -> Problem:
    """A problem at the place that the YAML parser names."""
    mark = error.problem_mark or error.context_mark
    return Problem(file, mark.line + 1 if mark is not None else 0, "", message, mend)


def line_of(document: Any, path: Iterable[str | int], start: int = 1) -> int:
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


class DoubleFieldError(ValueError):
    """A JSON object names a field twice, and JSON itself would keep the last without a word."""


def no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Takes the fields of a JSON object. Raises DoubleFieldError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise DoubleFieldError(next(name for name in names if names.count(name) > 1))
    return found


def field_of(path: Iterable[str | int]) -> str:
    """A path to a field as it is written in a problem: "cells.pytorch.article"."""
    return ".".join(str(step) for step in path)


_MENDS = {
    "missing": ("is missing", "add this field"),
    "unexpected_keyword_argument": ("is not a field of the model", "remove it or correct its spelling"),
    "string_type": ("must be text", "write text; quote it if it looks like a number or a date"),
    "tuple_type": ("must be a list", "write one item a line, each after '- '"),
    "dict_type": ("must be a mapping", "write 'key: value' lines below it"),
}


def explain(kind: str, detail: Mapping[str, Any]) -> tuple[str, str]:
    """The message and the mend for one validation error."""
    if kind in _MENDS:
        return _MENDS[kind]
    context: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters ({len(str(detail['input']))})", "shorten it"
    if kind == "literal_error":
        return f"is {_shown(detail['input'])}", f"use one of {context['expected']}"
    if kind.startswith("date"):
        return f"is {_shown(detail['input'])}, not a date", "write a day as YYYY-MM-DD"
    message = str(detail["msg"])
    return message[:1].lower() + message[1:], "see knowledge/README.md"


def _shown(value: Any) -> str:
    """A value in a message. Lists and mappings are not: aliases can make a small file of them endless."""
    return repr(value)[:_MOST_SHOWN] if isinstance(value, str | int | float | date) else "a list or mapping"

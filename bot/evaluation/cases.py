"""Labelled questions, as files of JSON lines: what the bot is measured on and its confidence is fitted to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from knowledge.errors import KnowledgeError, Problem, explain, field_path
from knowledge.model import Entry

NONE = "none"
"""The label of a question that no entry answers."""

SOCIAL = "social"
"""The label of small talk, which no entry answers either."""

_HINT = 'write lines such as {"q": "pytorch on phones?", "label": "choose.mobile", "alt": ["compare.mobile"]}'


class _Labelled(BaseModel):
    """A question as a line has it, or a turn of a conversation."""

    q: str
    label: Annotated[str, Field(min_length=1)]
    alt: tuple[str, ...] = ()


class _Thread(BaseModel):
    """A line with a whole conversation."""

    turns: Annotated[tuple[_Labelled, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the entry that answers it, or NONE, or SOCIAL.

    `alt` are other entries that would do as well; NONE among them means that declining would. `after`
    are the questions before it in the same thread, oldest first.
    """

    question: str
    label: str
    alt: frozenset[str] = frozenset()
    after: tuple[str, ...] = ()

    @property
    def in_scope(self) -> bool:
        """Whether an entry is expected."""
        return self.label not in (NONE, SOCIAL)

    def accepts(self, entry: str) -> bool:
        """Whether `entry` answers it."""
        return entry == self.label or entry in self.alt or (entry == NONE and self.label == SOCIAL)


def read_cases(file: Path) -> list[Case]:
    """The cases of a file, in order.

    A line is {"q", "label", "alt": [...]}, or {"turns": [...]} with such objects for a conversation;
    other keys are ignored, as are empty lines. Raises KnowledgeError with every malformed line.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise KnowledgeError.at(file, what, "name a file of labelled questions") from error
    cases: list[Case] = []
    problems: list[Problem] = []
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            cases += _cases(line)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                message, _ = explain(detail)
                problems.append(Problem(file, number, field_path(detail["loc"]), message, _HINT))
        except (ValueError, RecursionError):
            problems.append(Problem(file, number, "", "is not JSON in UTF-8", _HINT))
    if problems:
        raise KnowledgeError(problems)
    if not cases:
        raise KnowledgeError.at(file, "has no labelled questions", _HINT)
    return cases


def _cases(line: bytes) -> list[Case]:
    document = json.loads(line.decode("utf-8-sig"))
    is_thread = isinstance(document, dict) and "turns" in document
    turns = _Thread.model_validate(document).turns if is_thread else (_Labelled.model_validate(document),)
    asked = tuple(turn.q for turn in turns)
    return [Case(turn.q, turn.label, frozenset(turn.alt), asked[:number]) for number, turn in enumerate(turns)]


def with_splits(cases: Iterable[Case], entries: Mapping[str, Entry]) -> Iterable[Case]:
    """The cases, each of which also accepts what has been split from an entry that it accepts."""
    for case in cases:
        children = {entry.id for entry in entries.values() if entry.split_from and case.accepts(entry.split_from)}
        yield replace(case, alt=case.alt | children)


def unknown_labels(cases: Iterable[Case], entries: Iterable[str]) -> list[str]:
    """Labels that no entry has, in order of appearance: an entry was renamed, or the label is misspelt."""
    known = {NONE, SOCIAL, *entries}
    return list(dict.fromkeys(case.label for case in cases if case.label not in known))

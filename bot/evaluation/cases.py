"""Labelled questions, as files of JSON lines: what the bot is measured on and its confidence is fitted to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError, Problem
from knowledge.model import Entry

NONE = "none"
"""The label of a question that no entry answers."""

SOCIAL = "social"
"""The label of small talk, which no entry answers either."""

_At = Callable[[str, str, str], Problem]
"""Makes the problem of a line from a field, what is wrong with it, and what to write."""

_EXAMPLE = '{"q": "pytorch on phones?", "label": "choose.mobile", "alt": ["compare.mobile"]}'


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
            cases.extend(_cases(line, partial(Problem, file, number)))
        except KnowledgeError as error:
            problems.extend(error.problems)
    if problems:
        raise KnowledgeError(problems)
    if not cases:
        raise KnowledgeError.at(file, "has no labelled questions", f"write lines such as {_EXAMPLE}")
    return cases


def _cases(line: bytes, at: _At) -> Iterable[Case]:
    try:
        document = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise KnowledgeError([at("", "is not UTF-8 text", "save the file as UTF-8")]) from None
    except (ValueError, RecursionError):
        raise KnowledgeError([at("", "is not JSON", f"write a line such as {_EXAMPLE}")]) from None
    if not isinstance(document, dict):
        raise KnowledgeError([at("", "is not a JSON object", f"write a line such as {_EXAMPLE}")])
    if "turns" not in document:
        return [_case(document, "", (), at)]
    turns = document["turns"]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
        raise KnowledgeError([at("turns", "is not a list of objects", f"write each turn as {_EXAMPLE}")])
    cases: list[Case] = []
    for number, turn in enumerate(turns):
        cases.append(_case(turn, f"turns.{number}.", tuple(case.question for case in cases), at))
    return cases


def _case(document: Mapping[str, Any], prefix: str, after: tuple[str, ...], at: _At) -> Case:
    for field in ("q", "label"):
        if not isinstance(document.get(field), str):
            message = "must be text" if field in document else "is missing"
            raise KnowledgeError([at(prefix + field, message, f"write a line such as {_EXAMPLE}")])
    if not document["label"]:
        raise KnowledgeError([at(f"{prefix}label", "is empty", f'name an entry, or "{NONE}"')])
    alt = document.get("alt", [])
    if not isinstance(alt, list) or not all(isinstance(name, str) for name in alt):
        raise KnowledgeError([at(f"{prefix}alt", "must be a list of entry ids", "leave it out or write []")])
    return Case(document["q"], document["label"], frozenset(alt), after)


def with_splits(cases: Iterable[Case], entries: Mapping[str, Entry]) -> Iterable[Case]:
    """The cases, each of which also accepts what has been split from an entry that it accepts."""
    for case in cases:
        children = {entry.id for entry in entries.values() if entry.split_from and case.accepts(entry.split_from)}
        yield replace(case, alt=case.alt | children)


def unknown_labels(cases: Iterable[Case], entries: Iterable[str]) -> list[str]:
    """Labels that no entry has, in order of appearance: an entry was renamed, or the label is misspelt."""
    known = {NONE, SOCIAL, *entries}
    return list(dict.fromkeys(case.label for case in cases if case.label not in known))

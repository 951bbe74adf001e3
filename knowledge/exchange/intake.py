"""What reading a file to import gives, whatever its form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import Problem
from knowledge.exchange.content import Content
from knowledge.files import Place
from knowledge.phrasing import normal_form

MAX_BYTES = 200_000_000
"""A larger file is refused: it is held in memory as a whole."""

MOST_PROBLEMS = 100
"""Reading stops after so many mistakes: the file is probably of another kind."""

MOST_SKIPPED = 10_000
"""The same where what has a mistake is left out, and somebody expects some."""

_LONGEST_MESSAGE = 200

Progress = Callable[[int, int], None]
"""Called with (done, in all) of what a file is measured in."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A phrasing that stands under several labels: none of them can be told from it."""

    phrasing: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a file holds, and what is wrong with it."""

    content: Content
    """All of it that is good."""
    problems: tuple[Problem, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where the entries stand, of a form that has lines for it."""
    stopped: bool = False
    """Whether reading was given up on before the end, so that `content` is not all that is good."""
    duplicates: int = 0
    """Phrasings left out because their entry has the same already, apart from case and punctuation."""
    blank_lines: int = 0
    shortened: Mapping[str, str] = field(default_factory=dict)
    """Ids that could not be the label itself, which is longer than 80 characters, with that label."""
    unknown: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Columns that are not known and were left out, with the lines on which they hold something."""
    completed: tuple[str, ...] = ()
    """Ids of entries that keep, of the entry below them, what the file has no column for."""


def too_large(file: Path) -> Problem | None:
    """What is wrong with a file that cannot be held in memory. Raises OSError where it cannot be looked at."""
    if file.stat().st_size <= MAX_BYTES:
        return None
    return Problem(file, 0, "", f"is over {MAX_BYTES // 1_000_000} MB", "split it, and import each part")


def brief(message: str) -> str:
    """A message that repeats no more of what a file holds than somebody will read."""
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."


def shared_phrasings(phrasings: Iterable[tuple[str, Iterable[str]]]) -> tuple[Shared, ...]:
    """Of (label, its phrasings), those that stand under more than one label."""
    first: dict[str, str] = {}
    labels: dict[str, list[str]] = {}
    for label, texts in phrasings:
        for text in texts:
            form = normal_form(text)
            first.setdefault(form, text)
            owners = labels.setdefault(form, [])
            if label not in owners:
                owners.append(label)
    return tuple(Shared(first[form], tuple(owners)) for form, owners in labels.items() if len(owners) > 1)

"""The vocabulary as a phrase table: which runs of words name a framework, a tool or a concept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.text import words
from knowledge.model import Term, Vocabulary

Kind = Literal["framework", "tool", "concept"]


@dataclass(frozen=True, slots=True)
class Name:
    """One way of writing a term, as words. `former` marks a name the thing no longer has."""

    words: tuple[str, ...]
    term: Term
    kind: Kind
    former: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A name found in a run of words: positions [start, end)."""

    name: Name
    start: int
    end: int


class Lexicon:
    """Finds the vocabulary's names in a run of words, longest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._by_first: dict[str, list[Name]] = {}
        self.terms: dict[str, tuple[Term, Kind]] = {}
        self.abbreviations = {
            tuple(words(short)): tuple(words(long)) for short, long in vocabulary.abbreviations.items()
        }
        kinds: tuple[tuple[Kind, tuple[Term, ...]], ...] = (
            ("framework", vocabulary.frameworks),
            ("tool", vocabulary.tools),
            ("concept", vocabulary.concepts),
        )
        for kind, terms in kinds:
            for term in terms:
                self.terms.setdefault(term.id, (term, kind))
                for name in _names(term, kind):
                    self._by_first.setdefault(name.words[0], []).append(name)
        for names in self._by_first.values():
            names.sort(key=lambda name: -len(name.words))
        self.words = frozenset(
            word for names in self._by_first.values() for name in names for word in name.words
        ) | frozenset(word for short in self.abbreviations for word in short)

    def find(self, run: Sequence[str]) -> list[Found]:
        """Every name in `run`; names may not overlap, save that concepts may lie inside others."""
        found: list[Found] = []
        position = 0
        while position < len(run):
            step = 1
            for name in self._by_first.get(run[position], ()):
                end = position + len(name.words)
                if tuple(run[position:end]) == name.words:
                    found.append(Found(name, position, end))
                    step = end - position
                    break
            position += step
        return found


def _names(term: Term, kind: Kind) -> Iterator[Name]:
    seen: set[tuple[str, ...]] = set()
    current = (term.name, *term.aliases, *term.misspellings)
    for text, former in [*((name, False) for name in current), *((name, True) for name in term.former)]:
        parts = tuple(words(text))
        if parts and parts not in seen:
            seen.add(parts)
            yield Name(parts, term, kind, former)

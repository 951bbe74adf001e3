"""The vocabulary as a phrase table: which runs of words name a framework, a tool or a concept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.language.text import words
from knowledge.model import Term, Vocabulary

Kind = Literal["framework", "tool", "concept"]

_TAIL = re.compile(r"([a-z]{2,})(\d{1,3})")


@dataclass(frozen=True, slots=True)
class TermName:
    """One way of writing a term, as words. `former` marks a name the thing no longer has."""

    words: tuple[str, ...]
    term: Term
    kind: Kind
    former: bool


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name found in a run of words: positions [start, end)."""

    name: TermName
    start: int
    end: int


class _Phrases:
    """A set of words and of runs of words."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.runs = frozenset(filter(None, (tuple(words(text)) for text in texts)))
        self._lengths = _lengths(self.runs)

    def __bool__(self) -> bool:
        return bool(self.runs)

    def occur_in(self, run: Sequence[str]) -> bool:
        """Whether `run` has one of them."""
        return any(
            tuple(run[i : i + length]) in self.runs
            for i, word in enumerate(run)
            if word in self._lengths
            for length in self._lengths[word]
        )


class Lexicon:
    """Finds the vocabulary's names in a run of words, longest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names: dict[tuple[str, ...], TermName] = {}
        self.terms: dict[str, tuple[Term, Kind]] = {}
        self.abbreviations: Mapping[str, tuple[str, ...]] = {
            words(short)[0]: tuple(words(long))
            for short, long in vocabulary.abbreviations.items()
            if len(words(short)) == 1
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
                    self._names.setdefault(name.words, name)
        self._lengths = _lengths(self._names)
        self.elsewhere = _Phrases(vocabulary.elsewhere)
        """Names from other subjects."""
        self.subject = _Phrases(vocabulary.subject)
        """Words of our subject in general; may be empty."""
        self.words = frozenset(
            (
                *self.abbreviations,
                *(word for name in (*self._names, *self.elsewhere.runs, *self.subject.runs) for word in name),
            )
        )

    def without_tail(self, word: str) -> tuple[str, ...] | None:
        """A name with a number stuck to it, in two: pytorch1 -> pytorch, 1. None for anything else."""
        tail = _TAIL.fullmatch(word)
        return tail.groups() if tail is not None and tail[1] in self.words else None

    def concepts_of(self, term: Term) -> Iterator[str]:
        """The concepts that naming `term` also names."""
        return (name for name in term.part_of if name in self.terms and self.terms[name][1] == "concept")

    def find(self, run: Sequence[str]) -> list[FoundName]:
        """The names in `run`, from left to right, the longest at each place; they do not overlap."""
        found: list[FoundName] = []
        names, lengths = self._names, self._lengths
        free = 0
        for position, word in enumerate(run):
            if position < free or word not in lengths:
                continue
            for length in lengths[word]:
                name = names.get(tuple(run[position : position + length]))
                if name is not None:
                    free = position + len(name.words)
                    found.append(FoundName(name, position, free))
                    break
        return found


def _lengths(names: Collection[tuple[str, ...]]) -> Mapping[str, tuple[int, ...]]:
    """How many words the names have that begin with a word, the longest first."""
    found: dict[str, set[int]] = {}
    for name in names:
        if name:
            found.setdefault(name[0], set()).add(len(name))
    return {word: tuple(sorted(lengths, reverse=True)) for word, lengths in found.items()}


def _names(term: Term, kind: Kind) -> Iterator[TermName]:
    seen: set[tuple[str, ...]] = set()
    current = (term.name, *term.aliases, *term.misspellings)
    for text, former in [*((name, False) for name in current), *((name, True) for name in term.former)]:
        parts = tuple(words(text))
        if parts and parts not in seen:
            seen.add(parts)
            yield TermName(parts, term, kind, former)

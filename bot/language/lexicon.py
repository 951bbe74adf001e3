"""The vocabulary as a phrase table: which runs of words name a framework, a tool or a concept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, Literal, TypeVar

from bot.language.text import words
from knowledge.model import Term, Vocabulary

Kind = Literal["framework", "tool", "concept"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name found in a run of words: positions [start, end). `former` marks one that the thing no longer has."""

    words: tuple[str, ...]
    start: int
    end: int
    term: Term
    kind: Kind
    former: bool


class _Phrases(Generic[_Value]):
    """Words and runs of words, each with a value."""

    def __init__(self, values: Mapping[tuple[str, ...], _Value]) -> None:
        self._values = {run: value for run, value in values.items() if run}
        self.words = frozenset(chain.from_iterable(self._values))
        self._lengths: dict[str, list[int]] = {}
        """How many words they have that begin with a word, the longest first."""
        for first, length in sorted({(run[0], len(run)) for run in self._values}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def find(self, run: Sequence[str]) -> Iterator[tuple[tuple[str, ...], int, int, _Value]]:
        """Those in `run`, from left to right, the longest at each place, with their positions [start, end) and their
        value; they do not overlap."""
        free = 0
        for position, word in enumerate(run):
            if position < free or word not in self._lengths:
                continue
            for length in self._lengths[word]:
                piece = tuple(run[position : position + length])
                if piece in self._values:
                    free = position + len(piece)
                    yield piece, position, free, self._values[piece]
                    break

    def occur_in(self, run: Sequence[str]) -> bool:
        """Whether `run` has one of them."""
        return any(True for _ in self.find(run))


class Lexicon:
    """Finds the vocabulary's names in a run of words, longest first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.terms: dict[str, tuple[Term, Kind]] = {}
        self.abbreviations: Mapping[str, tuple[str, ...]] = {
            words(short)[0]: tuple(words(long))
            for short, long in vocabulary.abbreviations.items()
            if len(words(short)) == 1
        }
        kinds: Mapping[Kind, tuple[Term, ...]] = {
            "framework": vocabulary.frameworks,
            "tool": vocabulary.tools,
            "concept": vocabulary.concepts,
        }
        names: dict[tuple[str, ...], tuple[Term, Kind, bool]] = {}
        for kind, terms in kinds.items():
            for term in terms:
                self.terms.setdefault(term.id, (term, kind))
                for name in (term.name, *term.aliases, *term.misspellings):
                    names.setdefault(tuple(words(name)), (term, kind, False))
                for name in term.former:
                    names.setdefault(tuple(words(name)), (term, kind, True))
        self._names = _Phrases(names)
        self._possessives = {
            f"{run[0]}'s": run[0] for run, (_, kind, _) in names.items() if len(run) == 1 and kind != "concept"
        }
        self.elsewhere = _Phrases({tuple(words(name)): True for name in vocabulary.elsewhere})
        """Names from other subjects."""
        self.subject = _Phrases({tuple(words(name)): True for name in vocabulary.subject})
        """Words of our subject in general; may be empty."""
        self.words = self._names.words.union(self.elsewhere.words, self.subject.words, self.abbreviations)

    def without_possessive(self, word: str) -> str:
        """The name of a framework or tool in its possessive: pytorch's -> pytorch. Any other word as it is."""
        return self._possessives.get(word, word)

    def concepts_of(self, term: Term) -> Iterator[str]:
        """The concepts that naming `term` also names."""
        return (name for name in term.part_of if name in self.terms and self.terms[name][1] == "concept")

    def find(self, run: Sequence[str]) -> list[FoundName]:
        """The names in `run`, from left to right, the longest at each place; they do not overlap."""
        return [FoundName(piece, start, end, *value) for piece, start, end, value in self._names.find(run)]

"""Inverted lists: feature -> the entries that have it. Cost grows with what matches.

Two forms of the same thing. Small knowledge bases (the shipped one, a team's FAQ) use plain lists,
so that asking imports nothing heavy; large ones use numpy arrays, twenty times faster on long lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

ARRAYS_FROM = 200_000
"""Postings from which arrays pay for the quarter of a second that numpy takes to import."""


class Postings(Protocol):
    """What ranking asks of the inverted lists."""

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """The `most` entries with the highest sums, as (number, sum), best first, ties by number."""


def postings(vectors: Sequence[Mapping[str, float]]) -> Postings:
    """The inverted lists of entry vectors, in the form that suits their size."""
    if sum(map(len, vectors)) < ARRAYS_FROM:
        return ListPostings(vectors)
    return ArrayPostings(vectors)


class ListPostings:
    """Plain lists."""

    def __init__(self, vectors: Sequence[Mapping[str, float]]) -> None:
        self._lists: dict[str, list[tuple[int, float]]] = {}
        for number, vector in enumerate(vectors):
            for feature, weight in vector.items():
                self._lists.setdefault(feature, []).append((number, weight))

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """See Postings."""
        sums: dict[int, float] = {}
        lists = self._lists
        for feature, weight in query:
            for number, share in lists.get(feature, ()):
                sums[number] = sums.get(number, 0.0) + weight * share
        return sorted(sums.items(), key=_by_sum)[:most]


class ArrayPostings:
    """numpy arrays: one run of entry numbers and one of weights a feature, in one block each."""

    def __init__(self, vectors: Sequence[Mapping[str, float]]) -> None:
        import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

        slots: dict[str, int] = {}
        columns = np.fromiter(
            (slots.setdefault(feature, len(slots)) for vector in vectors for feature in vector), dtype=np.int32
        )
        weights = np.fromiter((weight for vector in vectors for weight in vector.values()), dtype=np.float32)
        numbers = np.repeat(np.arange(len(vectors), dtype=np.int32), [len(vector) for vector in vectors])
        order = np.argsort(columns, kind="stable")
        self._np: Any = np
        self._slots = slots
        self._numbers = numbers[order]
        self._weights = weights[order]
        self._starts = np.searchsorted(columns[order], np.arange(len(slots) + 1))
        self._sums = np.zeros(len(vectors), dtype=np.float32)

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """See Postings. Sums are kept in 32 bits."""
        np = self._np
        sums = np.zeros_like(self._sums)
        for feature, weight in query:
            slot = self._slots.get(feature)
            if slot is not None:
                run = slice(self._starts[slot], self._starts[slot + 1])
                sums[self._numbers[run]] += np.float32(weight) * self._weights[run]
        if len(sums) > 4 * most:
            floor = np.partition(sums, -most)[-most]
            found = np.flatnonzero(sums >= floor if floor > 0 else sums != 0)
        else:
            found = np.flatnonzero(sums)
        return sorted(((int(number), float(sums[number])) for number in found), key=_by_sum)[:most]


def _by_sum(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]

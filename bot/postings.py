"""Inverted lists: feature -> the entries that have it. Cost grows with what matches.

Two forms of the same thing. Small knowledge bases (the shipped one, a team's FAQ) use plain lists,
so that asking imports nothing heavy; large ones use numpy arrays, twenty times faster on long lists.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

ARRAYS_FROM = 200_000
"""Postings from which arrays pay for the quarter of a second that numpy takes to import."""


class Postings(Protocol):
    """What ranking asks of the inverted lists."""

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """The `most` entries with the highest sums, as (number, sum), best first, ties by number."""


Lists = Mapping[str, tuple[Sequence[int], Sequence[float]]]
"""Feature -> the numbers of the entries that have it, ascending, and its weight in each."""


def invert(vectors: Sequence[Mapping[str, float]]) -> Lists:
    """Entry vectors by number, turned inside out: eight bytes a posting."""
    lists: dict[str, tuple[array[int], array[float]]] = {}
    for number, vector in enumerate(vectors):
        for feature, weight in vector.items():
            found = lists.get(feature)
            if found is None:
                found = lists[feature] = (array("i"), array("f"))
            found[0].append(number)
            found[1].append(weight)
    return lists


class Packed(Mapping[str, tuple[Sequence[int], Sequence[float]]]):
    """Lists in three blocks of numbers rather than two objects a feature: a tenth of the memory."""

    def __init__(self, slots: Mapping[str, int], starts: Any, numbers: Any, weights: Any) -> None:
        self.slots, self.starts, self.numbers, self.weights = slots, starts, numbers, weights

    def __getitem__(self, feature: str) -> tuple[Sequence[int], Sequence[float]]:
        slot = self.slots[feature]
        run = slice(self.starts[slot], self.starts[slot + 1])
        return self.numbers[run].tolist(), self.weights[run].tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self.slots)

    def __len__(self) -> int:
        return len(self.slots)


class Packing:
    """Takes entry vectors one by one, and turns them inside out when all are there."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._columns = array("i")
        self._weights = array("f")
        self._lengths = array("i")

    def add(self, vector: Mapping[str, float]) -> None:
        """The next entry's vector."""
        slots = self._slots
        self._columns.extend([slots.setdefault(feature, len(slots)) for feature in vector])
        self._weights.extend(vector.values())
        self._lengths.append(len(vector))

    def lists(self) -> Lists:
        """The inverted lists."""
        import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

        columns = np.frombuffer(self._columns, dtype=np.int32)
        order = np.argsort(columns, kind="stable")
        entries = np.repeat(np.arange(len(self._lengths), dtype=np.int32), np.frombuffer(self._lengths, dtype=np.int32))
        starts = np.zeros(len(self._slots) + 1, dtype=np.int64)
        np.cumsum(np.bincount(columns, minlength=len(self._slots)), out=starts[1:])
        weights = np.frombuffer(self._weights, dtype=np.float32)
        packed = Packed(self._slots, starts, entries[order], weights[order])
        return packed if len(columns) >= ARRAYS_FROM else dict(packed)


def postings(lists: Lists, entries: int) -> Postings:
    """The inverted lists over so many entries, in the form that suits their size."""
    if isinstance(lists, Packed):
        return ArrayPostings(lists, entries)
    if sum(len(numbers) for numbers, _ in lists.values()) < ARRAYS_FROM:
        return ListPostings(lists)
    return ArrayPostings(lists, entries)


class ListPostings:
    """Plain lists."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """See Postings."""
        sums: dict[int, float] = {}
        lists = self._lists
        for feature, weight in query:
            found = lists.get(feature)
            if found is not None:
                for number, share in zip(*found, strict=True):
                    sums[number] = sums.get(number, 0.0) + weight * share
        return sorted(((number, total) for number, total in sums.items() if total), key=_by_sum)[:most]


class ArrayPostings:
    """numpy arrays: a run of entry numbers and one of weights a feature, each in one block."""

    def __init__(self, lists: Lists, entries: int) -> None:
        import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

        self._np: Any = np
        self._entries = entries
        self._slots: Mapping[str, int]
        if isinstance(lists, Packed):
            self._slots, self._starts = lists.slots, lists.starts
            self._numbers, self._weights = lists.numbers, lists.weights
            return
        lengths = np.fromiter((len(numbers) for numbers, _ in lists.values()), dtype=np.int64, count=len(lists))
        total = int(lengths.sum())
        self._slots = {feature: slot for slot, feature in enumerate(lists)}
        self._starts = np.concatenate(([0], np.cumsum(lengths)))
        self._numbers = np.empty(total, dtype=np.int32)
        self._weights = np.empty(total, dtype=np.float32)
        for start, (numbers, weights) in zip(self._starts, lists.values(), strict=False):
            self._numbers[start : start + len(numbers)] = numbers
            self._weights[start : start + len(numbers)] = weights

    def best(self, query: Iterable[tuple[str, float]], most: int) -> list[tuple[int, float]]:
        """See Postings. Sums are kept in 32 bits."""
        np = self._np
        sums = np.zeros(self._entries, dtype=np.float32)
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
        values = sums[found]
        order = np.lexsort((found, -values))[:most]
        return list(zip(found[order].tolist(), values[order].tolist(), strict=True))


def _by_sum(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]

"""Inverted lists: feature -> the entries that have it. Cost grows with what matches.

Two forms of the same thing. Small knowledge bases (the shipped one, a team's FAQ) use plain lists,
so that asking imports nothing heavy; large ones use numpy arrays, twenty times faster on long lists.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

N = TypeVar("N", int, float)

ARRAYS_FROM = 200_000
"""Postings from which arrays pay for the quarter of a second that numpy takes to import."""


ROW_FROM = 1 / 16
"""Share of the entries from which a feature stands in a row."""


class Postings(Protocol):
    """What ranking asks of the inverted lists."""

    def best(self, query: Iterable[tuple[str, float]], most: int) -> Iterable[tuple[int, float]]:
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


def packed(features: Sequence[str], columns: Any, numbers: Any, weights: Any) -> Lists:
    """Lists from one posting after another: the position of its feature, the entry's number, its weight there.

    The postings of a feature must stand in the order of their entries.
    """
    import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

    order = np.argsort(columns, kind="stable")
    starts = np.zeros(len(features) + 1, dtype=np.int64)
    np.cumsum(np.bincount(columns, minlength=len(features)), out=starts[1:])
    slots = {feature: slot for slot, feature in enumerate(features)}
    lists = Packed(slots, starts, numbers[order].astype(np.int32), weights[order].astype(np.float32))
    return lists if len(columns) >= ARRAYS_FROM else dict(lists)


def postings(lists: Lists, entries: int) -> Postings:
    """The inverted lists over so many entries, in the form that suits their size."""
    if isinstance(lists, Packed):
        return ArrayPostings(lists, entries)
    if sum(len(numbers) for numbers, _ in lists.values()) < ARRAYS_FROM:
        return ListPostings(lists, entries)
    return ArrayPostings(lists, entries)


class ListPostings:
    """Plain lists. Features that most entries have stand in rows, one weight an entry, which add up faster."""

    def __init__(self, lists: Lists, entries: int) -> None:
        self._entries = entries
        self._rows: dict[str, Sequence[float]] = {}
        self._lists: dict[str, tuple[Sequence[int], Sequence[float]]] = {}
        for feature, (numbers, weights) in lists.items():
            if 2 * len(numbers) < entries:
                self._lists[feature] = (_as_list(numbers), _as_list(weights))
                continue
            row = [0.0] * entries
            for number, weight in zip(numbers, weights, strict=True):
                row[number] = weight
            self._rows[feature] = row

    def best(self, query: Iterable[tuple[str, float]], most: int) -> Iterable[tuple[int, float]]:
        """See Postings."""
        rows, lists = self._rows, self._lists
        weights: list[float] = []
        asked: list[Sequence[float]] = []
        runs: list[tuple[float, tuple[Sequence[int], Sequence[float]]]] = []
        for feature, weight in query:
            row = rows.get(feature)
            if row is not None:
                weights.append(weight)
                asked.append(row)
            elif (run := lists.get(feature)) is not None:
                runs.append((weight, run))
        sums = [0.0] * self._entries
        while len(asked) >= 4:  # four at a time: twice as fast as one by one
            a, b, c, d = [weights.pop() for _ in range(4)]
            rows4 = [asked.pop() for _ in range(4)]
            sums = [s + a * i + b * j + c * k + d * m for s, i, j, k, m in zip(sums, *rows4, strict=True)]
        for weight, row in zip(weights, asked, strict=True):
            sums = [s + weight * share for s, share in zip(sums, row, strict=True)]
        for weight, (numbers, shares) in runs:
            for number, share in zip(numbers, shares, strict=True):
                sums[number] += weight * share
        # Stable, and so ties stay in the order of their numbers.
        order = sorted(range(len(sums)), key=sums.__getitem__, reverse=True)
        return ((number, sums[number]) for number in order[:most] if sums[number])


def _as_list(values: Sequence[N]) -> list[N]:
    """The values as a list, which is read faster than an array; a list as it is."""
    return values if isinstance(values, list) else list(values)


class ArrayPostings:
    """numpy arrays: a run of entry numbers and one of weights a feature, each in one block. Features that many
    entries have stand in rows, one weight an entry."""

    def __init__(self, lists: Lists, entries: int) -> None:
        import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

        self._np: Any = np
        self._entries = entries
        held = lists if isinstance(lists, Packed) else _packed(lists)
        self._slots, self._starts, self._numbers, self._weights = held.slots, held.starts, held.numbers, held.weights
        self._rows: dict[int, Any] = {}
        for slot in np.flatnonzero(np.diff(self._starts) >= entries * ROW_FROM).tolist():
            run = slice(self._starts[slot], self._starts[slot + 1])
            row = self._rows[slot] = np.zeros(entries, dtype=np.float32)
            row[self._numbers[run]] = self._weights[run]

    def best(self, query: Iterable[tuple[str, float]], most: int) -> Iterable[tuple[int, float]]:
        """See Postings. Sums are kept in 32 bits."""
        np = self._np
        sums = np.zeros(self._entries, dtype=np.float32)
        for feature, weight in query:
            slot = self._slots.get(feature)
            if slot is None:
                continue
            row = self._rows.get(slot)
            if row is not None:
                sums += np.float32(weight) * row
            else:
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


def _packed(lists: Lists) -> Packed:
    import numpy as np  # noqa: PLC0415 - see ARRAYS_FROM

    lengths = np.fromiter((len(numbers) for numbers, _ in lists.values()), dtype=np.int64, count=len(lists))
    total = int(lengths.sum())
    numbers, weights = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.float32)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    for start, (own, shares) in zip(starts, lists.values(), strict=False):
        numbers[start : start + len(own)] = own
        weights[start : start + len(own)] = shares
    return Packed({feature: slot for slot, feature in enumerate(lists)}, starts, numbers, weights)

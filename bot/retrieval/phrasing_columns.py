"""The phrasings of all entries as columns of numbers, which take a tenth of the memory of objects.

Features are numbered. `PhrasingColumns` is what vectors are computed from; `PhrasingIndex` is what the index saves of
it, for comparing a question with single phrasings.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BLOCK = 1 << 16
"""Features of phrasings, about, that are worked on at a time."""


def column(kind: str, values: ArrayLike) -> array[Any]:
    """Numbers as an `array` of this type code: plain data that compares and can be saved."""
    return array(kind, np.asarray(values, dtype=kind).tobytes())


def number_features(known: Iterable[str] = ()) -> defaultdict[str, int]:
    """Feature -> its number: the known ones in their order, then every other one when it is first asked for."""
    slots = {feature: slot for slot, feature in enumerate(known)}
    return defaultdict(count(len(slots)).__next__, slots)


@dataclass(frozen=True, slots=True)
class PhrasingColumns:
    """A sparse matrix of phrasings over features, row by row; the rows of an entry are adjacent."""

    features: NDArray[np.int32]
    """The numbers of the features of all phrasings."""
    shares: NDArray[np.float32]
    """How much each counts in its phrasing (0..1)."""
    lengths: NDArray[np.int32]
    """How many features each phrasing has."""
    counts: NDArray[np.int32]
    """How many phrasings each entry has."""

    @classmethod
    def of(cls, entries: Iterable[Iterable[Mapping[str, float]]], slots: defaultdict[str, int]) -> PhrasingColumns:
        """The phrasings of these entries, each as features and how much each counts (0..1); one without any is left
        out. `slots`: see `number_features`."""
        features, shares, lengths, counts = array("i"), array("f"), array("i"), array("i")
        for phrasings in entries:
            before = len(lengths)
            for found in filter(None, phrasings):
                features.extend(map(slots.__getitem__, found))
                shares.extend(found.values())
                lengths.append(len(found))
            counts.append(len(lengths) - before)
        return cls(*map(np.asarray, (features, shares, lengths, counts)))

    def owners(self) -> NDArray[np.int32]:
        """The entry of each of `features`."""
        sizes = np.diff(_starts(self.lengths)[_starts(self.counts)])
        return np.repeat(np.arange(len(self.counts), dtype=np.int32), sizes)

    def keep(self, kept: NDArray[np.bool_]) -> PhrasingColumns:
        """The same with these features alone, renumbered in their order."""
        numbers = np.cumsum(kept, dtype=np.int32) - 1
        here = kept[self.features]
        lengths = sum_runs(here, self.lengths).astype(np.int32)
        return PhrasingColumns(numbers[self.features[here]], self.shares[here], lengths, self.counts)

    def select(self, entries: Sequence[int]) -> PhrasingColumns:
        """The phrasings of these `entries`, in this order."""
        taken = np.array(entries, dtype=np.int64)
        rows = _ranges(_starts(self.counts)[taken], self.counts[taken])
        cells = _ranges(_starts(self.lengths)[rows], self.lengths[rows])
        return PhrasingColumns(self.features[cells], self.shares[cells], self.lengths[rows], self.counts[taken])

    def blocks(self) -> Iterator[tuple[int, PhrasingColumns]]:
        """The same, a few thousand entries at a time, each time with the number of the first one: what is computed from
        them on the way then takes a few megabytes, however many there are."""
        rows, cells = _starts(self.counts), _starts(self.lengths)
        first = 0
        while first < len(self.counts):
            last = max(int(np.searchsorted(cells[rows], cells[rows[first]] + BLOCK, side="right")) - 1, first + 1)
            own = slice(rows[first], rows[last])
            inside = slice(cells[rows[first]], cells[rows[last]])
            counts = self.counts[first:last]
            yield first, PhrasingColumns(self.features[inside], self.shares[inside], self.lengths[own], counts)
            first = last

    def unit_weights(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each of `features` weighs in its phrasing's vector, which has length 1; `weights` are by feature."""
        found = self.shares * weights[self.features]
        found /= np.repeat(positive(np.sqrt(sum_runs(found * found, self.lengths))), self.lengths)
        return found

    @classmethod
    def join(cls, parts: Iterable[PhrasingColumns]) -> PhrasingColumns:
        """The entries of all parts, one part after another."""
        fields = [(part.features, part.shares, part.lengths, part.counts) for part in parts]
        return cls(*(np.concatenate(arrays) for arrays in zip(*fields, strict=True)))


@dataclass(frozen=True, slots=True)
class EntryPhrasings:
    """The phrasings of one entry as an inverted index."""

    scales: Sequence[float]
    """By phrasing: 1 / the length of the vector of its features' weights; 0 where it has none."""
    lists: Mapping[int, Sequence[int]]
    """Feature -> the phrasings that have it, ascending."""


@dataclass(frozen=True, slots=True)
class PhrasingIndex:
    """The features of every entry's phrasings, four bytes a feature; an entry's part is inverted when asked for."""

    features: array[int]
    """The numbers of the features of all phrasings, one phrasing after another."""
    ends: array[int]
    """Where each phrasing ends in `features`."""
    scales: array[float]
    """See `EntryPhrasings`."""
    last: array[int]
    """Where each entry ends in `ends`."""

    @classmethod
    def of(cls, columns: PhrasingColumns, weights: NDArray[np.float64]) -> PhrasingIndex:
        """The index of these phrasings; `weights` are by feature."""
        squares = [sum_runs(weights[block.features] ** 2, block.lengths) for _, block in columns.blocks()]
        norms = np.sqrt(np.concatenate([[], *squares]))
        scales = np.where(norms > 0, 1 / positive(norms), 0.0)
        ends, last = np.cumsum(columns.lengths), np.cumsum(columns.counts)
        return cls(column("i", columns.features), column("i", ends), column("f", scales), column("i", last))

    def columns(self) -> PhrasingColumns:
        """The columns that these are made of, but for the shares, which are not saved: all are 1."""
        return PhrasingColumns(
            np.asarray(self.features),
            np.ones(len(self.features), dtype=np.float32),
            np.diff(self.ends, prepend=0).astype(np.int32),
            np.diff(self.last, prepend=0).astype(np.int32),
        )

    @property
    def total(self) -> int:
        """Phrasings in all."""
        return len(self.scales)

    def __getitem__(self, number: int) -> EntryPhrasings:
        first, last = self.last[number - 1] if number else 0, self.last[number]
        lists: dict[int, list[int]] = {}
        start = self.ends[first - 1] if first else 0
        for phrasing, end in enumerate(self.ends[first:last]):
            for feature in self.features[start:end]:
                lists.setdefault(feature, []).append(phrasing)
            start = end
        return EntryPhrasings(self.scales[first:last].tolist(), lists)


def sum_runs(values: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.float64]:
    """The sum of each run of `values`, given how long the runs are; 0 for an empty one."""
    sums = np.zeros(len(lengths))
    filled = lengths > 0
    if filled.any():
        sums[filled] = np.add.reduceat(values, _starts(lengths)[:-1][filled], dtype=np.float64)
    return sums


def positive(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lengths to divide by: 1 in place of 0."""
    return np.where(lengths > 0, lengths, 1.0)


def _ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.int64]:
    """The numbers of each run [start, start + length), one run after another."""
    return np.repeat(starts - _starts(lengths)[:-1], lengths) + np.arange(lengths.sum())


def _starts(lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Where each run begins, given how long the runs are; and where the last one ends."""
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))

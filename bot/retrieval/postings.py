"""Inverted index over entries: feature -> the entries that have it. The cost of a query grows with what matches."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from bot.retrieval.phrasing_columns import column, positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROW_FROM = 1 / 16
"""Share of the entries from which a feature's weights are added as one dense row rather than one by one."""

_DIGITS = 5
"""Weights are rounded to so many decimals, so that the last bits of another processor do not decide."""


@dataclass(frozen=True, slots=True)
class EntryVectors:
    """Sparse vectors of entries over features in coordinate form: three columns of one length."""

    entries: NDArray[np.integer]
    features: NDArray[np.integer]
    weights: NDArray[np.floating]

    @classmethod
    def join(cls, parts: Iterable[EntryVectors]) -> EntryVectors:
        """The cells of all parts."""
        fields = [(part.entries, part.features, part.weights) for part in (_NO_VECTORS, *parts)]
        return cls(*(np.concatenate(arrays) for arrays in zip(*fields, strict=True)))

    def summed(self, width: int) -> EntryVectors:
        """The same with cells of one entry and feature added up, ordered by entry; `width`: features in all."""
        cells, where = np.unique(self.entries * np.int64(width) + self.features, return_inverse=True)
        entries, features = np.divmod(cells, max(width, 1))
        weights = np.bincount(where, self.weights, minlength=len(cells)).astype(np.float64, copy=False)
        return EntryVectors(entries.astype(np.int32), features.astype(np.int32), weights)

    def unit(self, entries: int) -> EntryVectors:
        """The same, of so many entries, with the vector of each at length 1; an empty one stays."""
        norms = np.sqrt(np.bincount(self.entries, self.weights * self.weights, minlength=entries))
        return EntryVectors(self.entries, self.features, self.weights / positive(norms)[self.entries])

    def renumbered(self, numbers: Sequence[int]) -> EntryVectors:
        """The same with other `numbers` for the entries; those whose number is -1 are left out."""
        entries = np.array(numbers, dtype=np.int32)[self.entries]
        kept = entries >= 0
        return EntryVectors(entries[kept], self.features[kept], self.weights[kept])


_NO_VECTORS = EntryVectors(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0))


@dataclass(frozen=True, slots=True)
class Postings:
    """The entries' vectors by feature, in three columns."""

    starts: array[int]
    """Where each feature's run in `entries` and `weights` begins, and where the last one ends."""
    entries: array[int]
    weights: array[float]

    @classmethod
    def of(cls, vectors: EntryVectors, features: int) -> Postings:
        """The postings of these vectors over so many features, each feature's in the order of the entries given."""
        order = np.argsort(vectors.features, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(vectors.features, minlength=features))))
        weights = np.round(vectors.weights[order], _DIGITS)
        return cls(column("q", starts), column("i", vectors.entries[order]), column("f", weights))

    def vectors(self) -> EntryVectors:
        """The vectors that these are the postings of."""
        features = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return EntryVectors(np.asarray(self.entries), features, np.asarray(self.weights))


class Scorer:
    """Scores entries by dot product with a query."""

    def __init__(self, postings: Postings, entries: int) -> None:
        self._count = entries
        self._row_from = entries * ROW_FROM
        self._starts = postings.starts
        self._entries, self._weights = np.asarray(postings.entries), np.asarray(postings.weights)
        self._row = cache(self._made_row)

    def best(self, query: Iterable[tuple[int, float]], most: int) -> list[tuple[int, float]]:
        """The `most` entries with the highest sums for these (feature, weight), as (entry, sum), best first, ties by
        number. Entries whose sum is 0 are left out. Sums have 32 bits."""
        sums = np.zeros(self._count, dtype=np.float32)
        for feature, weight in query:
            start, end = self._starts[feature], self._starts[feature + 1]
            if end - start < self._row_from:
                sums[self._entries[start:end]] += weight * self._weights[start:end]
            else:
                sums += weight * self._row(feature)
        if len(sums) > 4 * most:
            floor = np.partition(sums, -most)[-most]
            found = np.flatnonzero(sums >= floor if floor > 0 else sums)
        else:
            found = np.flatnonzero(sums)
        values = sums[found]
        order = np.argsort(-values, kind="stable")[:most]
        return list(zip(found[order].tolist(), values[order].tolist(), strict=True))

    def _made_row(self, feature: int) -> NDArray[np.float32]:
        """A common feature's weight in every entry."""
        run = slice(self._starts[feature], self._starts[feature + 1])
        row = np.zeros(self._count, dtype=np.float32)
        row[self._entries[run]] = self._weights[run]
        return row

"""Letter groups of many known words as numpy arrays: what bot.spelling adds up word by word, ten times as fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

_ALMOST = 1 - 1e-9
"""Bounds are kept this far from the edge, where rounding could decide."""


class LetterArrays:
    """Which of so many words, by number, have a letter group, and how much the group says."""

    def __init__(self, lists: Mapping[str, Sequence[int]], weights: Mapping[str, float], words: int) -> None:
        lengths = np.fromiter(map(len, lists.values()), dtype=np.intp, count=len(lists))
        numbers = np.fromiter((n for own in lists.values() for n in own), dtype=np.int32, count=int(lengths.sum()))
        self._runs: dict[str, Any] = dict(zip(lists, np.split(numbers, np.cumsum(lengths)[:-1]), strict=True))
        self._weights = weights
        self._words = words
        triple = np.fromiter((weights[gram] if len(gram) == 3 else 0.0 for gram in lists), dtype=np.float64)
        self._norms = np.sqrt(np.bincount(numbers, np.repeat(triple, lengths), minlength=words))

    def cosines(self, triples: Iterable[str], length: float, least: float) -> list[tuple[int, float]]:
        """Words whose cosine with one that has these triples, and is so long, is `least` or more."""
        sums = self._sums(triples)
        found = np.flatnonzero(sums >= (least * length * _ALMOST) * self._norms)
        return list(zip(found.tolist(), (sums[found] / (length * self._norms[found])).tolist(), strict=True))

    def most(self, groups: Iterable[str], count: int) -> list[int]:
        """The `count` words with the highest sums over these groups, ties by number; none that has none of them."""
        sums = self._sums(groups)
        least = np.partition(sums, -count)[-count] if len(sums) > count else 0.0
        found = np.flatnonzero((sums >= least) & (sums > 0))
        best: list[int] = found[np.lexsort((found, -sums[found]))][:count].tolist()
        return best

    def _sums(self, groups: Iterable[str]) -> Any:
        sums = np.zeros(self._words)
        for gram in groups:
            sums[self._runs[gram]] += self._weights[gram]
        return sums

"""Inverted index from letter n-grams to words: finds the known words that share most with a misspelt one.

The cost of a look-up depends on how many words share the n-grams of the word asked, not on how many words there are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 21
"""Bits of a Unicode code point; three of them fit into a 64-bit key."""

_ALMOST = 1 - 1e-9
"""Bounds are compared with this tolerance, so that rounding does not decide."""


class NgramIndex:
    """The letter n-grams of some words whose edges are marked (^word$).

    An n-gram weighs log(1 + words / (1 + words that have it)) squared. Words are named by their position.
    """

    def __init__(self, words: Sequence[str], size: int) -> None:
        """`size`: letters of an n-gram, 2 or 3."""
        self._size = size
        self._words = len(words)
        lengths = np.fromiter((len(word) + 2 for word in words), dtype=np.int64, count=len(words))
        owners = np.repeat(np.arange(len(words)), lengths)
        keys = _keys("".join(f"^{word}$" for word in words), size)
        first, last = owners[: len(keys)], owners[len(owners) - len(keys) :]
        known, grams = np.unique(keys[first == last], return_inverse=True)
        pairs = np.unique(grams * len(words) + first[first == last])  # an n-gram counts once a word
        grams, numbers = np.divmod(pairs, max(len(words), 1))
        frequency = np.bincount(grams, minlength=len(known))
        self._slots = {key: slot for slot, key in enumerate(known.tolist())}
        self._starts = [0, *np.cumsum(frequency).tolist()]
        self._numbers = numbers.astype(np.int32)
        weights = np.log(1 + len(words) / (1 + frequency)) ** 2
        self._weights = weights.tolist()
        self._unseen = math.log(1 + len(words)) ** 2
        self._norms = np.sqrt(np.bincount(numbers, weights[grams], minlength=len(words)))

    def most_similar(self, word: str, count: int) -> list[int]:
        """The `count` words that share most with `word`, by weight, ties by position; only words that share any."""
        sums, _ = self._shared(word)
        least = np.partition(sums, -count)[-count] if len(sums) > count else 0.0
        found = np.flatnonzero((sums >= least) & (sums > 0))
        best: list[int] = found[np.argsort(-sums[found], kind="stable")][:count].tolist()
        return best

    def cosines(self, word: str, least: float) -> list[tuple[int, float]]:
        """The words whose cosine (0..1) with `word` is about `least` or more, each with it."""
        sums, norm = self._shared(word)
        found = np.flatnonzero(sums >= (least * norm * _ALMOST) * self._norms)
        return list(zip(found.tolist(), (sums[found] / (norm * self._norms[found])).tolist(), strict=True))

    def _shared(self, word: str) -> tuple[NDArray[np.float64], float]:
        """What each known word shares with `word`, by weight; and the length of the vector of `word`."""
        sums = np.zeros(self._words)
        square = 0.0
        for key in sorted(set(_keys(f"^{word}$", self._size).tolist())):
            slot = self._slots.get(key)
            if slot is None:
                square += self._unseen
            else:
                square += self._weights[slot]
                sums[self._numbers[self._starts[slot] : self._starts[slot + 1]]] += self._weights[slot]
        return sums, math.sqrt(square) or 1.0


def _keys(text: str, size: int) -> NDArray[np.int64]:
    """Every run of `size` letters of `text`, in order, as one number each."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    count = max(len(letters) - size + 1, 0)
    keys = np.zeros(count, dtype=np.int64)
    for place in range(size):
        keys = (keys << _BITS) | letters[place : place + count]
    return keys

"""Words nobody wrote in the knowledge base, read as the nearest ones somebody did.

rapidfuzz compares an unknown word with the few known words that share its letter groups, never
with phrasings: the cost depends on the vocabulary's shape, not on how much is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

SHORTEST = 4
"""Shorter unknown words are left alone: every three-letter word is one letter from another."""

LIKENESS = 0.6
"""Least OSA similarity (0..1, transposition-aware edit distance) of a correction."""

SOFT_LIKENESS = 0.3
"""Least letter-group cosine (0..1) at which two words count as related: debug, debugging."""

_CANDIDATES = 60
_SOFT_KEPT = 12


class Spelling:
    """Likeness between words, over a fixed set of known words."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted({word for word in known if len(word) > 1})
        self._positions = {word: number for number, word in enumerate(self._known)}
        self._grams: dict[str, list[int]] | None = None
        self._norms: list[float] = []
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)
        self.related = lru_cache(maxsize=50_000)(self._related)

    def knows(self, word: str) -> bool:
        """Whether the word stands in the knowledge base or its vocabulary."""
        return word in self._positions

    def _nearest(self, word: str) -> tuple[str, float] | None:
        """The known word most like `word` and their OSA similarity (0..1), or None."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        if len(word) < SHORTEST or len(word) > 40 or word.isdigit():
            return None
        shared = self._sharing(word)
        best = sorted(shared, key=lambda number: (-shared[number], number))[:_CANDIDATES]
        names = [self._known[number] for number in best if len(self._known[number]) >= SHORTEST - 1]
        ranked = extract(word, names, scorer=OSA.normalized_similarity, score_cutoff=LIKENESS, limit=5)
        if not ranked:
            return None
        # A typo seldom hits the first letter: between equals, the same first letter wins.
        name, score, _ = max(ranked, key=lambda hit: (round(hit[1], 3), hit[0][0] == word[0], hit[0]))
        return name, float(score)

    def _related(self, word: str) -> tuple[tuple[str, float], ...]:
        """Known words like `word` with the square of their letter-group cosine, best first.

        The word itself is not among them.
        """
        if len(word) < SHORTEST or len(word) > 40:
            return ()
        shared = self._sharing(word)
        own = math.sqrt(sum(self._weight(gram) ** 2 for gram in set(_grams(word))))
        likeness = (
            (self._known[number], weight / (own * self._norms[number])) for number, weight in shared.items()
        )
        kept = [(other, cosine) for other, cosine in likeness if cosine >= SOFT_LIKENESS and other != word]
        kept.sort(key=lambda pair: (-pair[1], pair[0]))
        return tuple((other, cosine * cosine) for other, cosine in kept[:_SOFT_KEPT])

    def _weight(self, gram: str) -> float:
        """Inverse document frequency of a letter group over the known words."""
        assert self._grams is not None
        return math.log(1 + len(self._known) / (1 + len(self._grams.get(gram, ()))))

    def _sharing(self, word: str) -> dict[int, float]:
        """Known words by number -> summed squared weight of the letter groups shared with `word`."""
        if self._grams is None:
            self._build()
        assert self._grams is not None
        shared: dict[int, float] = {}
        for gram in set(_grams(word)):
            numbers = self._grams.get(gram, ())
            weight = self._weight(gram) ** 2
            for number in numbers:
                shared[number] = shared.get(number, 0.0) + weight
        return shared

    def _build(self) -> None:
        grams: dict[str, list[int]] = {}
        for number, word in enumerate(self._known):
            for gram in set(_grams(word)):
                grams.setdefault(gram, []).append(number)
        self._grams = grams
        self._norms = [
            math.sqrt(sum(self._weight(gram) ** 2 for gram in set(_grams(word)))) or 1.0 for word in self._known
        ]


def _grams(word: str) -> list[str]:
    """The letter pairs and triples of a word with its edges marked."""
    edged = f"^{word}$"
    return [edged[i : i + 2] for i in range(len(edged) - 1)] + [edged[i : i + 3] for i in range(len(edged) - 2)]


@lru_cache(maxsize=1)
def _english() -> bytes:
    return (files("bot") / "english.txt").read_bytes()


@lru_cache(maxsize=50_000)
def is_english(word: str) -> bool:
    """Whether the word stands in a list of 40,000 common English words (SCOWL, see english.LICENSE)."""
    base = word[:-2] if word.endswith("'s") else word
    return word.isascii() and f"\n{base.replace(chr(39), '')}\n".encode() in _english()

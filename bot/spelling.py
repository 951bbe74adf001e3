"""Words nobody wrote in the knowledge base, read as the nearest ones somebody did.

rapidfuzz compares an unknown word with the few known words that share its letter groups, never
with phrasings: the cost depends on the vocabulary's shape, not on how much is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files

SHORTEST = 4
"""Shorter unknown words are left alone: every three-letter word is one letter from another."""

LONGEST = 40
"""Longer ones are no words."""

LIKENESS = 0.6
"""Least OSA similarity (0..1, transposition-aware edit distance) of a correction."""

SOFT_LIKENESS = 0.3
"""Least letter-group cosine (0..1) at which two words count as related: debug, debugging."""

_CANDIDATES = 60
_SOFT_KEPT = 6


class Spelling:
    """Likeness between words, over a fixed set of known words."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted({word for word in known if len(word) > 1})
        self._names = frozenset(self._known)
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)
        self.related = lru_cache(maxsize=50_000)(self._related)

    def knows(self, word: str) -> bool:
        """Whether the word stands in the knowledge base or its vocabulary."""
        return word in self._names

    def _nearest(self, word: str) -> tuple[str, float] | None:
        """The known word most like `word` and their OSA similarity (0..1), or None."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - 60 ms, and most questions are spelt right
        from rapidfuzz.process import extract  # noqa: PLC0415

        if not SHORTEST <= len(word) <= LONGEST or word.isdigit():
            return None
        shared = self._letters.sharing(word)
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
        if not SHORTEST <= len(word) <= LONGEST:
            return ()
        own = self._letters.norm(word)
        norms = self._letters.norms
        likeness = (
            (self._known[number], weight / (own * norms[number]))
            for number, weight in self._letters.sharing(word).items()
        )
        kept = [(other, cosine) for other, cosine in likeness if cosine >= SOFT_LIKENESS and other != word]
        kept.sort(key=lambda pair: (-pair[1], pair[0]))
        return tuple((other, cosine * cosine) for other, cosine in kept[:_SOFT_KEPT])

    @cached_property
    def _letters(self) -> _Letters:
        """Made when the first word has to be compared."""
        return _Letters(self._known)


class _Letters:
    """An inverted index of letter groups over words, each group weighted by how few words have it."""

    def __init__(self, known: Sequence[str]) -> None:
        self._lists: dict[str, list[int]] = {}
        groups = [set(_grams(word)) for word in known]
        for number, own in enumerate(groups):
            for gram in own:
                self._lists.setdefault(gram, []).append(number)
        total = len(known)
        self._weights = {gram: math.log(1 + total / (1 + len(numbers))) ** 2 for gram, numbers in self._lists.items()}
        self._unseen = math.log(1 + total) ** 2
        self.norms = [math.sqrt(sum(map(self._weights.__getitem__, own))) for own in groups]

    def norm(self, word: str) -> float:
        """Length of the word's vector over letter groups."""
        return math.sqrt(sum(self._weights.get(gram, self._unseen) for gram in set(_grams(word)))) or 1.0

    def sharing(self, word: str) -> dict[int, float]:
        """Numbers of the words that share letter groups with `word`, each with their summed weight."""
        shared: dict[int, float] = {}
        for gram in sorted(set(_grams(word))):
            weight = self._weights.get(gram, 0.0)
            for number in self._lists.get(gram, ()):
                shared[number] = shared.get(number, 0.0) + weight
        return shared


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
    base = word.removesuffix("'s").replace("'", "")
    return base.isascii() and f"\n{base}\n".encode() in _english()

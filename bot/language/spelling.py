"""Spelling: unknown words read as the nearest words of the knowledge base.

rapidfuzz compares an unknown word with the few known words that share its letter n-grams, never with phrasings: the
cost depends on the vocabulary, not on how many phrasings there are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHORTEST = 4
"""Shorter unknown words are not corrected: every three-letter word is one letter from another."""

LONGEST = 40
"""Longer ones are no words."""

MIN_SIMILARITY = 0.6
"""Least OSA similarity (0..1, edit distance with transpositions) of a correction."""

RELATED_SIMILARITY = 0.3
"""Least letter-trigram cosine (0..1) at which two words count as related: debug, debugging."""

_BITS = 21
"""Bits of a Unicode code point; three of them fit into a 64-bit key."""

_CANDIDATES = 60
_TIES = 5
_MOST_RELATED = 6


def count_words(texts: Iterable[Iterable[str]]) -> dict[str, int]:
    """How often each word occurs in texts given as words; words of one letter are left out. In alphabetical order."""
    uses: Counter[str] = Counter()
    for text in texts:
        uses.update(text)
    return {word: uses[word] for word in sorted(uses) if len(word) > 1}


class Spelling:
    """Corrects words by a set of known ones. Safe to share between threads."""

    def __init__(self, uses: Mapping[str, int]) -> None:
        """`uses`: the known words, and how often each is used (see `count_words`)."""
        self._uses = uses
        self._words = tuple(uses)
        self._ngrams = lru_cache(maxsize=2)(partial(NgramIndex, self._words))
        """By letters of an n-gram; made when first needed."""
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)
        self.related = lru_cache(maxsize=50_000)(self._related)

    def knows(self, word: str) -> bool:
        """Whether the word occurs in the knowledge base or its vocabulary."""
        return word in self._uses

    def _nearest(self, word: str) -> tuple[str, float] | None:
        """The known word most like `word` and their OSA similarity (0..1), or None."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - 60 ms, and most questions are spelt right
        from rapidfuzz.process import extract  # noqa: PLC0415

        if not SHORTEST <= len(word) <= LONGEST or word.isdigit():
            return None
        # Trigrams lead to few words; bigrams are needed only where a typo broke every trigram.
        for size in (3, 2):
            candidates = self._sharing(word, size)
            ranked = extract(
                word, candidates, scorer=OSA.normalized_similarity, score_cutoff=MIN_SIMILARITY, limit=_TIES
            )
            if ranked:
                break
        else:
            return None
        # A typo seldom hits the first letter: between equals the same first letter wins, then the commoner word.
        name, score, _ = max(
            ranked, key=lambda hit: (round(hit[1], 3), hit[0][0] == word[0], self._uses[hit[0]], hit[0])
        )
        return name, float(score)

    def _related(self, word: str) -> tuple[tuple[str, float], ...]:
        """Other known words like `word` with the square of their letter-trigram cosine (0..1), best first."""
        if not SHORTEST <= len(word) <= LONGEST:
            return ()
        cosines = self._ngrams(3).cosines(word, RELATED_SIMILARITY)
        found = [(other, cosine) for number, cosine in cosines if (other := self._words[number]) != word]
        related = sorted(found, key=lambda pair: (-pair[1], pair[0]))
        return tuple((other, cosine * cosine) for other, cosine in related[:_MOST_RELATED])

    def _sharing(self, word: str, size: int) -> list[str]:
        """The known words that share most n-grams of `size` letters with `word`."""
        numbers = self._ngrams(size).most_similar(word, _CANDIDATES)
        return [self._words[number] for number in numbers if len(self._words[number]) >= SHORTEST - 1]


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    return frozenset((files("bot.language") / "english.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=50_000)
def is_english(word: str) -> bool:
    """Whether the word is in a list of 40,000 common English words (SCOWL, see english.LICENSE)."""
    return not _english().isdisjoint((word.removesuffix("'s").replace("'", ""), word.removesuffix("n't")))


class NgramIndex:
    """Inverted index from the letter n-grams of some words, whose edges are marked (^word$), to the words.

    The cost of a look-up depends on how many words share the n-grams of the word asked, not on how many there are.

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
        """The words whose cosine (0..1) with `word` is `least` or more, each with it."""
        sums, norm = self._shared(word)
        cosines = sums / (norm * self._norms)
        found = np.flatnonzero(cosines >= least)
        return list(zip(found.tolist(), cosines[found].tolist(), strict=True))

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

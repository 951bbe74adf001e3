"""Words nobody wrote in the knowledge base, read as the nearest ones somebody did.

rapidfuzz compares an unknown word with the few known words that share its letter groups, never
with phrasings: the cost depends on the vocabulary's shape, not on how much is known.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.letter_arrays import LetterArrays

SHORTEST = 4
"""Shorter unknown words are left alone: every three-letter word is one letter from another."""

LONGEST = 40
"""Longer ones are no words."""

LIKENESS = 0.6
"""Least OSA similarity (0..1, transposition-aware edit distance) of a correction."""

SOFT_LIKENESS = 0.3
"""Least letter-triple cosine (0..1) at which two words count as related: debug, debugging."""

ARRAYS_FROM = 10_000
"""Known words from which numpy arrays are used."""

_ALMOST = 1 - 1e-9
"""Bounds are kept this far from the edge, where rounding could decide."""

_CANDIDATES = 60
_TIES = 5
_SOFT_KEPT = 6


@dataclass(frozen=True, slots=True)
class Letters:
    """Words and an inverted index of their letter groups: plain data, kept with the phrasing index.

    `uses` says how often each word is used, and `lists` maps a letter group to the numbers of the
    words that have it. `lengths` are those of the words' vectors over letter triples; none where
    there are ARRAYS_FROM words or more, whose arrays have them.
    """

    words: Sequence[str]
    uses: Sequence[int]
    lists: Mapping[str, Sequence[int]]
    lengths: Sequence[float]


def letters(texts: Iterable[Iterable[str]]) -> Letters:
    """The letter groups of the words of these texts."""
    uses: Counter[str] = Counter()
    for known in texts:
        uses.update(known)
    words = sorted(word for word in uses if len(word) > 1)
    lists: dict[str, list[int]] = {}
    for number, word in enumerate(words):
        for gram in (*_triples(word), *_pairs(word)):
            lists.setdefault(gram, []).append(number)
    weights = _weights(lists, len(words))
    lengths = [_length(word, weights, 0.0) for word in words] if len(words) < ARRAYS_FROM else []
    return Letters(words, [uses[word] for word in words], lists, lengths)


def _weights(lists: Mapping[str, Sequence[int]], total: int) -> dict[str, float]:
    """How much each letter group says, of `total` words."""
    return {gram: math.log(1 + total / (1 + len(numbers))) ** 2 for gram, numbers in lists.items()}


def _length(word: str, weights: Mapping[str, float], unseen: float) -> float:
    """Length of the word's vector over letter triples; never 0."""
    return math.sqrt(sum([weights.get(gram, unseen) for gram in _triples(word)])) or 1.0


class Spelling:
    """Likeness between words, over a fixed set of known words."""

    def __init__(self, known: Letters) -> None:
        self._known = known.words
        self._lists = known.lists
        self._uses = dict(zip(known.words, known.uses, strict=True))
        total = len(known.words)
        self._weights = _weights(known.lists, total)
        self._lengths = known.lengths
        self._unseen = math.log(1 + total) ** 2
        self._shortest = math.sqrt(2 * min(self._weights.values(), default=0.0))
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)
        self.related = lru_cache(maxsize=50_000)(self._related)

    def knows(self, word: str) -> bool:
        """Whether the word stands in the knowledge base or its vocabulary."""
        return word in self._uses

    def _nearest(self, word: str) -> tuple[str, float] | None:
        """The known word most like `word` and their OSA similarity (0..1), or None."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - 60 ms, and most questions are spelt right
        from rapidfuzz.process import extract  # noqa: PLC0415

        if not SHORTEST <= len(word) <= LONGEST or word.isdigit():
            return None
        # Triples lead to few words; the others are asked only where a typo broke every triple.
        for names in (self._sharing_triples, self._sharing_pairs if self._arrays is not None else self._about_as_long):
            ranked = extract(word, names(word), scorer=OSA.normalized_similarity, score_cutoff=LIKENESS, limit=_TIES)
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
        """Known words like `word` with the square of their letter-triple cosine, best first.

        The word itself is not among them.
        """
        if not SHORTEST <= len(word) <= LONGEST:
            return ()
        own = _length(word, self._weights, self._unseen)
        weights = {gram: self._weights[gram] for gram in _triples(word) if gram in self._lists}
        if self._arrays is None:
            known, lengths = self._known, self._lengths
            likeness = [
                # Added up in one order whichever way the word was found, so that ties stay ties.
                (known[number], _shared(weights, f"^{known[number]}$") / (own * lengths[number]))
                for number in self._likely(weights, own)
            ]
        else:
            cosines = self._arrays.cosines(weights, own, SOFT_LIKENESS)
            likeness = [(self._known[number], cosine) for number, cosine in cosines]
        kept = [(other, cosine) for other, cosine in likeness if cosine >= SOFT_LIKENESS and other != word]
        kept.sort(key=lambda pair: (-pair[1], pair[0]))
        return tuple((other, cosine * cosine) for other, cosine in kept[:_SOFT_KEPT])

    def _likely(self, weights: Mapping[str, float], own: float) -> list[int]:
        """Numbers of the words whose cosine with a word of these groups may reach SOFT_LIKENESS."""
        # What must be shared at the least: even the shortest word has two triples, and no word is shorter
        # than what it shares. Words that have only the commonest groups stay below it and are not looked at.
        share = SOFT_LIKENESS * own * _ALMOST
        least = max(share * self._shortest, share * share)
        rare = sorted(weights, key=lambda gram: -len(self._lists[gram]))
        skipped = 0.0
        while rare and skipped + weights[rare[0]] < least:
            skipped += weights[rare.pop(0)]
        lengths = self._lengths
        return [
            number
            for number, part in self._sharing(rare).items()
            if part + skipped >= least and part + skipped >= share * lengths[number]
        ]

    @cached_property
    def _arrays(self) -> LetterArrays | None:
        """The same lists for many words; None where there are few."""
        if len(self._known) < ARRAYS_FROM:
            return None
        from bot.letter_arrays import LetterArrays  # noqa: PLC0415 - brings in numpy, as phrasings that many need too

        return LetterArrays(self._lists, self._weights, len(self._known))

    def _sharing_triples(self, word: str) -> list[str]:
        """The known words that share most triples with `word`, by weight."""
        return self._sharing_most(_triples(word))

    def _sharing_pairs(self, word: str) -> list[str]:
        """The known words that share most pairs with `word`, by weight."""
        return self._sharing_most(_pairs(word))

    def _about_as_long(self, word: str) -> list[str]:
        """The known words that are no longer or shorter than LIKENESS allows."""
        size = len(word)
        shortest = max(math.ceil(size * LIKENESS), SHORTEST - 1)
        return [
            name for length in range(shortest, int(size / LIKENESS) + 1) for name in self._by_length.get(length, ())
        ]

    @cached_property
    def _by_length(self) -> Mapping[int, Sequence[str]]:
        found: dict[int, list[str]] = {}
        for word in self._known:
            found.setdefault(len(word), []).append(word)
        return found

    def _sharing_most(self, groups: Iterable[str]) -> list[str]:
        """The known words that share most with these letter groups, by weight."""
        known = [gram for gram in groups if gram in self._weights]
        if self._arrays is not None:
            best = self._arrays.most(known, _CANDIDATES)
        else:
            shared = self._sharing(known)
            best = sorted(shared, key=lambda number: (-shared[number], number))[:_CANDIDATES]
        return [self._known[number] for number in best if len(self._known[number]) >= SHORTEST - 1]

    def _sharing(self, groups: Iterable[str]) -> dict[int, float]:
        """Numbers of the words that have any of these known letter groups, each with the groups' summed weight."""
        shared: dict[int, float] = {}
        for gram in groups:
            weight = self._weights[gram]
            for number in self._lists[gram]:
                shared[number] = shared.get(number, 0.0) + weight
        return shared


def _shared(weights: Mapping[str, float], edged: str) -> float:
    """What a word with its edges marked has of these letter triples, by weight."""
    return sum([weight for gram, weight in weights.items() if gram in edged])


def _triples(word: str) -> dict[str, None]:
    """The letter triples of a word with its edges marked, each once, in order."""
    edged = f"^{word}$"
    return dict.fromkeys(edged[i : i + 3] for i in range(len(edged) - 2))


def _pairs(word: str) -> dict[str, None]:
    """The same of its letter pairs."""
    edged = f"^{word}$"
    return dict.fromkeys(edged[i : i + 2] for i in range(len(edged) - 1))


@lru_cache(maxsize=1)
def _english() -> bytes:
    return (files("bot") / "english.txt").read_bytes()


@lru_cache(maxsize=50_000)
def is_english(word: str) -> bool:
    """Whether the word stands in a list of 40,000 common English words (SCOWL, see english.LICENSE)."""
    whole = word.removesuffix("'s").replace("'", "")
    return any(form.isascii() and _is_listed(form.encode()) for form in {whole, word.removesuffix("n't")})


def _is_listed(word: bytes) -> bool:
    """Halves the sorted list, a word a line, until the word's place is found: it is never taken apart."""
    listed = _english()
    low, high = 0, len(listed) - 1  # the word, if it is there, begins after a line's end at low or later, before high
    while low < high:
        start = listed.rfind(b"\n", low, (low + high) // 2 + 1)
        start = low if start < 0 else start
        end = listed.find(b"\n", start + 1)
        found = listed[start + 1 : end]
        if found == word:
            return True
        if found < word:
            low = end
        else:
            high = start
    return False

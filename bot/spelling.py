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
_SOFT_KEPT = 6


@dataclass(frozen=True, slots=True)
class Letters:
    """Words and an inverted index of their letter groups: plain data, kept with the phrasing index.

    `uses` says how often each word is used, and `lists` maps a letter group to the numbers of the
    words that have it.
    """

    words: Sequence[str]
    uses: Sequence[int]
    lists: Mapping[str, Sequence[int]]


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
    return Letters(words, [uses[word] for word in words], lists)


class Spelling:
    """Likeness between words, over a fixed set of known words."""

    def __init__(self, known: Letters) -> None:
        self._known = known.words
        self._lists = known.lists
        self._uses = dict(zip(known.words, known.uses, strict=True))
        total = len(known.words)
        self._weights = {gram: math.log(1 + total / (1 + len(numbers))) ** 2 for gram, numbers in known.lists.items()}
        self._unseen = math.log(1 + total) ** 2
        self._shortest = math.sqrt(2 * min(self._weights.values(), default=0.0))
        self.nearest = lru_cache(maxsize=20_000)(self._nearest)
        self.related = lru_cache(maxsize=50_000)(self._related)
        self._norm = lru_cache(maxsize=200_000)(self._length)
        self._norms: dict[int, float] = {}

    def knows(self, word: str) -> bool:
        """Whether the word stands in the knowledge base or its vocabulary."""
        return word in self._uses

    def _nearest(self, word: str) -> tuple[str, float] | None:
        """The known word most like `word` and their OSA similarity (0..1), or None."""
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - 60 ms, and most questions are spelt right
        from rapidfuzz.process import extract  # noqa: PLC0415

        if not SHORTEST <= len(word) <= LONGEST or word.isdigit():
            return None
        # Triples lead to few words, pairs to many: pairs are asked only where a typo broke every triple.
        for groups in (_triples(word), _pairs(word)):
            best = self._sharing_most(groups)
            names = [self._known[number] for number in best if len(self._known[number]) >= SHORTEST - 1]
            ranked = extract(word, names, scorer=OSA.normalized_similarity, score_cutoff=LIKENESS, limit=5)
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
        own = self._norm(word)
        weights = {gram: self._weights[gram] for gram in _triples(word) if gram in self._lists}
        if self._arrays is None:
            likeness = [
                # Added up in one order whichever way the word was found, so that ties stay ties.
                (other, sum([w for gram, w in weights.items() if gram in f"^{other}$"]) / (own * self._norm(other)))
                for other in (self._known[number] for number in self._likely(weights, own))
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
        found = []
        known, norms = self._known, self._norms
        for number, part in self._sharing(rare).items():
            if part + skipped >= least:
                norm = norms.get(number)
                if norm is None:
                    norm = norms[number] = self._norm(known[number])
                if part + skipped >= share * norm:
                    found.append(number)
        return found

    @cached_property
    def _arrays(self) -> LetterArrays | None:
        """The same lists for many words; None where there are few."""
        if len(self._known) < ARRAYS_FROM:
            return None
        from bot.letter_arrays import LetterArrays  # noqa: PLC0415 - brings in numpy, as phrasings that many need too

        return LetterArrays(self._lists, self._weights, len(self._known))

    def _length(self, word: str) -> float:
        """Length of the word's vector over letter triples."""
        return math.sqrt(sum(self._weights.get(gram, self._unseen) for gram in _triples(word))) or 1.0

    def _sharing_most(self, groups: Iterable[str]) -> list[int]:
        """Numbers of the words that share most with these letter groups, by weight."""
        known = [gram for gram in groups if gram in self._weights]
        if self._arrays is not None:
            return self._arrays.most(known, _CANDIDATES)
        shared = self._sharing(known)
        return sorted(shared, key=lambda number: (-shared[number], number))[:_CANDIDATES]

    def _sharing(self, groups: Iterable[str]) -> dict[int, float]:
        """Numbers of the words that have any of these known letter groups, each with the groups' summed weight."""
        shared: dict[int, float] = {}
        for gram in groups:
            weight = self._weights[gram]
            for number in self._lists[gram]:
                shared[number] = shared.get(number, 0.0) + weight
        return shared


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

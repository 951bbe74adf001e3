"""Autocomplete: the entries whose title or phrasing matches the words typed so far.

The last word may be unfinished, and a word of four letters or more may have a typo. An inverted index in the
alphabetical order of the words gives all texts with a word, or with a word that begins so, as one slice.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.language.text import plain, words
from knowledge.model import KnowledgeBase

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 25
"""Suggestions at the most, as many as any platform shows."""

LONGEST_LABEL = 100
"""Characters of a label."""

SHORTEST_TYPO = 4
"""Letters from which a word may have a typo; two typos from LONG_WORD on."""

LONG_WORD = 8

_MOST_TYPED = 200
_MOST_WORDS = 12
_MOST_LIKE = 12
_LONGEST_TYPO = 30
_PREFIX = 0.85
"""What an unfinished word is worth, where the same word is worth 1."""
_TYPOS = (_PREFIX, 0.7, 0.55)
"""What a word is worth by the number of its typos."""
_LEAST = 0.5
"""Least share of the words typed, by weight, that a suggestion must have."""
_TITLE_BONUS = 1.15
_LENGTH_COST = 0.02
_LAST = "\U0010ffff"
"""Sorts after every letter."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to choose: `entry` is what it leads to; `label` has at most 100 characters."""

    entry: str
    label: str


@dataclass(frozen=True, slots=True)
class _TypedWord:
    """The words that a typed word may mean: words by number with what each is worth, and a run of words
    [first, last) that begin with it."""

    like: dict[int, float]
    first: int
    last: int
    weight: float
    """The rarer, the heavier."""


class Suggester:
    """Suggests entries of one knowledge base; safe to share between threads. Deterministic."""

    def __init__(self, knowledge: KnowledgeBase, *, among: Iterable[str] | None = None) -> None:
        """`among`: the entries to suggest; all that answer where left out."""
        chosen = set(knowledge.entries if among is None else among)
        entries = [entry for entry in knowledge.entries.values() if entry.kind == "answer" and entry.id in chosen]
        self.knowledge = knowledge
        self._entries = [entry.id for entry in entries]
        self._titles = [entry.title for entry in entries]
        links = Counter(name for entry in knowledge.entries.values() for name in entry.related)
        self._popular = sorted(range(len(entries)), key=lambda number: -links[entries[number].id])
        """Entries by number, those that most others lead to first."""
        phrasings = [(number, phrasing) for number, entry in enumerate(entries) for phrasing in entry.phrasings]
        self._texts = [*self._titles, *(phrasing for _, phrasing in phrasings)]
        self._owners = np.array([*range(len(entries)), *(number for number, _ in phrasings)], dtype=np.int32)
        split = [words(plain(text)) for text in self._texts]
        self._words = sorted({word for own in split for word in own})
        numbers = {word: number for number, word in enumerate(self._words)}
        lengths = np.array([len(own) for own in split], dtype=np.int64)
        bonus = np.where(np.arange(len(split)) < len(entries), _TITLE_BONUS, 1.0)
        self._factors = bonus / (1 + _LENGTH_COST * lengths)
        """What a text's score is multiplied by: titles come first, and short texts."""
        cells = np.fromiter((numbers[word] for word in chain.from_iterable(split)), dtype=np.int64)
        cells = np.unique(cells * len(split) + np.repeat(np.arange(len(split)), lengths))
        found, postings = np.divmod(cells, max(len(split), 1))
        self._starts = np.searchsorted(found, np.arange(len(self._words) + 1)).tolist()
        self._postings = postings.astype(np.int32)
        """The texts that have the first word, then those that have the second one, and so on."""
        self._like = lru_cache(maxsize=4_096)(self._find_like)

    def suggest(self, text: str, limit: int = MOST) -> tuple[Suggestion, ...]:
        """At most `limit` suggestions for what was typed so far, best first; popular topics where that is nothing."""
        typed = text[-_MOST_TYPED:]
        spelled = words(plain(typed))[-_MOST_WORDS:]
        if not spelled:
            return tuple(self._suggestion(number, number) for number in self._popular[:limit])
        unfinished = typed[-1:].isalnum()
        tokens = [self._like(word, unfinished and word == spelled[-1]) for word in dict.fromkeys(spelled)]
        reached = np.zeros(len(self._texts))
        for token in tokens:
            worth = np.zeros(len(self._texts))
            worth[self._with(token.first, token.last)] = _PREFIX
            for word, share in token.like.items():
                own = self._with(word, word + 1)
                worth[own] = np.maximum(worth[own], share)
            reached += token.weight * worth
        total = sum(token.weight for token in tokens)
        texts = np.flatnonzero((reached > 0) & (reached >= _LEAST * total))
        owners = self._owners[texts]
        order = np.lexsort((texts, owners, -reached[texts] * self._factors[texts]))
        _, firsts = np.unique(owners[order], return_index=True)
        best = order[np.sort(firsts)[:limit]]
        return tuple(map(self._suggestion, owners[best].tolist(), texts[best].tolist()))

    def entry(self, title: str) -> str | None:
        """The entry of exactly this title or id, in any case."""
        wanted = title.strip().casefold()
        pairs = zip(self._entries, self._titles, strict=True)
        return next((entry for entry, own in pairs if wanted in (entry, own.casefold())), None)

    def _with(self, first: int, last: int) -> NDArray[np.int32]:
        """The texts that have one of the words [first, last)."""
        return self._postings[self._starts[first] : self._starts[last]]

    def _find_like(self, word: str, unfinished: bool) -> _TypedWord:  # noqa: FBT001 - the cache's key
        """The words that `word` may mean."""
        at = bisect_left(self._words, word)
        like: dict[int, float] = {}
        if at < len(self._words) and self._words[at] == word:
            like[at] = 1.0
        end = bisect_left(self._words, word + _LAST) if unfinished else at
        if not like and end == at and SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO:
            like = self._with_typo(word, unfinished=unfinished)
        count = len(self._with(at, end))
        count += sum(len(self._with(number, number + 1)) for number in like if not at <= number < end)
        return _TypedWord(like, at, end, math.log(1 + len(self._texts) / (1 + count)))

    def _with_typo(self, word: str, *, unfinished: bool) -> dict[int, float]:
        """Words a keystroke or two away, or beginning so."""
        errors = 2 if len(word) >= LONG_WORD else 1
        found: dict[int, float] = {}
        for length in (len(word), len(word) + 1) if unfinished else (None,):
            names = [known[:length] for known in self._words]
            for _, distance, place in extract(word, names, scorer=OSA.distance, score_cutoff=errors, limit=_MOST_LIKE):
                found[place] = max(found.get(place, 0.0), _TYPOS[int(distance)])
        return found

    def _suggestion(self, owner: int, text: int) -> Suggestion:
        """An entry with its title and the phrasing that matched, cut between words."""
        label = self._titles[owner]
        if text >= len(self._titles):
            label += f": {' '.join(self._texts[text].split())}"
        if len(label) > LONGEST_LABEL:
            label = label[: LONGEST_LABEL - 3].rpartition(" ")[0].rstrip(" ,;:") + "..."
        return Suggestion(self._entries[owner], label)

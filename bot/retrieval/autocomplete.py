"""Autocomplete: the entries whose title or phrasing matches the words typed so far.

The last word may be unfinished, and a word of four letters or more may have a typo. An inverted index over words is
searched from the rarest word on, up to a bound, so that the cost depends on how many phrasings share the rarer words
and not on how many there are.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from bot.language.text import plain, words
from knowledge.model import KnowledgeBase

MOST = 25
"""Suggestions at the most, as many as any platform shows."""

LONGEST_LABEL = 100
"""Characters of a label."""

SHORTEST_TYPO = 4
"""Letters from which a word may have a typo; two typos from LONG_WORD on."""

LONG_WORD = 8

_MOST_TYPED = 200
_MOST_WORDS = 12
_WALKED = 800
"""Phrasings looked at for one text."""
_INTERSECTED = 8_000
"""Phrasings up to which those of two words are intersected, rather than the first ones of the rarer taken."""
_SPARE = 2
"""Phrasings taken of each word that begins with what was typed, besides the titles, at the least."""
_MOST_LIKE = 12
_LONGEST_TYPO = 30
_LISTED = 500
"""Words with one beginning up to which they are listed one by one."""
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
    count: int
    """How many phrasings may have it, at the most."""


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
        texts = [(number, entry.title) for number, entry in enumerate(entries)]
        self._title_count = len(texts)
        texts += [(number, phrasing) for number, entry in enumerate(entries) for phrasing in entry.phrasings]
        self._texts = [text for _, text in texts]
        self._owners = array("l", (number for number, _ in texts))
        split = [words(plain(text)) for text in self._texts]
        self._words = sorted({word for own in split for word in own})
        numbers = {word: number for number, word in enumerate(self._words)}
        self._spelled = [array("l", (numbers[word] for word in own)) for own in split]
        self._postings = [array("l") for _ in self._words]
        for text, own in enumerate(self._spelled):
            for spelled in set(own):
                self._postings[spelled].append(text)
        self._by_middle: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            if len(word) >= SHORTEST_TYPO - 1:
                self._by_middle.setdefault(word[1:3], []).append(number)
        self._like = lru_cache(maxsize=4_096)(self._find_like)

    def suggest(self, text: str, limit: int = MOST) -> tuple[Suggestion, ...]:
        """At most `limit` suggestions for what was typed so far, best first; popular topics where that is nothing."""
        typed = text[-_MOST_TYPED:]
        spelled = words(plain(typed))[-_MOST_WORDS:]
        if not spelled:
            return tuple(self._suggestion(number, number) for number in self._popular[:limit])
        unfinished = typed[-1:].isalnum()
        tokens = [self._like(word, unfinished and word == spelled[-1]) for word in dict.fromkeys(spelled)]
        known = [token for token in tokens if token.count]
        if not known:
            return ()
        total = sum(token.weight for token in tokens)
        found: dict[int, tuple[float, int]] = {}
        for number, score in self._scores(self._walk(known), known, total):
            owner = self._owners[number]
            if owner not in found or found[owner][0] < score:
                found[owner] = score, number
        best = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))[:limit]
        return tuple(self._suggestion(owner, number) for owner, (_, number) in best)

    def entry(self, title: str) -> str | None:
        """The entry of exactly this title or id, in any case."""
        wanted = title.strip().casefold()
        pairs = zip(self._entries, self._titles, strict=True)
        return next((entry for entry, own in pairs if wanted in (entry, own.casefold())), None)

    def _walk(self, tokens: list[_TypedWord]) -> list[int]:
        """Texts worth a look: those with the rarest words, titles first."""
        ranked = sorted(tokens, key=lambda token: token.count)
        if ranked[0].count > _INTERSECTED:
            return self._first_with(ranked[0])
        found = self._texts_with(ranked[0])
        for token in ranked[1:]:
            if token.count > _INTERSECTED:
                break
            if len(found) + token.count <= _WALKED:
                found |= self._texts_with(token)
            elif len(found) > _WALKED:
                found = (found & self._texts_with(token)) or found
        return sorted(found)[:_WALKED]

    def _texts_with(self, token: _TypedWord) -> set[int]:
        found: set[int] = set()
        for word in self._words_of(token):
            found.update(self._postings[word])
        return found

    def _first_with(self, token: _TypedWord) -> list[int]:
        """For a word that nearly every phrasing has, or a letter or two typed: titles, then some of the rest."""
        found: set[int] = set()
        spare: list[int] = []
        names = list(self._words_of(token))
        each = max(_WALKED // len(names), _SPARE)
        for word in names:
            own = self._postings[word]
            titles = bisect_left(own, self._title_count)
            found.update(own[: min(titles, _WALKED)])
            spare += own[titles :: max((len(own) - titles) // each, 1)]
            if len(found) > _WALKED:
                break
        room = max(_WALKED - len(found), 0)
        return sorted(found)[:_WALKED] + sorted(spare)[:room]

    def _words_of(self, token: _TypedWord) -> Iterator[int]:
        yield from range(token.first, token.last)
        yield from (word for word in token.like if not token.first <= word < token.last)

    def _scores(self, texts: Iterable[int], tokens: list[_TypedWord], total: float) -> Iterator[tuple[int, float]]:
        """The texts with enough of what was typed, each with its score."""
        worth = _worth(tokens)
        runs = [
            (place, token.first, token.last, token.weight * _PREFIX)
            for place, token in enumerate(tokens)
            if token.last - token.first > _LISTED
        ]
        none = [0.0] * len(tokens)
        for number in texts:
            own = self._spelled[number]
            best = none.copy()
            for word in own:
                for place, value in worth.get(word, ()):
                    best[place] = max(best[place], value)
                for place, first, last, value in runs:
                    if first <= word < last:
                        best[place] = max(best[place], value)
            reached = sum(best)
            if reached >= _LEAST * total:
                bonus = _TITLE_BONUS if number < self._title_count else 1.0
                yield number, reached * bonus / (1 + _LENGTH_COST * len(own))

    def _find_like(self, word: str, unfinished: bool) -> _TypedWord:  # noqa: FBT001 - the cache's key
        """The words that `word` may mean."""
        at = bisect_left(self._words, word)
        like: dict[int, float] = {}
        if at < len(self._words) and self._words[at] == word:
            like[at] = 1.0
        end = bisect_left(self._words, word + _LAST) if unfinished else at
        if not like and end == at and SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO:
            like = self._with_typo(word, unfinished=unfinished)
        count = sum(len(self._postings[number]) for number in range(at, end))
        count += sum(len(self._postings[number]) for number in like if not at <= number < end)
        weight = math.log(1 + len(self._texts) / (1 + count))
        return _TypedWord(like, at, end, weight, count)

    def _with_typo(self, word: str, *, unfinished: bool) -> dict[int, float]:
        """Words a keystroke or two away, or beginning so."""
        errors = 2 if len(word) >= LONG_WORD else 1
        found: dict[int, float] = {}
        numbers = self._near(word)
        for length in (len(word), len(word) + 1) if unfinished else (0,):
            names = [self._words[number][: length or None] for number in numbers]
            for _, distance, place in extract(word, names, scorer=OSA.distance, score_cutoff=errors, limit=_MOST_LIKE):
                worth = _TYPOS[int(distance)]
                found[numbers[place]] = max(found.get(numbers[place], 0.0), worth)
        return found

    def _near(self, word: str) -> list[int]:
        """Words that begin with one of the first two letters typed, or differ in the first only, or lack it."""
        runs = {letter: self._run(letter) for letter in dict.fromkeys(word[:2])}
        near = [number for first, last in runs.values() for number in range(first, last)]
        for middle in dict.fromkeys((word[1:3], word[:2])):
            near += [number for number in self._by_middle.get(middle, ()) if self._words[number][0] not in runs]
        return near

    def _run(self, beginning: str) -> tuple[int, int]:
        return bisect_left(self._words, beginning), bisect_left(self._words, beginning + _LAST)

    def _suggestion(self, owner: int, text: int) -> Suggestion:
        """An entry with its title and the phrasing that matched, cut between words."""
        label = self._titles[owner]
        if text >= self._title_count:
            label += f": {' '.join(self._texts[text].split())}"
        if len(label) > LONGEST_LABEL:
            label = label[: LONGEST_LABEL - 3].rpartition(" ")[0].rstrip(" ,;:") + "..."
        return Suggestion(self._entries[owner], label)


def _worth(tokens: list[_TypedWord]) -> dict[int, list[tuple[int, float]]]:
    """Word -> (place of the token that may mean it, what it is worth there)."""
    worth: dict[int, list[tuple[int, float]]] = {}
    for place, token in enumerate(tokens):
        for word in range(token.first, min(token.last, token.first + _LISTED)):
            worth.setdefault(word, []).append((place, token.weight * token.like.get(word, _PREFIX)))
        for word, share in token.like.items():
            if not token.first <= word < token.last:
                worth.setdefault(word, []).append((place, token.weight * share))
    return worth

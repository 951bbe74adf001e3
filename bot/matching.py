"""Ranking: which entries a reading is about, and the evidence for each."""

from __future__ import annotations

import math
from array import array
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from typing import NamedTuple

from bot.index import Index
from bot.phrasings import PackedPhrasings, Phrasings, how_many, said_in_many_ways
from bot.postings import postings
from bot.reading import UNRELATED, Reading
from bot.spelling import Spelling
from knowledge.model import KnowledgeBase

SHORTLIST = 6
"""How many of the best entries by vector are looked at closely."""

CONSIDERED = 256
"""How many of the best entries by vector the frameworks' filter is applied to."""

PHRASING_BONUS = 0.1
"""Share of the best single phrasing in an entry's score."""

KEPT = 2_000
"""Entries whose phrasings are kept ready: about 20 MB of ten phrasings each."""

MOST_ASKED = 32
"""How many features of a question count, the heaviest ones: a long message has many, and the rest say little."""

TELLING = 24
"""Phrasings of an entry that may share a feature for it to tell them apart; more, and it is left out of closeness."""

SOFT_SHARE = 0.5
"""How much a word's likeness to another counts in an entry's vector, where entries are said in many ways: there,
only unknown words are likened. Where they are not, every word is, and likeness counts in full."""

AGREEMENT_POWER = 0.6
"""How sharply a score falls with the share of the frameworks asked about that an entry is not about."""

MOST_TOLD = 6
"""Pairs of words that a match names as what carried it."""


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate entry. `score` ranks (about 0..1.2); it is evidence, not a probability."""

    entry: str
    score: float
    coverage: float
    """Share (0..1), by weight, of what was asked that the entry's phrasings also say."""
    agreement: float
    """Share (0..1), by rarity, of the frameworks asked about that the entry is about; 1 if none was named."""
    unusual: float = 0.0
    """Where the utterance has no word of the subject: the share (0..1) of the entry's phrasings that have one."""
    refuses: bool = False
    """Whether the entry is a refusal or small talk rather than knowledge."""
    exact: bool = False
    """Whether the utterance is one of the entry's phrasings, word for word."""
    matched: tuple[tuple[str, str], ...] = ()
    """(as asked, as known) pairs that carried the match, heaviest first."""


class _Asked(NamedTuple):
    """One feature of the question: its weight, and known words it is like (squared cosine, 0..1)."""

    feature: str
    weight: float
    alternatives: tuple[tuple[str, float], ...]
    is_said: bool
    """Whether it is a word or a name, rather than a pair of words or a count."""


class _Asking(NamedTuple):
    """A question: its features, heaviest first, the length of their vector, and the weight of what is said."""

    features: Sequence[_Asked]
    norm: float
    said: float
    unrelated: bool


class Matcher:
    """Ranks the entries of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, index: Index, spelling: Spelling) -> None:
        self._index = index
        self._spelling = spelling
        self._postings = postings(index.lists, len(index.entries))
        self._kinds = [entry.kind for entry in knowledge.entries.values()]
        about = [
            (entry.off_subject or entry.kind == "social", frozenset(entry.frameworks))
            for entry in knowledge.entries.values()
        ]
        self._subjects = tuple(dict.fromkeys(about))
        """Every (off the subject, frameworks) that entries have: few, however many entries there are."""
        numbered = {subject: number for number, subject in enumerate(self._subjects)}
        self._subject = [numbered[subject] for subject in about]
        self._agreements = lru_cache(maxsize=1_000)(self._agreement_by_subject)
        self._place = array("i", bytes(4 * len(index.entries)))
        for place, number in enumerate(sorted(range(len(index.entries)), key=index.entries.__getitem__)):
            self._place[number] = place
        self._softens = not said_in_many_ways(how_many(index.phrasings), len(index.entries))
        self._phrasings: Callable[[int], Phrasings] = index.phrasings.__getitem__
        if isinstance(index.phrasings, PackedPhrasings):
            self._phrasings = lru_cache(maxsize=KEPT)(self._phrasings)

    def rank(self, reading: Reading) -> list[Match]:
        """The entries that share anything with the reading, best first, ties by id; at most SHORTLIST.

        An entry about other frameworks than those asked about is left out; one that is about some of
        them only ranks lower.
        """
        asked = self._asked(reading)
        if not asked:
            return []
        asking = _Asking(
            asked,
            norm=math.sqrt(sum([item.weight * item.weight for item in asked])),
            said=sum([item.weight for item in asked if item.is_said]),
            unrelated=UNRELATED in reading.features,
        )
        agreements = self._agreements(
            reading.frameworks, reading.negated, on_subject=bool(reading.frameworks or reading.tools)
        )
        weighted = _weighted(asked, 1.0 if self._softens else SOFT_SHARE)
        subject, place = self._subject, self._place
        agreeing: list[tuple[float, int, int, float]] = []
        least = 0.0
        for number, total in self._postings.best(weighted, CONSIDERED):
            if total < least:
                break  # agreement only takes away, so nothing below can come onto the list
            agreement, sharp = agreements[subject[number]]
            if agreement > 0:
                insort(agreeing, (-total * sharp, place[number], number, agreement))
                if len(agreeing) >= SHORTLIST:
                    least = -agreeing[SHORTLIST - 1][0]
        exact = self._index.exact.get(reading.normalised)
        shortlist = agreeing[:SHORTLIST]
        if exact is not None and all(number != exact for _, _, number, _ in shortlist):
            shortlist.append((0.0, 0, exact, 1.0))
        matches = [
            self._look_closely(number, -total / asking.norm, agreement, asking, exact=number == exact)
            for total, _, number, agreement in shortlist
        ]
        matches = [match for match in matches if match.coverage > 0 or match.exact]
        matches.sort(key=lambda match: (not match.exact, -match.score, match.entry))
        return matches

    def _asked(self, reading: Reading) -> list[_Asked]:
        """Everything asked that can count, heaviest first."""
        index = self._index
        weighted: list[tuple[float, str]] = []
        known = index.idf.get
        for feature, share in reading.features.items():
            weight = known(feature)
            if weight is None and ((feature[0].isalnum() and len(feature) > 1) or feature[0] in "=+"):
                weight = index.unknown_idf
            if weight is not None:
                weighted.append((-share * weight, feature))
        weighted.sort()
        return [
            _Asked(feature, -weight, self._alternatives(feature, reading), feature[0] not in "@^")
            for weight, feature in weighted[:MOST_ASKED]
        ]

    def _alternatives(self, feature: str, reading: Reading) -> tuple[tuple[str, float], ...]:
        """Known words that a word of the question is like; nothing for other features."""
        if self._softens and feature[0].isalnum() and feature in self._index.idf:
            return self._spelling.related(feature)
        return reading.related.get(feature, ())

    def _agreement_by_subject(
        self, frameworks: tuple[str, ...], negated: tuple[str, ...], *, on_subject: bool
    ) -> Sequence[tuple[float, float]]:
        """For each of `_subjects`, how far it is about what was named (see Match.agreement), and what that
        leaves of a score (0..1)."""
        idf = self._index.idf
        weights = {name: idf.get(f"={name}", self._index.unknown_idf) for name in frameworks}
        total = sum(weights.values())
        ruled_out = frozenset(negated)
        found = []
        for off_subject, subjects in self._subjects:
            if (on_subject and off_subject) or (subjects and subjects <= ruled_out):
                agreement = 0.0
            elif not subjects or not total:
                agreement = 1.0
            else:
                agreement = sum([weight for name, weight in weights.items() if name in subjects]) / total
            found.append((agreement, agreement**AGREEMENT_POWER))
        return found

    def _look_closely(self, number: int, score: float, agreement: float, asking: _Asking, *, exact: bool) -> Match:
        """The match with its best single phrasing, coverage and reasons."""
        phrasings = self._phrasings(number)
        lists, idf = phrasings.lists, self._index.idf
        shared = [0.0] * len(phrasings.scales)
        covered = 0.0
        matched: list[tuple[str, str]] = []
        for feature, weight, alternatives, is_said in asking.features:
            known, carried = feature, weight
            hits = lists.get(feature)
            if hits is None:
                if not alternatives:
                    continue
                known, reach = next(((word, like) for word, like in alternatives if word in lists), ("", 0.0))
                hits = lists.get(known)
                if hits is None:
                    continue
                carried *= reach
            if len(hits) <= TELLING:
                part = carried * idf[known]
                for phrasing in hits:
                    shared[phrasing] += part
            if is_said:
                covered += carried
                matched.append((feature, known))
        closest = max(map(mul, shared, phrasings.scales), default=0.0) / asking.norm
        return Match(
            self._index.entries[number],
            score + PHRASING_BONUS * closest * agreement**AGREEMENT_POWER,
            covered / asking.said if asking.said else 0.0,
            agreement,
            1 - len(lists.get(UNRELATED, ())) / len(shared) if asking.unrelated else 0.0,
            self._kinds[number] != "answer",
            exact,
            tuple(matched[:MOST_TOLD]),
        )


def _weighted(asked: list[_Asked], soft_share: float) -> list[tuple[str, float]]:
    """Features to look up, each with its weight: those asked, and those they are like."""
    return [
        pair
        for item in asked
        for pair in (
            (item.feature, item.weight),
            *((known, item.weight * likeness * soft_share) for known, likeness in item.alternatives),
        )
    ]

"""Ranking: the entries that a query is about, and the evidence for each."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from operator import mul
from typing import NamedTuple

from bot.language.query import UNRELATED, Query
from bot.retrieval.index import Index
from bot.retrieval.meanings import Likeness
from bot.retrieval.phrasing_columns import EntryPhrasings
from bot.retrieval.postings import Scorer
from knowledge.model import KnowledgeBase

SHORTLIST = 6
"""How many of the best entries by vector are looked at closely."""

CONSIDERED = 256
"""How many of the best entries by vector the frameworks' filter is applied to."""

PHRASING_BONUS = 0.1
"""Share of the best single phrasing in an entry's score."""

CACHED = 2_000
"""Entries whose inverted phrasings are cached: about 20 MB of ten phrasings each."""

MOST_ASKED = 32
"""How many features of a question count, the heaviest ones: a long message has many, and the rest say little."""

TELLING = 24
"""How many of an entry's phrasings may share a feature for it to count in closeness: more do not distinguish them."""

SOFT_SHARE = 0.5
"""How much the similarity of an unknown word to a known one counts in an entry's vector."""

AGREEMENT_POWER = 0.6
"""How sharply a score falls with the share of the frameworks asked about that an entry is not about."""

MOST_MATCHED = 6
"""Pairs of words that a match names as what carried it."""

UNKNOWN = -1
"""The number of a feature that no phrasing has."""


_Subject = tuple[bool, frozenset[str]]


class Match(NamedTuple):
    """One candidate entry. `score` ranks (about 0..1.2); it is evidence, not a probability."""

    entry: str
    score: float
    coverage: float
    """Share (0..1), by weight, of what was asked that the entry's phrasings also say."""
    agreement: float
    """Share (0..1), by rarity, of the frameworks asked about that the entry is about; 1 if none was named."""
    unusual: float = 0.0
    """Where the message has no word of the subject: the share (0..1) of the entry's phrasings that have one."""
    refuses: bool = False
    """Whether the entry is a refusal or small talk rather than knowledge."""
    exact: bool = False
    """Whether the message is one of the entry's phrasings, word for word."""
    odds: float = 0.0
    """The encoder's log-probability (0 and below) that the entry is meant; 0 without an encoder, as is `nearest`."""
    nearest: float = 0.0
    """The encoder's cosine (-1..1) between the message and the entry's nearest phrasing."""
    none: float = 0.0
    """The encoder's log-probability that no entry is meant."""
    added: bool = False
    """Whether the encoder was trained on other entries but not on this one: a team's, which wins over refusals."""
    share: float = 0.0
    """Its share (0..1) among the candidates, by words and meaning; 0 without an encoder."""
    matched: tuple[tuple[str, str], ...] = ()
    """(as asked, as known) pairs that carried the match, heaviest first."""


class _QueryFeature(NamedTuple):
    feature: str
    slot: int
    """Its number in the index, UNKNOWN where no phrasing has it."""
    weight: float
    alternatives: Sequence[tuple[str, int, float]]
    """Known words it is like: word, number, similarity (squared cosine, 0..1)."""
    is_word: bool
    """Whether it is a word or a name, rather than a pair of words or a count."""


class _QueryVector(NamedTuple):
    """A query as a vector."""

    features: Sequence[_QueryFeature]
    """Heaviest first."""
    norm: float
    """The length of the vector."""
    words: float
    """The weight of its words and names."""
    unrelated: bool
    """Whether it has no word of the subject."""


class Matcher:
    """Ranks the entries of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, index: Index) -> None:
        self._index = index
        self._slots = {feature: slot for slot, feature in enumerate(index.idf)}
        self._scorer = Scorer(index.postings, len(index.entries))
        entries = knowledge.entries.values()
        self._refuses = [entry.kind != "answer" for entry in entries]
        self._subjects = [
            (entry.off_subject or entry.kind == "social", frozenset(entry.frameworks)) for entry in entries
        ]
        """Whether an entry is off the subject, and its frameworks."""
        self._phrasings: Callable[[int], EntryPhrasings] = lru_cache(maxsize=CACHED)(index.phrasings.__getitem__)

    def rank(self, query: Query, likeness: Likeness | None = None) -> list[Match]:
        """The entries that share anything with the query, best first, ties by id; at most SHORTLIST, and as many again
        that are likely by `likeness`, with a few of a team's that are near.

        An entry about other frameworks than those asked about is left out; one that is about some of
        them only ranks lower.
        """
        features = self._features(query)
        if not features and likeness is None:
            return []
        vector = _QueryVector(
            features,
            norm=math.sqrt(sum([item.weight * item.weight for item in features])) or 1.0,
            words=sum([item.weight for item in features if item.is_word]),
            unrelated=UNRELATED in query.features,
        )
        agreement_of = self._agreements(query)
        subjects, entries = self._subjects, self._index.entries
        agreeing: list[tuple[float, str, int, float]] = []
        least = 0.0
        scored = self._scorer.best(_expanded(features), CONSIDERED)
        for number, total in scored:
            if total < least:
                break  # agreement only takes away, so nothing below can come onto the list
            agreement, sharp = agreement_of(subjects[number])
            if agreement > 0:
                insort(agreeing, (-total * sharp, entries[number], number, agreement))
                if len(agreeing) >= SHORTLIST:
                    least = -agreeing[SHORTLIST - 1][0]
        shortlist = {number: (-total, agreement) for total, _, number, agreement in agreeing[:SHORTLIST]}
        exact = self._index.exact.get(query.normalised)
        likely = likeness.likely(SHORTLIST) if likeness is not None else []
        further = [one for one in likely if agreement_of(subjects[one])[0] > 0]
        totals = dict(scored) if further else {}
        if exact is not None:
            shortlist.setdefault(exact, (totals.get(exact, 0.0), 1.0))
        for number in further:
            agreement, sharp = agreement_of(subjects[number])
            shortlist.setdefault(number, (totals.get(number, 0.0) * sharp, agreement))
        matches = [
            self._look_closely(number, total / vector.norm, agreement, vector, likeness, exact=number == exact)
            for number, (total, agreement) in shortlist.items()
        ]
        if likeness is None:
            matches = [match for match in matches if match.coverage > 0 or match.exact]
        matches.sort(key=lambda match: (not match.exact, -match.score, match.entry))
        return matches

    def _features(self, query: Query) -> list[_QueryFeature]:
        """The query's features that can count, heaviest first; at most MOST_ASKED."""
        index = self._index
        weighted: list[tuple[float, str]] = []
        known = index.idf.get
        for feature, share in query.features.items():
            weight = known(feature)
            if weight is None and ((feature[0].isalnum() and len(feature) > 1) or feature[0] in "=+"):
                weight = index.unknown_idf
            if weight is not None:
                weighted.append((-share * weight, feature))
        weighted.sort()
        slots = self._slots
        found = []
        for weight, feature in weighted[:MOST_ASKED]:
            related = query.related.get(feature, ())
            alternatives = [(word, slots[word], similarity) for word, similarity in related if word in slots]
            found.append(
                _QueryFeature(feature, slots.get(feature, UNKNOWN), -weight, alternatives, feature[0] not in "@^")
            )
        return found

    def _agreements(self, query: Query) -> Callable[[_Subject], tuple[float, float]]:
        """Gives, for each of `_subjects`, how far it is about what was named (see Match.agreement), and what that
        leaves of a score (0..1)."""
        idf = self._index.idf
        weights = {name: idf.get(f"={name}", self._index.unknown_idf) for name in query.frameworks}
        total = sum(weights.values())
        on_subject, ruled_out = bool(query.frameworks or query.tools), frozenset(query.negated)

        @cache
        def agreement_of(subject: _Subject) -> tuple[float, float]:
            off_subject, frameworks = subject
            if (on_subject and off_subject) or (frameworks and frameworks <= ruled_out):
                agreement = 0.0
            elif not frameworks or not total:
                agreement = 1.0
            else:
                agreement = sum([weight for name, weight in weights.items() if name in frameworks]) / total
            return agreement, agreement**AGREEMENT_POWER

        return agreement_of

    def _look_closely(
        self,
        number: int,
        score: float,
        agreement: float,
        vector: _QueryVector,
        likeness: Likeness | None,
        *,
        exact: bool,
    ) -> Match:
        """The match with its best single phrasing, coverage and reasons."""
        phrasings = self._phrasings(number)
        lists, idf = phrasings.lists, self._index.idf
        shared = [0.0] * len(phrasings.scales)
        covered = 0.0
        matched: list[tuple[str, str]] = []
        for feature, slot, weight, alternatives, is_word in vector.features:
            known, carried = feature, weight
            hits = lists.get(slot)
            if hits is None:
                if not alternatives:
                    continue
                known, other, reach = next((one for one in alternatives if one[1] in lists), ("", UNKNOWN, 0.0))
                hits = lists.get(other)
                if hits is None:
                    continue
                carried *= reach
            if len(hits) <= TELLING:
                part = carried * idf[known]
                for phrasing in hits:
                    shared[phrasing] += part
            if is_word:
                covered += carried
                matched.append((feature, known))
        closest = max(map(mul, shared, phrasings.scales), default=0.0) / vector.norm
        unrelated = lists.get(self._slots.get(UNRELATED, UNKNOWN), ()) if vector.unrelated else ()
        return Match(
            self._index.entries[number],
            score + PHRASING_BONUS * closest * agreement**AGREEMENT_POWER,
            covered / vector.words if vector.words else 0.0,
            agreement,
            1 - len(unrelated) / len(shared) if vector.unrelated else 0.0,
            self._refuses[number],
            exact,
            float(likeness.odds[number]) if likeness else 0.0,
            likeness.nearest(number) if likeness else 0.0,
            likeness.none if likeness else 0.0,
            bool(likeness.added[number]) if likeness else False,
            matched=tuple(matched[:MOST_MATCHED]),
        )


def _expanded(features: Sequence[_QueryFeature]) -> Iterator[tuple[int, float]]:
    """Features to look up with their weights: those of the query that are known, and the words they are like."""
    for item in features:
        if item.slot != UNKNOWN:
            yield item.slot, item.weight
        for _, slot, similarity in item.alternatives:
            yield slot, item.weight * similarity * SOFT_SHARE

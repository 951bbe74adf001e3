"""Ranking: which entries a reading is about, and the evidence for each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from bot.index import Index
from bot.reading import Reading
from bot.spelling import Spelling
from knowledge.model import KnowledgeBase

SHORTLIST = 12
"""How many of the best entries by vector are looked at closely."""

PHRASING_BONUS = 0.2
"""Share of the best single phrasing in an entry's score."""

SOFT_SHARE = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate entry. `score` ranks (0..about 1.2); it is evidence, not a probability."""

    entry: str
    score: float
    coverage: float
    """Share (0..1), by weight, of what was asked that the entry's phrasings also say."""
    agreement: float
    """Share (0..1), by rarity, of the frameworks asked about that the entry is about; 1 if none was named."""
    exact: bool = False
    matched: tuple[tuple[str, str], ...] = ()
    """(as asked, as known) pairs that carried the match, heaviest first."""


class Matcher:
    """Ranks the entries of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, index: Index, spelling: Spelling) -> None:
        self._knowledge = knowledge
        self._index = index
        self._spelling = spelling
        self._subjects = [frozenset(knowledge.entries[entry].frameworks) for entry in index.entries]
        self._phrasing_lists: dict[int, dict[str, list[tuple[int, float]]]] = {}

    def rank(self, reading: Reading) -> list[Match]:
        """The entries that share anything with the reading, best first, ties by id; at most SHORTLIST."""
        index = self._index
        exact = index.exact.get(reading.normalised)
        query = self._query(reading)
        if not query:
            return []
        scores: dict[int, float] = {}
        for feature, weight, alternatives in query:
            self._add(scores, feature, weight)
            for other, likeness in alternatives:
                self._add(scores, other, weight * likeness * SOFT_SHARE)
        norm = math.sqrt(sum(weight * weight for _, weight, _ in query))
        agreements = {number: self._agreement(number, reading) for number in scores}
        best = sorted(
            (number for number in scores if agreements[number] > 0),
            key=lambda number: (-scores[number] * agreements[number], index.entries[number]),
        )[:SHORTLIST]
        matches = [
            self._look_closely(number, scores[number] / norm, agreements[number], query, number == exact)
            for number in best
        ]
        if exact is not None and exact not in best:
            matches.append(self._look_closely(exact, 0.0, 1.0, query, exact=True))
        matches.sort(key=lambda match: (not match.exact, -match.score, match.entry))
        return matches

    def _query(self, reading: Reading) -> list[tuple[str, float, tuple[tuple[str, float], ...]]]:
        """(feature, weight, alternatives with likeness) of everything asked."""
        index = self._index
        query = []
        for feature, share in reading.features.items():
            if feature in index.idf:
                alternatives = self._spelling.related(feature) if feature[0].isalnum() else ()
                query.append((feature, share * index.idf[feature], alternatives))
            elif feature[0].isalnum() and len(feature) > 1:
                query.append((feature, share * index.unknown_idf, reading.related.get(feature, ())))
            elif feature[0] in "=+":
                query.append((feature, share * index.unknown_idf, ()))
        return query

    def _add(self, scores: dict[int, float], feature: str, weight: float) -> None:
        posting = self._index.postings.get(feature)
        if posting is not None:
            for number, share in zip(*posting, strict=True):
                scores[number] = scores.get(number, 0.0) + weight * share

    def _agreement(self, number: int, reading: Reading) -> float:
        subjects = self._subjects[number]
        if not subjects:
            return 1.0
        if subjects <= frozenset(reading.negated):
            return 0.0
        if not reading.frameworks:
            return 1.0
        idf = self._index.idf
        weights = {name: idf.get(f"={name}", self._index.unknown_idf) for name in reading.frameworks}
        shared = sum(weight for name, weight in weights.items() if name in subjects)
        return shared / sum(weights.values())

    def _look_closely(
        self,
        number: int,
        score: float,
        agreement: float,
        query: list[tuple[str, float, tuple[tuple[str, float], ...]]],
        exact: bool,
    ) -> Match:
        phrasings = self._phrasing_list(number)
        best: dict[int, float] = {}
        covered = total = 0.0
        matched: list[tuple[float, str, str]] = []
        for feature, weight, alternatives in query:
            reach, through = 0.0, ""
            for other, likeness in ((feature, 1.0), *alternatives):
                hits = phrasings.get(other)
                if hits is None:
                    continue
                if likeness > reach:
                    reach, through = likeness, other
                for phrasing, share in hits:
                    best[phrasing] = best.get(phrasing, 0.0) + weight * likeness * share
            if feature[0] != "@":
                total += weight
                covered += weight * reach
                if reach:
                    matched.append((weight * reach, feature, through))
        norm = math.sqrt(sum(weight * weight for _, weight, _ in query)) or 1.0
        closest = max(best.values(), default=0.0) / norm
        matched.sort(key=lambda item: (-item[0], item[1]))
        return Match(
            entry=self._index.entries[number],
            score=(score + PHRASING_BONUS * closest) * agreement,
            coverage=covered / total if total else 0.0,
            agreement=agreement,
            exact=exact,
            matched=tuple((asked, known) for _, asked, known in matched[:6]),
        )

    def _phrasing_list(self, number: int) -> Mapping[str, list[tuple[int, float]]]:
        """Feature -> (phrasing, weight in its unit vector) of one entry; made when first needed."""
        lists = self._phrasing_lists.get(number)
        if lists is None:
            lists = {}
            idf = self._index.idf
            for phrasing, features in enumerate(self._index.phrasings[number]):
                norm = math.sqrt(sum(idf[feature] ** 2 for feature in features)) or 1.0
                for feature in features:
                    lists.setdefault(feature, []).append((phrasing, idf[feature] / norm))
            self._phrasing_lists[number] = lists
        return lists

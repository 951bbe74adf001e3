"""Ranking: which entries a reading is about, and the evidence for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.index import Index
from bot.postings import postings
from bot.reading import Reading
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

MOST_ASKED = 40
"""How many features of a question count, the heaviest ones: a long message has many, and the rest say little."""

TELLING = 24
"""Phrasings of an entry that may share a feature for it to tell them apart; more, and it is left out of closeness."""

SOFT_SHARE = 0.5
"""How much a word's likeness to another counts in an entry's vector."""

AGREEMENT_POWER = 0.6
"""How sharply a score falls with the share of the frameworks asked about that an entry is not about."""


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate entry. `score` ranks (about 0..1.2); it is evidence, not a probability."""

    entry: str
    score: float
    coverage: float
    """Share (0..1), by weight, of what was asked that the entry's phrasings also say."""
    agreement: float
    """Share (0..1), by rarity, of the frameworks asked about that the entry is about; 1 if none was named."""
    refuses: bool = False
    """Whether the entry is a refusal or small talk rather than knowledge."""
    exact: bool = False
    """Whether the utterance is one of the entry's phrasings, word for word."""
    matched: tuple[tuple[str, str], ...] = ()
    """(as asked, as known) pairs that carried the match, heaviest first."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One feature of the question: its weight, and known words it is like (squared cosine, 0..1)."""

    feature: str
    weight: float
    alternatives: tuple[tuple[str, float], ...]


class Matcher:
    """Ranks the entries of one knowledge base."""

    def __init__(self, knowledge: KnowledgeBase, index: Index, spelling: Spelling) -> None:
        self._index = index
        self._spelling = spelling
        self._postings = postings(index.lists, len(index.entries))
        self._subjects = [frozenset(entry.frameworks) for entry in knowledge.entries.values()]
        self._off_subject = [entry.off_subject or entry.kind == "social" for entry in knowledge.entries.values()]
        self._kinds = [entry.kind for entry in knowledge.entries.values()]
        self._phrasing_lists: dict[int, Mapping[str, list[tuple[int, float]]]] = {}

    def rank(self, reading: Reading) -> list[Match]:
        """The entries that share anything with the reading, best first, ties by id; at most SHORTLIST.

        An entry about other frameworks than those asked about is left out; one that is about some of
        them only ranks lower.
        """
        asked = self._asked(reading)
        if not asked:
            return []
        norm = math.sqrt(sum(item.weight * item.weight for item in asked))
        sums = self._postings.best(_weighted(asked), CONSIDERED)
        if not (reading.frameworks or reading.tools or reading.negated) and len(sums) > SHORTLIST:
            # Nothing is ruled out, so only the first few and their equals can be on the list.
            last = sums[SHORTLIST - 1][1] * (1 - 1e-9)
            sums = [found for found in sums if found[1] >= last]
        agreement_of = self._agreements(reading)
        agreeing = [
            (total * agreement**AGREEMENT_POWER / norm, number, agreement)
            for number, total in sums
            if (agreement := agreement_of(number)) > 0
        ]
        entries = self._index.entries
        agreeing.sort(key=lambda found: (-found[0], entries[found[1]]))
        exact = self._index.exact.get(reading.normalised)
        shortlist = agreeing[:SHORTLIST]
        if exact is not None and all(number != exact for _, number, _ in shortlist):
            shortlist.append((0.0, exact, 1.0))
        matches = [
            self._look_closely(number, score, agreement, asked, norm, exact=number == exact)
            for score, number, agreement in shortlist
        ]
        matches = [match for match in matches if match.coverage > 0 or match.exact]
        matches.sort(key=lambda match: (not match.exact, -match.score, match.entry))
        return matches

    def _asked(self, reading: Reading) -> list[_Asked]:
        """Everything asked that can count, with its weight."""
        index = self._index
        weighted: list[tuple[float, str]] = []
        for feature, share in reading.features.items():
            weight = index.idf.get(feature)
            if weight is None and ((feature[0].isalnum() and len(feature) > 1) or feature[0] in "=+"):
                weight = index.unknown_idf
            if weight is not None:
                weighted.append((share * weight, feature))
        if len(weighted) > MOST_ASKED:
            weighted.sort(key=lambda pair: (-pair[0], pair[1]))
            del weighted[MOST_ASKED:]
        return [_Asked(feature, weight, self._alternatives(feature, reading)) for weight, feature in weighted]

    def _alternatives(self, feature: str, reading: Reading) -> tuple[tuple[str, float], ...]:
        """Known words that a word of the question is like; nothing for other features."""
        if not feature[0].isalnum():
            return ()
        return self._spelling.related(feature) if feature in self._index.idf else reading.related.get(feature, ())

    def _agreements(self, reading: Reading) -> Callable[[int], float]:
        """How far an entry, by number, is about what was named; see Match.agreement."""
        off_subject = bool(reading.frameworks or reading.tools)
        negated = frozenset(reading.negated)
        idf = self._index.idf
        weights = {name: idf.get(f"={name}", self._index.unknown_idf) for name in reading.frameworks}
        total = sum(weights.values())

        def agreement(number: int) -> float:
            if off_subject and self._off_subject[number]:
                return 0.0
            subjects = self._subjects[number]
            if not subjects:
                return 1.0
            if subjects <= negated:
                return 0.0
            return sum(weight for name, weight in weights.items() if name in subjects) / total if total else 1.0

        return agreement

    def _look_closely(
        self, number: int, score: float, agreement: float, asked: list[_Asked], norm: float, *, exact: bool
    ) -> Match:
        """The match with its best single phrasing, coverage and reasons."""
        lists = self._phrasing_list(number)
        closeness: dict[int, float] = {}
        covered = total = 0.0
        matched: list[tuple[float, str, str]] = []
        for item in asked:
            known, reach = _nearest_known(item, lists)
            if known:
                weight = item.weight * reach
                hits = lists[known]
                if len(hits) <= TELLING:
                    for phrasing, share in hits:
                        closeness[phrasing] = closeness.get(phrasing, 0.0) + weight * share
            if item.feature[0] not in "@^":
                total += item.weight
                if known:
                    covered += weight
                    matched.append((weight, item.feature, known))
        matched.sort(key=lambda found: (-found[0], found[1]))
        closest = max(closeness.values(), default=0.0) / norm
        return Match(
            entry=self._index.entries[number],
            score=score + PHRASING_BONUS * closest * agreement**AGREEMENT_POWER,
            coverage=covered / total if total else 0.0,
            agreement=agreement,
            refuses=self._kinds[number] != "answer",
            exact=exact,
            matched=tuple((said, known) for _, said, known in matched[:6]),
        )

    def _phrasing_list(self, number: int) -> Mapping[str, list[tuple[int, float]]]:
        """Feature -> (phrasing, weight in its unit vector) of one entry; made when first needed."""
        known = self._phrasing_lists.get(number)
        if known is None:
            lists: dict[str, list[tuple[int, float]]] = {}
            idf = self._index.idf
            for phrasing, features in enumerate(self._index.phrasings[number]):
                weights = [idf[feature] for feature in features]
                norm = math.sqrt(sum([weight * weight for weight in weights])) or 1.0
                for feature, weight in zip(features, weights, strict=True):
                    hits = lists.get(feature)
                    if hits is None:
                        lists[feature] = [(phrasing, weight / norm)]
                    else:
                        hits.append((phrasing, weight / norm))
            if len(self._phrasing_lists) >= KEPT:
                del self._phrasing_lists[next(iter(self._phrasing_lists))]
            known = self._phrasing_lists[number] = lists
        return known


def _nearest_known(item: _Asked, lists: Mapping[str, object]) -> tuple[str, float]:
    """The feature of an entry that stands for what was asked, and how well (0..1); ("", 0) if none does."""
    if item.feature in lists:
        return item.feature, 1.0
    return next(((known, likeness) for known, likeness in item.alternatives if known in lists), ("", 0.0))


def _weighted(asked: list[_Asked]) -> list[tuple[str, float]]:
    """Features to look up, each with its weight: those asked, and those they are like."""
    return [
        pair
        for item in asked
        for pair in (
            (item.feature, item.weight),
            *((known, item.weight * likeness * SOFT_SHARE) for known, likeness in item.alternatives),
        )
    ]

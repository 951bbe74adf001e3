"""The phrasing index: entries as vectors over features, reached through inverted lists.

An entry's vector is the unit sum of its phrasings' unit vectors: entries are scored, not single
phrasings, which measured far better than any best-phrasing score. The index is plain data, so that
it can be kept on disk beside the knowledge it was built from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.reading import Reader, Reading
from bot.text import plain, words
from knowledge.model import KnowledgeBase

KIND_WEIGHT = {"=": 0.7, "+": 1.3, "#": 1.0, "!": 1.0, "@": 0.35, ">": 1.5}
"""Weight of a feature's kind on top of its rarity; bare words have 1."""


@dataclass(frozen=True, slots=True)
class Index:
    """Inverted lists over the entries of one knowledge base.

    `entries` are ids by number. `words` are all words of the phrasings, for spelling. `idf` is each feature's weight, rarity times kind. `postings` maps a
    feature to the numbers of the entries that have it and its weight (0..1) in their unit vectors.
    `phrasings` holds each entry's phrasings as tuples of features. `exact` maps a phrasing's
    normalised words to the entry.
    """

    entries: tuple[str, ...]
    words: tuple[str, ...]
    idf: Mapping[str, float]
    unknown_idf: float
    postings: Mapping[str, tuple[Sequence[int], Sequence[float]]]
    phrasings: tuple[tuple[tuple[str, ...], ...], ...]
    exact: Mapping[str, int]


def feature_weight(feature: str, rarity: float) -> float:
    return rarity * KIND_WEIGHT.get(feature[0], 1.0)


def build(knowledge: KnowledgeBase, reader: Reader) -> Index:
    """The index of `knowledge`; `reader` must know its words."""
    entries = tuple(knowledge.entries)
    readings: list[list[Reading]] = []
    exact: dict[str, int] = {}
    for number, entry in enumerate(knowledge.entries.values()):
        own = [reader.read(phrasing) for phrasing in entry.phrasings]
        for reading in own:
            exact.setdefault(reading.normalised, number)
        readings.append([*own, reader.read(entry.title)])
    frequency = Counter(feature for own in readings for reading in own for feature in reading.features)
    total = sum(len(own) for own in readings)
    idf = {
        feature: feature_weight(feature, math.log(1 + total / (1 + count))) for feature, count in frequency.items()
    }
    collected: dict[str, tuple[list[int], list[float]]] = {}
    for number, (own, entry) in enumerate(zip(readings, knowledge.entries.values(), strict=True)):
        vector = _entry_vector(own, idf)
        for concept in entry.about:
            key = f"#{concept}"
            if key in idf:
                vector[key] = vector.get(key, 0.0) + 0.25
        norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        for feature, weight in vector.items():
            numbers, weights = collected.setdefault(feature, ([], []))
            numbers.append(number)
            weights.append(weight / norm)
    return Index(
        entries=entries,
        words=tuple(sorted(known_words(knowledge))),
        idf=idf,
        unknown_idf=math.log(1 + total),
        postings=collected,
        phrasings=tuple(tuple(tuple(reading.features) for reading in own) for own in readings),
        exact=exact,
    )


def _entry_vector(readings: Iterable[Reading], idf: Mapping[str, float]) -> dict[str, float]:
    """The unit sum of the readings' unit vectors."""
    total: dict[str, float] = {}
    for reading in readings:
        vector = {feature: share * idf[feature] for feature, share in reading.features.items()}
        norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        for feature, weight in vector.items():
            total[feature] = total.get(feature, 0.0) + weight / norm
    norm = math.sqrt(sum(weight * weight for weight in total.values())) or 1.0
    return {feature: weight / norm for feature, weight in total.items()}


def known_words(knowledge: KnowledgeBase) -> set[str]:
    """Every word of the phrasings and titles."""
    return {
        word
        for entry in knowledge.entries.values()
        for text in (*entry.phrasings, entry.title)
        for word in words(plain(text))
    }

"""The phrasing index: entries as vectors over features.

An entry's vector is the unit sum of its phrasings' unit vectors: entries are scored, not single
phrasings, which measured far better than any best-phrasing score. Vectors are then sharpened
(bot.sharpening). The index is plain data, so that it can be kept on disk beside the knowledge it
was built from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.reading import Reader, Reading
from bot.sharpening import sharpened
from bot.text import plain, words
from knowledge.model import KnowledgeBase

KIND_WEIGHT = {"=": 1.0, "+": 1.6, "#": 0.8, "!": 1.0, "@": 0.35, ">": 1.5, "^": 0.3}
"""Weight of a feature's kind on top of its rarity; bare words have 1."""

SPREAD_POWER = 0.3
"""How much a feature loses that many entries have, on top of its rarity among phrasings."""

ABOUT_WEIGHT = 0.25
"""What an entry's declared concepts add to its unit vector."""

Progress = Callable[[int, int], None]
"""Called with (phrasings read, phrasings in all)."""

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Index:
    """Vectors over the entries of one knowledge base.

    `entries` are ids by number. `words` are all words of the phrasings, for spelling. `idf` is each
    feature's weight, rarity times kind, and `unknown_idf` that of a word nobody wrote. `vectors`
    are the entries' vectors by number. `phrasings` holds each entry's phrasings as tuples of
    features. `exact` maps a phrasing's normalised words to the entry's number.
    """

    entries: tuple[str, ...]
    words: tuple[str, ...]
    idf: Mapping[str, float]
    unknown_idf: float
    vectors: tuple[Mapping[str, float], ...]
    phrasings: tuple[tuple[tuple[str, ...], ...], ...]
    exact: Mapping[str, int]


def build(knowledge: KnowledgeBase, reader: Reader, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`; `reader` must know its words."""
    readings, exact = _read_all(knowledge, reader, progress)
    idf, unknown = _weights(readings)
    units = [[_unit(reading.features, idf) for reading in own] for own in readings]
    vectors = [_sum(own) for own in units]
    for vector, entry in zip(vectors, knowledge.entries.values(), strict=True):
        for concept in entry.about:
            key = f"#{concept}"
            if key in idf:
                vector[key] = vector.get(key, 0.0) + ABOUT_WEIGHT
    vectors = sharpened([_normalised(vector) for vector in vectors], units)
    return Index(
        entries=tuple(knowledge.entries),
        words=tuple(sorted(known_words(knowledge))),
        idf=idf,
        unknown_idf=unknown,
        vectors=tuple(vectors),
        phrasings=tuple(tuple(tuple(unit) for unit in own) for own in units),
        exact=exact,
    )


def known_words(knowledge: KnowledgeBase) -> set[str]:
    """Every word of the phrasings and titles."""
    return {
        word
        for entry in knowledge.entries.values()
        for text in (*entry.phrasings, entry.title)
        for word in words(plain(text))
    }


def _read_all(
    knowledge: KnowledgeBase, reader: Reader, progress: Progress | None
) -> tuple[list[list[Reading]], dict[str, int]]:
    readings: list[list[Reading]] = []
    exact: dict[str, int] = {}
    total = sum(len(entry.phrasings) for entry in knowledge.entries.values())
    done = 0
    for number, entry in enumerate(knowledge.entries.values()):
        own = [reader.read(phrasing) for phrasing in entry.phrasings]
        for reading in own:
            exact.setdefault(reading.normalised, number)
        own.append(reader.read(entry.title))
        readings.append([reading for reading in own if reading.features])
        done += len(entry.phrasings)
        if progress is not None:
            progress(done, total)
    exact.pop("", None)
    return readings, exact


def _weights(readings: Iterable[list[Reading]]) -> tuple[dict[str, float], float]:
    """Each feature's weight, and that of a feature nobody has. Pairs of words that occur once count for nothing."""
    frequency: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    total = entries = 0
    for own in readings:
        entries += 1
        total += len(own)
        for reading in own:
            frequency.update(reading.features.keys())
        spread.update({feature for reading in own for feature in reading.features})
    widest = math.log(1 + entries)
    idf = {
        feature: math.log(1 + total / (1 + count))
        * (math.log(1 + entries / spread[feature]) / widest) ** SPREAD_POWER
        * KIND_WEIGHT.get(feature[0], 1.0)
        for feature, count in frequency.items()
        if count > 1 or feature[0] != "^"
    }
    return idf, math.log(1 + total)


def _unit(features: Mapping[str, float], idf: Mapping[str, float]) -> Vector:
    return _normalised({feature: share * idf[feature] for feature, share in features.items() if feature in idf})


def _sum(vectors: Iterable[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for feature, weight in vector.items():
            total[feature] = total.get(feature, 0.0) + weight
    return _normalised(total)


def _normalised(vector: Vector) -> Vector:
    norm = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {feature: weight / norm for feature, weight in vector.items()}

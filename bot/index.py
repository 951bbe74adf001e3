"""The phrasing index: entries as vectors over features.

An entry's vector is the unit sum of its phrasings' unit vectors: entries are scored, not single
phrasings, which measured far better than any best-phrasing score. Vectors are then sharpened
(bot.sharpening). The index is plain data, so that it can be kept on disk beside the knowledge it
was built from.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.lexicon import Lexicon
from bot.postings import Lists, invert
from bot.reading import Reader
from bot.sharpening import can_sharpen, sharpened
from bot.spelling import Letters, letters
from bot.text import plain, words
from knowledge.model import Entry, KnowledgeBase

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

    `entries` are ids by number. `letters` are all words of the phrasings and the vocabulary, for
    spelling. `idf` is each feature's weight, rarity times kind, and `unknown_idf` that of a word
    nobody wrote. `lists` are the entries' vectors turned inside out. `phrasings` holds each entry's
    phrasings as tuples of features. `exact` maps a phrasing's normalised words to the entry's number.
    """

    entries: tuple[str, ...]
    letters: Letters
    idf: Mapping[str, float]
    unknown_idf: float
    lists: Lists
    phrasings: tuple[tuple[tuple[str, ...], ...], ...]
    exact: Mapping[str, int]


_Said = tuple[tuple[str, ...], tuple[float, ...]]
"""A phrasing's features and how much each counts."""


def build(knowledge: KnowledgeBase, reader: Reader, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`; `reader` must know its words."""
    entries = knowledge.entries.values()
    said, exact = _read_all(entries, reader, progress)
    idf: Mapping[str, float]
    lists: Lists
    if can_sharpen(len(said), len({feature for own in said for features, _ in own for feature in features})):
        idf, _ = _weights(said)
        units = [[_unit(one, idf) for one in own] for own in said]
        vectors = [_entry_vector(own, entry, idf) for own, entry in zip(units, entries, strict=True)]
        lists = invert(sharpened(vectors, units))
    else:
        from bot.bulk import vectors as vectors_in_bulk  # noqa: PLC0415 - only for the large

        about = ((number, f"#{concept}") for number, entry in enumerate(entries) for concept in entry.about)
        bulk = vectors_in_bulk(said, about, rarity=_rarity, kind_weight=_kind_weight, about_weight=ABOUT_WEIGHT)
        idf, lists = bulk.idf, bulk.lists
    return Index(
        entries=tuple(knowledge.entries),
        letters=reader.letters,
        idf=idf,
        unknown_idf=math.log(1 + sum(map(len, said))),
        lists=lists,
        phrasings=tuple(
            tuple(tuple([feature for feature in features if feature in idf]) for features, _ in own) for own in said
        ),
        exact=exact,
    )


def extend(
    index: Index, before: KnowledgeBase, after: KnowledgeBase, reader: Reader, *, progress: Progress | None = None
) -> Index:
    """The index of `after`, a team's entries on top of `before`, from the index of `before`.

    What the team did not touch keeps its vectors and weights to the digit, so that adding an entry
    neither costs a rebuild nor moves other answers. Both must have the same vocabulary.
    """
    kept = {
        name: number for number, name in enumerate(index.entries) if after.entries.get(name) == before.entries[name]
    }
    added = [entry for name, entry in after.entries.items() if name not in kept]
    readings, exact = _read_all(added, reader, progress)
    own_idf, _ = _weights(readings)
    rarest = index.unknown_idf
    idf = {feature: min(weight, rarest) for feature, weight in own_idf.items()} | dict(index.idf)
    units = [[_unit(one, idf) for one in own] for own in readings]
    new = {entry.id: (_entry_vector(own, entry, idf), own) for entry, own in zip(added, units, strict=True)}
    vectors: list[Vector] = [{} for _ in index.entries]
    for feature, (holders, weights) in index.lists.items():
        for number, weight in zip(holders, weights, strict=True):
            vectors[number][feature] = weight
    order = tuple(after.entries)
    numbers = {name: number for number, name in enumerate(order)}
    old = {said: index.entries[number] for said, number in index.exact.items()}
    said = {text: name for text, name in old.items() if name in kept} | {text: added[n].id for text, n in exact.items()}
    return Index(
        entries=order,
        letters=reader.letters,
        idf=idf,
        unknown_idf=rarest,
        lists=invert([vectors[kept[name]] if name in kept else new[name][0] for name in order]),
        phrasings=tuple(
            index.phrasings[kept[name]] if name in kept else tuple(tuple(unit) for unit in new[name][1])
            for name in order
        ),
        exact={text: numbers[name] for text, name in said.items()},
    )


def make_reader(knowledge: KnowledgeBase) -> Reader:
    """A reader that knows every word of the phrasings, titles and the vocabulary."""
    lexicon = Lexicon(knowledge.vocabulary)
    said = (text for entry in knowledge.entries.values() for text in (*entry.phrasings, entry.title))
    return Reader(lexicon, letters(chain((words(plain(text)) for text in said), [lexicon.words])))


def _read_all(
    entries: Collection[Entry], reader: Reader, progress: Progress | None
) -> tuple[list[list[_Said]], dict[str, int]]:
    """What each entry's phrasings and title say, and whose each phrasing is, by the entry's position."""
    found: list[list[_Said]] = []
    exact: dict[str, int] = {}
    names: dict[str, str] = {}
    alike: dict[tuple[float, ...], tuple[float, ...]] = {}
    total = sum(len(entry.phrasings) for entry in entries)
    done = 0
    for number, entry in enumerate(entries):
        own: list[_Said] = []
        for phrasing in (*entry.phrasings, entry.title):
            features, normalised = reader.features(phrasing)
            if len(own) < len(entry.phrasings):
                exact.setdefault(normalised, number)
            # One string for each feature, and one row of ones for each length, however often they occur.
            shares = tuple(features.values())
            own.append((tuple(map(names.setdefault, features, features)), alike.setdefault(shares, shares)))
        found.append([one for one in own if one[0]])
        done += len(entry.phrasings)
        if progress is not None:
            progress(done, total)
    exact.pop("", None)
    return found, exact


def _entry_vector(units: Iterable[Vector], entry: Entry, idf: Mapping[str, float]) -> Vector:
    """The unit sum of the phrasings' unit vectors, leaning towards the concepts the entry is about."""
    vector = _sum(units)
    for concept in entry.about:
        key = f"#{concept}"
        if key in idf:
            vector[key] = vector.get(key, 0.0) + ABOUT_WEIGHT
    return _normalised(vector)


def _weights(said: Iterable[list[_Said]]) -> tuple[dict[str, float], float]:
    """Each feature's weight, and that of a feature nobody has. Pairs of words that occur once count for nothing."""
    frequency: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    total = entries = 0
    for own in said:
        entries += 1
        total += len(own)
        for features, _ in own:
            frequency.update(features)
        spread.update(set().union(*(features for features, _ in own)))
    idf = {
        feature: float(_rarity(count, spread[feature], total, entries)) * _kind_weight(feature)
        for feature, count in frequency.items()
        if count > 1 or feature[0] != "^"
    }
    return idf, math.log(1 + total)


def _rarity(frequency: Any, spread: Any, phrasings: int, entries: int) -> Any:
    """How telling features are that `frequency` phrasings and `spread` entries have: numbers, or arrays of them."""
    if isinstance(frequency, int):
        log: Callable[[Any], Any] = math.log
    else:
        from numpy import log  # noqa: PLC0415 - it comes with the arrays
    widest = math.log(1 + entries)
    return log(1 + phrasings / (1 + frequency)) * (log(1 + entries / spread) / widest) ** SPREAD_POWER


def _kind_weight(feature: str) -> float:
    return KIND_WEIGHT.get(feature[0], 1.0)


def _unit(said: _Said, idf: Mapping[str, float]) -> Vector:
    return _normalised({feature: share * idf[feature] for feature, share in zip(*said, strict=True) if feature in idf})


def _sum(vectors: Iterable[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for feature, weight in vector.items():
            total[feature] = total.get(feature, 0.0) + weight
    return _normalised(total)


def _normalised(vector: Vector) -> Vector:
    norm = math.sqrt(sum([weight * weight for weight in vector.values()])) or 1.0
    return {feature: weight / norm for feature, weight in vector.items()}

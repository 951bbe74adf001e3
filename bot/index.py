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
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from bot.lexicon import Lexicon
from bot.phrasings import AllPhrasings, PackedPhrasings, Phrasings, joined, listed, repacked, said_in_many_ways
from bot.postings import Lists, invert
from bot.reading import Reader
from bot.said import Phrase, Said
from bot.sharpening import sharpened, too_large
from bot.spelling import Letters, letters
from bot.text import plain, words
from knowledge.model import Entry, KnowledgeBase

KIND_WEIGHT = {"=": 1.0, "+": 1.6, "#": 0.8, "!": 1.0, "@": 0.35, ">": 1.5, "^": 0.3}
"""Weight of a feature's kind on top of its rarity; bare words have 1."""

SPREAD_POWER = 0.3
"""How much a feature loses that many entries have, on top of its rarity among phrasings, where entries are said in
many ways. Where they are not, rarity says it all."""

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
    nobody wrote. `lists` are the entries' vectors turned inside out, and `phrasings` the features of each
    entry's phrasings. `exact` maps a phrasing's normalised words to the entry's number.
    """

    entries: tuple[str, ...]
    letters: Letters
    idf: Mapping[str, float]
    unknown_idf: float
    lists: Lists
    phrasings: AllPhrasings
    exact: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is read of an entry."""

    phrasings: tuple[str, ...]
    title: str = ""


def build(knowledge: KnowledgeBase, reader: Reader, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`; `reader` must know its words."""
    entries = knowledge.entries.values()
    said, exact = _read_all([_texts(entry) for entry in entries], reader, progress)
    idf: Mapping[str, float]
    lists: Lists
    phrasings: AllPhrasings
    if too_large(len(entries), len(said.slots)):
        from bot.bulk import vectors as vectors_in_bulk  # noqa: PLC0415 - only for the large

        about = ((number, f"#{concept}") for number, entry in enumerate(entries) for concept in entry.about)
        bulk = vectors_in_bulk(said, about, rarity=_rarity, kind_weight=_kind_weight, about_weight=ABOUT_WEIGHT)
        idf, lists, phrasings = bulk.idf, bulk.lists, bulk.phrasings
    else:
        phrases = said.by_entry()
        idf, _ = _weights(phrases)
        units = [[_unit(one, idf) for one in own] for own in phrases]
        vectors = [_entry_vector(own, entry, idf) for own, entry in zip(units, entries, strict=True)]
        lists = invert(sharpened(vectors, units))
        phrasings = [listed((features for features, _ in own), idf) for own in phrases]
    return Index(
        entries=tuple(knowledge.entries),
        letters=reader.letters,
        idf=idf,
        unknown_idf=math.log(1 + len(said.lengths)),
        lists=lists,
        phrasings=phrasings,
        exact=exact,
    )


def extend(
    index: Index, before: KnowledgeBase, after: KnowledgeBase, reader: Reader, *, progress: Progress | None = None
) -> Index:
    """The index of `after`, a team's entries and phrasings on top of `before`, from the index of `before`.

    What the team did not touch keeps its vectors and weights to the digit, so that adding an entry
    neither costs a rebuild nor moves other answers. An entry that was given phrasings leans towards
    them, each worth as much as one of its own. Both must have the same vocabulary.
    """
    kept = {
        name
        for name, entry in before.entries.items()
        if name in after.entries and _continues(after.entries[name], entry)
    }
    changed = [entry for name, entry in after.entries.items() if entry != before.entries.get(name)]
    texts = [
        _Texts(entry.phrasings[len(before.entries[entry.id].phrasings) :]) if entry.id in kept else _texts(entry)
        for entry in changed
    ]
    said, exact = _read_all(texts, reader, progress)
    readings = said.by_entry()
    idf = _extended_weights(
        index,
        added=[own for entry, own in zip(changed, readings, strict=True) if entry.id not in kept],
        further=[own for entry, own in zip(changed, readings, strict=True) if entry.id in kept],
    )
    vectors = dict(zip(index.entries, _entry_vectors(index), strict=True))
    below = {name: number for number, name in enumerate(index.entries)}
    phrasings: dict[str, Phrasings] = {}
    for entry, own in zip(changed, readings, strict=True):
        units = [_unit(one, idf) for one in own]
        new = listed(units, idf)
        if entry.id in kept:
            own_before = index.phrasings[below[entry.id]]
            vectors[entry.id] = _grown(vectors[entry.id], own_before, units, idf)
            phrasings[entry.id] = joined(own_before, new)
        else:
            vectors[entry.id], phrasings[entry.id] = _entry_vector(units, entry, idf), new
    owners = {text: index.entries[number] for text, number in index.exact.items()}
    owners = {text: name for text, name in owners.items() if name in kept}
    owners |= {text: changed[number].id for text, number in exact.items()}
    order = tuple(after.entries)
    numbers = {name: number for number, name in enumerate(order)}
    every = (phrasings[name] if name in phrasings else index.phrasings[below[name]] for name in order)
    return Index(
        entries=order,
        letters=reader.letters,
        idf=idf,
        unknown_idf=index.unknown_idf,
        lists=invert([vectors[name] for name in order]),
        phrasings=repacked(every) if isinstance(index.phrasings, PackedPhrasings) else tuple(every),
        exact={text: numbers[name] for text, name in owners.items()},
    )


def make_reader(knowledge: KnowledgeBase) -> Reader:
    """A reader that knows every word of the phrasings, titles and the vocabulary."""
    lexicon = Lexicon(knowledge.vocabulary)
    said = (text for entry in knowledge.entries.values() for text in (*entry.phrasings, entry.title))
    return Reader(lexicon, letters(chain((words(plain(text)) for text in said), [lexicon.words])))


def _continues(entry: Entry, before: Entry) -> bool:
    """Whether an entry is the one before it, with further phrasings at most."""
    own = len(before.phrasings)
    return entry.phrasings[:own] == before.phrasings and replace(entry, phrasings=before.phrasings) == before


def _texts(entry: Entry) -> _Texts:
    return _Texts(entry.phrasings, entry.title)


def _read_all(entries: Collection[_Texts], reader: Reader, progress: Progress | None) -> tuple[Said, dict[str, int]]:
    """What each entry's phrasings and title say, and whose each phrasing is, by the entry's position."""
    said = Said()
    exact: dict[str, int] = {}
    total = sum(len(entry.phrasings) for entry in entries)
    done = 0
    for number, entry in enumerate(entries):
        said.begin_entry()
        for text in entry.phrasings:
            features, normalised = reader.features(text)
            exact.setdefault(normalised, number)
            said.add(features)
        if entry.title:
            said.add(reader.features(entry.title)[0])
        done += len(entry.phrasings)
        if progress is not None:
            progress(done, total)
    exact.pop("", None)
    return said, exact


def _entry_vector(units: Iterable[Vector], entry: Entry, idf: Mapping[str, float]) -> Vector:
    """The unit sum of the phrasings' unit vectors, leaning towards the concepts the entry is about."""
    vector = _normalised(_total(units))
    for concept in entry.about:
        key = f"#{concept}"
        if key in idf:
            vector[key] = vector.get(key, 0.0) + ABOUT_WEIGHT
    return _normalised(vector)


def _entry_vectors(index: Index) -> list[Vector]:
    """The entries' vectors by number."""
    vectors: list[Vector] = [{} for _ in index.entries]
    for feature, (holders, weights) in index.lists.items():
        for number, weight in zip(holders, weights, strict=True):
            vectors[number][feature] = weight
    return vectors


def _grown(vector: Vector, own: Phrasings, units: Iterable[Vector], idf: Mapping[str, float]) -> Vector:
    """An entry's vector with further phrasings, each as long beside it as one of its `own` was in the sum.

    Measured, with the fifth part of all phrasings added this way: accuracy@1 as after building anew,
    and a point more than without what sharpening found out about the entry.
    """
    scales = own.scales
    sums = {feature: idf[feature] * sum([scales[number] for number in had]) for feature, had in own.lists.items()}
    length = _length(sums) or 1.0
    added = _total(units)
    return _normalised(_total((vector, {feature: weight / length for feature, weight in added.items()})))


def _extended_weights(
    index: Index, *, added: Iterable[list[Phrase]], further: Iterable[list[Phrase]]
) -> dict[str, float]:
    """The index's weights, and those of features that only a team's entries or its further phrasings have.

    Entries that were `added` count among themselves. The `further` phrasings of known entries may be but
    one or two, among which every word would be common: they count among all that is below.
    """
    rarest = index.unknown_idf
    own, _ = _weights(added)
    beside, _ = _weights(further, beside=round(math.expm1(rarest)))
    return {feature: min(weight, rarest) for feature, weight in (beside | own).items()} | dict(index.idf)


def _weights(said: Iterable[list[Phrase]], *, beside: int = 0) -> tuple[dict[str, float], float]:
    """Each feature's weight, and that of a feature nobody has. Pairs of words that occur once count for nothing.

    `beside`: further phrasings, which have none of these features.
    """
    frequency: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    total, entries = beside, 0
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
    rarity = log(1 + phrasings / (1 + frequency))
    if not said_in_many_ways(phrasings, entries):
        return rarity
    return rarity * (log(1 + entries / spread) / math.log(1 + entries)) ** SPREAD_POWER


def _kind_weight(feature: str) -> float:
    return KIND_WEIGHT.get(feature[0], 1.0)


def _unit(said: Phrase, idf: Mapping[str, float]) -> Vector:
    return _normalised({feature: share * idf[feature] for feature, share in zip(*said, strict=True) if feature in idf})


def _total(vectors: Iterable[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for feature, weight in vector.items():
            total[feature] = total.get(feature, 0.0) + weight
    return total


def _length(vector: Vector) -> float:
    return math.sqrt(sum([weight * weight for weight in vector.values()]))


def _normalised(vector: Vector) -> Vector:
    norm = _length(vector) or 1.0
    return {feature: weight / norm for feature, weight in vector.items()}

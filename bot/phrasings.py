"""The phrasings of each entry, turned inside out: which of them have a feature.

Two forms of the same thing. Small knowledge bases keep them ready; large ones keep numbers, and make an
entry's lists when it is looked at.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, overload

MANY = 30
"""Phrasings an entry, on average, from which a knowledge base says things in many ways. Its words are then found
in all their forms, and how they are spread tells more; what measured best differs on either side."""


@dataclass(frozen=True, slots=True)
class Phrasings:
    """One entry's phrasings.

    `scales` make each a unit vector of its features' weights; 0 where it has none. `lists` are, for each
    feature, the numbers of the phrasings that have it, ascending.
    """

    scales: Sequence[float]
    lists: Mapping[str, Sequence[int]]


AllPhrasings = Sequence[Phrasings]
"""Those of every entry, by its number."""


def how_many(every: AllPhrasings) -> int:
    """How many phrasings there are in all."""
    return len(every.scales) if isinstance(every, PackedPhrasings) else sum(len(own.scales) for own in every)


def said_in_many_ways(phrasings: int, entries: int) -> bool:
    """Whether so many phrasings are many for so many entries."""
    return phrasings >= MANY * entries


def listed(own: Iterable[Iterable[str]], idf: Mapping[str, float]) -> Phrasings:
    """An entry's phrasings from the features of each; those that weigh nothing (not in `idf`) are left out."""
    lists: dict[str, list[int]] = {}
    squares: list[float] = []
    for number, features in enumerate(own):
        square = 0.0
        for feature in features:
            weight = idf.get(feature)
            if weight is not None:
                lists.setdefault(feature, []).append(number)
                square += weight * weight
        squares.append(square)
    return Phrasings([_scale(square) for square in squares], lists)


def joined(first: Phrasings, second: Phrasings) -> Phrasings:
    """Both, the second's numbered on from the first's."""
    lists = {feature: list(numbers) for feature, numbers in first.lists.items()}
    for feature, numbers in second.lists.items():
        lists.setdefault(feature, []).extend(number + len(first.scales) for number in numbers)
    return Phrasings([*first.scales, *second.scales], lists)


@dataclass(frozen=True, slots=True)
class PackedPhrasings(Sequence[Phrasings]):
    """Four bytes a feature of a phrasing.

    `names` are all features by number; `features` those of every phrasing, one after another, as numbers.
    `ends` says where each phrasing ends in `features`, `scales` is as in Phrasings, and `last` says where
    each entry ends in `ends`.
    """

    names: Sequence[str]
    features: Sequence[int]
    ends: Sequence[int]
    scales: Sequence[float]
    last: Sequence[int]

    def __post_init__(self) -> None:
        for name, kind in (("features", "i"), ("ends", "i"), ("scales", "f"), ("last", "i")):
            column = getattr(self, name)
            if not isinstance(column, array):
                object.__setattr__(self, name, array(kind, column))

    @overload
    def __getitem__(self, number: int) -> Phrasings: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Phrasings]: ...
    def __getitem__(self, number: int | slice) -> Phrasings | Sequence[Phrasings]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        first, last = self.last[number - 1] if number else 0, self.last[number]
        names, features = self.names, self.features
        lists: dict[str, list[int]] = {}
        start = self.ends[first - 1] if first else 0
        for phrasing, end in enumerate(self.ends[first:last]):
            for feature in features[start:end]:
                lists.setdefault(names[feature], []).append(phrasing)
            start = end
        return Phrasings(self.scales[first:last], lists)

    def __len__(self) -> int:
        return len(self.last)


def packed_phrasings(names: Sequence[str], features: Any, lengths: Any, scales: Any, phrasings: Any) -> PackedPhrasings:
    """From columns, as buffers or sequences: how many features each phrasing has, how many phrasings each entry."""
    return PackedPhrasings(
        names,
        array("i", features),
        array("i", accumulate(lengths)),
        array("f", scales),
        array("i", accumulate(phrasings)),
    )


def repacked(every: Iterable[Phrasings]) -> PackedPhrasings:
    """Phrasings of entries by number in the form for many."""
    slots: dict[str, int] = {}
    features, lengths, scales, counts = array("i"), array("i"), array("f"), array("i")
    for own in every:
        rows: list[list[int]] = [[] for _ in own.scales]
        for feature, numbers in own.lists.items():
            slot = slots.setdefault(feature, len(slots))
            for number in numbers:
                rows[number].append(slot)
        for row in rows:
            features.extend(row)
            lengths.append(len(row))
        scales.extend(own.scales)
        counts.append(len(own.scales))
    return packed_phrasings(list(slots), features, lengths, scales, counts)


def _scale(square: float) -> float:
    return 1 / math.sqrt(square) if square else 0.0

"""What phrasings say, in columns: two numbers a feature and one a phrasing, a tenth of what objects would take."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping
from itertools import count, islice

Phrase = tuple[tuple[str, ...], tuple[float, ...]]
"""A phrasing's features, and how much each counts (0..1)."""


class Said:
    """What the phrasings of entries say, in the order in which it was taken in."""

    def __init__(self) -> None:
        self.slots: defaultdict[str, int] = defaultdict(count().__next__)
        """Every feature that occurs, by number."""
        self.features = array("i")
        """The numbers of the features of all phrasings, one phrasing after another."""
        self.shares = array("f")
        """How much each of them counts in its phrasing (0..1)."""
        self.lengths = array("i")
        """How many features each phrasing has: one at the least."""
        self.phrasings = array("i")
        """How many phrasings each entry has that say anything."""

    def begin_entry(self) -> None:
        """What is added from here on is the next entry's."""
        self.phrasings.append(0)

    def add(self, features: Mapping[str, float]) -> None:
        """A phrasing of the entry begun last, as features and how much each counts; one without any is left out."""
        if features:
            self.features.extend(map(self.slots.__getitem__, features))
            self.shares.extend(features.values())
            self.lengths.append(len(features))
            self.phrasings[-1] += 1

    def by_entry(self) -> list[list[Phrase]]:
        """The same as objects, which is what a small knowledge base is made with."""
        names = list(self.slots)
        features, shares = map(names.__getitem__, self.features), iter(self.shares)
        lengths = iter(self.lengths)
        return [
            [(tuple(islice(features, size)), tuple(islice(shares, size))) for size in islice(lengths, phrasings)]
            for phrasings in self.phrasings
        ]

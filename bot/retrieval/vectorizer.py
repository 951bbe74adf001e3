"""TF-IDF: what features weigh, and entries as vectors over them.

An entry's vector is the unit sum of its phrasings' unit vectors: entries are scored, not single phrasings, which
measured far better than any score by the best phrasing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import numpy as np

from bot.retrieval.phrasing_columns import PhrasingColumns, has_many_phrasings
from bot.retrieval.postings import EntryVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

KIND_WEIGHT = {"=": 1.0, "+": 1.6, "#": 0.8, "!": 1.0, "@": 0.35, ">": 1.5, "^": 0.3}
"""Weight of a feature's kind on top of its rarity; bare words have 1."""

SPREAD_POWER = 0.3
"""How much a feature loses that many entries have, on top of its rarity among phrasings, where entries have many
phrasings. Where they have few, rarity says it all."""

ABOUT_WEIGHT = 0.25
"""What an entry's declared concepts add to its unit vector."""


def feature_weights(columns: PhrasingColumns, features: Collection[str], *, others: int = 0) -> NDArray[np.float64]:
    """The weight of each of `features`: rarity times kind. 0 for one that no phrasing has, and for a pair of words
    that occurs once.

    `others`: how many further phrasings there are, which have none of these features.
    """
    kinds = np.fromiter((KIND_WEIGHT.get(feature[0], 1.0) for feature in features), dtype=np.float64)
    is_pair = np.fromiter((feature[0] == "^" for feature in features), dtype=np.bool_)
    frequency = np.bincount(columns.features, minlength=len(kinds))
    spread = np.zeros(len(kinds), dtype=np.int64)
    for _, block in columns.blocks():
        cells = np.unique(block.owners() * np.int64(len(kinds)) + block.features)
        spread += np.bincount(cells % len(kinds), minlength=len(kinds))
    kept = frequency > is_pair
    weights = np.zeros(len(kinds))
    phrasings, entries = len(columns.lengths) + others, len(columns.counts)
    weights[kept] = np.log(1 + phrasings / (1 + frequency[kept])) * kinds[kept]
    if has_many_phrasings(phrasings, entries) and entries:
        weights[kept] *= (np.log(1 + entries / spread[kept]) / math.log(1 + entries)) ** SPREAD_POWER
    return weights


def entry_vectors(
    columns: PhrasingColumns, weights: NDArray[np.float64], about: Iterable[tuple[int, int]] = ()
) -> EntryVectors:
    """The entries' unit vectors, ordered by entry; `weights` are by feature.

    `about` are (entry, feature) pairs that get ABOUT_WEIGHT on top.
    """
    entries = len(columns.counts)
    vectors = sum_phrasings(columns, weights)
    vectors = vectors.scaled(vectors.norms(entries))
    leaning = np.array(list(about), dtype=np.int32).reshape(-1, 2)
    extra = EntryVectors(leaning[:, 0], leaning[:, 1], np.full(len(leaning), ABOUT_WEIGHT))
    vectors = EntryVectors.join([vectors, extra]).summed(len(weights)) if len(leaning) else vectors
    return vectors.scaled(vectors.norms(entries))


def sum_phrasings(columns: PhrasingColumns, weights: NDArray[np.float64]) -> EntryVectors:
    """The sum of the unit vectors of each entry's phrasings; `weights` are by feature."""
    return EntryVectors.join(
        EntryVectors(block.owners() + np.int32(first), block.features, block.unit_weights(weights)).summed(len(weights))
        for first, block in columns.blocks()
    )

"""Vectors of many entries at once, by numpy: what bot.index does one entry at a time for a small knowledge base.

A hundred thousand phrasings are a million numbers. As dictionaries they take seconds to add up and ten
times the memory of the index that comes of them; here they stay in a few arrays.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.postings import Lists, packed

_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Bulk:
    """What comes of it: each feature's weight, and the entries' vectors turned inside out."""

    idf: dict[str, float]
    lists: Lists


Weigh = Callable[[Any, Any, int, int], Any]
"""(how many phrasings have each feature, how many entries have it, phrasings, entries) -> the features' rarity."""


def vectors(
    said: Sequence[Sequence[tuple[Sequence[str], Sequence[float]]]],
    about: Iterable[tuple[int, str]],
    *,
    rarity: Weigh,
    kind_weight: Callable[[str], float],
    about_weight: float,
) -> Bulk:
    """The unit vectors of entries from what their phrasings say: (features, how much each counts) by entry.

    `about` are (entry, feature) that are added with `about_weight` to a unit vector. Pairs of words ("^")
    that one phrasing alone has count for nothing.
    """
    import numpy as np  # noqa: PLC0415 - a quarter of a second, and only to compile what is large

    slots: defaultdict[str, int] = defaultdict(count().__next__)
    ids, shares, lengths, owners = array("i"), array("f"), array("i"), array("i")
    for number, own in enumerate(said):
        for features, counts in own:
            ids.extend(map(slots.__getitem__, features))
            shares.extend(counts)
            lengths.append(len(features))
            owners.append(number)
    width = len(slots)
    columns = np.frombuffer(ids, dtype=np.int32)
    sizes = np.frombuffer(lengths, dtype=np.int32)
    keys = np.repeat(np.frombuffer(owners, dtype=np.int32), sizes).astype(np.int64) * width + columns
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    pairs = keys[first]
    frequency = np.bincount(columns, minlength=width)
    spread = np.bincount(pairs % width, minlength=width)
    idf = rarity(frequency, spread, len(lengths), len(said))
    idf *= np.fromiter(map(kind_weight, slots), dtype=np.float64, count=width)
    is_pair = np.fromiter((feature[0] == "^" for feature in slots), dtype=bool, count=width)
    kept = ~is_pair | (frequency > 1)
    weights = np.frombuffer(shares, dtype=np.float32) * np.where(kept, idf, 0.0)[columns]
    starts = np.concatenate(([0], np.cumsum(sizes[:-1], dtype=np.int64)))
    weights /= np.repeat(_length(np, np.add.reduceat(weights * weights, starts)), sizes)
    sums = _unit(np, pairs // width, np.add.reduceat(weights[order], first), len(said))
    extra = [owner * width + slots[feature] for owner, feature in about if feature in slots]
    if extra:
        pairs, where = np.unique(np.concatenate((pairs, extra)), return_inverse=True)
        sums = np.bincount(where, weights=np.concatenate((sums, np.full(len(extra), about_weight))))
        sums = _unit(np, pairs // width, sums, len(said))
    used = kept[pairs % width]
    new = np.cumsum(kept) - 1
    names = [feature for feature, keep in zip(slots, kept.tolist(), strict=True) if keep]
    return Bulk(
        dict(zip(names, idf[kept].tolist(), strict=True)),
        packed(names, new[pairs[used] % width], pairs[used] // width, np.round(sums[used], _DIGITS)),
    )


def _unit(np: Any, owners: Any, weights: Any, entries: int) -> Any:
    return weights / _length(np, np.bincount(owners, weights=weights * weights, minlength=entries))[owners]


def _length(np: Any, squares: Any) -> Any:
    return np.where(squares > 0, np.sqrt(squares), 1.0)

"""Vectors of many entries at once, by numpy: what bot.index does one entry at a time for a small knowledge base.

A hundred thousand phrasings are a million numbers. As dictionaries they take seconds to add up and ten
times the memory of the index that comes of them; here they stay in a few arrays, and what is worked out
on the way is worked out for a few thousand phrasings at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.phrasings import PackedPhrasings, packed_phrasings
from bot.postings import Lists, packed
from bot.said import Said

BLOCK = 1 << 16
"""Features of phrasings, about, that are worked on at a time."""

_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Bulk:
    """What comes of it: each feature's weight, the entries' vectors turned inside out, and their phrasings."""

    idf: dict[str, float]
    lists: Lists
    phrasings: PackedPhrasings


Weigh = Callable[[Any, Any, int, int], Any]
"""(how many phrasings have each feature, how many entries have it, phrasings, entries) -> the features' rarity."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Some entries in a row, as arrays: entries [entry, entry + entries), and what their phrasings say.

    `owners` and `columns` are, for each feature of a phrasing, the entry's number in the block and the
    feature's. `starts` says where phrasings begin, and `order` and `first` bring the features of one entry
    together: `first` is where another one begins in that order.
    """

    entry: int
    entries: int
    columns: Any
    shares: Any
    owners: Any
    starts: Any
    order: Any
    first: Any


def vectors(
    said: Said,
    about: Iterable[tuple[int, str]],
    *,
    rarity: Weigh,
    kind_weight: Callable[[str], float],
    about_weight: float,
) -> Bulk:
    """The unit vectors of entries from what their phrasings say.

    `about` are (entry, feature) that are added with `about_weight` to a unit vector. Pairs of words ("^")
    that one phrasing alone has count for nothing.
    """
    import numpy as np  # noqa: PLC0415 - a quarter of a second, and only to compile what is large

    slots, width, entries = said.slots, len(said.slots), len(said.phrasings)
    spread = np.zeros(width, dtype=np.int64)
    for block in _blocks(np, said):
        spread += np.bincount(block.columns[block.order[block.first]], minlength=width)
    frequency = np.bincount(np.frombuffer(said.features, dtype=np.int32), minlength=width)
    idf = rarity(frequency, spread, len(said.lengths), entries)
    idf *= np.fromiter(map(kind_weight, slots), dtype=np.float64, count=width)
    is_pair = np.fromiter((feature[0] == "^" for feature in slots), dtype=bool, count=width)
    kept = ~is_pair | (frequency > 1)
    idf[~kept] = 0.0
    new = (np.cumsum(kept) - 1).astype(np.int32)
    extra: dict[int, list[int]] = {}
    for owner, feature in about:
        if feature in slots:
            extra.setdefault(owner, []).append(slots[feature])
    parts: list[tuple[Any, Any, Any]] = []
    features, lengths, scales = array("i"), array("i"), array("f")
    for block in _blocks(np, said):
        leaning = [
            (owner - block.entry, column)
            for owner in range(block.entry, block.entry + block.entries)
            for column in extra.get(owner, ())
        ]
        owners, columns, weights = _summed(np, block, idf, leaning, about_weight)
        used = kept[columns]
        numbers = (owners[used] + block.entry).astype(np.int32)
        parts.append((new[columns[used]], numbers, np.round(weights[used], _DIGITS).astype(np.float32)))
        telling = kept[block.columns]
        features.frombytes(new[block.columns[telling]].tobytes())
        lengths.frombytes(np.add.reduceat(telling.astype(np.int32), block.starts).astype(np.int32).tobytes())
        scales.frombytes(_scales(np, np.add.reduceat(idf[block.columns] ** 2, block.starts)).tobytes())
    names = [feature for feature, keep in zip(slots, kept.tolist(), strict=True) if keep]
    columns, numbers, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    del parts
    return Bulk(
        dict(zip(names, idf[kept].tolist(), strict=True)),
        packed(names, columns, numbers, weights),
        packed_phrasings(names, features, lengths, scales, said.phrasings),
    )


def _blocks(np: Any, said: Said) -> Iterator[_Block]:
    """All entries, some at a time."""
    features, lengths = np.frombuffer(said.features, dtype=np.int32), np.frombuffer(said.lengths, dtype=np.int32)
    shares = np.frombuffer(said.shares, dtype=np.float32)
    counts = np.frombuffer(said.phrasings, dtype=np.int32)
    phrasing_ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    entry_ends = ends[phrasing_ends]
    width, start = len(said.slots), 0
    while start < len(counts):
        stop = max(int(np.searchsorted(entry_ends, entry_ends[start] + BLOCK, side="right")) - 1, start + 1)
        columns = features[entry_ends[start] : entry_ends[stop]]
        if len(columns):
            owners = np.repeat(np.arange(stop - start), np.diff(entry_ends[start : stop + 1]))
            keys = owners * width + columns
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            yield _Block(
                entry=start,
                entries=stop - start,
                columns=columns,
                shares=shares[entry_ends[start] : entry_ends[stop]],
                owners=owners,
                starts=ends[phrasing_ends[start] : phrasing_ends[stop]] - entry_ends[start],
                order=order,
                first=np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))),
            )
        start = stop


def _summed(
    np: Any, block: _Block, idf: Any, leaning: list[tuple[int, int]], about_weight: float
) -> tuple[Any, Any, Any]:
    """The entries' unit vectors, as (entry in the block, feature, weight) one by one, in this order."""
    weights = block.shares * idf[block.columns]
    norms = _length(np, np.add.reduceat(weights * weights, block.starts))
    weights /= np.repeat(norms, np.diff(np.append(block.starts, len(weights))))
    places = block.order[block.first]
    owners, columns = block.owners[places], block.columns[places].astype(np.int64)
    sums = _unit(np, owners, np.add.reduceat(weights[block.order], block.first), block.entries)
    if leaning:
        width = len(idf)
        pairs = np.concatenate((owners * width + columns, [owner * width + column for owner, column in leaning]))
        pairs, where = np.unique(pairs, return_inverse=True)
        sums = np.bincount(where, weights=np.concatenate((sums, np.full(len(leaning), about_weight))))
        owners, columns = pairs // width, pairs % width
        sums = _unit(np, owners, sums, block.entries)
    return owners, columns, sums


def _unit(np: Any, owners: Any, weights: Any, entries: int) -> Any:
    return weights / _length(np, np.bincount(owners, weights=weights * weights, minlength=entries))[owners]


def _length(np: Any, squares: Any) -> Any:
    return np.where(squares > 0, np.sqrt(squares), 1.0)


def _scales(np: Any, squares: Any) -> Any:
    return np.where(squares > 0, 1 / _length(np, squares), 0.0).astype(np.float32)

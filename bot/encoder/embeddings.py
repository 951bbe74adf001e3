"""The embeddings of phrasings: those of the shipped knowledge come with the package, others are computed once and kept
in the cache directory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from bot.encoder.encoder import MODEL, SCALE, WIDTH, Encoder
from knowledge.folder import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMBEDDINGS = MODEL.with_name("embeddings.npz")
"""Those that come with the package: `make embeddings` writes them."""

MOST_KEPT = 100_000
"""Embeddings in the file, 40 MB: those of the knowledge at hand, then those that were there before."""

BLOCK = 512
"""Texts between two reports of progress."""


def embeddings_of(
    texts: Sequence[str], encoder: Encoder, path: Path, progress: Callable[[int, int], None] | None = None
) -> NDArray[np.int8]:
    """The embedding of each text times SCALE, one a row. Those that come with the package, or that `path` has from
    before, are not computed again; `path` is written where there were others, and where it can be."""
    keys = np.array([_key(text) for text in texts], dtype=np.uint64)
    shipped, kept = _read(EMBEDDINGS), _read(path)
    known_keys, known = np.concatenate([shipped[0], kept[0]]), np.concatenate([shipped[1], kept[1]])
    order = np.argsort(known_keys, kind="stable")
    places = np.searchsorted(known_keys, keys, sorter=order)
    rows = order[np.minimum(places, len(order) - 1)] if len(order) else np.zeros(len(keys), dtype=np.int64)
    found = known_keys[rows] == keys if len(order) else np.zeros(len(keys), dtype=bool)
    vectors = np.empty((len(texts), WIDTH), dtype=np.int8)
    vectors[found] = known[rows[found]]
    missing = np.flatnonzero(~found).tolist()
    for start in range(0, len(missing), BLOCK):
        block = missing[start : start + BLOCK]
        vectors[block] = np.round(encoder.embeddings([texts[number] for number in block]) * SCALE)
        if progress is not None:
            progress(start + len(block), len(missing))
    if missing:
        own, others = ~np.isin(keys, shipped[0]), ~np.isin(kept[0], keys)
        _write(path, np.concatenate([keys[own], kept[0][others]]), np.concatenate([vectors[own], kept[1][others]]))
    return vectors


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "little")


def _read(path: Path) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    """What is kept; nothing where the file is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        keys, vectors = np.empty(0), np.empty(0)
    if keys.dtype == np.uint64 and vectors.dtype == np.int8 and vectors.shape == (len(keys), WIDTH):
        return keys, vectors
    return np.empty(0, dtype=np.uint64), np.empty((0, WIDTH), dtype=np.int8)


def _write(path: Path, keys: NDArray[np.uint64], vectors: NDArray[np.int8]) -> None:
    body = io.BytesIO()
    np.savez(body, keys=keys[:MOST_KEPT], vectors=vectors[:MOST_KEPT])
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, body.getvalue(), mode=0o600)
    except OSError:
        return

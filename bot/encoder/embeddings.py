"""The embeddings of phrasings: those of the shipped knowledge come with the package, others are computed once and kept
in the cache directory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
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
    keys = [_key(text) for text in texts]
    shipped, kept = _read(EMBEDDINGS), _read(path)
    known = kept | shipped
    missing = [number for number, key in enumerate(keys) if key not in known]
    for start in range(0, len(missing), BLOCK):
        block = missing[start : start + BLOCK]
        found = np.round(encoder.embeddings([texts[number] for number in block]) * SCALE).astype(np.int8)
        known.update(zip((keys[number] for number in block), found, strict=True))
        if progress is not None:
            progress(start + len(block), len(missing))
    if missing:
        _write(path, {key: known[key] for key in keys if key not in shipped} | kept)
    return np.array([known[key] for key in keys], dtype=np.int8).reshape(len(texts), WIDTH)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "little")


def _read(path: Path) -> dict[int, NDArray[np.int8]]:
    """What is kept, by key; nothing where the file is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            keys, vectors = kept["keys"], kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    sound = keys.dtype == np.uint64 and vectors.dtype == np.int8 and vectors.shape == (len(keys), WIDTH)
    return dict(zip(keys.tolist(), vectors, strict=True)) if sound else {}


def _write(path: Path, kept: Mapping[int, NDArray[np.int8]]) -> None:
    body = io.BytesIO()
    keys, vectors = list(kept)[:MOST_KEPT], list(kept.values())[:MOST_KEPT]
    np.savez(body, keys=np.array(keys, dtype=np.uint64), vectors=np.array(vectors))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, body.getvalue(), mode=0o600)
    except OSError:
        return

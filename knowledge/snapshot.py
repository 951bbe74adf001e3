"""Compiled knowledge on disk, so that a process starts without reading YAML.

A snapshot is JSON: every dataclass is an object that names its kind, and only the kinds that the
caller lists are ever made. It is a cache: anything wrong with it means "compile again".
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from knowledge import model, recommendation

_KIND = "!"

KINDS: tuple[type, ...] = (
    model.ArticleView,
    model.Calibration,
    model.Cell,
    model.Entry,
    model.KnowledgeBase,
    model.Source,
    model.Statement,
    model.Term,
    model.Vocabulary,
    *recommendation.KINDS,
)
"""The classes a knowledge base is made of."""


def fingerprint(files: Iterable[Path]) -> str:
    """Changes when any of the files is added, removed, renamed or written to; reads none of them."""
    digest = hashlib.sha256()
    for file in files:
        stat = file.stat()
        digest.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def read(path: Path, key: str, kinds: Sequence[type]) -> Mapping[str, Any] | None:
    """What was written under `key`, or None where there is no such snapshot or it does not read."""
    by_name = {kind.__name__: kind for kind in kinds}
    try:
        with path.open("rb") as file:
            if file.readline().strip().decode() != key:
                return None
            parts: Mapping[str, Any] = json.loads(file.read(), object_hook=partial(_revive, by_name))
            return parts
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def write(path: Path, key: str, parts: Mapping[str, Any]) -> bool:
    """Keep `parts` under `key`, whole or not at all; False where the place cannot be written to."""
    body = json.dumps(parts, default=_plain, ensure_ascii=False, separators=(",", ":"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"{key}\n{body}")
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            return False
    except OSError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {_KIND: "date", "day": value.isoformat()}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, array):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    return {_KIND: type(value).__name__, **{item.name: getattr(value, item.name) for item in fields(value)}}


def _revive(kinds: Mapping[str, type], found: dict[str, Any]) -> Any:
    name = found.pop(_KIND, None)
    if name is None:
        return found
    if name == "date":
        return date.fromisoformat(found["day"])
    return kinds[name](**{key: tuple(value) if type(value) is list else value for key, value in found.items()})

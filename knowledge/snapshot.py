"""A cache of the compiled knowledge, so that a process starts without reading YAML.

A snapshot is JSON: every dataclass is an object that names its kind, and only the kinds that the
caller lists are ever created. Anything wrong with it means "compile again".
"""

from __future__ import annotations

import hashlib
import json
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from knowledge import model, recommendation
from knowledge.folder import write_atomically

_KIND = "!"

KINDS: tuple[type, ...] = tuple(
    kind
    for module in (model, recommendation)
    for kind in vars(module).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
)
"""The classes that a knowledge base consists of."""


def fingerprint(files: Iterable[Path]) -> str:
    """A digest of the files' names, sizes and times: it changes when one is added, removed, renamed or written to."""
    digest = hashlib.sha256()
    for file in files:
        stat = file.stat() if file.exists() else file.lstat()
        digest.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def read(path: Path, key: str, kinds: Sequence[type]) -> Mapping[str, Any] | None:
    """What was written under `key`; None where there is no such snapshot or it cannot be read."""
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
    """Save `parts` under `key`, whole or not at all; False where the path cannot be written to."""
    body = json.dumps(parts, default=_plain, ensure_ascii=False, separators=(",", ":"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(path, f"{key}\n{body}".encode(), mode=0o600)
    except OSError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {_KIND: "date", "day": value.isoformat()}
    if isinstance(value, array):
        return {_KIND: "array", "type": value.typecode, "data": b64encode(value).decode()}
    return {_KIND: type(value).__name__, **{item.name: getattr(value, item.name) for item in fields(value)}}


def _revive(kinds: Mapping[str, type], found: dict[str, Any]) -> Any:
    name = found.pop(_KIND, None)
    if name is None:
        return found
    if name == "date":
        return date.fromisoformat(found["day"])
    if name == "array":
        return array(found["type"], b64decode(found["data"]))
    return kinds[name](**{key: tuple(value) if type(value) is list else value for key, value in found.items()})

"""Entries as JSON Lines files of a knowledge folder: what programs write, and quick to read by the thousand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from knowledge.exchange.content import Content
from knowledge.files import ENTRY

SHARD_BYTES = 4_000_000
"""Entries are spread over files of about this size, so that loading them can tell how far it is."""

_SHARD = re.compile(r"entries-\d{4,}\.jsonl")


def is_shard(name: str) -> bool:
    """Whether a file is called as those are that `texts` makes."""
    return _SHARD.fullmatch(name) is not None


def texts(content: Content) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file."""
    shard: list[bytes] = []
    number = size = 0
    for entry in content.entries.values():
        values = ENTRY.dump_python(entry, mode="json", exclude_defaults=True)
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        shard.append(line)
        size += len(line)
        if size >= SHARD_BYTES:
            number += 1
            yield _name(number), b"".join(shard)
            shard, size = [], 0
    if shard:
        yield _name(number + 1), b"".join(shard)


def _name(number: int) -> str:
    return f"entries-{number:04}.jsonl"

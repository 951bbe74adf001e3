"""Progress of long work, for a person at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

SOON = 0.7
"""Seconds before anything is said: shorter work needs no words."""


def progress_on(stream: TextIO | None, what: str = "files read") -> Callable[[int, int], None] | None:
    """A function for (done, total) that rewrites one line of a terminal; None where `stream` is not a terminal."""
    if stream is None or not stream.isatty():
        return None
    start = time.monotonic()
    shown = -1

    def report(done: int, total: int) -> None:
        nonlocal shown
        share = 100 * done // max(total, 1)
        if share != shown and time.monotonic() - start > SOON:
            shown = share
            end = "\r\x1b[K" if done == total else ""
            print(f"\r{what}: {done:,} of {total:,} ({share} %)", end=end, file=stream, flush=True)

    return report

"""Progress of long work, for a person at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def patience(stream: TextIO | None, what: str) -> Iterator[None]:
    """Say `what` at a terminal where the block takes longer than SOON."""
    if stream is None or not stream.isatty():
        yield
        return
    from threading import Timer  # noqa: PLC0415 - asking a question does not need it

    timer = Timer(SOON, print, (what,), {"file": stream, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

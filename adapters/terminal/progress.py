"""How far a long piece of work has come, for somebody who watches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

SOON = 0.7
"""Seconds of silence: what is done by then was not worth a word."""


def progress_on(stream: TextIO | None, what: str = "files read") -> Callable[[int, int], None] | None:
    """A callable for (done, in all) that rewrites one line of a terminal; None where nobody watches."""
    if stream is None or not stream.isatty():
        return None
    start = time.monotonic()
    shown = -1

    def tell(done: int, total: int) -> None:
        nonlocal shown
        share = 100 * done // max(total, 1)
        if share != shown and time.monotonic() - start > SOON:
            shown = share
            end = "\r\x1b[K" if done == total else ""
            print(f"\r{what}: {done:,} of {total:,} ({share} %)", end=end, file=stream, flush=True)

    return tell


@contextmanager
def patience(stream: TextIO | None, what: str) -> Iterator[None]:
    """Say `what` to somebody who watches, where the block takes longer than SOON."""
    if stream is None or not stream.isatty():
        yield
        return
    from threading import Timer  # noqa: PLC0415 - nobody else here needs it

    timer = Timer(SOON, print, (what,), {"file": stream, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

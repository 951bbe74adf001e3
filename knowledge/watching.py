"""Reload while running: notices when knowledge files change and calls back, in a thread or in a task.

What "reload" means is the caller's: build the new version, then put it in place of the old one by a
single assignment. Where that fails the old version simply stays.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from knowledge.errors import KnowledgeError, Problem
from knowledge.folder import content_files
from knowledge.snapshot import fingerprint

QUIET_MS = 100
"""A change is acted on once the files have been quiet for this long ..."""

PATIENCE_MS = 500
"""... or after this long at the latest, so that a file written to without pause does not hold it up."""

LOOK_MS = 1_000
"""How often the files are looked at without being told of a change: some file systems tell nothing."""


class Watcher:
    """Calls `reload` after files of `folders` changed, and `failed` where that raised KnowledgeError.

    Make it before you load what it is to keep up to date: it remembers the files as they are now.
    Only what a knowledge folder would read counts: an editor's backup file does not. Run it either
    way: as a context manager it watches in a daemon thread and calls back from there; `await run()`
    watches until cancelled, calls `reload` in a worker thread and `failed` in the event loop.
    """

    def __init__(
        self, folders: Iterable[Path], reload: Callable[[], object], failed: Callable[[KnowledgeError], object]
    ) -> None:
        self._folders = tuple(folders)
        self._reload = reload
        self._failed = failed
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = self._look()

    def start(self) -> None:
        """Watch in a daemon thread from now on."""
        self._thread = threading.Thread(target=self._watch, name="knowledge-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits for a reload that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def run(self) -> None:
        """Watch until cancelled."""
        from watchfiles import awatch  # noqa: PLC0415 - only who watches pays for it

        await self._catch_up_beside()
        async for _ in awatch(
            *self._folders,
            watch_filter=None,
            debounce=PATIENCE_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
        ):
            await self._catch_up_beside()

    async def _catch_up_beside(self) -> None:
        error = await asyncio.to_thread(self._catch_up)
        if error is not None:
            self._failed(error)

    def _watch(self) -> None:
        from watchfiles import watch  # noqa: PLC0415

        self._catch_up_here()
        for _ in watch(
            *self._folders,
            watch_filter=None,
            debounce=PATIENCE_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
        ):
            self._catch_up_here()

    def _catch_up_here(self) -> None:
        error = self._catch_up()
        if error is not None:
            self._failed(error)

    def _catch_up(self) -> KnowledgeError | None:
        """Reload if the files differ from those last loaded; what kept it from happening, if anything did.

        A failed version counts as seen: it is reported once, not again until the files change.
        """
        now = self._look()
        if now == self._seen:
            return None
        self._seen = now
        try:
            self._reload()
        except KnowledgeError as error:
            return error
        except OSError as error:
            if self._look() != now:
                return None  # a file came or went in the middle: the next look sees that
            where = Path(error.filename) if error.filename else self._folders[0]
            return KnowledgeError([Problem(where, 0, "", f"cannot be read: {error.strerror}", "check the file")])
        return None

    def _look(self) -> str:
        """The state of the files. Contents are not read; a mounted configuration that swaps links shows too."""
        try:
            return fingerprint(file for folder in self._folders for file in content_files(folder))
        except OSError:
            return "changing"

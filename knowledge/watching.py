"""Hot reload: watch knowledge folders and call back when a file changes, in a thread or in a task.

Reloading is up to the caller: build the new version, then replace the old one by a single assignment.
Where that fails, the old version stays.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

from knowledge.errors import KnowledgeError
from knowledge.folder import content_files
from knowledge.snapshot import fingerprint

_OPTIONS: dict[str, Any] = {
    "watch_filter": None,
    "step": 100,  # changes are acted on after so many milliseconds without another one ...
    "debounce": 500,  # ... or at the latest after so many, if a file is written all the time
    "rust_timeout": 1_000,  # some file systems send no events: look at the files this often anyway
    "yield_on_timeout": True,
}
"""How watchfiles watches."""


class Watcher:
    """Calls `reload` after files of `folders` changed, and `failed` where that raised KnowledgeError.

    Create it before loading, because it remembers the files as they are now. Only files that belong to
    a knowledge folder count: an editor's backup file does not. As a context manager or by `await run()`, until
    cancelled, it watches in a thread of its own, and calls back from there.
    """

    def __init__(
        self, folders: Iterable[Path], reload: Callable[[], object], failed: Callable[[KnowledgeError], object]
    ) -> None:
        self._folders = tuple(folders)
        self._reload = reload
        self._failed = failed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="knowledge-watcher", daemon=True)
        self._seen = self._fingerprint()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()  # waits for a running reload

    async def run(self) -> None:
        """Watch until cancelled. May be called again after it failed."""
        self._stop.clear()
        try:
            await asyncio.to_thread(self._watch)
        finally:
            self._stop.set()

    def _watch(self) -> None:
        from watchfiles import watch  # noqa: PLC0415 - needed only to watch

        self._reload_if_changed()
        for _ in watch(*self._folders, **_OPTIONS, stop_event=self._stop, raise_interrupt=False):
            self._reload_if_changed()

    def _reload_if_changed(self) -> None:
        """Reload if the files differ from those last loaded.

        A failed version counts as seen: it is reported once, and again only after the files change.
        """
        now = self._fingerprint()
        if now == self._seen:
            return
        self._seen = now
        try:
            self._reload()
        except KnowledgeError as error:
            self._failed(error)
        except OSError as error:
            if self._fingerprint() != now:
                return  # a file came or went meanwhile: the next look sees that
            where = Path(error.filename) if error.filename else self._folders[0]
            self._failed(KnowledgeError.at(where, f"cannot be read: {error.strerror}", "check the file"))

    def _fingerprint(self) -> str:
        """The fingerprint of the files. A mounted configuration that swaps links changes it too."""
        try:
            return fingerprint(file for folder in self._folders for file in content_files(folder))
        except OSError:
            return "changing"

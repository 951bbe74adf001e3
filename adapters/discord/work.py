"""What is being done right now, so that stopping can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


class Work:
    """Counts what is in flight and keeps hold of what goes on in the background."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def in_flight(self) -> int:
        """How much is being done."""
        return self._count

    @contextmanager
    def one(self) -> Iterator[None]:
        """Counts one thing while it is being done."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    def later(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something in the background, counted like the rest."""
        task = asyncio.create_task(self._counted(doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drained(self, seconds: float) -> bool:
        """Wait until nothing is in flight, `seconds` at the most; whether that was reached."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def _counted(self, doing: Coroutine[Any, Any, None]) -> None:
        with self.one():
            await doing

"""What is being done right now, so that stopping can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from adapters.shares import Shares

MOST_IN_FLIGHT = 1_000
"""Things that are done at once, half of them for one server; beyond that, messages are left unanswered."""


class Work:
    """Counts what is in flight and keeps hold of what goes on in the background."""

    def __init__(self) -> None:
        self._shares = Shares(MOST_IN_FLIGHT)
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.failed = 0
        """How much of it ended in an error."""

    @property
    def in_flight(self) -> int:
        """How much is being done."""
        return self._shares.taken

    def has_room(self, tenant: str) -> bool:
        """Whether more of `tenant` can be done: no server has more in flight than is left for the others."""
        return self._shares.has_room(tenant)

    @contextmanager
    def one(self, tenant: str | None = None) -> Iterator[None]:
        """Counts one thing, of `tenant`, while it is being done."""
        self._shares.take(tenant)
        self._idle.clear()
        try:
            yield
        finally:
            self._shares.give_back(tenant)
            if not self._shares.taken:
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

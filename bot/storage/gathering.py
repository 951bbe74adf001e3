"""Work that goes together: what comes while one batch is under way makes up the next.

A transaction for each event would be what limits a busy service. Alone, a call is not delayed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.storage.errors import StoreUnavailable

A = TypeVar("A")
R = TypeVar("R")

MOST = 200
"""Calls in one batch."""


class Gathering(Generic[A, R]):
    """Calls `work` with what was asked meanwhile, and gives each its own result, in order."""

    def __init__(self, work: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._waiting: deque[tuple[A, asyncio.Future[R]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, asked: A) -> R:
        """The result for `asked`; what `work` raises is raised for each in its batch."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            # Whoever was cancelled while waiting wants it no more.
            batch = [(asked, answer) for asked, answer in batch if not answer.done()]
            if not batch:
                continue
            try:
                results = await self._work([asked for asked, _ in batch])
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(
                            StoreUnavailable(str(error)) if isinstance(error, StoreUnavailable) else error
                        )
            else:
                for (_, answer), result in zip(batch, results, strict=True):
                    if not answer.done():
                        answer.set_result(result)

"""What came in and is being worked on: each delivery answered once, nothing forgotten, all of it counted.

Slack sends an event again until it is acknowledged, and never again after that. So an event's
acknowledgement waits a moment for its answer: whoever dies meanwhile has not acknowledged, and the
redelivery is answered by another process. It never waits long: Slack gives up after three seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.storage.deliveries import Claim
from bot.storage.resilience import ResilientStore

HOLD = 0.5
"""Seconds an acknowledgement waits for the answer at most."""

AT_ONCE = 4
"""Pieces of work that use the store at once. In a rush the others wait here, not at the database, where
waiting looks as if it were away."""

MOST_IN_FLIGHT = 1_000
"""Beyond that, events are left for Slack to deliver again."""

Work = Callable[[], Awaitable[object]]
Wanted = Callable[[], Awaitable[bool]]

_log = logging.getLogger(__name__)


class Intake:
    """Starts work, keeps it from being lost, and knows how much there is."""

    def __init__(self, store: ResilientStore, *, hold: float = HOLD) -> None:
        self._store = store
        self._hold = hold
        self._tasks: set[asyncio.Task[Any]] = set()
        self._claimed: dict[str, asyncio.Task[bool]] = {}
        self.at_once = asyncio.Semaphore(AT_ONCE)
        self.open = True
        self.failed = 0
        """How many pieces of work ended in an error since the start."""

    @property
    def in_flight(self) -> int:
        """How much is being worked on."""
        return len(self._tasks)

    async def deliver(self, key: str, tenant: str, work: Work, *, wanted: Wanted | None = None) -> bool:
        """Do `work` for the delivery `key`, unless it was done; whether to acknowledge it now.

        Where `wanted` says no there is nothing to do, and nothing is kept of the delivery.
        """
        if not self.open or self.in_flight >= MOST_IN_FLIGHT:
            return False
        task = self._claimed.get(key)
        if task is None:
            task = self.start(self._once(key, tenant, work, wanted))
            self._claimed[key] = task
            task.add_done_callback(lambda _: self._claimed.pop(key, None))
        done, _ = await asyncio.wait({task}, timeout=self._hold)
        return task.result() if done else True

    async def once(self, key: str, tenant: str, work: Work) -> bool:
        """Do `work` unless `key` was done before or is being done; whether it was done now."""
        if await self._claim(key, tenant) is not Claim.NEW:
            return False
        try:
            await work()
        except BaseException:
            await self._store.deliveries.release(key)
            raise
        await self._done(key)
        return True

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Work on something beside whoever asks for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> int:
        """Wait until all is done, for at most `seconds`; how much was not."""
        own = {task for task in self._tasks if task is not asyncio.current_task()}
        if own:
            await asyncio.wait(own, timeout=seconds)
        return sum(not task.done() for task in own)

    async def close(self) -> None:
        """Cancel what is still being worked on."""
        self.open = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _once(self, key: str, tenant: str, work: Work, wanted: Wanted | None) -> bool:
        """Whether Slack may take the delivery for done."""
        if wanted is not None and not await wanted():
            return True
        match await self._claim(key, tenant):
            case Claim.DONE:
                return True
            case Claim.IN_PROGRESS:
                return False  # by another process, which may have died: let it come again
            case Claim.NEW:
                pass
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the delivery must be free for another try
            self.failed += 1
            # Only the kind: its text may quote a message.
            _log.error("answering failed: %s", type(error).__name__)
            await self._store.deliveries.release(key)
            return False
        await self._done(key)
        return True

    async def _claim(self, key: str, tenant: str) -> Claim:
        async with self.at_once:
            return await self._store.deliveries.claim(key, tenant)

    async def _done(self, key: str) -> None:
        async with self.at_once:
            await self._store.deliveries.done(key)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failed += 1
            _log.error("working on something from Slack failed: %s", type(task.exception()).__name__)

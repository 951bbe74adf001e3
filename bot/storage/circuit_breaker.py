"""A circuit breaker: once the database does not answer, nobody waits for it until a probe succeeds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from bot.storage.errors import StoreUnavailable
from bot.storage.records import Clock

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, T]]

_log = logging.getLogger(__name__)


class CircuitBreaker:
    """Runs calls to the database, each within a time limit.

    closed: calls run. Open: a call failed, so that all others fail at once, until a probe succeeds. The owner of the
    breaker probes at intervals.
    """

    def __init__(self, clock: Clock, time_limit: float) -> None:
        """`time_limit`: seconds that a call may take."""
        self.clock = clock
        self._time_limit = time_limit
        self._background: set[asyncio.Task[Any]] = set()
        self.closed = True
        self.since: datetime = clock()
        """When the circuit last opened or closed."""
        self.reason = ""
        """Why it is not closed."""
        self.recovered_at: datetime | None = None
        """When it last closed after an outage."""

    async def call(self, work: Work[T], *, seconds: float | None = None) -> T:
        """The result of `work`. Raises StoreUnavailable at once while the circuit is not closed, or after `seconds`."""
        if not self.closed:
            raise StoreUnavailable(self.reason)
        return await self._run(work, seconds)

    async def call_briefly(self, work: Work[T], seconds: float) -> T:
        """As `call`, but the caller waits for `seconds` only and then gets StoreUnavailable.

        The work goes on in the background within the usual time limit. So one slow query does not open the circuit,
        and a database that hangs does.
        """
        task = self._start(self.call(work))
        if not await _ended(task, seconds):
            raise StoreUnavailable("the database is slow")
        return task.result()

    async def probe(self, work: Work[T], *, seconds: float | None = None) -> T:
        """As `call`, whatever the state; success closes the circuit."""
        result = await self._run(work, seconds)
        if not self.closed:
            self.closed, self.since, self.reason = True, self.clock(), ""
            self.recovered_at = self.since
            _log.info("the store is back")
        return result

    async def wait_for_background(self) -> None:
        """Give the calls that nobody waits for any more a second to end."""
        if self._background:
            await asyncio.wait(self._background, timeout=1)

    async def _run(self, work: Work[T], seconds: float | None) -> T:
        """The result of `work`; what fails opens the circuit.

        A driver may wait for a hung server even after it was cancelled, so the task is not awaited then.
        """
        task = self._start(work())
        if not await _ended(task, self._time_limit if seconds is None else seconds):
            task.cancel()
            self._open("the database did not answer in time")
            raise StoreUnavailable(self.reason)
        try:
            return task.result()
        except StoreUnavailable as error:
            self._open(str(error))
            raise

    def _open(self, reason: str) -> None:
        if self.closed:
            self.since = self.clock()
            _log.warning("the store is unavailable: %s", reason)
        self.closed, self.reason = False, reason

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not report it


async def _ended(task: asyncio.Task[Any], seconds: float) -> bool:
    """Whether `task` ended within `seconds`. It goes on after that, and is cancelled only with its caller."""
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    return bool(done)

"""What an outage of the database needs: a circuit breaker, so that nobody waits for it until a probe succeeds, and the
write-behind queue, in which writes share transactions, and wait, within bounds, until it is back."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from bot.storage.bounded_dict import BoundedDict
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Clock

T = TypeVar("T")
V = TypeVar("V")

Work = Callable[[], Coroutine[Any, Any, T]]

BatchWriter = Callable[[Sequence[V]], Awaitable[Sequence[Any] | None]]
"""Writes some values, and returns a result for each, in order, or None where they have no results."""

MOST = 200
"""Writes in one transaction."""

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


@dataclass(frozen=True, slots=True, eq=False)
class PendingWrite(Generic[V]):
    """A write, and whose data it is."""

    key: Hashable
    """A later write under the same key replaces this one."""
    value: V
    tenant: str
    user: tuple[str, str] | None = None
    """Platform and user id, where a user can ask for deletion."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteKind(Generic[V]):
    """How one kind of write is made, and which writes of it wait."""

    writer: BatchWriter[V]
    write: Callable[[V], Awaitable[Any]]
    """Writes one value. Raises StoreUnavailable, or what is wrong with that value."""
    pending: BoundedDict[Hashable, PendingWrite[V]]


_Write = tuple[WriteKind[Any], Any, asyncio.Future[Any]]
"""Its kind, what to write, and its result."""


class WriteBehindQueue:
    """Group commit, and the writes of every kind that wait for the database.

    Writes that arrive while one transaction is under way share the next: the cost of a transaction, which limits a busy
    service, is then paid once for many. A single write is not delayed. In a transaction, and when pending writes are
    flushed, kinds are written in the order they were added, so that processes that add them in the same order cannot
    deadlock; of each kind the oldest write comes first.
    """

    def __init__(self, transaction: Callable[[], AbstractAsyncContextManager[Any]], breaker: CircuitBreaker) -> None:
        """`transaction` begins one, in which everything is written that its task writes."""
        self._transaction = transaction
        self.breaker = breaker
        self._kinds: list[WriteKind[Any]] = []
        self._queue: deque[_Write] = deque()
        self._running: asyncio.Task[None] | None = None
        self._failed = 0

    def __len__(self) -> int:
        return sum(len(kind.pending) for kind in self._kinds)

    @property
    def dropped(self) -> int:
        """Writes lost since the start: there was no room for them, or they could never have been made."""
        return self._failed + sum(kind.pending.dropped for kind in self._kinds)

    def kind(self, writer: BatchWriter[V], most: int = 0) -> WriteKind[V]:
        """Add a kind of which at most `most` wait."""

        async def write(value: V) -> Any:
            result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._queue.append((kind, value, result))
            if self._running is None or self._running.done():
                self._running = asyncio.create_task(self._run())
            return await result

        kind: WriteKind[V] = WriteKind(writer, write, BoundedDict(most))
        self._kinds.append(kind)
        return kind

    async def write(self, kind: WriteKind[V], item: PendingWrite[V]) -> None:
        """Make a write now, or when the database is back."""
        kind.pending.pop(item.key, None)
        try:
            await kind.write(item.value)
        except StoreUnavailable:
            kind.pending.put(item.key, item)

    async def flush(self) -> None:
        """Make the pending writes. Raises StoreUnavailable, and what is left goes on waiting.

        A write that fails for another reason would never succeed, so it is dropped and counted.
        """
        for kind in self._kinds:
            while items := [*islice(kind.pending.values(), MOST)]:
                results = await asyncio.gather(*(kind.write(item.value) for item in items), return_exceptions=True)
                for item, result in zip(items, results, strict=True):
                    if isinstance(result, StoreUnavailable):
                        continue
                    if isinstance(result, BaseException):
                        self._failed += 1
                        # Only the kind of error: its text may quote a row.
                        _log.error("a pending write was dropped: %s", type(result).__name__)
                    if kind.pending.get(item.key) is item:  # not replaced meanwhile
                        kind.pending.pop(item.key, None)
                if failure := next((result for result in results if isinstance(result, StoreUnavailable)), None):
                    raise failure

    def discard_where(self, unwanted: Callable[[PendingWrite[Any]], bool]) -> None:
        """Drop, uncounted, what must not be written any more."""
        for kind in self._kinds:
            kind.pending.discard_where(lambda _, item: unwanted(item))

    async def _run(self) -> None:
        while self._queue:
            taken = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
            batch = [write for write in taken if not write[2].done()]  # without those whose caller was cancelled
            for (_, _, waiting), result in zip(batch, await self._commit(batch), strict=True):
                if waiting.done():
                    continue
                if isinstance(result, Exception):
                    waiting.set_exception(result)
                else:
                    waiting.set_result(result)

    async def _commit(self, batch: Sequence[_Write]) -> list[Any]:
        """The result of each write, or the exception to raise for it."""
        if not batch:
            return []
        try:
            return await self.breaker.call(lambda: self._write(batch))
        except StoreUnavailable as error:
            return [StoreUnavailable(str(error)) for _ in batch]
        except Exception as error:  # noqa: BLE001 - raised for the one write that caused it
            if len(batch) == 1:
                return [error]
            return [result for write in batch for result in await self._commit([write])]

    async def _write(self, batch: Sequence[_Write]) -> list[Any]:
        results: list[Any] = [None] * len(batch)
        async with self._transaction():
            for kind in self._kinds:
                places = [place for place, write in enumerate(batch) if write[0] is kind]
                if places:
                    found = await kind.writer([batch[place][1] for place in places])
                    for place, result in zip(places, found or [None] * len(places), strict=True):
                        results[place] = result
        return results

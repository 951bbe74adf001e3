"""The store for answers that must not depend on the database.

During an outage nothing on the way of an answer raises or waits for it: a delivery that comes for the first time is
answered, a redelivery that this process does not know waits until the database can say, follow-ups rely on this
process's memory, channels on their cached settings, and what is to be written waits in a bounded queue. `state` says
so. Deletion and changes of settings are promises, so they raise StoreUnavailable.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.storage.channels import ResilientChannels, ResilientThreads
from bot.storage.deliveries import ResilientDeliveries
from bot.storage.errors import StoreUnavailable
from bot.storage.outages import BatchWriter, CircuitBreaker, PendingWrite, WriteBehindQueue, WriteKind
from bot.storage.records import AskedQuestion, Feedback, ShownAnswer, Tally, Unanswered
from bot.storage.repeating import attempt
from bot.storage.store import MIGRATION_TIME, Store

TIME_LIMIT = 2.0
"""Seconds a call to the database may take before it counts as unavailable."""

INTERVAL = 2.0
"""Seconds between two rounds of maintenance: probing, flushing, purging."""

GRACE = timedelta(seconds=TIME_LIMIT + INTERVAL + TIME_LIMIT)
"""After an outage, until every process has written what it answered in it. One whose probe hangs notices after
TIME_LIMIT, probes again after INTERVAL, and then writes within TIME_LIMIT."""

PURGE_INTERVAL = timedelta(hours=1)
FIRST_PURGE = timedelta(seconds=INTERVAL)
"""After the start, which so need not wait for a large deletion."""

DELETION_TIME = 120.0
"""Seconds that a deletion may take."""

MOST_FEEDBACK = 1_000
MOST_QUESTIONS = 500
MOST_ANSWERS = 5_000
MOST_TALLIES = 20_000

_log = logging.getLogger(__name__)

V = TypeVar("V", bound=AskedQuestion | Feedback | ShownAnswer | Unanswered)

_Deletion = Callable[[], Coroutine[Any, Any, Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class StoreState:
    """For readiness and metrics. `since`: when it became available or unavailable. `reason`: why it is unavailable."""

    available: bool
    since: datetime
    reason: str
    waiting: int
    """Writes that wait for the database."""
    dropped: int
    """Writes lost since the start: there was no room for them, or they could never have been made."""


class ResilientStore:
    """What chat platforms use. The store itself, for reports and installations, is `store`."""

    def __init__(self, store: Store, *, time_limit: float = TIME_LIMIT) -> None:
        self.store = store
        self._breaker = CircuitBreaker(store.clock, time_limit)
        self._queue = WriteBehindQueue(store.database.writing, self._breaker)
        self.deliveries = ResilientDeliveries(store.deliveries, self._queue, GRACE)
        self.threads = ResilientThreads(store.threads, self._queue)
        self.channels = ResilientChannels(store.channels, self._queue)
        self.feedback = Recorder(store.feedback.record_all, MOST_FEEDBACK, self._queue)
        self.unanswered = Recorder(store.unanswered.record_all, MOST_QUESTIONS, self._queue)
        self.asked_questions = Recorder(store.asked_questions.record_all, MOST_QUESTIONS, self._queue)
        self.shown_answers = Recorder(store.shown_answers.record_all, MOST_ANSWERS, self._queue)
        self.tallies = TallyCounter(store, self._queue)
        self._prepared = False
        self._maintenance = asyncio.Lock()
        self._flushing: asyncio.Task[None] | None = None
        self._deletions: dict[tuple[str, ...], _Deletion] = {}
        self._purge_at = store.clock() + FIRST_PURGE

    @classmethod
    @asynccontextmanager
    async def open(
        cls, store: Store, *, time_limit: float = TIME_LIMIT, every: float = INTERVAL
    ) -> AsyncIterator[ResilientStore]:
        """`store` with maintenance every `every` seconds until the end, then closed.

        Starts also during an outage. Raises StoreTooNew where a newer version was here.
        """
        resilient = cls(store, time_limit=time_limit)
        try:
            await resilient.maintain()
            maintenance = asyncio.create_task(resilient._maintain_forever(every))
            try:
                yield resilient
            finally:
                maintenance.cancel()
                await asyncio.wait({maintenance, resilient._flushing or maintenance})
                if resilient._breaker.closed:
                    await attempt(resilient._write_pending, "maintaining the store")
        finally:
            await resilient._breaker.wait_for_background()
            await store.close()

    @property
    def state(self) -> StoreState:
        return StoreState(
            available=self._breaker.closed,
            since=self._breaker.since,
            reason=self._breaker.reason,
            waiting=len(self._queue),
            dropped=self._queue.dropped + self.tallies.dropped,
        )

    async def forget_tenant(self, tenant: str, *, as_of: datetime | None = None) -> Mapping[str, int]:
        """As `Tenants.forget_tenant`, in this process and in the database.

        `as_of`: when the app was removed there; nothing is deleted where it was installed again since. Raises
        StoreUnavailable during an outage. It is then done after it, unless this process ends before: so do not
        acknowledge the request.
        """

        async def installed_again() -> bool:
            return as_of is not None and await self.store.installations.installed_since(tenant, as_of)

        async def delete() -> Mapping[str, int]:
            return {} if await installed_again() else await self.store.tenants.forget_tenant(tenant)

        with suppress(StoreUnavailable):  # what follows finds it out as well
            if await self._breaker.call(installed_again):
                return {}
        self._queue.discard_where(lambda item: item.tenant == tenant)
        for part in (self.deliveries, self.threads, self.channels, self.tallies):
            part.forget_tenant(tenant)
        return await self._delete(("tenant", tenant), delete)

    async def forget_user(self, platform: str, user: str) -> Mapping[str, int]:
        """As `Tenants.forget_user`, in this process and in the database. Raises as `forget_tenant` does."""
        self._queue.discard_where(lambda item: item.user == (platform, user))
        return await self._delete(("user", platform, user), lambda: self.store.tenants.forget_user(platform, user))

    async def maintain(self) -> bool:
        """Probe an unavailable database, make what waits, and purge once an hour; whether the database is available."""
        async with self._maintenance:
            try:
                if not self._prepared:
                    await self._breaker.probe(self.store.prepare, seconds=2 * MIGRATION_TIME)
                    await self._breaker.call(self.store.pseudonym_keys.note)
                    self._prepared = True
                if not self._breaker.closed:
                    await self._breaker.probe(self.store.database.ping)
                await self._write_pending()
                if self.store.clock() >= self._purge_at:
                    await self._breaker.call(self.store.tenants.purge, seconds=DELETION_TIME)
                    await self._breaker.call(self.store.pseudonym_keys.note, seconds=DELETION_TIME)
                    self._purge_at = self.store.clock() + PURGE_INTERVAL
            except StoreUnavailable:
                return False
            return True

    async def _write_pending(self) -> None:
        """Deletions come first: nothing that was queued after one is lost, and nothing before it comes back."""
        for key, deletion in list(self._deletions.items()):
            await self._breaker.call(deletion, seconds=DELETION_TIME)
            self._deletions.pop(key, None)
        self.tallies.enqueue()
        # Cancelled half-way it would not know what it has written, and write it twice.
        self._flushing = asyncio.create_task(self._queue.flush())
        await asyncio.shield(self._flushing)

    async def _delete(self, key: tuple[str, ...], deletion: _Deletion) -> Mapping[str, int]:
        try:
            return await self._breaker.call(deletion, seconds=DELETION_TIME)
        except StoreUnavailable:
            self._deletions[key] = deletion
            raise

    async def _maintain_forever(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await attempt(self.maintain, "maintaining the store")


class Recorder(Generic[V]):
    """Records votes, questions without an answer, or where answers were posted: now, or with the time of now where the
    database is unavailable."""

    def __init__(self, writer: BatchWriter[tuple[V, datetime]], most: int, queue: WriteBehindQueue) -> None:
        self._queue = queue
        self._kind: WriteKind[tuple[V, datetime]] = queue.kind(writer, most)

    async def record(self, item: V) -> None:
        """Never raises for the database."""
        given = (item, self._queue.breaker.clock())
        who = item.user if isinstance(item, Feedback | AskedQuestion) else ""
        user = (item.tenant.partition(":")[0], who) if who else None
        key = (user, item.answer) if isinstance(item, Feedback) else object()
        await self._queue.write(self._kind, PendingWrite(key, given, item.tenant, user))


class TallyCounter:
    """Counts in memory, written together at each maintenance, so that no answer waits for them."""

    def __init__(self, store: Store, queue: WriteBehindQueue) -> None:
        self._clock = store.clock
        self._tallies = queue.kind(store.tallies.add_all, MOST_TALLIES)
        self._counts: Counter[tuple[date, Tally]] = Counter()
        self.dropped = 0

    def count(self, tally: Tally) -> None:
        """One more of `tally` today. Never waits, never raises."""
        key = (self._clock().date(), tally)
        if key not in self._counts and len(self._counts) + len(self._tallies.pending) >= MOST_TALLIES:
            self.dropped += 1
            return
        self._counts[key] += 1

    def enqueue(self) -> None:
        """Move the counts into the queue, on top of those that wait there."""
        counts, self._counts = self._counts, Counter()
        for (day, tally), count in counts.items():
            waiting = self._tallies.pending.get((day, tally))
            total = count + (waiting.value[2] if waiting is not None else 0)
            self._tallies.pending.put((day, tally), PendingWrite((day, tally), (day, tally, total), tally.tenant))

    def forget_tenant(self, tenant: str) -> None:
        self._counts = Counter({key: count for key, count in self._counts.items() if key[1].tenant != tenant})

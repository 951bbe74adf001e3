"""The same store for those who must answer all the same, also while the database is away.

While it is away nothing on the way of an answer raises for it or waits for it: what comes for the first
time is answered, a redelivery that this process does not know waits until the database can tell, follow-ups
go by this process's memory alone, channels by what was last known, and feedback, unanswered questions and
counts wait, within bounds, to be written when it is back. `state` says so.
Deleting and changing settings are promises: they raise StoreUnavailable while they cannot be kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.storage.errors import StoreUnavailable
from bot.storage.group import Group
from bot.storage.link import Link
from bot.storage.migration import PATIENCE as MIGRATION_PATIENCE
from bot.storage.recent import RecentChannels, RecentDeliveries, RecentThreads
from bot.storage.waiting import WaitingFeedback, WaitingQuestions, WaitingTallies
from bot.store import Store

PATIENCE = 2.0
"""Seconds an answer waits for the database before it goes on without."""

TENDING = 2.0
"""Seconds between looks at what waits, and at whether the database is back."""

GRACE = timedelta(seconds=PATIENCE + TENDING + PATIENCE)
"""After an outage, until every process has written down what it answered in it. One whose look at the database
hangs finds out after PATIENCE, looks again after TENDING, and then writes within PATIENCE."""

PURGING = timedelta(hours=1)
"""Between two purges of what has been kept long enough."""

_LONG = 120.0
"""Seconds that deleting may take."""

MOST_DELETIONS = 1_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreState:
    """How the store is, for readiness and metrics."""

    available: bool
    since: datetime
    """Since when it has been so."""
    reason: str
    """Why it is away; empty where it is not."""
    waiting: int
    """How many judgements, questions, threads and deliveries wait to be written."""
    dropped: int
    """How many judgements, questions and counts were lost for want of room since the start."""


class ResilientStore:
    """What the adapters use. The store itself, for reports and installations, is `store`."""

    def __init__(self, store: Store, *, patience: float = PATIENCE) -> None:
        self.store = store
        self._link = Link(store.clock, patience)
        group = Group(store, self._link)
        self.deliveries = RecentDeliveries(store, self._link, group, GRACE)
        self.threads = RecentThreads(store, self._link, group)
        self.channels = RecentChannels(store, self._link)
        self.feedback = WaitingFeedback(store, self._link)
        self.unanswered = WaitingQuestions(store, group)
        self.tallies = WaitingTallies(store, self._link)
        self._prepared = False
        self._tending = asyncio.Lock()
        self._deletions: dict[tuple[str, ...], Callable[[], Coroutine[Any, Any, Mapping[str, int]]]] = {}
        self._purge_at = store.clock()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, store: Store, *, patience: float = PATIENCE, every: float = TENDING
    ) -> AsyncIterator[ResilientStore]:
        """`store`, tended every `every` seconds until the end, and then closed.

        Starts also while the database is away. Raises StoreTooNew where a newer version has been there.
        """
        resilient = cls(store, patience=patience)
        try:
            await resilient.tend()
            tending = asyncio.create_task(resilient._tend_for_ever(every))
            try:
                yield resilient
            finally:
                tending.cancel()
                with suppress(asyncio.CancelledError):
                    await tending
                await resilient._last_words()
        finally:
            await resilient._link.close()
            await store.close()

    @property
    def state(self) -> StoreState:
        """How the store is now."""
        writers = (self.deliveries, self.threads, self.feedback, self.unanswered)
        return StoreState(
            available=self._link.available,
            since=self._link.since,
            reason=self._link.reason,
            waiting=sum(writer.waiting for writer in writers),
            dropped=self.feedback.dropped + self.unanswered.dropped + self.tallies.dropped,
        )

    async def forget_tenant(self, tenant: str) -> Mapping[str, int]:
        """As `Tenants.forget_tenant`, here and in the database.

        Raises StoreUnavailable where the database is away; it is then done when it is back, unless
        this process ends before. So do not call the request that asked for it done.
        """
        for part in (
            self.deliveries, self.threads, self.channels, self.feedback, self.unanswered, self.tallies
        ):  # fmt: skip
            part.forget_tenant(tenant)
        return await self._delete(("tenant", tenant), lambda: self.store.tenants.forget_tenant(tenant))

    async def forget_user(self, platform: str, user: str) -> Mapping[str, int]:
        """As `Tenants.forget_user`, here and in the database. Raises StoreUnavailable as `forget_tenant` does."""
        self.feedback.forget_user(platform, user)
        return await self._delete(("user", platform, user), lambda: self.store.tenants.forget_user(platform, user))

    async def tend(self) -> bool:
        """Find out whether the database is there, and write what waits; whether it is. Purges once an hour."""
        async with self._tending:
            try:
                if not self._prepared:
                    await self._link.attempt(self.store.prepare, patience=2 * MIGRATION_PATIENCE, although_away=True)
                    self._prepared = True
                if not self._link.available:
                    await self._link.attempt(self.store.ping, although_away=True)
                    self._link.up()
                await self._write_what_waits()
                if self.store.clock() >= self._purge_at:
                    await self._link.attempt(self.store.tenants.purge, patience=_LONG)
                    await self._link.attempt(self.store.hiding_secrets.note)
                    self._purge_at = self.store.clock() + PURGING
            except StoreUnavailable:
                return False
            return True

    async def _write_what_waits(self) -> None:
        for key, work in list(self._deletions.items()):
            await self._link.attempt(work, patience=_LONG)
            self._deletions.pop(key, None)
        for part in (self.deliveries, self.threads, self.feedback, self.unanswered, self.tallies):
            await part.flush()

    async def _delete(
        self, key: tuple[str, ...], work: Callable[[], Coroutine[Any, Any, Mapping[str, int]]]
    ) -> Mapping[str, int]:
        try:
            return await self._link.attempt(work, patience=_LONG)
        except StoreUnavailable:
            if len(self._deletions) < MOST_DELETIONS:
                self._deletions[key] = work
            raise

    async def _tend_for_ever(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await _without_fail(self.tend)

    async def _last_words(self) -> None:
        if self._link.available:
            await _without_fail(self._write_what_waits)


async def _without_fail(work: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Do `work`; one bad row ends neither the tending nor the process."""
    try:
        await work()
    except StoreUnavailable:
        return
    except Exception as error:  # noqa: BLE001 - whatever it is
        # Only the kind of error: its text may quote a row.
        _log.error("tending the store failed: %s", type(error).__name__)

"""Channels and the threads in them: what a channel has chosen, and the last exchange of each thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.sql.dml import ReturningInsert

from bot.dialog.question import Turn
from bot.storage.bounded_dict import BoundedDict
from bot.storage.database import Database, Repository
from bot.storage.errors import StoreUnavailable
from bot.storage.masking import single_line
from bot.storage.outages import PendingWrite, WriteBehindQueue
from bot.storage.records import ChannelSettings
from bot.storage.schema import NAME, asked_questions, channels, feedback, threads, unanswered

READ_TIME = 0.25
"""Seconds that an answer waits for a thread or a channel's settings before it goes on without: a quarter of the second
after which people notice a pause (Nielsen's limits), and far more than the milliseconds a query takes."""

FRESH = timedelta(seconds=30)
"""How long a channel's settings are cached; a change made by another process takes effect after that."""

MOST_CHANNELS = 5_000
MOST_THREADS = 5_000
"""Threads that a process remembers, and of which it writes the last exchange later."""

MOST_IDS = 20
"""Ids of each kind that are stored of an exchange."""

_IDS = ("answered", "offered", "frameworks")
"""What is stored of a turn."""

_WHOLE_TENANT = ""

Exchange = tuple[str, str, Turn]
"""Thread, tenant, and the last turn."""


class ChannelTable(Repository):
    """Settings of channels, each on top of its tenant's."""

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """The settings in force in `channel`, or in the tenant as a whole."""
        return (await settings_in(self._database, [(tenant, channel)]))[0]

    async def change(self, tenant: str, channel: str | None = None, **changes: Any) -> ChannelSettings:
        """Change settings of `channel` or of the tenant as a whole; the settings now in force.

        None returns to the tenant's setting, or to the default.
        When a tenant chooses to store no words, those stored so far are deleted.
        """
        no_words = not channel and changes.get("keep_words") is False
        where = {"tenant": tenant, "channel": channel or _WHOLE_TENANT}
        latest = self._database.upsert(channels, where, (*changes, "changed_at"))
        async with self._database.writing():
            await self._database.write(latest, {**where, **changes, "changed_at": self._clock()})
            if no_words:
                of_nobody = (asked_questions.c.tenant == tenant) & asked_questions.c.user_hash.is_(None)
                await self._database.write(delete(asked_questions).where(of_nobody))
                await self._database.write(delete(unanswered).where(unanswered.c.tenant == tenant))
                await self._database.write(update(feedback).where(feedback.c.tenant == tenant).values(reason=None))
            settings = await self.settings(tenant, channel)
        if no_words:
            await self._database.vacuum()
        return settings


async def settings_in(database: Database, places: Sequence[tuple[str, str | None]]) -> list[ChannelSettings]:
    """The settings in force in each (tenant, channel)."""
    keys = [(single_line(tenant, NAME), single_line(channel or _WHOLE_TENANT, NAME)) for tenant, channel in places]
    known = select(channels).where(
        channels.c.tenant.in_({tenant for tenant, _ in keys}),
        channels.c.channel.in_({_WHOLE_TENANT, *(channel for _, channel in keys)}),
    )
    names = [field.name for field in fields(ChannelSettings)]
    chosen = {
        (row["tenant"], row["channel"]): {name: row[name] for name in names if row[name] is not None}
        for row in await database.read(known)
    }
    settings = []
    for tenant, channel in keys:
        of_tenant: dict[str, Any] = chosen.get((tenant, _WHOLE_TENANT), {})
        merged = of_tenant | chosen.get((tenant, channel), {})
        if of_tenant.get("keep_words") is False:
            merged["keep_words"] = False
        settings.append(ChannelSettings(**merged))
    return settings


class ThreadTable(Repository):
    """Threads that the bot takes part in. One that was quiet for `lifetime` is over."""

    @cached_property
    def _latest(self) -> ReturningInsert[Any]:
        latest = self._database.upsert(threads, ["thread"], ["tenant", "expires_at", *_IDS])
        return latest.returning(threads.c.thread)  # so that all rows go in one statement

    @property
    def lifetime(self) -> timedelta:
        return self._retention.threads

    async def remember_all(self, exchanges: Sequence[Exchange]) -> None:
        """Replace the last exchange of each thread; of one thread the last counts."""
        expires_at = self._clock() + self.lifetime
        rows = {}
        for thread, tenant, turn in exchanges:
            ids = {name: [single_line(one, NAME) for one in getattr(turn, name)[:MOST_IDS]] for name in _IDS}
            key = self._pseudonyms.thread(thread)
            rows[key] = {"thread": key, "tenant": tenant, "expires_at": expires_at, **ids}
        # Always in one order, so that replicas cannot deadlock.
        await self._database.write(self._latest, [rows[key] for key in sorted(rows)])

    async def turn(self, thread: str) -> Turn | None:
        """The last exchange of `thread`; None where the bot takes no part in it."""
        asked = select(threads).where(
            threads.c.thread == self._pseudonyms.thread(thread), threads.c.expires_at > self._clock()
        )
        return next(iter(await self._database.read_as(Turn, asked)), None)


class ResilientChannels:
    """`ChannelTable` with a cache: for 30 seconds, and for as long as the database is slow or unavailable."""

    def __init__(self, store: ChannelTable, queue: WriteBehindQueue) -> None:
        self._store, self._breaker, self._clock = store, queue.breaker, queue.breaker.clock
        self._cache: BoundedDict[tuple[str, str | None], tuple[ChannelSettings, datetime]] = BoundedDict(MOST_CHANNELS)
        self._changes = 0

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """As `ChannelTable.settings`, within 0.25 seconds; the defaults where nothing is known."""
        cached = self._cache.get((tenant, channel))
        if cached is not None and self._clock() < cached[1]:
            return cached[0]
        try:
            return await self._breaker.call_briefly(lambda: self._load(tenant, channel), READ_TIME)
        except StoreUnavailable:
            return cached[0] if cached is not None else ChannelSettings()

    async def change(self, tenant: str, channel: str | None = None, **changes: Any) -> ChannelSettings:
        """As `ChannelTable.change`. Raises StoreUnavailable: say that it could not be saved."""
        settings = await self._breaker.call(lambda: self._store.change(tenant, channel, **changes))
        self.forget_tenant(tenant)
        return settings

    def forget_tenant(self, tenant: str) -> None:
        self._changes += 1
        self._cache.discard_where(lambda place, _: place[0] == tenant)

    async def _load(self, tenant: str, channel: str | None) -> ChannelSettings:
        """Cache the settings, also where nobody waits for them any more, unless they were changed meanwhile."""
        changes = self._changes
        settings = await self._store.settings(tenant, channel)
        if changes == self._changes:
            self._cache.put((tenant, channel), (settings, self._clock() + FRESH))
        return settings


class ResilientThreads:
    """`ThreadTable` that never raises for the database."""

    def __init__(self, store: ThreadTable, queue: WriteBehindQueue) -> None:
        self._store, self._queue, self._breaker = store, queue, queue.breaker
        self._remembered: BoundedDict[str, tuple[str, Turn, datetime]] = BoundedDict(MOST_THREADS)
        """The tenant, the last exchange, and when the thread is over."""
        self._being_written: Counter[str] = Counter()
        """How many writes of each thread are under way, of which this process knows the last exchange best."""
        self._exchanges = queue.kind(store.remember_all, MOST_THREADS)

    async def remember(self, thread: str, tenant: str, turn: Turn) -> None:
        """Replace the last exchange of `thread`; written later where it cannot be now."""
        self._remembered.put(thread, (tenant, turn, self._breaker.clock() + self._store.lifetime))
        self._being_written[thread] += 1
        try:
            await self._queue.write(self._exchanges, PendingWrite(thread, (thread, tenant, turn), tenant))
        finally:
            self._being_written -= Counter([thread])  # which leaves no zero behind

    async def turn(self, thread: str) -> Turn | None:
        """As `ThreadTable.turn`, within 0.25 s. From this process's memory where the database is behind or slow."""
        if thread not in self._being_written and thread not in self._exchanges.pending:
            with suppress(StoreUnavailable):
                return await self._breaker.call_briefly(lambda: self._store.turn(thread), READ_TIME)
        _, turn, over = self._remembered.get(thread) or ("", None, self._breaker.clock())
        return turn if self._breaker.clock() < over else None

    def forget_tenant(self, tenant: str) -> None:
        self._remembered.discard_where(lambda _, known: known[0] == tenant)

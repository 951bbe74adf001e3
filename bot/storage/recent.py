"""What this process remembers by itself, so that it can go on while the database is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Unpack

from bot.question import Turn
from bot.storage.bounded import Bounded, flush_one
from bot.storage.channels import Changes, ChannelSettings
from bot.storage.deliveries import STALE, Claim
from bot.storage.errors import StoreUnavailable
from bot.storage.gathering import Gathering
from bot.storage.link import Link
from bot.store import Store

MOST_DELIVERIES = 10_000
MOST_THREADS = 5_000
MOST_CHANNELS = 5_000

FRESH = timedelta(seconds=30)
"""How long a channel's settings are taken as known; a change made on another replica shows after that."""


@dataclass(slots=True)
class _Delivery:
    tenant: str
    claimed_at: datetime
    stored: bool = False
    """Whether the database knows of the claim."""
    done: bool = False


class RecentDeliveries:
    """`Deliveries` that never raises for the database. While it is away, only redeliveries to this process are seen."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._seen: Bounded[str, _Delivery] = Bounded(MOST_DELIVERIES)
        self._unwritten: Bounded[str, str] = Bounded(MOST_DELIVERIES)
        self._claim: Gathering[tuple[str, str], Claim] = Gathering(self._claim_all)
        self._done: Gathering[str, None] = Gathering(self._done_all)
        self._renew: Gathering[str, None] = Gathering(self._renew_all)
        self.claims: Counter[tuple[str, Claim]] = Counter()
        """How often each came of a claim since the start, by the platform that the tenant belongs to."""

    async def claim(self, key: str, tenant: str) -> Claim:
        """As `Deliveries.claim`."""
        claim = await self._claimed(key, tenant)
        self._count(tenant, claim)
        return claim

    def join(self, tenant: str) -> None:
        """Count a delivery that found its work under way in this process, and was not claimed again."""
        self._count(tenant, Claim.IN_PROGRESS)

    async def done(self, key: str) -> None:
        """As `Deliveries.done`; written later where it cannot be now."""
        seen = self._seen.get(key)
        tenant = seen.tenant if seen is not None else ""
        if seen is not None:
            seen.done = True
        try:
            await self._settle(key, "" if seen is not None and seen.stored else tenant)
        except StoreUnavailable:
            self._unwritten.put(key, tenant)

    async def release(self, key: str) -> None:
        """As `Deliveries.release`; where it cannot be written, the claim goes stale by itself."""
        self._seen.pop(key)
        with suppress(StoreUnavailable):
            await self._link.attempt(lambda: self._store.deliveries.release(key))

    async def renew(self, key: str) -> None:
        """Say that the delivery is still being worked on; where it cannot be written, its claim may go stale."""
        seen = self._seen.get(key)
        if seen is not None:
            seen.claimed_at = self._store.clock()
        with suppress(StoreUnavailable):
            await self._renew(key)

    async def flush(self) -> None:
        """Write what was answered meanwhile. Raises StoreUnavailable."""
        for key in self._unwritten:
            await flush_one(self._unwritten, key, partial(self._settle, key))

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._seen.discard_where(lambda _, delivery: delivery.tenant == tenant)
        self._unwritten.discard_where(lambda _, owner: owner == tenant)

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return len(self._unwritten)

    async def _claimed(self, key: str, tenant: str) -> Claim:
        now = self._store.clock()
        seen = self._seen.get(key)
        if seen is not None and seen.done:
            return Claim.DONE
        if seen is not None and now - seen.claimed_at < STALE:
            return Claim.IN_PROGRESS
        mine = _Delivery(tenant, now)
        self._seen.put(key, mine)
        try:
            claim = await self._claim((key, tenant))
        except StoreUnavailable:
            return Claim.NEW
        except BaseException:
            self._seen.pop(key)
            raise
        match claim:
            case Claim.NEW:
                mine.stored = True
            case Claim.DONE:
                mine.done = True
            case Claim.IN_PROGRESS:
                self._seen.pop(key)
        return claim

    def _count(self, tenant: str, claim: Claim) -> None:
        self.claims[tenant.partition(":")[0], claim] += 1

    async def _settle(self, key: str, tenant: str) -> None:
        """Write that `key` was answered; with a tenant also where it was never claimed."""
        if tenant:
            await self._link.attempt(lambda: self._store.deliveries.settle(key, tenant))
        else:
            await self._done(key)

    async def _claim_all(self, asked: Sequence[tuple[str, str]]) -> Sequence[Claim]:
        return await self._link.attempt(lambda: self._store.deliveries.claim_all(asked))

    async def _done_all(self, keys: Sequence[str]) -> Sequence[None]:
        await self._link.attempt(lambda: self._store.deliveries.done_all(keys))
        return [None] * len(keys)

    async def _renew_all(self, keys: Sequence[str]) -> Sequence[None]:
        await self._link.attempt(lambda: self._store.deliveries.renew_all(keys))
        return [None] * len(keys)


@dataclass(frozen=True, slots=True)
class _Exchange:
    tenant: str
    turn: Turn
    at: datetime


class RecentThreads:
    """`Threads` that never raises for the database."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._known: Bounded[str, _Exchange] = Bounded(MOST_THREADS)
        self._unwritten: Bounded[str, _Exchange] = Bounded(MOST_THREADS)
        self._remember: Gathering[tuple[str, str, Turn], None] = Gathering(self._remember_all)

    async def remember(self, thread: str, tenant: str, turn: Turn) -> None:
        """As `Threads.remember`; written later where it cannot be now."""
        exchange = _Exchange(tenant, turn, self._store.clock())
        self._known.put(thread, exchange)
        self._unwritten.pop(thread)
        try:
            await self._write(thread, exchange)
        except StoreUnavailable:
            self._unwritten.put(thread, exchange)

    async def turn(self, thread: str) -> Turn | None:
        """As `Threads.turn`; what this process knows where the database is away or not up to date."""
        if thread not in self._unwritten:
            with suppress(StoreUnavailable):
                return await self._link.attempt(lambda: self._store.threads.turn(thread))
        known = self._known.get(thread)
        if known is None or known.at + self._store.threads.lifetime <= self._store.clock():
            return None
        return known.turn

    async def flush(self) -> None:
        """Write what was said meanwhile. Raises StoreUnavailable."""
        for thread in self._unwritten:
            await flush_one(self._unwritten, thread, partial(self._write, thread))

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._known.discard_where(lambda _, exchange: exchange.tenant == tenant)
        self._unwritten.discard_where(lambda _, exchange: exchange.tenant == tenant)

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return len(self._unwritten)

    async def _write(self, thread: str, exchange: _Exchange) -> None:
        await self._remember((thread, exchange.tenant, exchange.turn))

    async def _remember_all(self, exchanges: Sequence[tuple[str, str, Turn]]) -> Sequence[None]:
        await self._link.attempt(lambda: self._store.threads.remember_all(exchanges))
        return [None] * len(exchanges)


class RecentChannels:
    """`Channels` with what was last known, for 30 seconds or for as long as the database is away."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._known: Bounded[tuple[str, str | None], tuple[ChannelSettings, datetime]] = Bounded(MOST_CHANNELS)

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """As `Channels.settings`; the defaults where nothing is known."""
        known = self._known.get((tenant, channel))
        now = self._store.clock()
        if known is not None and now < known[1]:
            return known[0]
        try:
            settings = await self._link.attempt(lambda: self._store.channels.settings(tenant, channel))
        except StoreUnavailable:
            return known[0] if known is not None else ChannelSettings()
        self._known.put((tenant, channel), (settings, now + FRESH))
        return settings

    async def change(self, tenant: str, channel: str | None = None, **changes: Unpack[Changes]) -> ChannelSettings:
        """As `Channels.change`. Raises StoreUnavailable: say that it could not be saved."""
        settings = await self._link.attempt(lambda: self._store.channels.change(tenant, channel, **changes))
        self.forget_tenant(tenant)
        return settings

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._known.discard_where(lambda place, _: place[0] == tenant)

"""What this process remembers by itself, so that it can go on while the database is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Unpack

from bot.question import Turn
from bot.storage.bounded import Bounded, flush_one
from bot.storage.channels import Changes, ChannelSettings
from bot.storage.deliveries import STALE, Claim
from bot.storage.errors import StoreUnavailable
from bot.storage.gathering import MOST
from bot.storage.group import Group
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
    """`Deliveries` that never raises for the database.

    While it is away, a process knows only of its own. What it does not know is new if it comes for the first time.
    If it comes again, another process may have answered it: whether so, the database tells when all have written
    down what they answered meanwhile. Until then it is UNKNOWN.
    """

    def __init__(self, store: Store, link: Link, group: Group, grace: timedelta) -> None:
        """`grace`: how long after an outage others may still have to write down what they answered in it."""
        self._store = store
        self._link = link
        self._grace = grace
        self._seen: Bounded[str, _Delivery] = Bounded(MOST_DELIVERIES)
        self._unwritten: Bounded[str, str] = Bounded(MOST_DELIVERIES)
        self._claim = group.kind(self._claim_all)
        self._done = group.kind(self._done_all)
        self._renew = group.kind(self._renew_all)
        self.claims: Counter[tuple[str, Claim]] = Counter()
        """How often each came of a claim since the start, by the platform that the tenant belongs to."""

    async def claim(self, key: str, tenant: str, *, again: bool = False) -> Claim:
        """As `Deliveries.claim`; NEW where the database cannot tell.

        `again`: it came before, and will once more. Such a one is UNKNOWN instead.
        """
        claim = await self._claimed(key, tenant, again=again)
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
        while batch := [*islice(self._unwritten, MOST)]:
            owners = {key: self._unwritten.get(key) or "" for key in batch}
            try:
                await self._write_all(owners)
            except StoreUnavailable:
                raise
            except Exception:
                self._let_go(batch)  # it would never be written, and hold up all the rest
                raise
            self._let_go(batch)

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._seen.discard_where(lambda _, delivery: delivery.tenant == tenant)
        self._unwritten.discard_where(lambda _, owner: owner == tenant)

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return len(self._unwritten)

    async def _claimed(self, key: str, tenant: str, *, again: bool) -> Claim:
        now = self._store.clock()
        seen = self._seen.get(key)
        if seen is not None and seen.done:
            return Claim.DONE
        if seen is not None and now - seen.claimed_at < STALE:
            return Claim.IN_PROGRESS
        if again and not self._all_written(now):
            return await self._known(key)
        mine = _Delivery(tenant, now)
        self._seen.put(key, mine)
        try:
            claim = await self._claim((key, tenant))
        except StoreUnavailable:
            if not again:
                return Claim.NEW
            self._seen.pop(key)
            return Claim.UNKNOWN
        except BaseException:
            self._seen.pop(key)
            raise
        mine.stored, mine.done = claim.ours, claim is Claim.DONE
        if claim is Claim.IN_PROGRESS:
            self._seen.pop(key)
        return claim

    def _all_written(self, now: datetime) -> bool:
        """Whether all that other processes answered stands in the database by now."""
        returned = self._link.returned
        return self._link.available and (returned is None or now - returned >= self._grace)

    async def _known(self, key: str) -> Claim:
        with suppress(StoreUnavailable):
            return await self._link.attempt(lambda: self._store.deliveries.known(key))
        return Claim.UNKNOWN

    def _count(self, tenant: str, claim: Claim) -> None:
        self.claims[tenant.partition(":")[0], claim] += 1

    async def _settle(self, key: str, tenant: str) -> None:
        """Write that `key` was answered; with a tenant also where it was never claimed."""
        if tenant:
            await self._link.attempt(lambda: self._store.deliveries.settle(key, tenant))
        else:
            await self._done(key)

    async def _write_all(self, owners: Mapping[str, str]) -> None:
        """Write that these were answered, by key the tenant; without one only what was claimed."""
        settled = [(key, tenant) for key, tenant in owners.items() if tenant]
        await self._link.attempt(lambda: self._store.deliveries.settle_all(settled))
        await self._link.attempt(
            lambda: self._store.deliveries.done_all([key for key, tenant in owners.items() if not tenant])
        )

    def _let_go(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._unwritten.pop(key)

    async def _claim_all(self, asked: Sequence[tuple[str, str]]) -> Sequence[Claim]:
        return await self._store.deliveries.claim_all(asked)

    async def _done_all(self, keys: Sequence[str]) -> Sequence[None]:
        await self._store.deliveries.done_all(keys)
        return [None] * len(keys)

    async def _renew_all(self, keys: Sequence[str]) -> Sequence[None]:
        await self._store.deliveries.renew_all(keys)
        return [None] * len(keys)


@dataclass(frozen=True, slots=True)
class _Exchange:
    tenant: str
    turn: Turn
    at: datetime


class RecentThreads:
    """`Threads` that never raises for the database."""

    def __init__(self, store: Store, link: Link, group: Group) -> None:
        self._store = store
        self._link = link
        self._known: Bounded[str, _Exchange] = Bounded(MOST_THREADS)
        self._unwritten: Bounded[str, _Exchange] = Bounded(MOST_THREADS)
        self._remember = group.kind(self._remember_all)

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
        await self._store.threads.remember_all(exchanges)
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

"""Deliveries of a platform's events: each is claimed before it is answered, so that it is answered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage.bounded_dict import BoundedDict
from bot.storage.database import Insert, Repository
from bot.storage.errors import StoreUnavailable
from bot.storage.masking import digest
from bot.storage.outages import PendingWrite, WriteBehindQueue
from bot.storage.records import DeliveryClaim
from bot.storage.schema import deliveries

STALE = timedelta(seconds=60)
"""Age of a claim, neither done nor renewed, whose owner counts as dead, so that another process may take it."""

MOST_DELIVERIES = 10_000
"""Deliveries that a process remembers, and of which it writes later that they were answered."""


class DeliveryTable(Repository):
    """Claims on deliveries, atomic across replicas, stored for at least 25 hours. Keys are stored as digests.

    Many are handled in one transaction, with rows always locked in one order so that replicas cannot deadlock.
    """

    @cached_property
    def _insert(self) -> ReturningInsert[Any]:  # made once: each event needs it, and making it takes 40 microseconds
        return self._database.insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.key)

    @cached_property
    def _upsert_done(self) -> Insert:
        return self._database.upsert(deliveries, ["key"], ["done_at"])

    async def claim(self, key: str, tenant: str) -> DeliveryClaim:
        """Claim the delivery `key`. Of many who claim it at once, exactly one gets NEW.

        A stale claim can be taken again; exactly one gets RETAKEN. Never UNKNOWN.
        """
        return (await self.claim_all([(key, tenant)]))[0]

    async def claim_all(self, asked: Sequence[tuple[str, str]]) -> list[DeliveryClaim]:
        """As `claim` for each (key, tenant)."""
        now = self._clock()
        names = [digest(key) for key, _ in asked]
        tenants = dict(zip(names, (tenant for _, tenant in asked), strict=True))
        rows = [{"key": name, "tenant": tenants[name], "claimed_at": now} for name in sorted(tenants)]
        if not rows:
            return []
        done: set[str] = set()
        async with self._database.writing() as connection:
            ours = dict.fromkeys(await connection.scalars(self._insert, rows), DeliveryClaim.NEW)
            if others := [name for name in tenants if name not in ours]:
                ours |= dict.fromkeys(await _retake(connection, others, now), DeliveryClaim.RETAKEN)
                of_others = deliveries.c.key.in_(others) & deliveries.c.done_at.is_not(None)
                done = {*await connection.scalars(select(deliveries.c.key).where(of_others))}
        # The first to ask for a free one takes it; a second in the same batch finds it taken.
        return [ours.pop(name, DeliveryClaim.DONE if name in done else DeliveryClaim.IN_PROGRESS) for name in names]

    async def known(self, key: str) -> DeliveryClaim:
        """DONE or IN_PROGRESS where that is certain, else UNKNOWN; claims nothing."""
        asked = select(deliveries.c.claimed_at, deliveries.c.done_at).where(deliveries.c.key == digest(key))
        for found in await self._database.read(asked):
            if found["done_at"] is not None:
                return DeliveryClaim.DONE
            if found["claimed_at"] > self._clock() - STALE:
                return DeliveryClaim.IN_PROGRESS
        return DeliveryClaim.UNKNOWN

    async def done_all(self, answered: Sequence[tuple[str, str]]) -> None:
        """Deliveries were answered. Idempotent. With its tenant, also where no claim on it is stored."""
        now = self._clock()
        unclaimed = {digest(key): tenant for key, tenant in answered if tenant}
        rows = [
            {"key": name, "tenant": unclaimed[name], "claimed_at": now, "done_at": now} for name in sorted(unclaimed)
        ]
        async with self._database.writing():
            await self._change((key for key, tenant in answered if not tenant), "done_at", now)
            if rows:
                await self._database.write(self._upsert_done, rows)

    async def renew_all(self, keys: Sequence[str]) -> None:
        """Restart the time after which the claims on `keys` are stale: their owners are still at work."""
        await self._change(keys, "claimed_at", self._clock())

    async def release(self, key: str) -> None:
        """Give back a claim that could not be answered, so that a redelivery can be."""
        unanswered = (deliveries.c.key == digest(key)) & deliveries.c.done_at.is_(None)
        await self._database.write(delete(deliveries).where(unanswered))

    async def _change(self, keys: Iterable[str], column: str, now: datetime) -> None:
        """Set a time of those that are claimed and not done."""
        undone = (deliveries.c.key == bindparam("name")) & deliveries.c.done_at.is_(None)
        if rows := [{"name": name} for name in sorted({digest(key) for key in keys})]:
            await self._database.write(update(deliveries).where(undone).values({column: now}), rows)


async def _retake(connection: AsyncConnection, names: Sequence[str], now: datetime) -> Sequence[str]:
    """Those of `names` whose claims were stale and are ours now. Their rows are locked first, in order."""
    stale = deliveries.c.done_at.is_(None) & (deliveries.c.claimed_at <= now - STALE)
    locked = select(deliveries.c.key).where(deliveries.c.key.in_(names), stale).order_by(deliveries.c.key)
    ours = (await connection.scalars(locked.with_for_update())).all()
    await connection.execute(update(deliveries).where(deliveries.c.key.in_(ours)).values(claimed_at=now))
    return ours


@dataclass(slots=True)
class _Seen:
    tenant: str
    claimed_at: datetime
    stored: bool = False
    """Whether the database has our claim."""
    done: bool = False


class ResilientDeliveries:
    """`DeliveryTable` that never raises for the database.

    In an outage a process knows only its own deliveries. Another that comes for the first time is new, and its claim is
    written after the outage where it is still being answered then. One that comes again may have been answered by
    another process, which the database shows only after every process has written what it claimed and answered
    meanwhile; until then it is UNKNOWN.
    """

    def __init__(self, store: DeliveryTable, queue: WriteBehindQueue, grace: timedelta) -> None:
        """`grace`: how long after an outage other processes may take to write what they answered in it."""
        self._store, self._breaker, self._grace = store, queue.breaker, grace
        self._clock = queue.breaker.clock
        self._seen: BoundedDict[str, _Seen] = BoundedDict(MOST_DELIVERIES)
        self._claim = queue.kind(store.claim_all, MOST_DELIVERIES)
        self._done = queue.kind(store.done_all, MOST_DELIVERIES)
        self._renew = queue.kind(store.renew_all).write
        self.claims: Counter[tuple[str, DeliveryClaim]] = Counter()
        """Results of claims since the start, by the platform of the tenant."""

    async def claim(self, key: str, tenant: str, *, again: bool = False) -> DeliveryClaim:
        """As `DeliveryTable.claim`; NEW where the database cannot say.

        `again`: this is a redelivery, and the platform will send it once more. It is UNKNOWN instead.
        """
        claim = await self._claimed(key, tenant, again=again)
        self._count(tenant, claim)
        return claim

    def join(self, tenant: str) -> None:
        """Count a delivery that this process is already answering, and so does not claim again."""
        self._count(tenant, DeliveryClaim.IN_PROGRESS)

    async def done(self, key: str) -> None:
        """The delivery was answered; written later where it cannot be now."""
        seen = self._seen.get(key) or _Seen("", self._clock())
        seen.done = True
        self._claim.pending.pop(key, None)
        try:
            await self._done.write((key, "" if seen.stored else seen.tenant))
        except StoreUnavailable:
            self._done.pending.put(key, PendingWrite(key, (key, seen.tenant), seen.tenant))

    async def release(self, key: str) -> None:
        """As `DeliveryTable.release`; where it cannot be written, the claim becomes stale."""
        self._seen.pop(key, None)
        if self._claim.pending.pop(key, None) is None:
            with suppress(StoreUnavailable):
                await self._breaker.call(lambda: self._store.release(key))

    async def renew(self, key: str) -> None:
        """The delivery is still being answered; where that cannot be written, its claim may become stale."""
        seen = self._seen.get(key)
        if seen is not None:
            seen.claimed_at = self._clock()
        with suppress(StoreUnavailable):
            await self._renew(key)

    def forget_tenant(self, tenant: str) -> None:
        self._seen.discard_where(lambda _, seen: seen.tenant == tenant)

    async def _claimed(self, key: str, tenant: str, *, again: bool) -> DeliveryClaim:
        now = self._clock()
        seen = self._seen.get(key)
        if seen is not None and seen.done:
            return DeliveryClaim.DONE
        if seen is not None and now - seen.claimed_at < STALE:
            return DeliveryClaim.IN_PROGRESS
        if again and not self._all_written(now):
            with suppress(StoreUnavailable):
                return await self._breaker.call(lambda: self._store.known(key))
            return DeliveryClaim.UNKNOWN
        mine = _Seen(tenant, now)
        self._seen.put(key, mine)
        try:
            claim: DeliveryClaim = await self._claim.write((key, tenant))
            mine.stored, mine.done = claim.ours, claim is DeliveryClaim.DONE
        except StoreUnavailable:
            claim = DeliveryClaim.UNKNOWN if again else DeliveryClaim.NEW
            if not (again or mine.done):  # not answered while this waited
                self._claim.pending.put(key, PendingWrite(key, (key, tenant), tenant))
        except BaseException:
            self._seen.pop(key, None)
            raise
        if not (claim.ours or mine.done):
            self._seen.pop(key, None)
        return claim

    def _all_written(self, now: datetime) -> bool:
        """Whether the database knows by now what other processes answered in an outage."""
        recovered_at = self._breaker.recovered_at
        return self._breaker.closed and (recovered_at is None or now - recovered_at >= self._grace)

    def _count(self, tenant: str, claim: DeliveryClaim) -> None:
        self.claims[tenant.partition(":")[0], claim] += 1

"""Which deliveries are being answered and which have been, so that each is answered once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, select, update

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.pseudonyms import digest
from bot.storage.schema import NAME, deliveries

STALE = timedelta(seconds=60)
"""Whoever claimed a delivery and has neither answered nor renewed it by then has died; another may take it."""


class Claim(StrEnum):
    """What came of claiming a delivery."""

    NEW = "new"
    """It is ours: answer it, then say `done`."""
    DONE = "done"
    """It was answered before."""
    IN_PROGRESS = "in progress"
    """Someone else is answering it."""


class Deliveries:
    """Claims on deliveries, atomic across replicas. Kept for 25 hours at least."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, key: str, tenant: str) -> Claim:
        """Claim the delivery `key`. Of many who claim it at once, exactly one gets NEW.

        A claim older than 60 seconds that was never done can be taken again.
        """
        return (await self.claim_all([(key, tenant)]))[0]

    async def claim_all(self, asked: Sequence[tuple[str, str]]) -> list[Claim]:
        """As `claim` for each (key, tenant), in one transaction."""
        now = self._clock()
        names = [digest(key) for key, _ in asked]
        tenants = dict(zip(names, (tenant for _, tenant in asked), strict=True))
        insert = self._database.insert(deliveries)
        taken = insert.on_conflict_do_update(
            index_elements=[deliveries.c.key],
            set_={"claimed_at": insert.excluded.claimed_at},
            where=deliveries.c.done_at.is_(None) & (deliveries.c.claimed_at <= now - STALE),
        ).returning(deliveries.c.key)
        # Always in the same order, so that two replicas with the same deliveries never wait for each other.
        rows = [{"key": name, "tenant": tidied(tenants[name], NAME), "claimed_at": now} for name in sorted(tenants)]
        if not rows:
            return []
        async with self._database.writing() as connection:
            new = set(await connection.scalars(taken, rows))
            others = [name for name in tenants if name not in new]
            done: set[str] = set()
            if others:
                known = select(deliveries.c.key).where(deliveries.c.key.in_(others), deliveries.c.done_at.is_not(None))
                done = set(await connection.scalars(known))
        return [_outcome(name, new, done) for name in names]

    async def done(self, key: str) -> None:
        """The delivery was answered. Saying so twice is harmless."""
        await self.done_all([key])

    async def done_all(self, keys: Sequence[str]) -> None:
        """As `done` for each of `keys`, in one transaction."""
        answered = (
            update(deliveries)
            .where(deliveries.c.key == bindparam("name"), deliveries.c.done_at.is_(None))
            .values(done_at=self._clock())
        )
        if keys:
            async with self._database.writing() as connection:
                await connection.execute(answered, [{"name": name} for name in sorted({digest(key) for key in keys})])

    async def renew_all(self, keys: Sequence[str]) -> None:
        """Whoever claimed these deliveries is still at them: the claims are as good as new."""
        renewed = (
            update(deliveries)
            .where(deliveries.c.key == bindparam("name"), deliveries.c.done_at.is_(None))
            .values(claimed_at=self._clock())
        )
        if keys:
            async with self._database.writing() as connection:
                await connection.execute(renewed, [{"name": name} for name in sorted({digest(key) for key in keys})])

    async def release(self, key: str) -> None:
        """Give back a claim that could not be answered, so that the next redelivery is."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(deliveries).where(deliveries.c.key == digest(key), deliveries.c.done_at.is_(None))
            )

    async def settle(self, key: str, tenant: str) -> None:
        """The delivery was answered without a claim, while the database was away."""
        now = self._clock()
        insert = self._database.insert(deliveries).values(
            key=digest(key), tenant=tidied(tenant, NAME), claimed_at=now, done_at=now
        )
        settled = insert.on_conflict_do_update(
            index_elements=[deliveries.c.key],
            set_={"done_at": insert.excluded.done_at},
            where=deliveries.c.done_at.is_(None),
        )
        async with self._database.writing() as connection:
            await connection.execute(settled)


def _outcome(name: str, new: set[str], done: set[str]) -> Claim:
    """What became of one claim. The first to ask takes a new one; a second in the same batch finds it taken."""
    if name in new:
        new.discard(name)
        return Claim.NEW
    return Claim.DONE if name in done else Claim.IN_PROGRESS

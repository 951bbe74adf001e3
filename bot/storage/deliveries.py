"""Which deliveries are being answered and which have been, so that each is answered once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

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
    RETAKEN = "retaken"
    """It is ours, from somebody who died with it and may have answered just before: nothing says so yet."""
    DONE = "done"
    """It was answered before."""
    IN_PROGRESS = "in progress"
    """Someone else is answering it."""
    UNKNOWN = "unknown"
    """Whether somebody answered it cannot be told now; `Deliveries` itself always knows."""

    @property
    def ours(self) -> bool:
        """Whether it is for the one who claimed it to answer."""
        return self in (Claim.NEW, Claim.RETAKEN)


_ANSWERED = (
    update(deliveries)
    .where(
        deliveries.c.key.in_(
            select(deliveries.c.key)
            .where(deliveries.c.key.in_(bindparam("names", expanding=True)), deliveries.c.done_at.is_(None))
            .order_by(deliveries.c.key)  # so that two replicas never wait for each other
            .with_for_update()
        )
    )
    .values(done_at=bindparam("now"))
)


class Deliveries:
    """Claims on deliveries, atomic across replicas. Kept for 25 hours at least."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._taken = database.insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.key)

    async def claim(self, key: str, tenant: str) -> Claim:
        """Claim the delivery `key`. Of many who claim it at once, exactly one gets NEW.

        A claim older than 60 seconds that was never done can be taken again; exactly one gets RETAKEN.
        """
        return (await self.claim_all([(key, tenant)]))[0]

    async def claim_all(self, asked: Sequence[tuple[str, str]]) -> list[Claim]:
        """As `claim` for each (key, tenant), in one transaction."""
        now = self._clock()
        names = [digest(key) for key, _ in asked]
        tenants = dict(zip(names, (tenant for _, tenant in asked), strict=True))
        # Always in the same order, so that two replicas with the same deliveries never wait for each other.
        rows = [{"key": name, "tenant": tidied(tenants[name], NAME), "claimed_at": now} for name in sorted(tenants)]
        if not rows:
            return []
        async with self._database.writing() as connection:
            ours = dict.fromkeys(await connection.scalars(self._taken, rows), Claim.NEW)
            others = [name for name in tenants if name not in ours]
            done: set[str] = set()
            if others:
                known = select(deliveries.c.key, deliveries.c.claimed_at, deliveries.c.done_at)
                found = (await connection.execute(known.where(deliveries.c.key.in_(others)))).all()
                done = {row.key for row in found if row.done_at is not None}
                for name in sorted(row.key for row in found if row.done_at is None and row.claimed_at <= now - STALE):
                    if await self._retaken(connection, name, now):
                        ours[name] = Claim.RETAKEN
        return [_outcome(name, ours, done) for name in names]

    async def known(self, key: str) -> Claim:
        """DONE or IN_PROGRESS where that is certain, else UNKNOWN; nothing is claimed."""
        asked = select(deliveries.c.claimed_at, deliveries.c.done_at).where(deliveries.c.key == digest(key))
        async with self._database.reading() as connection:
            found = (await connection.execute(asked)).one_or_none()
        if found is not None and found.done_at is not None:
            return Claim.DONE
        fresh = found is not None and found.claimed_at > self._clock() - STALE
        return Claim.IN_PROGRESS if fresh else Claim.UNKNOWN

    async def done(self, key: str) -> None:
        """The delivery was answered. Saying so twice is harmless."""
        await self.done_all([key])

    async def done_all(self, keys: Sequence[str]) -> None:
        """As `done` for each of `keys`, in one transaction."""
        if keys:
            async with self._database.writing() as connection:
                await connection.execute(_ANSWERED, {"names": [digest(key) for key in keys], "now": self._clock()})

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
        await self.settle_all([(key, tenant)])

    async def settle_all(self, answered: Sequence[tuple[str, str]]) -> None:
        """As `settle` for each (key, tenant), in one transaction."""
        now = self._clock()
        owners = {digest(key): tidied(tenant, NAME) for key, tenant in answered}
        insert = self._database.insert(deliveries)
        settled = insert.on_conflict_do_update(
            index_elements=[deliveries.c.key],
            set_={"done_at": insert.excluded.done_at},
            where=deliveries.c.done_at.is_(None),
        )
        rows = [
            {"key": name, "tenant": tenant, "claimed_at": now, "done_at": now}
            for name, tenant in sorted(owners.items())
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(settled, rows)

    @staticmethod
    async def _retaken(connection: AsyncConnection, name: str, now: datetime) -> bool:
        """Whether a stale claim is ours now: since we looked, another may have taken it, or its owner renewed it."""
        retaken = (
            update(deliveries)
            .where(deliveries.c.key == name, deliveries.c.done_at.is_(None), deliveries.c.claimed_at <= now - STALE)
            .values(claimed_at=now)
            .returning(deliveries.c.key)
        )
        return await connection.scalar(retaken) is not None


def _outcome(name: str, ours: dict[str, Claim], done: set[str]) -> Claim:
    """What became of one claim. The first to ask takes what is free; a second in the same batch finds it taken."""
    claim = ours.pop(name, None)
    if claim is not None:
        return claim
    return Claim.DONE if name in done else Claim.IN_PROGRESS

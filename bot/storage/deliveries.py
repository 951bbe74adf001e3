"""Which deliveries are being answered and which have been, so that each is answered once."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.pseudonyms import digest
from bot.storage.schema import NAME, deliveries

STALE = timedelta(seconds=60)
"""Whoever claimed a delivery and has not answered it by then has died; another may take it."""


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
        now = self._clock()
        name = digest(key)
        insert = self._database.insert(deliveries).values(key=name, tenant=tidied(tenant, NAME), claimed_at=now)
        taken = insert.on_conflict_do_update(
            index_elements=[deliveries.c.key],
            set_={"claimed_at": insert.excluded.claimed_at},
            where=deliveries.c.done_at.is_(None) & (deliveries.c.claimed_at <= now - STALE),
        ).returning(deliveries.c.key)
        async with self._database.writing() as connection:
            if (await connection.execute(taken)).first() is not None:
                return Claim.NEW
            done_at = await connection.scalar(select(deliveries.c.done_at).where(deliveries.c.key == name))
        return Claim.DONE if done_at is not None else Claim.IN_PROGRESS

    async def done(self, key: str) -> None:
        """The delivery was answered. Saying so twice is harmless."""
        async with self._database.writing() as connection:
            await connection.execute(
                update(deliveries)
                .where(deliveries.c.key == digest(key), deliveries.c.done_at.is_(None))
                .values(done_at=self._clock())
            )

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

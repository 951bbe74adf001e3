"""The threads the bot takes part in, each with its last exchange as entry ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from bot.question import Turn
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.schema import NAME, threads

MOST_IDS = 20
"""How many ids of each kind a turn keeps."""


class Threads:
    """Engaged threads. A thread that was quiet for `lifetime` is no longer one."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, lifetime: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._pseudonyms = pseudonyms
        self.lifetime = lifetime
        insert = database.insert(threads)
        self._latest = insert.on_conflict_do_update(
            index_elements=[threads.c.thread],
            set_={name: insert.excluded[name] for name in ("tenant", "answered", "offered", "expires_at")},
        ).returning(threads.c.thread)  # so that all rows go in one statement

    async def remember(self, thread: str, tenant: str, turn: Turn) -> None:
        """The last exchange of `thread`, in place of the one before."""
        await self.remember_all([(thread, tenant, turn)])

    async def remember_all(self, exchanges: Sequence[tuple[str, str, Turn]]) -> None:
        """As `remember` for each (thread, tenant, turn), in one transaction; of one thread the last counts."""
        expires_at = self._clock() + self.lifetime
        rows = {
            self._pseudonyms.thread(thread): {
                "tenant": tidied(tenant, NAME),
                "answered": _ids(turn.answered),
                "offered": _ids(turn.offered),
                "expires_at": expires_at,
            }
            for thread, tenant, turn in exchanges
        }
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(self._latest, [{"thread": name, **rows[name]} for name in sorted(rows)])

    async def turn(self, thread: str) -> Turn | None:
        """The last exchange of `thread`; None where the bot takes no part in it."""
        asked = select(threads.c.answered, threads.c.offered).where(
            threads.c.thread == self._pseudonyms.thread(thread), threads.c.expires_at > self._clock()
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(asked)).first()
        return Turn(tuple(row.answered), tuple(row.offered)) if row is not None else None


def _ids(ids: tuple[str, ...]) -> list[str]:
    return [tidied(name, NAME) for name in ids[:MOST_IDS]]

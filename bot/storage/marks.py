"""What the service remembers about itself, such as the commands it last registered."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.schema import NAME, marks


class Marks:
    """Small facts by name. Nothing about people or tenants belongs here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, name: str) -> str | None:
        """The value under `name`."""
        async with self._database.reading() as connection:
            return await connection.scalar(select(marks.c.value).where(marks.c.name == tidied(name, NAME)))

    async def put(self, name: str, value: str) -> None:
        """Keep `value` under `name`, in place of the one before."""
        insert = self._database.insert(marks).values(name=tidied(name, NAME), value=value, changed_at=self._clock())
        async with self._database.writing() as connection:
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[marks.c.name],
                    set_={"value": insert.excluded.value, "changed_at": insert.excluded.changed_at},
                )
            )

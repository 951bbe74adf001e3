"""Small values of the service itself, by name."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.records import Clock
from bot.storage.schema import key_values


class KeyValue:
    """The service's own small values by key, such as the commands it last registered. Nothing about people."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, name: str) -> str | None:
        async with self._database.reading() as connection:
            return await connection.scalar(select(key_values.c.value).where(key_values.c.name == name))

    async def put(self, name: str, value: str) -> None:
        """Store `value`, in place of the one before."""
        row = {"name": name, "value": value, "changed_at": self._clock()}
        async with self._database.writing() as connection:
            await connection.execute(self._database.upsert(key_values, ["name"], ["value", "changed_at"]), row)

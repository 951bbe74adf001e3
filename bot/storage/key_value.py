"""Small values of the service itself, by name."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage.database import Repository
from bot.storage.schema import key_values


class KeyValue(Repository):
    """The service's own small values by key, such as the commands it last registered. Nothing about people."""

    async def get(self, name: str) -> str | None:
        async with self._database.reading() as connection:
            return await connection.scalar(select(key_values.c.value).where(key_values.c.name == name))

    async def put(self, name: str, value: str) -> None:
        """Store `value`, in place of the one before."""
        row = {"name": name, "value": value, "changed_at": self._clock()}
        await self._database.write(self._database.upsert(key_values, ["name"], ["value", "changed_at"]), row)

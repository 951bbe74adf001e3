"""Letting go: of a user, of a workspace or server, of what has been kept long enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, func, select, update

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.retention import Retention
from bot.storage.schema import (
    NAME,
    channels,
    deliveries,
    feedback,
    metadata,
    oauth_states,
    tallies,
    threads,
    unanswered,
)

_BATCH = 2_000
"""Rows deleted in one transaction, so that nobody waits long."""

_REFUSED = select(channels.c.tenant).where(channels.c.channel == "", channels.c.keep_words.is_(False))
"""Tenants that want no words kept. Theirs are deleted when they say so; this finds what was on its way."""

Rows = Mapping[Table, ColumnElement[bool]]
"""Which rows, by table."""


class Tenants:
    """Deletes rows, never anything else. Every method can be repeated safely."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._pseudonyms = pseudonyms
        self._retention = retention

    async def forget_tenant(self, tenant: str) -> Mapping[str, int]:
        """Delete every row of `tenant` in every table; how many, by table."""
        return await self._delete_all(_of_tenant(tenant))

    async def kept_of_tenant(self, tenant: str) -> Mapping[str, int]:
        """How many rows `forget_tenant` would delete, by table."""
        return await self._count_all(_of_tenant(tenant))

    async def forget_user(self, platform: str, user: str) -> Mapping[str, int]:
        """Delete every row that stands for a user, in all tenants; how many, by table."""
        return await self._delete_all(self._of_user(platform, user))

    async def kept_of_user(self, platform: str, user: str) -> Mapping[str, int]:
        """How many rows `forget_user` would delete, by table."""
        return await self._count_all(self._of_user(platform, user))

    async def purge(self, now: datetime | None = None) -> Mapping[str, int]:
        """Delete what has been kept long enough at `now`; how many rows, by table."""
        at = now or self._clock()
        kept = self._retention
        removed = dict(
            await self._delete_all(
                {
                    deliveries: deliveries.c.claimed_at <= at - kept.deliveries,
                    threads: threads.c.expires_at <= at,
                    oauth_states: oauth_states.c.expires_at <= at,
                    unanswered: (unanswered.c.asked_at <= at - kept.words) | unanswered.c.tenant.in_(_REFUSED),
                    feedback: feedback.c.given_at <= at - kept.counts,
                    tallies: tallies.c.day <= (at - kept.counts).date(),
                },
                by_the_way=True,
            )
        )
        removed["feedback words"] = await self._untie(at)
        words = ("unanswered", "feedback", "feedback words")
        await self._database.tidy(rewrite=any(removed[name] for name in words))
        return removed

    async def _untie(self, at: datetime) -> int:
        """Take the words and the user out of old votes."""
        old = feedback.c.given_at <= at - self._retention.ties
        expired = (feedback.c.given_at <= at - self._retention.words) | feedback.c.tenant.in_(_REFUSED)
        async with self._database.writing() as connection:
            words = await connection.execute(
                update(feedback).where(expired, feedback.c.reason.is_not(None)).values(reason=None)
            )
            ties = await connection.execute(
                update(feedback).where(old, feedback.c.user_hash.is_not(None)).values(user_hash=None)
            )
        return max(words.rowcount, ties.rowcount)

    def _of_user(self, platform: str, user: str) -> Rows:
        stand_ins = self._pseudonyms.every_user(platform, user)
        return {table: table.c.user_hash.in_(stand_ins) for table in metadata.sorted_tables if "user_hash" in table.c}

    async def _count_all(self, rows: Rows) -> Mapping[str, int]:
        async with self._database.reading() as connection:
            return {
                table.name: await connection.scalar(select(func.count()).select_from(table).where(which)) or 0
                for table, which in rows.items()
            }

    async def _delete_all(self, rows: Rows, *, by_the_way: bool = False) -> Mapping[str, int]:
        removed = {table.name: await self._delete(table, which, by_the_way=by_the_way) for table, which in rows.items()}
        if not by_the_way:
            await self._database.tidy()
        return removed

    async def _delete(self, table: Table, which: ColumnElement[bool], *, by_the_way: bool) -> int:
        """Delete in small transactions. By the way: rows that someone else holds are left for the next time."""
        removed = 0
        key = tuple(table.primary_key.columns)
        some = select(*key).where(which).limit(_BATCH)
        if by_the_way:
            some = some.with_for_update(skip_locked=True)
        statement = delete(table).where(which) if len(key) > 1 else delete(table).where(key[0].in_(some))
        while True:
            async with self._database.writing() as connection:
                gone = (await connection.execute(statement)).rowcount
            removed += gone
            if len(key) > 1 or gone < _BATCH:
                return removed


def _of_tenant(tenant: str) -> Rows:
    name = tidied(tenant, NAME)
    return {table: table.c.tenant == name for table in metadata.sorted_tables if "tenant" in table.c}

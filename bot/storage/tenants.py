"""Deletion: of a user, of a workspace or server, and of what has been stored long enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_, update

from bot.storage import schema
from bot.storage.database import Repository
from bot.storage.key_value import KeyValue
from bot.storage.masking import Pseudonyms
from bot.storage.own_answers import OwnAnswers
from bot.storage.schema import channels, feedback, key_values, metadata

_BATCH = 2_000
"""Rows deleted in one transaction, so that nobody waits long."""

_NO_WORDS = select(channels.c.tenant).where(channels.c.channel == "", channels.c.keep_words.is_(False))
"""Tenants that allow no words. Their words are deleted when they choose so; this finds what was written meanwhile."""

_KEY_PREFIX = "hides users: "
"""First part of the names under which the check values of pseudonym keys are stored."""

_MARGIN = timedelta(days=1)
"""Added to the retention: a service may note its key up to an hour before it makes its last pseudonym."""

Rows = Mapping[Table, ColumnElement[bool]]
"""Which rows, by table."""


class Tenants(Repository):
    """Deletes rows of tenants and users, and old rows. Every method can be repeated safely."""

    async def forget_tenant(self, tenant: str) -> Mapping[str, int]:
        """Delete every row of `tenant` in every table; how many, by table."""
        return await self._delete_all(_of_tenant(tenant))

    async def count_tenant(self, tenant: str) -> Mapping[str, int]:
        """How many rows `forget_tenant` would delete, by table."""
        return await self._count_all(_of_tenant(tenant))

    async def forget_user(self, platform: str, user: str) -> Mapping[str, int]:
        """Delete every row with a pseudonym of the user, in all tenants, and take them out of what they taught; how
        many rows, by table."""
        taught = OwnAnswers(self._database, self._clock, self._pseudonyms, self._retention)
        changed = await taught.forget_user(platform, user)  # first: deleting removes the bytes of both
        return {**await self._delete_all(self._of_user(platform, user)), "own_answers": changed}

    async def count_user(self, platform: str, user: str) -> Mapping[str, int]:
        """How many rows `forget_user` would delete, by table."""
        return await self._count_all(self._of_user(platform, user))

    async def purge(self, now: datetime | None = None) -> Mapping[str, int]:
        """Delete what at `now` has been stored long enough; how many rows, by table."""
        at = now or self._clock()
        limits, unanswered, asked = self._retention, schema.unanswered.c, schema.asked_questions.c
        worded = (asked.asked_at <= at - limits.words) | asked.tenant.in_(_NO_WORDS)
        old: Rows = {
            schema.deliveries: schema.deliveries.c.claimed_at <= at - limits.deliveries,
            schema.threads: schema.threads.c.expires_at <= at,
            schema.shown_answers: schema.shown_answers.c.shown_at <= at - limits.answers,
            schema.asked_questions: (asked.asked_at <= at - limits.asked) | (asked.user_hash.is_(None) & worded),
            schema.oauth_states: schema.oauth_states.c.expires_at <= at,
            schema.unanswered: (unanswered.asked_at <= at - limits.words) | unanswered.tenant.in_(_NO_WORDS),
            feedback: feedback.c.given_at <= at - limits.counts,
            schema.tallies: schema.tallies.c.day <= (at - limits.counts).date(),
        }
        removed = {table.name: await self._delete(table, which) for table, which in old.items()}
        removed["feedback words"] = await self._anonymise(at)
        words = ("asked_questions", "unanswered", "feedback", "feedback words")
        await self._database.vacuum(rewrite=any(removed[name] for name in words))
        return removed

    async def _anonymise(self, at: datetime) -> int:
        """Remove the reason and the user from old votes."""
        old = feedback.c.given_at <= at - self._retention.ties
        expired = (feedback.c.given_at <= at - self._retention.words) | feedback.c.tenant.in_(_NO_WORDS)
        words = update(feedback).where(expired, feedback.c.reason.is_not(None)).values(reason=None)
        ties = update(feedback).where(old, feedback.c.user_hash.is_not(None)).values(user_hash=None)
        async with self._database.writing():
            return max(await self._database.write(words), await self._database.write(ties))

    def _of_user(self, platform: str, user: str) -> Rows:
        pseudonyms = self._pseudonyms.every_user(platform, user)
        return {one: one.c.user_hash.in_(pseudonyms) for one in metadata.sorted_tables if "user_hash" in one.c}

    async def _count_all(self, rows: Rows) -> Mapping[str, int]:
        async with self._database.reading() as connection:
            return {
                table.name: await connection.scalar(select(func.count()).select_from(table).where(which)) or 0
                for table, which in rows.items()
            }

    async def _delete_all(self, rows: Rows) -> Mapping[str, int]:
        removed = {table.name: await self._delete(table, which) for table, which in rows.items()}
        await self._database.vacuum()
        return removed

    async def _delete(self, table: Table, which: ColumnElement[bool]) -> int:
        """Delete in small transactions, with rows locked in one order so that replicas cannot deadlock."""
        key = table.primary_key.columns
        some = select(*key).where(which).order_by(*key).limit(_BATCH).with_for_update()
        removed, gone = 0, _BATCH
        while gone == _BATCH:
            gone = await self._database.write(delete(table).where(tuple_(*key).in_(some)))
            removed += gone
        return removed


def _of_tenant(tenant: str) -> Rows:
    return {table: table.c.tenant == tenant for table in metadata.sorted_tables if "tenant" in table.c}


@dataclass(frozen=True, slots=True)
class KeyCoverage:
    """How many of the pseudonym keys lately in use are at hand, and how many are not."""

    at_hand: int
    missing: int


class PseudonymKeys(Repository):
    """Which pseudonym keys services used, as check values.

    A user's rows are found only with the keys that made their pseudonyms, so this shows whether all can be found.
    """

    async def note(self) -> None:
        """The newest key is in use."""
        if self._pseudonyms.secret:
            notes = KeyValue(self._database, self._clock, self._pseudonyms, self._retention)
            await notes.put(_KEY_PREFIX + self._pseudonyms.check_values()[0], "")

    async def coverage(self) -> KeyCoverage:
        noted, ours = await self._needed(), _names(self._pseudonyms)
        return KeyCoverage(at_hand=len(noted.keys() & ours), missing=len(noted.keys() - ours))

    async def needed_until(self, secrets: Sequence[str]) -> datetime | None:
        """Until when rows with a pseudonym made with one of `secrets` may be stored; None where none are."""
        asked = _names(Pseudonyms(secrets))
        return max((until for name, until in (await self._needed()).items() if name in asked), default=None)

    async def _needed(self) -> dict[str, datetime]:
        """The names of keys with which something still stored may have been made, and until when."""
        name, noted_at, tied = key_values.c.name, key_values.c.changed_at, self._retention.ties + _MARGIN
        asked = select(name, noted_at).where(name.startswith(_KEY_PREFIX), noted_at > self._clock() - tied)
        return {row["name"]: row["changed_at"] + tied for row in await self._database.read(asked)}


def _names(pseudonyms: Pseudonyms) -> set[str]:
    return {_KEY_PREFIX + check for check in pseudonyms.check_values()} if pseudonyms.secret else set()

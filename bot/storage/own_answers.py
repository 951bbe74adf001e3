"""Each workspace's own answers: every version, with who made it and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Repository
from bot.storage.errors import ChangedMeanwhileError, TooManyAnswersError
from bot.storage.records import OwnAnswer, Teaching
from bot.storage.schema import own_answers, teaching

MOST_ENTRIES = 2_000
"""Own answers, further phrasings and hidden entries of a workspace together."""


class OwnAnswers(Repository):
    """The answers of all workspaces. Changes to one workspace come one after the other."""

    async def versions(self) -> dict[str, Teaching]:
        """How every workspace teaches that has taught or chosen something, with the number of its last change."""
        return {row["tenant"]: _teaching(row) for row in await self._database.read(select(teaching))}

    async def settings(self, tenant: str) -> Teaching:
        """How a workspace teaches."""
        async with self._database.reading() as connection:
            return await _settings(connection, tenant)

    async def configure(self, tenant: str, **changes: Any) -> Teaching:
        """Change fields of its `Teaching`; what holds now."""
        async with self._database.writing() as connection:
            await self._raise_version(connection, tenant)
            await connection.execute(teaching.update().where(teaching.c.tenant == tenant).values(**changes))
            return await _settings(connection, tenant)

    async def current(self, tenant: str) -> tuple[int, tuple[OwnAnswer, ...]]:
        """The number of the last change, and what is in force, by id."""
        wanted = select(_outer).where(_outer.c.tenant == tenant, _in_force)
        async with self._database.reading() as connection:
            version = (await _settings(connection, tenant)).version
            rows = (await connection.execute(wanted.order_by(_outer.c.entry))).mappings()
            return version, tuple(_answer(row) for row in rows)

    async def due(self, after: date, until: date) -> list[tuple[str, OwnAnswer]]:
        """The answers of all workspaces, with each, whose review is due from the day after `after` on until this day,
        and which have an owner."""
        days = (_outer.c.review_on > after) & (_outer.c.review_on <= until)
        wanted = select(_outer).where(days, _outer.c.owner != "", _outer.c.kind == "answer", _in_force)
        return [(row["tenant"], _answer(row)) for row in await self._database.read(wanted)]

    async def names(self, tenant: str) -> set[str]:
        """The ids of all that there ever was, also of what was removed: not for anything new."""
        wanted = select(own_answers.c.entry).where(own_answers.c.tenant == tenant)
        return {row["entry"] for row in await self._database.read(wanted)}

    async def history(self, tenant: str, entry: str) -> tuple[OwnAnswer, ...]:
        """All versions of one, the newest first."""
        async with self._database.reading() as connection:
            return await _history(connection, tenant, entry)

    async def save(self, platform: str, tenant: str, user: str, answers: Sequence[OwnAnswer]) -> tuple[OwnAnswer, ...]:
        """Save a new version of each, made by `user`; with `version` the one that it was made from, 0 for a new one.

        All or none. Raises ChangedMeanwhileError where there is a newer one, TooManyAnswersError, or StoreUnavailable.
        """
        by, now, saved = self._pseudonyms.user(platform, user), self._clock(), []
        async with self._database.writing() as connection:
            await self._raise_version(connection, tenant)
            for answer in answers:
                before = await _history(connection, tenant, answer.entry)
                if before and before[0].version != answer.version:
                    raise ChangedMeanwhileError(before[0])
                new = replace(answer, version=answer.version + 1, changed_by=by, changed_at=now)
                await connection.execute(own_answers.insert().values(tenant=tenant, **_row(new)))
                saved.append(new)
            if sum(not one.removed for one in saved) and await _count(connection, tenant) > MOST_ENTRIES:
                raise TooManyAnswersError(MOST_ENTRIES)
        return tuple(saved)

    async def undo(self, platform: str, tenant: str, user: str, entry: str) -> OwnAnswer | None:
        """Make the version before the last one the newest; removed where there was none. None where there is no such
        entry."""
        history = await self.history(tenant, entry)
        if not history:
            return None
        before = history[1] if len(history) > 1 else replace(history[0], removed=True)
        [saved] = await self.save(platform, tenant, user, [replace(before, version=history[0].version)])
        return saved

    async def forget_user(self, platform: str, user: str) -> int:
        """Take a person out of what was taught, which stays: as its author, owner or teacher. How many rows changed."""
        wrote = own_answers.c.user_hash.in_(self._pseudonyms.every_user(platform, user))
        owns = (own_answers.c.owner == user) & own_answers.c.tenant.startswith(f"{platform}:", autoescape=True)
        changes = [
            own_answers.update().where(wrote).values(user_hash=""),
            own_answers.update().where(owns).values(owner=""),
        ]
        async with self._database.writing() as connection:
            listed = select(teaching).where(teaching.c.tenant.startswith(f"{platform}:", autoescape=True))
            for row in (await connection.execute(listed)).mappings().all():
                if user in row["teachers"]:
                    others = [one for one in row["teachers"] if one != user]
                    changes.append(teaching.update().where(teaching.c.tenant == row["tenant"]).values(teachers=others))
            return sum([(await connection.execute(change)).rowcount for change in changes])

    async def _raise_version(self, connection: AsyncConnection, tenant: str) -> None:
        """Its answers changed. The row of the workspace is locked until the end of the transaction."""
        new = self._database.insert(teaching).values(version=1, teachers=[], ask_channel="", keeps_threads=False)
        raised = new.on_conflict_do_update(index_elements=[teaching.c.tenant], set_={"version": teaching.c.version + 1})
        await connection.execute(raised, {"tenant": tenant})


_outer = own_answers.alias()
_newest = select(func.max(own_answers.c.version)).where(
    own_answers.c.tenant == _outer.c.tenant, own_answers.c.entry == _outer.c.entry
)
_in_force = (_outer.c.version == _newest.scalar_subquery()) & _outer.c.removed.is_(False)


async def _settings(connection: AsyncConnection, tenant: str) -> Teaching:
    row = (await connection.execute(select(teaching).where(teaching.c.tenant == tenant))).mappings().one_or_none()
    return _teaching(row) if row is not None else Teaching()


def _teaching(row: Mapping[Any, Any]) -> Teaching:
    own = {field.name: row[field.name] for field in fields(Teaching)}
    return Teaching(**{**own, "teachers": tuple(row["teachers"])})


async def _history(connection: AsyncConnection, tenant: str, entry: str) -> tuple[OwnAnswer, ...]:
    wanted = select(own_answers).where(own_answers.c.tenant == tenant, own_answers.c.entry == entry)
    rows = (await connection.execute(wanted.order_by(own_answers.c.version.desc()))).mappings()
    return tuple(_answer(row) for row in rows)


async def _count(connection: AsyncConnection, tenant: str) -> int:
    there = select(func.count()).select_from(_outer).where(_outer.c.tenant == tenant, _in_force)
    return await connection.scalar(there) or 0


def _row(answer: OwnAnswer) -> dict[str, Any]:
    row = asdict(answer)
    row["user_hash"] = row.pop("changed_by")
    return row


def _answer(row: Mapping[Any, Any]) -> OwnAnswer:
    own = {field.name: row[field.name] for field in fields(OwnAnswer) if field.name != "changed_by"}
    return OwnAnswer(**{**own, "phrasings": tuple(row["phrasings"]), "changed_by": row["user_hash"]})

"""Each workspace's own answers: every version, with who made it and when; and questions that wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.storage.channels import settings_in
from bot.storage.database import Repository, Row, as_record, as_row
from bot.storage.errors import ChangedMeanwhileError, TooManyAnswersError
from bot.storage.records import AskedQuestion, OwnAnswer, Teaching
from bot.storage.schema import asked_questions, own_answers, teaching

MOST_ENTRIES = 2_000
"""Own answers, further phrasings and hidden entries of a workspace together."""

MOST_WAITING = 1_000
"""Questions of a workspace that are looked at together, the oldest first."""

_outer = own_answers.alias()
_newest = select(func.max(own_answers.c.version)).where(
    own_answers.c.tenant == _outer.c.tenant, own_answers.c.entry == _outer.c.entry
)
_in_force = (_outer.c.version == _newest.scalar_subquery()) & _outer.c.removed.is_(False)


class OwnAnswers(Repository):
    """The answers of all workspaces. Changes to one workspace come one after the other."""

    async def versions(self) -> dict[str, Teaching]:
        """How every workspace teaches that has taught or chosen something, with the number of its last change."""
        return {row["tenant"]: as_record(Teaching, row) for row in await self._database.read(select(teaching))}

    async def settings(self, tenant: str) -> Teaching:
        """How a workspace teaches."""
        wanted = select(teaching).where(teaching.c.tenant == tenant)
        return next(iter(await self._database.read_as(Teaching, wanted)), Teaching())

    async def configure(self, tenant: str, **changes: Any) -> Teaching:
        """Change fields of its `Teaching`; what holds now."""
        async with self._database.writing():
            await self._raise_version(tenant)
            await self._database.write(update(teaching).where(teaching.c.tenant == tenant).values(**changes))
            return await self.settings(tenant)

    async def current(self, tenant: str) -> tuple[int, tuple[OwnAnswer, ...]]:
        """The number of the last change, and what is in force, by id."""
        wanted = select(_outer).where(_outer.c.tenant == tenant, _in_force).order_by(_outer.c.entry)
        async with self._database.reading():
            return (await self.settings(tenant)).version, await self._database.read_as(OwnAnswer, wanted)

    async def due(self, after: date, until: date) -> list[tuple[str, OwnAnswer]]:
        """The answers of all workspaces, with each, whose review is due from the day after `after` on until this day,
        and which have an owner."""
        days = (_outer.c.review_on > after) & (_outer.c.review_on <= until)
        wanted = select(_outer).where(days, _outer.c.owner != "", _outer.c.kind == "answer", _in_force)
        return [(row["tenant"], as_record(OwnAnswer, row)) for row in await self._database.read(wanted)]

    async def names(self, tenant: str) -> set[str]:
        """The ids of all that there ever was, also of what was removed: not for anything new."""
        wanted = select(own_answers.c.entry).where(own_answers.c.tenant == tenant)
        return {row["entry"] for row in await self._database.read(wanted)}

    async def history(self, tenant: str, entry: str) -> tuple[OwnAnswer, ...]:
        """All versions of one, the newest first."""
        wanted = select(own_answers).where(own_answers.c.tenant == tenant, own_answers.c.entry == entry)
        return await self._database.read_as(OwnAnswer, wanted.order_by(own_answers.c.version.desc()))

    async def save(self, platform: str, tenant: str, user: str, answers: Sequence[OwnAnswer]) -> tuple[OwnAnswer, ...]:
        """Save a new version of each, made by `user`; with `version` the one that it was made from, 0 for a new one.

        All or none. Raises ChangedMeanwhileError where there is a newer one, TooManyAnswersError, or StoreUnavailable.
        """
        by, now, saved = self._pseudonyms.user(platform, user), self._clock(), []
        there = select(func.count().label("answers")).select_from(_outer).where(_outer.c.tenant == tenant, _in_force)
        async with self._database.writing():
            await self._raise_version(tenant)
            for answer in answers:
                before = await self.history(tenant, answer.entry)
                if before and before[0].version != answer.version:
                    raise ChangedMeanwhileError(before[0])
                new = replace(answer, version=answer.version + 1, changed_by=by, changed_at=now)
                await self._database.write(insert(own_answers), as_row(own_answers, new, tenant=tenant))
                saved.append(new)
            [found] = await self._database.read(there)
            if found["answers"] > MOST_ENTRIES and not all(one.removed for one in saved):
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
        wrote = own_answers.c.changed_by.in_(self._pseudonyms.every_user(platform, user))
        owns = (own_answers.c.owner == user) & own_answers.c.tenant.startswith(f"{platform}:", autoescape=True)
        changes = [
            update(own_answers).where(wrote).values(changed_by=""),
            update(own_answers).where(owns).values(owner=""),
        ]
        async with self._database.writing():
            listed = select(teaching).where(teaching.c.tenant.startswith(f"{platform}:", autoescape=True))
            for row in await self._database.read(listed):
                if user in row["teachers"]:
                    others = [one for one in row["teachers"] if one != user]
                    changes.append(update(teaching).where(teaching.c.tenant == row["tenant"]).values(teachers=others))
            return sum([await self._database.write(change) for change in changes])

    async def _raise_version(self, tenant: str) -> None:
        """Its answers changed. The row of the workspace is locked until the end of the transaction."""
        new = self._database.insert(teaching).values(version=1, teachers=[], ask_channel="", keeps_threads=False)
        raised = new.on_conflict_do_update(index_elements=[teaching.c.tenant], set_={"version": teaching.c.version + 1})
        await self._database.write(raised, {"tenant": tenant})


class AskedQuestions(Repository):
    """The questions of all workspaces, for as long as an answer to them is shown where they were asked."""

    async def record_all(self, asked: Sequence[tuple[AskedQuestion, datetime]]) -> None:
        """Store questions and when each was asked: those of nobody by name only where words may be stored."""
        async with self._database.writing():
            settings = await settings_in(self._database, [(one.tenant, one.channel) for one, _ in asked])
            rows = [
                self._row(one, at)
                for (one, at), chosen in zip(asked, settings, strict=True)
                if one.user or (chosen.keep_words and self._retention.words)
            ]
            if rows:
                await self._database.write(insert(asked_questions), rows)

    async def get(self, tenant: str, name: str) -> AskedQuestion | None:
        """One that waits; None where it was answered, or its time is over."""
        return next(iter(await self._found(asked_questions.c.id == name, tenant)), None)

    async def waiting(self, tenant: str) -> tuple[AskedQuestion, ...]:
        """All of a workspace that wait, the oldest first."""
        return await self._found(asked_questions.c.asked_at > self._clock() - self._retention.asked, tenant)

    async def answered(self, tenant: str, name: str, entry: str) -> None:
        """A teacher answered this one with an entry: a change that other processes see."""
        here = (asked_questions.c.tenant == tenant) & (asked_questions.c.id == name)
        async with self._database.writing():
            await self._database.write(update(asked_questions).where(here).values(entry=entry))
            changed = update(teaching).where(teaching.c.tenant == tenant)
            await self._database.write(changed.values(version=teaching.c.version + 1))

    async def take(self, question: AskedQuestion) -> bool:
        """Take one to show its answer; of many processes that do so at once, one gets it."""
        free = (asked_questions.c.id == question.id) & asked_questions.c.taken.is_(False)
        return await self._database.write(update(asked_questions).where(free).values(taken=True)) == 1

    async def give_back(self, question: AskedQuestion) -> None:
        """Its answer could not be shown now."""
        await self._database.write(
            update(asked_questions).where(asked_questions.c.id == question.id).values(taken=False)
        )

    async def remove(self, question: AskedQuestion) -> None:
        """Its answer was shown, or never can be."""
        await self._database.write(delete(asked_questions).where(asked_questions.c.id == question.id))

    async def _found(self, which: ColumnElement[bool], tenant: str) -> tuple[AskedQuestion, ...]:
        table = asked_questions.c
        wanted = select(asked_questions).where(which, table.tenant == tenant, table.taken.is_(False))
        oldest = wanted.order_by(table.asked_at, table.id).limit(MOST_WAITING)
        return await self._database.read_as(AskedQuestion, oldest)

    def _row(self, question: AskedQuestion, asked_at: datetime) -> Row:
        platform = question.tenant.partition(":")[0]
        by = self._pseudonyms.user(platform, question.user) if question.user else None
        return as_row(asked_questions, question, taken=False, user_hash=by, asked_at=asked_at)

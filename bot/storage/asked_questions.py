"""Questions without an answer, and where to show one once there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.storage.channels import settings_in
from bot.storage.database import Repository, Row, as_row
from bot.storage.records import AskedQuestion
from bot.storage.schema import asked_questions, teaching

MOST_WAITING = 1_000
"""Questions of a workspace that are looked at together, the oldest first."""


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

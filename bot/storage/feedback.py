"""What people thought of the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select

from bot.feedback import Feedback, Note, Votes
from bot.storage.channels import settings_of
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.retention import Retention
from bot.storage.schema import NAME, WORD, feedback


class FeedbackRecords:
    """One judgement a user and answer; the user is a stand-in."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._pseudonyms = pseudonyms
        self._retention = retention

    async def record(self, given: Feedback, *, at: datetime | None = None) -> None:
        """Keep `given`, in place of what the same user thought of the same answer before.

        The reason is left out where the channel or its tenant wants no words kept, or nobody's are.
        """
        async with self._database.writing() as connection:
            allowed = (await settings_of(connection, given.tenant, given.channel)).keep_words
            insert = self._database.insert(feedback).values(
                user_hash=self._pseudonyms.user(given.platform, given.user),
                answer=self._pseudonyms.answer(given.answer),
                tenant=tidied(given.tenant, NAME),
                platform=tidied(given.platform, WORD),
                entry=tidied(given.entry, NAME),
                helpful=given.helpful,
                reason=given.reason if allowed and self._retention.words else None,
                suggested=tidied(given.suggested, NAME) if given.suggested else None,
                knowledge_version=tidied(given.knowledge_version, NAME),
                given_at=at or self._clock(),
            )
            kept = ("tenant", "platform", "entry", "helpful", "reason", "suggested", "knowledge_version", "given_at")
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[feedback.c.user_hash, feedback.c.answer],
                    set_={name: insert.excluded[name] for name in kept},
                )
            )

    async def votes(self, since: datetime, until: datetime, *, tenant: str | None = None) -> tuple[Votes, ...]:
        """How each entry was judged from `since` to before `until`, by entry id."""
        helpful = func.sum(case((feedback.c.helpful, 1), else_=0))
        counted = (
            select(feedback.c.entry, helpful.label("helpful"), func.count().label("votes"))
            .where(*_within(since, until, tenant))
            .group_by(feedback.c.entry)
            .order_by(feedback.c.entry)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(counted)).all()
        return tuple(Votes(row.entry, row.helpful, row.votes - row.helpful) for row in rows)

    async def notes(
        self, since: datetime, until: datetime, *, tenant: str | None = None, limit: int = 1_000
    ) -> tuple[Note, ...]:
        """Judgements with words or a suggestion, the newest first."""
        said = feedback.c.reason.is_not(None) | feedback.c.suggested.is_not(None)
        wanted = (
            select(feedback).where(*_within(since, until, tenant), said).order_by(feedback.c.id.desc()).limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(
            Note(row.entry, row.helpful, row.reason, row.suggested, row.knowledge_version, row.given_at) for row in rows
        )


def _within(since: datetime, until: datetime, tenant: str | None) -> list[ColumnElement[bool]]:
    period = [feedback.c.given_at >= since, feedback.c.given_at < until]
    return period if tenant is None else [*period, feedback.c.tenant == tidied(tenant, NAME)]

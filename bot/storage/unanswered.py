"""What was asked and not answered, in masked words, for the curators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select

from bot.feedback import KeptQuestion, Unanswered
from bot.reply import Candidate
from bot.storage.channels import settings_of
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.retention import Retention
from bot.storage.schema import NAME, WORD, unanswered

MOST_CANDIDATES = 10


class UnansweredQuestions:
    """Questions without who asked them, for as long as words are kept."""

    def __init__(self, database: Database, clock: Clock, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def record(self, question: Unanswered, *, at: datetime | None = None) -> bool:
        """Keep `question`; False where its words may not be kept, or none are left of it."""
        asked_at = at or self._clock()
        if not question.text or asked_at <= self._clock() - self._retention.words:
            return False
        async with self._database.writing() as connection:
            if not (await settings_of(connection, question.tenant, question.channel)).keep_words:
                return False
            await connection.execute(
                insert(unanswered).values(
                    tenant=tidied(question.tenant, NAME),
                    platform=tidied(question.platform, WORD),
                    channel_kind=tidied(question.channel_kind, WORD),
                    text=question.text,
                    outcome=tidied(question.outcome, WORD),
                    candidates=[
                        {"entry": tidied(candidate.entry, NAME), "confidence": candidate.confidence}
                        for candidate in question.candidates[:MOST_CANDIDATES]
                    ],
                    knowledge_version=tidied(question.knowledge_version, NAME),
                    asked_at=asked_at,
                )
            )
        return True

    async def between(
        self, since: datetime, until: datetime, *, tenant: str | None = None, limit: int = 10_000
    ) -> tuple[KeptQuestion, ...]:
        """Questions from `since` to before `until`, the newest first, at most `limit`."""
        wanted = select(unanswered).where(unanswered.c.asked_at >= since, unanswered.c.asked_at < until)
        if tenant is not None:
            wanted = wanted.where(unanswered.c.tenant == tidied(tenant, NAME))
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.order_by(unanswered.c.id.desc()).limit(limit))).all()
        return tuple(
            KeptQuestion(
                text=row.text,
                platform=row.platform,
                channel_kind=row.channel_kind,
                outcome=row.outcome,
                candidates=tuple(Candidate(**candidate) for candidate in row.candidates),
                knowledge_version=row.knowledge_version,
                asked_at=row.asked_at,
            )
            for row in rows
        )

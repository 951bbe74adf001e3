"""What was asked and not answered, in masked words, for the curators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from bot.feedback import KeptQuestion, Unanswered
from bot.reply import Candidate
from bot.storage.channels import settings_in
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.retention import Retention
from bot.storage.schema import NAME, WORD, unanswered

MOST_CANDIDATES = 10

_KEPT = insert(unanswered).returning(unanswered.c.id)  # so that all rows go in one statement


class UnansweredQuestions:
    """Questions without who asked them, for as long as words are kept."""

    def __init__(self, database: Database, clock: Clock, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def record(self, question: Unanswered, *, at: datetime | None = None) -> bool:
        """Keep `question`; False where its words may not be kept, or none are left of it."""
        return (await self.record_all([(question, at or self._clock())]))[0]

    async def record_all(self, asked: Sequence[tuple[Unanswered, datetime]]) -> list[bool]:
        """As `record` for each question and when it was asked, in one transaction."""
        since = self._clock() - self._retention.words
        worded = [(question, at) for question, at in asked if question.text and at > since]
        kept: list[tuple[Unanswered, datetime]] = []
        if worded:
            async with self._database.writing() as connection:
                places = [(question.tenant, question.channel) for question, _ in worded]
                settings = await settings_in(connection, places)
                kept = [one for one, chosen in zip(worded, settings, strict=True) if chosen.keep_words]
                if kept:
                    await connection.execute(_KEPT, [_row(question, at) for question, at in kept])
        return [one in kept for one in asked]

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


def _row(question: Unanswered, asked_at: datetime) -> dict[str, Any]:
    return {
        "tenant": tidied(question.tenant, NAME),
        "platform": tidied(question.platform, WORD),
        "channel_kind": tidied(question.channel_kind, WORD),
        "text": question.text,
        "outcome": tidied(question.outcome, WORD),
        "candidates": [
            {"entry": tidied(candidate.entry, NAME), "confidence": candidate.confidence}
            for candidate in question.candidates[:MOST_CANDIDATES]
        ],
        "knowledge_version": tidied(question.knowledge_version, NAME),
        "asked_at": asked_at,
    }

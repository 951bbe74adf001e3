"""Where answers were posted, so that a wrong one can be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, update

from bot.storage.database import Database
from bot.storage.records import Clock, Retention, ShownAnswer
from bot.storage.schema import shown_answers

_MESSAGE = (shown_answers.c.tenant, shown_answers.c.channel, shown_answers.c.message)


class ShownAnswers:
    """One row for each entry in a message, for as long as answers are corrected."""

    def __init__(self, database: Database, clock: Clock, retention: Retention) -> None:
        self._database, self._clock, self._retention = database, clock, retention
        key = ("tenant", "channel", "message", "entry")
        self._latest = database.upsert(shown_answers, key, ("frameworks", "headlines", "shown_at"))

    async def record_all(self, shown: Sequence[tuple[ShownAnswer, datetime]]) -> None:
        """Store answers and when each was posted, in place of what their messages showed before."""
        latest = {(answer.tenant, answer.channel, answer.message): (answer, at) for answer, at in shown}
        rows = [
            {
                "tenant": answer.tenant,
                "platform": answer.platform,
                "channel": answer.channel,
                "message": answer.message,
                "entry": entry,
                "frameworks": list(answer.frameworks),
                "headlines": headlines,
                "shown_at": at,
            }
            for answer, at in latest.values()
            for entry, headlines in answer.headlines.items()
        ]
        async with self._database.writing() as connection:
            # Always in one order, so that replicas cannot deadlock.
            rows.sort(key=lambda row: (row["tenant"], row["channel"], row["message"], row["entry"]))
            await connection.execute(delete(shown_answers).where(tuple_(*_MESSAGE).in_(sorted(latest))))
            if rows:
                await connection.execute(self._latest, rows)

    async def outdated(self, platform: str, headlines: Mapping[str, str], limit: int = 1_000) -> list[ShownAnswer]:
        """Answers that showed one of these entries with other headlines, the oldest `limit`, by tenant.

        `headlines`: a digest of today's headlines by entry id.
        """
        if not headlines:
            return []
        table = shown_answers.c
        changed = or_(*(and_(table.entry == entry, table.headlines != now) for entry, now in headlines.items()))
        recent = table.shown_at > self._clock() - self._retention.answers
        oldest = select(*_MESSAGE).where(table.platform == platform, recent, changed).order_by(table.shown_at)
        whole = select(shown_answers).where(tuple_(*_MESSAGE).in_(oldest.limit(limit))).order_by(*_MESSAGE)
        async with self._database.reading() as connection:
            rows = (await connection.execute(whole)).mappings().all()
        return [
            ShownAnswer(
                platform=platform,
                tenant=tenant,
                channel=channel,
                message=name,
                headlines={row["entry"]: row["headlines"] for row in (first, *others)},
                frameworks=tuple(first["frameworks"]),
            )
            for (tenant, channel, name), (first, *others) in groupby(
                rows, lambda row: (row["tenant"], row["channel"], row["message"])
            )
        ]

    async def corrected(self, answer: ShownAnswer, headlines: Mapping[str, str]) -> None:
        """The message shows these headlines now, a digest by entry id."""
        here = _of(answer.tenant, answer.channel, answer.message)
        async with self._database.writing() as connection:
            for entry, now in headlines.items():
                changed = update(shown_answers).where(here, shown_answers.c.entry == entry)
                await connection.execute(changed.values(headlines=now))

    async def forget(self, answer: ShownAnswer) -> None:
        """The message cannot be edited any more."""
        async with self._database.writing() as connection:
            await connection.execute(delete(shown_answers).where(_of(answer.tenant, answer.channel, answer.message)))


def _of(tenant: str, channel: str, message: str) -> ColumnElement[bool]:
    table = shown_answers.c
    return and_(table.tenant == tenant, table.channel == channel, table.message == message)

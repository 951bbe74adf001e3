"""Where answers were posted, so that a wrong one can be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, and_, delete, or_, select, tuple_, update

from bot.storage.database import Insert, Repository, as_record, as_row
from bot.storage.records import ShownAnswer
from bot.storage.schema import shown_answers

_KEY = ("tenant", "channel", "message", "entry")
_MESSAGE = (shown_answers.c.tenant, shown_answers.c.channel, shown_answers.c.message)


class ShownAnswers(Repository):
    """One row for each entry in a message, for as long as answers are corrected."""

    @cached_property
    def _latest(self) -> Insert:
        return self._database.upsert(shown_answers, _KEY, ("frameworks", "headlines", "shown_at"))

    async def record_all(self, shown: Sequence[tuple[ShownAnswer, datetime]]) -> None:
        """Store answers and when each was posted, in place of what their messages showed before."""
        latest = {(answer.tenant, answer.channel, answer.message): (answer, at) for answer, at in shown}
        rows = [
            as_row(shown_answers, answer, entry=entry, headlines=headlines, shown_at=at)
            for answer, at in latest.values()
            for entry, headlines in answer.headlines.items()
        ]
        async with self._database.writing():
            # Always in one order, so that replicas cannot deadlock.
            rows.sort(key=itemgetter(*_KEY))
            await self._database.write(delete(shown_answers).where(tuple_(*_MESSAGE).in_(sorted(latest))))
            if rows:
                await self._database.write(self._latest, rows)

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
        found = groupby(await self._database.read(whole), itemgetter(*_KEY[:3]))
        return [
            as_record(ShownAnswer, first, headlines={row["entry"]: row["headlines"] for row in (first, *others)})
            for _, (first, *others) in found
        ]

    async def corrected(self, answer: ShownAnswer, headlines: Mapping[str, str]) -> None:
        """The message shows these headlines now, a digest by entry id."""
        async with self._database.writing():
            for entry, now in headlines.items():
                changed = update(shown_answers).where(_of(answer), shown_answers.c.entry == entry)
                await self._database.write(changed.values(headlines=now))

    async def forget(self, answer: ShownAnswer) -> None:
        """The message cannot be edited any more."""
        await self._database.write(delete(shown_answers).where(_of(answer)))


def _of(answer: ShownAnswer) -> ColumnElement[bool]:
    table = shown_answers.c
    return and_(table.tenant == answer.tenant, table.channel == answer.channel, table.message == answer.message)

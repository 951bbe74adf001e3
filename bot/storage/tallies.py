"""How often what was asked, by day, without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from datetime import date

from sqlalchemy import func, select

from bot.feedback import Tally, Total
from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.masking import tidied
from bot.storage.schema import NAME, WORD, tallies

_KEY = ("day", "tenant", "platform", "outcome", "entry")


class Tallies:
    """Counts by day (UTC), tenant, platform, outcome and entry."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, counts: Mapping[Tally, int], *, day: date | None = None) -> None:
        """Add `counts` to those of `day`, or of today."""
        on = day or self._clock().date()
        # Always in the same order, so that two replicas that add at once never wait for each other.
        ordered = sorted(counts.items(), key=lambda item: astuple(item[0]))
        if not ordered:
            return
        insert = self._database.insert(tallies)
        added = insert.on_conflict_do_update(
            index_elements=[tallies.c[name] for name in _KEY],
            set_={"asked": tallies.c.asked + insert.excluded.asked},
        )
        async with self._database.writing() as connection:
            await connection.execute(
                added,
                [
                    {
                        "day": on,
                        "tenant": tidied(tally.tenant, NAME),
                        "platform": tidied(tally.platform, WORD),
                        "outcome": tidied(tally.outcome, WORD),
                        "entry": tidied(tally.entry, NAME),
                        "asked": count,
                    }
                    for tally, count in ordered
                ],
            )

    async def between(self, since: date, until: date, *, tenant: str | None = None) -> tuple[Total, ...]:
        """Totals from the day `since` to before the day `until`, the most asked first."""
        asked = func.sum(tallies.c.asked).label("asked")
        kinds = (tallies.c.platform, tallies.c.outcome, tallies.c.entry)
        wanted = select(*kinds, asked).where(tallies.c.day >= since, tallies.c.day < until)
        if tenant is not None:
            wanted = wanted.where(tallies.c.tenant == tidied(tenant, NAME))
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted.group_by(*kinds).order_by(asked.desc(), *kinds))).all()
        return tuple(Total(row.platform, row.outcome, row.entry, row.asked) for row in rows)

"""Which secrets hide users in the tables.

Stand-ins are found only with the secrets they were made with. So the service leaves a check value of
its newest secret, and whoever looks for a user can tell whether all that is kept can be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.storage.clock import Clock
from bot.storage.database import Database
from bot.storage.marks import Marks
from bot.storage.pseudonyms import Pseudonyms
from bot.storage.retention import Retention
from bot.storage.schema import marks

_PREFIX = "hides users: "

_MARGIN = timedelta(days=1)
"""For a service that noted its secret a while before it made its last stand-in."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the secrets lately in use are at hand, and how many are not."""

    at_hand: int
    missing: int


class HidingSecrets:
    """Remembers, by their check values, the secrets with which services hid users."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, retention: Retention) -> None:
        self._database = database
        self._clock = clock
        self._pseudonyms = pseudonyms
        self._tied = retention.ties + _MARGIN
        self._marks = Marks(database, clock)

    async def note(self) -> None:
        """The newest secret is in use. Lets go of those whose last stand-in was purged since."""
        if self._pseudonyms.secret:
            await self._marks.put(_PREFIX + self._pseudonyms.check_values()[0], "")
        over = marks.c.name.startswith(_PREFIX) & (marks.c.changed_at <= self._clock() - self._tied)
        async with self._database.writing() as connection:
            await connection.execute(delete(marks).where(over))

    async def coverage(self) -> Coverage:
        """Which secrets were in use as long as anything made with them may be kept."""
        noted, ours = await self._noted(), _names(self._pseudonyms)
        return Coverage(at_hand=len(noted.keys() & ours), missing=len(noted.keys() - ours))

    async def needed_until(self, secrets: Sequence[str]) -> datetime | None:
        """Until when something that one of `secrets` hides may be kept; None where nothing is."""
        noted, asked = await self._noted(), _names(Pseudonyms(secrets))
        until = max((at + self._tied for name, at in noted.items() if name in asked), default=self._clock())
        return until if until > self._clock() else None

    async def _noted(self) -> dict[str, datetime]:
        """The marks of secrets in use, and when each was last noted."""
        async with self._database.reading() as connection:
            asked = select(marks.c.name, marks.c.changed_at).where(marks.c.name.startswith(_PREFIX))
            return {row.name: row.changed_at for row in await connection.execute(asked)}


def _names(pseudonyms: Pseudonyms) -> set[str]:
    return {_PREFIX + check for check in pseudonyms.check_values()} if pseudonyms.secret else set()

"""What the chat layer stores: a service has the resilient store, a terminal has `MemoryRecords`.

Reading on the way to an answer takes a quarter of a second at most, and never fails; writing happens afterwards.
Settings that cannot be changed now, and people who cannot be forgotten now, raise StoreUnavailable.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.dialog.question import Turn
from bot.storage.bounded_dict import BoundedDict
from bot.storage.records import AskedQuestion, ChannelSettings, DeliveryClaim, Feedback, ShownAnswer, Tally, Unanswered

if TYPE_CHECKING:
    from bot.storage.resilience import ResilientStore  # brings in a database

Records: TypeAlias = "ResilientStore | MemoryRecords"

MOST_THREADS = 1_000
"""Conversations that `MemoryRecords` remembers."""


class MemoryRecords:
    """Records of one process: it remembers conversations, deliveries and settings, and stores nobody's words."""

    def __init__(self) -> None:
        self.deliveries = self.threads = self.channels = self
        self.feedback = self.unanswered = self.asked_questions = self.shown_answers = self.tallies = self
        self._turns: BoundedDict[str, Turn] = BoundedDict(MOST_THREADS)
        self._claims: BoundedDict[str, DeliveryClaim] = BoundedDict(MOST_THREADS)
        self._settings: dict[tuple[str, str | None], ChannelSettings] = {}

    async def claim(self, key: str, tenant: str, *, again: bool = False) -> DeliveryClaim:
        """NEW the first time."""
        del tenant, again
        known = self._claims.get(key)
        if known is None:
            self._claims.put(key, DeliveryClaim.IN_PROGRESS)
        return known or DeliveryClaim.NEW

    def join(self, tenant: str) -> None:
        """Not counted."""

    async def done(self, key: str) -> None:
        """It was answered."""
        self._claims.put(key, DeliveryClaim.DONE)

    async def release(self, key: str) -> None:
        """It may be claimed again."""
        self._claims.pop(key, None)

    async def renew(self, key: str) -> None:
        """A claim in memory never goes stale."""

    async def turn(self, thread: str) -> Turn | None:
        """The last exchange."""
        return self._turns.get(thread)

    async def remember(self, thread: str, tenant: str, turn: Turn) -> None:
        """Replace the last exchange."""
        del tenant
        self._turns.put(thread, turn)

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """What was changed here, or the defaults."""
        return self._settings.get((tenant, channel), ChannelSettings())

    async def change(self, tenant: str, channel: str | None = None, **changes: Any) -> ChannelSettings:
        """Change it until the process ends."""
        now = await self.settings(tenant, channel)
        chosen = {name: value for name, value in changes.items() if value is not None}
        self._settings[tenant, channel] = replace(now, **chosen)
        return self._settings[tenant, channel]

    async def record(self, item: AskedQuestion | Feedback | ShownAnswer | Unanswered) -> None:
        """Nobody's words are stored."""

    def count(self, tally: Tally) -> None:
        """Not counted."""

    async def forget_user(self, platform: str, user: str) -> None:
        """There is nothing to forget."""

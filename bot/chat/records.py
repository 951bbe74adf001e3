"""What the chat layer stores, as a port: a service has the resilient store, a terminal has `MemoryRecords`.

Reading on the way to an answer takes a quarter of a second at most, and never fails; writing happens afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, Unpack

from bot.dialog.question import Turn
from bot.storage.bounded_dict import BoundedDict
from bot.storage.records import (
    AskedQuestion,
    Changes,
    ChannelSettings,
    DeliveryClaim,
    Feedback,
    ShownAnswer,
    Tally,
    Unanswered,
)

MOST_THREADS = 1_000
"""Conversations that `MemoryRecords` remembers."""


class Deliveries(Protocol):
    """Which deliveries were answered."""

    async def claim(self, key: str, tenant: str, *, again: bool = False) -> DeliveryClaim:
        """Claim a delivery; of many who claim it at once, one gets it. `again`: it has come before."""

    def join(self, tenant: str) -> None:
        """Count a delivery that is being answered in this process already."""

    async def done(self, key: str) -> None:
        """It was answered."""

    async def release(self, key: str) -> None:
        """It could not be answered, and may be claimed again."""

    async def renew(self, key: str) -> None:
        """It is still being answered."""


class Threads(Protocol):
    """The last exchange of each conversation."""

    async def turn(self, thread: str) -> Turn | None:
        """The last exchange; None where the bot took no part in the conversation."""

    async def remember(self, thread: str, tenant: str, turn: Turn) -> None:
        """Replace the last exchange."""


class Channels(Protocol):
    """What channels have chosen."""

    async def settings(self, tenant: str, channel: str | None = None) -> ChannelSettings:
        """What holds in a channel, or in the tenant as a whole."""

    async def change(self, tenant: str, channel: str | None = None, **changes: Unpack[Changes]) -> ChannelSettings:
        """Change it; what holds now. Raises StoreUnavailable where it cannot be saved."""


class FeedbackSink(Protocol):
    """Votes."""

    async def record(self, feedback: Feedback) -> None:
        """Store one, in place of the person's earlier one on the same answer."""


class UnansweredSink(Protocol):
    """Questions without an answer."""

    async def record(self, question: Unanswered) -> None:
        """Store one, where the channel allows it."""


class AskedQuestionSink(Protocol):
    """Questions that wait for an answer."""

    async def record(self, question: AskedQuestion) -> None:
        """Store one."""


class ShownAnswerSink(Protocol):
    """Where answers were posted."""

    async def record(self, answer: ShownAnswer) -> None:
        """Store one."""


class TallySink(Protocol):
    """Counts."""

    def count(self, tally: Tally) -> None:
        """Count one exchange."""


class Records(Protocol):
    """Everything that is stored of a chat."""

    @property
    def deliveries(self) -> Deliveries:
        """Which deliveries were answered."""

    @property
    def threads(self) -> Threads:
        """The last exchange of each conversation."""

    @property
    def channels(self) -> Channels:
        """What channels have chosen."""

    @property
    def feedback(self) -> FeedbackSink:
        """Votes."""

    @property
    def unanswered(self) -> UnansweredSink:
        """Questions without an answer."""

    @property
    def asked_questions(self) -> AskedQuestionSink:
        """Questions that wait for an answer."""

    @property
    def shown_answers(self) -> ShownAnswerSink:
        """Where answers were posted."""

    @property
    def tallies(self) -> TallySink:
        """Counts."""

    async def forget_user(self, platform: str, user: str) -> object:
        """Delete what a person gave. Raises StoreUnavailable where it cannot be deleted now."""


class MemoryRecords:
    """Records of one process: it remembers conversations, deliveries and settings, and stores nobody's words."""

    def __init__(self) -> None:
        self.deliveries = self.threads = self.channels = self
        self.feedback = self.unanswered = self.asked_questions = self.shown_answers = self.tallies = self
        self._turns: BoundedDict[str, Turn] = BoundedDict(MOST_THREADS)
        self._done: BoundedDict[str, bool] = BoundedDict(MOST_THREADS)
        self._settings: dict[tuple[str, str | None], ChannelSettings] = {}

    async def claim(self, key: str, tenant: str, *, again: bool = False) -> DeliveryClaim:
        """NEW the first time."""
        del tenant, again
        done = self._done.get(key)
        if done is not None:
            return DeliveryClaim.DONE if done else DeliveryClaim.IN_PROGRESS
        self._done.put(key, False)  # noqa: FBT003 - not done yet
        return DeliveryClaim.NEW

    def join(self, tenant: str) -> None:
        """Not counted."""

    async def done(self, key: str) -> None:
        """It was answered."""
        self._done.put(key, True)  # noqa: FBT003 - done

    async def release(self, key: str) -> None:
        """It may be claimed again."""
        self._done.pop(key, None)

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

    async def change(self, tenant: str, channel: str | None = None, **changes: Unpack[Changes]) -> ChannelSettings:
        """Change it until the process ends."""
        now = await self.settings(tenant, channel)
        chosen = {name: value for name, value in changes.items() if value is not None}
        self._settings[tenant, channel] = replace(now, **chosen)  # type: ignore[arg-type] # names and types of Changes
        return self._settings[tenant, channel]

    async def record(self, item: AskedQuestion | Feedback | ShownAnswer | Unanswered) -> None:
        """Nobody's words are stored."""

    def count(self, tally: Tally) -> None:
        """Not counted."""

    async def forget_user(self, platform: str, user: str) -> None:
        """There is nothing to forget."""

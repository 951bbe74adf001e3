"""What can wait for the database: judgements, unanswered questions, counts. Within bounds; the oldest goes first."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from bot.feedback import Feedback, Tally, Unanswered
from bot.storage.bounded import Bounded, flush_one
from bot.storage.errors import StoreUnavailable
from bot.storage.group import Group
from bot.storage.link import Link
from bot.store import Store

MOST_FEEDBACK = 1_000
MOST_QUESTIONS = 500
MOST_COUNTS = 20_000


class WaitingFeedback:
    """`FeedbackRecords.record` that never raises for the database."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._queue: Bounded[tuple[str, str, str], tuple[Feedback, datetime]] = Bounded(MOST_FEEDBACK)

    async def record(self, given: Feedback) -> None:
        """As `FeedbackRecords.record`; written later where it cannot be now."""
        key, item = (given.platform, given.user, given.answer), (given, self._store.clock())
        self._queue.pop(key)
        try:
            await self._write(item)
        except StoreUnavailable:
            self._queue.put(key, item)

    async def flush(self) -> None:
        """Write what waits. Raises StoreUnavailable."""
        for key in self._queue:
            await flush_one(self._queue, key, self._write)

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._queue.discard_where(lambda _, item: item[0].tenant == tenant)

    def forget_user(self, platform: str, user: str) -> None:
        """Forget what a user gave."""
        self._queue.discard_where(lambda key, _: key[:2] == (platform, user))

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return len(self._queue)

    @property
    def dropped(self) -> int:
        """How many were lost for want of room."""
        return self._queue.dropped

    async def _write(self, item: tuple[Feedback, datetime]) -> None:
        await self._link.attempt(lambda: self._store.feedback.record(item[0], at=item[1]))


class WaitingQuestions:
    """`UnansweredQuestions.record` that never raises for the database."""

    def __init__(self, store: Store, group: Group) -> None:
        self._store = store
        self._write = group.kind(store.unanswered.record_all)
        self._queue: Bounded[int, tuple[Unanswered, datetime]] = Bounded(MOST_QUESTIONS)
        self._next = 0

    async def record(self, question: Unanswered) -> None:
        """As `UnansweredQuestions.record`; written later where it cannot be now."""
        item = (question, self._store.clock())
        try:
            await self._write(item)
        except StoreUnavailable:
            self._next += 1
            self._queue.put(self._next, item)

    async def flush(self) -> None:
        """Write what waits. Raises StoreUnavailable."""
        for key in self._queue:
            await flush_one(self._queue, key, self._write)

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        self._queue.discard_where(lambda _, item: item[0].tenant == tenant)

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return len(self._queue)

    @property
    def dropped(self) -> int:
        """How many were lost for want of room."""
        return self._queue.dropped


class WaitingTallies:
    """Counts, gathered and written together every few seconds: asking a question waits for none of it."""

    def __init__(self, store: Store, link: Link) -> None:
        self._store = store
        self._link = link
        self._counts: Counter[tuple[date, Tally]] = Counter()
        self.dropped = 0

    def count(self, tally: Tally) -> None:
        """One more of `tally` today. Never waits, never raises."""
        key = (self._store.clock().date(), tally)
        if key not in self._counts and len(self._counts) >= MOST_COUNTS:
            self.dropped += 1
            return
        self._counts[key] += 1

    async def flush(self) -> None:
        """Write what was counted. Raises StoreUnavailable, and then keeps it."""
        for day in sorted({on for on, _ in self._counts}):
            counts = {tally: number for (on, tally), number in self._counts.items() if on == day}
            for tally in counts:
                del self._counts[day, tally]
            try:
                await self._link.attempt(lambda counts=counts, day=day: self._store.tallies.add(counts, day=day))  # type: ignore[misc]
            except BaseException:
                self._counts.update({(day, tally): number for tally, number in counts.items()})
                raise

    def forget_tenant(self, tenant: str) -> None:
        """Forget what belongs to `tenant`."""
        for day, tally in [key for key in self._counts if key[1].tenant == tenant]:
            del self._counts[day, tally]

"""Opens a store for a while, and puts single rows into its tables, which themselves write many at once."""

from __future__ import annotations

from contextlib import asynccontextmanager

from bot.storage.store import Store


@asynccontextmanager
async def opened(url, **choices):
    """The store at `url`, its tables up to date, closed at the end. `choices` as when it is created."""
    store = Store(url, **choices)
    try:
        await store.prepare()
        yield store
    finally:
        await store.close()


async def record(table, item, *, at=None):
    """A vote or an unanswered question, given at `at` or now."""
    await table.record_all([(item, at or table._clock())])


async def remember(threads, thread, tenant, turn):
    """The last exchange of a thread."""
    await threads.remember_all([(thread, tenant, turn)])


async def add(tallies, counts, *, day=None):
    """Counts of a day, or of today."""
    await tallies.add_all([(day or tallies._clock().date(), tally, count) for tally, count in counts.items()])


async def done(deliveries, key, tenant=""):
    """A delivery was answered. With its `tenant`, also where no claim on it is stored."""
    await deliveries.done_all([(key, tenant)])

"""Puts single rows into a table of the store, which itself writes many at once."""

from __future__ import annotations


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

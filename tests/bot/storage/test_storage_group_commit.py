"""Writes that share a transaction, on real databases."""

import asyncio

import pytest
from sqlalchemy import event

from bot.dialog.question import Turn
from bot.storage.errors import StoreUnavailable
from bot.storage.outages import MOST, CircuitBreaker, WriteBehindQueue
from bot.storage.records import DeliveryClaim
from bot.storage.store import Store

TURN = Turn(("choose.mobile",), ())


@pytest.fixture
def queue(store, clock):
    return WriteBehindQueue(store.database.writing, CircuitBreaker(clock, time_limit=5))


@pytest.fixture
def commits(store):
    """One item for each transaction that is committed."""
    found = []
    event.listen(store.database._engine.sync_engine, "commit", found.append)
    return found


@pytest.fixture
def claim(queue, store):
    return queue.kind(store.deliveries.claim_all).write


@pytest.fixture
def remember(claim, queue, store):
    async def remember_all(threads):
        if "refused" in threads:
            raise ValueError("a thread that cannot be stored")
        await store.threads.remember_all([(thread, "slack:T1", TURN) for thread in threads])
        return threads

    return queue.kind(remember_all).write


@pytest.fixture
def batches():
    return []


@pytest.fixture
def doubled(queue, batches):
    """Doubles numbers in batches; a batch with a negative one finds the database unavailable."""

    async def write(numbers):
        batches.append(list(numbers))
        await asyncio.sleep(0)
        if min(numbers) < 0:
            raise StoreUnavailable("negative")
        return [2 * number for number in numbers]

    return queue.kind(write).write


async def test_each_write_gets_its_own_result(doubled):
    assert await asyncio.gather(*(doubled(number) for number in range(450))) == list(range(0, 900, 2))


async def test_writes_that_come_during_a_transaction_share_the_next_within_bounds(doubled, batches):
    first = asyncio.create_task(doubled(1))
    while not batches:
        await asyncio.sleep(0)
    await asyncio.gather(first, *(doubled(number) for number in range(MOST + 50)))
    assert [len(batch) for batch in batches] == [1, MOST, 50]


async def test_an_unavailable_database_is_an_error_of_its_own_for_each(doubled):
    results = await asyncio.gather(doubled(1), doubled(-1), return_exceptions=True)
    assert [str(result) for result in results] == ["negative", "negative"]
    assert results[0] is not results[1]


async def test_a_cancelled_write_does_not_disturb_the_others(doubled, batches):
    tasks = [asyncio.create_task(doubled(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[::2] == [0, 4]
    assert isinstance(results[1], asyncio.CancelledError)
    assert batches == [[0, 2]]


async def test_where_every_write_was_cancelled_there_is_no_transaction(doubled, batches):
    task = asyncio.create_task(doubled(1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await doubled(2) == 4
    assert batches == [[2]]


async def test_writes_of_any_kind_share_one_transaction(claim, remember, store, commits):
    results = await asyncio.gather(
        remember("one"), claim(("Ev1", "slack:T1")), remember("two"), claim(("Ev1", "slack:T1"))
    )
    assert results == ["one", DeliveryClaim.NEW, "two", DeliveryClaim.IN_PROGRESS]
    assert len(commits) == 1
    assert await store.threads.turn("two") == TURN


async def test_kinds_are_written_in_the_order_in_which_they_were_added(queue):
    written = []

    def kind(name):
        async def write(asked):
            written.append((name, list(asked)))

        return queue.kind(write).write

    first, second = kind("first"), kind("second")
    assert await asyncio.gather(second(1), first(2), second(3), first(4)) == [None] * 4
    assert written == [("first", [2, 4]), ("second", [1, 3])]


async def test_what_is_wrong_with_one_write_is_raised_for_it_alone(claim, remember, store):
    results = await asyncio.gather(
        claim(("Ev1", "slack:T1")), remember("refused"), remember("kept"), return_exceptions=True
    )
    assert results[0] is DeliveryClaim.NEW
    assert str(results[1]) == "a thread that cannot be stored"
    assert results[2] == "kept"
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    assert await store.threads.turn("kept") == TURN


async def test_in_an_outage_every_write_raises(clock, store, outage):
    await outage.begin()
    away = Store(outage.url, clock=clock, time_limit=0.5)
    try:
        claim = (
            WriteBehindQueue(away.database.writing, CircuitBreaker(clock, time_limit=1))
            .kind(away.deliveries.claim_all)
            .write
        )
        results = await asyncio.gather(*(claim((f"Ev{n}", "slack:T1")) for n in range(3)), return_exceptions=True)
    finally:
        await away.close()
    assert [type(result) for result in results] == [StoreUnavailable] * 3


async def test_a_transaction_is_rolled_back_as_a_whole(store):
    async def fails():
        async with store.database.writing():
            await store.deliveries.claim("Ev1", "slack:T1")
            await store.threads.remember_all([("thread", "slack:T1", TURN)])
            raise ValueError("not after all")

    with pytest.raises(ValueError, match="not after all"):
        await fails()
    assert await store.threads.turn("thread") is None
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW

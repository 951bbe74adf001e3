"""Writes that share a transaction, on real databases."""

import asyncio

import pytest
from sqlalchemy import event

from bot.question import Turn
from bot.storage.group import Group
from bot.storage.link import Link
from bot.store import Claim, Store, StoreUnavailable

TURN = Turn(("choose.mobile",), ())


@pytest.fixture
def group(store, clock):
    return Group(store, Link(clock, patience=5))


@pytest.fixture
def commits(store):
    """One item for each transaction that is committed."""
    found = []
    event.listen(store._database._engine.sync_engine, "commit", found.append)
    return found


@pytest.fixture
def claim(group, store):
    return group.kind(store.deliveries.claim_all)


@pytest.fixture
def remember(claim, group, store):
    async def remember_all(threads):
        if "refused" in threads:
            raise ValueError("a thread nobody can keep")
        await store.threads.remember_all([(thread, "slack:T1", TURN) for thread in threads])
        return threads

    return group.kind(remember_all)


async def test_what_comes_together_is_one_transaction_whatever_its_kind(claim, remember, store, commits):
    results = await asyncio.gather(
        remember("one"), claim(("Ev1", "slack:T1")), remember("two"), claim(("Ev1", "slack:T1"))
    )
    assert results == ["one", Claim.NEW, "two", Claim.IN_PROGRESS]
    assert len(commits) == 1
    assert await store.threads.turn("two") == TURN


async def test_kinds_are_written_in_the_order_in_which_they_were_named(group):
    written = []

    def kind(name):
        async def write(asked):
            written.append((name, list(asked)))
            return asked

        return group.kind(write)

    first, second = kind("first"), kind("second")
    await asyncio.gather(second(1), first(2), second(3), first(4))
    assert written == [("first", [2, 4]), ("second", [1, 3])]


async def test_what_cannot_be_written_is_told_to_whoever_brought_it_and_spoils_nothing_else(claim, remember, store):
    results = await asyncio.gather(
        claim(("Ev1", "slack:T1")), remember("refused"), remember("kept"), return_exceptions=True
    )
    assert results[0] is Claim.NEW
    assert str(results[1]) == "a thread nobody can keep"
    assert results[2] == "kept"
    assert await store.deliveries.claim("Ev1", "slack:T1") is Claim.IN_PROGRESS
    assert await store.threads.turn("kept") == TURN


async def test_while_the_store_is_away_each_is_told_so(clock, store, outage):
    await outage.begin()
    away = Store(outage.url, clock=clock, patience=0.5)
    try:
        claim = Group(away, Link(clock, patience=1)).kind(away.deliveries.claim_all)
        results = await asyncio.gather(*(claim((f"Ev{n}", "slack:T1")) for n in range(3)), return_exceptions=True)
    finally:
        await away.close()
    assert [type(result) for result in results] == [StoreUnavailable] * 3


async def test_what_is_written_together_is_undone_together(store):
    async def change_of_mind():
        async with store.together():
            await store.deliveries.claim("Ev1", "slack:T1")
            await store.threads.remember("thread", "slack:T1", TURN)
            raise ValueError("not after all")

    with pytest.raises(ValueError, match="not after all"):
        await change_of_mind()
    assert await store.threads.turn("thread") is None
    assert await store.deliveries.claim("Ev1", "slack:T1") is Claim.NEW

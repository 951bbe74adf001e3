"""What tenants share, in order and by events: nothing here takes time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.dispatcher import FairSemaphore


def filled(places, tenant):
    """How many a tenant gets when it takes all it can."""
    count = 0
    while places.has_room(tenant):
        places.take(tenant)
        count += 1
    return count


def test_one_alone_gets_half_and_the_next_finds_room():
    places = FairSemaphore(1_000)
    assert filled(places, "A") == 500
    assert filled(places, "B") == 250
    assert places.has_room("C")


def test_what_is_given_back_is_there_again():
    places = FairSemaphore(10)
    assert filled(places, "A") == 5
    for _ in range(5):
        places.give_back("A")
    assert places.taken == 0
    assert filled(places, "B") == 5


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.booleans())))
def test_five_that_take_what_they_can_leave_room_for_a_sixth(steps):
    places = FairSemaphore(64)
    for tenant, takes in steps:
        if takes and places.has_room(tenant):
            places.take(tenant)
        assert places.has_room("somebody new")


class Work:
    """Turns, and who has had one, in order."""

    def __init__(self, most):
        self.places = FairSemaphore(most)
        self.order = []
        self.going = asyncio.Event()

    async def piece(self, tenant):
        async with self.places.of(tenant):
            self.order.append(tenant)
            await self.going.wait()


async def started(*pieces):
    """Tasks of these, each as far as it gets."""
    tasks = [asyncio.create_task(piece) for piece in pieces]
    await asyncio.sleep(0)
    return tasks


async def test_who_waits_has_a_turn_one_tenant_after_the_other():
    work = Work(2)
    tasks = await started(*(work.piece(tenant) for tenant in "AAAAABBC"))
    assert work.order == ["A", "B"]
    work.going.set()
    await asyncio.gather(*tasks)
    assert work.order == ["A", "B", "A", "B", "C", "A", "A", "A"]


async def test_a_tenant_that_holds_all_it_may_keeps_nobody_waiting():
    work = Work(8)
    flood = await started(*(work.piece("A") for _ in range(100)))
    assert work.order == ["A"] * 4
    other = await started(work.piece("B"))
    assert work.order[-1] == "B"
    work.going.set()
    await asyncio.gather(*flood, *other)
    assert work.places.taken == 0


async def test_who_no_longer_wants_a_turn_does_not_keep_it():
    work = Work(2)
    first, waiting, last = await started(*(work.piece("A") for _ in range(3)))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    work.going.set()
    await asyncio.gather(first, last)
    assert len(work.order) == 2


async def test_a_turn_that_comes_just_when_it_is_no_longer_wanted_goes_to_the_next():
    places = FairSemaphore(2)
    async with AsyncExitStack() as held:
        await held.enter_async_context(places.of("A"))
        unwanted = asyncio.create_task(places._wait("A"))
        following = asyncio.create_task(places._wait("A"))
        await asyncio.sleep(0)
    unwanted.cancel()  # its turn has come, but it has not noticed yet
    await asyncio.gather(unwanted, return_exceptions=True)
    async with asyncio.timeout(5):
        await following


async def test_an_error_gives_the_turn_back():
    places = FairSemaphore(2)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with places.of("A"):
                raise ZeroDivisionError

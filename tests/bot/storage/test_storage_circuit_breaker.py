"""The circuit breaker alone."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.storage.errors import StoreUnavailable
from bot.storage.outages import CircuitBreaker


@pytest.fixture
async def breaker(clock):
    made = CircuitBreaker(clock, time_limit=0.05)
    yield made
    await made.wait_for_background()


async def answered():
    return "answer"


async def refused():
    raise StoreUnavailable("connection refused")


async def hung():
    await asyncio.sleep(3_600)


async def test_a_failed_call_opens_the_circuit_and_further_ones_fail_without_being_made(breaker):
    assert await breaker.call(answered) == "answer"
    with pytest.raises(StoreUnavailable, match="connection refused"):
        await breaker.call(refused)
    assert not breaker.closed
    with pytest.raises(StoreUnavailable, match="connection refused"):
        await breaker.call(lambda: pytest.fail("it was made"))


async def test_an_error_of_the_call_itself_leaves_the_circuit_closed(breaker):
    async def wrong():
        raise ValueError("a bad row")

    with pytest.raises(ValueError, match="a bad row"):
        await breaker.call(wrong)
    assert breaker.closed


async def test_a_call_past_the_time_limit_opens_the_circuit(breaker):
    with pytest.raises(StoreUnavailable, match="did not answer in time"):
        await breaker.call(hung)
    assert (breaker.closed, breaker.reason) == (False, "the database did not answer in time")


async def test_during_a_probe_other_calls_fail(breaker):
    with pytest.raises(StoreUnavailable):
        await breaker.call(refused)
    going_on = asyncio.Event()
    probe = asyncio.create_task(breaker.probe(going_on.wait))
    await asyncio.sleep(0)
    assert not breaker.closed
    with pytest.raises(StoreUnavailable, match="connection refused"):
        await breaker.call(answered)
    going_on.set()
    await probe
    assert await breaker.call(answered) == "answer"


async def test_it_says_since_when_it_is_open_and_when_it_recovered(breaker, clock):
    assert breaker.recovered_at is None
    clock.move(minutes=1)
    with pytest.raises(StoreUnavailable):
        await breaker.call(refused)
    opened_at = clock()
    clock.move(minutes=1)
    with pytest.raises(StoreUnavailable, match="in time"):
        await breaker.probe(hung)
    assert (breaker.closed, breaker.since) == (False, opened_at)
    clock.move(minutes=1)
    await breaker.probe(answered)
    assert (breaker.since, breaker.recovered_at) == (clock(), opened_at + timedelta(minutes=2))


async def test_a_probe_of_a_closed_circuit_is_no_recovery(breaker):
    await breaker.probe(answered)
    assert breaker.recovered_at is None


async def test_a_brief_call_that_is_slow_raises_and_leaves_the_circuit_closed(breaker):
    finished = asyncio.Event()

    async def slow():
        await asyncio.sleep(0.02)
        finished.set()

    with pytest.raises(StoreUnavailable, match="slow"):
        await breaker.call_briefly(slow, 0.001)
    await finished.wait()
    assert breaker.closed


async def test_a_brief_call_that_hangs_opens_the_circuit_in_the_end(breaker):
    with pytest.raises(StoreUnavailable, match="slow"):
        await breaker.call_briefly(hung, 0.001)
    async with asyncio.timeout(30):
        while breaker.closed:
            await asyncio.sleep(0.01)
    assert breaker.reason == "the database did not answer in time"


async def test_a_call_that_cannot_even_be_cancelled_is_not_waited_for(breaker):
    let_go = asyncio.Event()

    async def stubborn():
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()

    async with asyncio.timeout(30):
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            await breaker.call(stubborn)
    let_go.set()

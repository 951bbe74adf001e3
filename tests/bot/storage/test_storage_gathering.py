import asyncio

import pytest

from bot.storage.gathering import MOST, Gathering
from bot.store import StoreUnavailable


@pytest.fixture
def batches():
    return []


@pytest.fixture
def doubled(batches):
    """Doubles numbers in batches; refuses a batch with a negative one."""

    async def work(numbers):
        batches.append(list(numbers))
        await asyncio.sleep(0)
        if min(numbers, default=0) < 0:
            raise StoreUnavailable("negative")
        return [2 * number for number in numbers]

    return Gathering(work)


async def test_each_gets_its_own_result(doubled):
    assert await asyncio.gather(*(doubled(number) for number in range(450))) == list(range(0, 900, 2))


async def test_what_comes_while_one_is_under_way_goes_together_within_bounds(doubled, batches):
    first = asyncio.create_task(doubled(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(first, *(doubled(number) for number in range(MOST + 50)))
    assert [len(batch) for batch in batches] == [1, MOST, 50]


async def test_a_failure_is_told_to_each_in_its_batch_and_to_nobody_after(doubled):
    results = await asyncio.gather(doubled(1), doubled(-1), return_exceptions=True)
    assert [str(result) for result in results] == ["negative", "negative"]
    assert results[0] is not results[1]
    assert await doubled(4) == 8


async def test_whoever_gives_up_waiting_does_not_disturb_the_rest(doubled, batches):
    tasks = [asyncio.create_task(doubled(number)) for number in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[::2] == [0, 4]
    assert isinstance(results[1], asyncio.CancelledError)
    assert batches == [[0, 2]]


async def test_when_nobody_is_left_who_wants_it_nothing_is_done(doubled, batches):
    task = asyncio.create_task(doubled(1))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await doubled(2) == 4
    assert batches == [[2]]

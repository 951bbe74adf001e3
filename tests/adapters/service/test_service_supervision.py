"""How a platform is kept running, and stopped."""

from __future__ import annotations

import asyncio

import pytest

from adapters import supervision
from adapters.health import Part
from adapters.supervision import Pace, RefusedForGood, Supervised

QUICK = Pace(first=0.01, longest=0.02, steady=60)


class Moody:
    """A platform whose runs end as planned; it then runs on."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.runs = 0
        self.told = []
        self.settled = asyncio.Event()

    def part(self):
        return Part("ready")

    async def run(self):
        self.runs += 1
        if not self.ends:
            self.settled.set()
            await asyncio.Event().wait()
        end = self.ends.pop(0)
        if end is not None:
            raise end

    async def stop_intake(self):
        self.told.append("stop intake")

    async def drain(self, seconds):
        self.told.append("drain")

    async def close(self):
        self.told.append("close")


async def test_a_platform_that_fails_or_ends_is_started_again():
    platform = Moody(OSError("away"), None, ValueError("odd"))
    supervised = Supervised("It", platform, QUICK)
    task = asyncio.create_task(supervised.run())
    async with asyncio.timeout(10):
        await platform.settled.wait()
    assert platform.runs == 4
    assert supervised.part() == Part("ready")
    task.cancel()


async def test_between_two_runs_it_is_not_ready_and_says_why():
    supervised = Supervised("It", Moody(OSError("secret words")), Pace(first=60))
    task = asyncio.create_task(supervised.run())
    await asyncio.sleep(0.01)
    assert supervised.part() == Part("not ready", "failed (OSError), starting again in 60 s")
    task.cancel()


async def test_one_that_is_refused_for_good_is_not_started_again():
    platform = Moody(RefusedForGood("mend the token"))
    supervised = Supervised("It", platform, QUICK)
    async with asyncio.timeout(10):
        await supervised.run()
    assert platform.runs == 1
    assert supervised.part() == Part("not ready", "mend the token")


async def test_the_pauses_grow_to_a_bound_and_start_anew_after_a_steady_run(monkeypatch):
    waits = []

    async def at_once(seconds):
        waits.append(seconds)

    platform = Moody(*[OSError()] * 5)
    monkeypatch.setattr(supervision.asyncio, "sleep", at_once)
    monkeypatch.setattr(supervision.random, "uniform", lambda *_: 1)
    task = asyncio.create_task(Supervised("It", platform, Pace(first=1, longest=4, steady=60)).run())
    await platform.settled.wait()
    task.cancel()
    assert waits == [1, 2, 4, 4, 4]
    waits.clear()
    platform = Moody(*[OSError()] * 3)
    task = asyncio.create_task(Supervised("It", platform, Pace(first=1, longest=4, steady=0)).run())
    await platform.settled.wait()
    task.cancel()
    assert waits == [1, 1, 1]


async def test_stopping_takes_nothing_new_then_drains_then_closes():
    platform = Moody()
    await Supervised("It", platform, QUICK).stop()
    assert platform.told == ["stop intake", "drain", "close"]


@pytest.mark.parametrize("broken", ["stop_intake", "drain", "close"])
async def test_stopping_goes_on_where_a_step_fails(broken):
    platform = Moody()

    async def fail(*_):
        raise OSError

    setattr(platform, broken, fail)
    await Supervised("It", platform, QUICK).stop()
    assert ("close" in platform.told) == (broken != "close")


async def test_stopping_waits_no_longer_than_allowed(monkeypatch):
    monkeypatch.setattr(supervision, "DRAIN", 0.01)
    platform = Moody()
    platform.drain = lambda seconds: asyncio.Event().wait()
    async with asyncio.timeout(5):
        await Supervised("It", platform, QUICK).stop()
    assert platform.told == ["stop intake", "close"]


async def test_one_that_was_stopped_is_not_started_again():
    platform = Moody()
    ended = asyncio.Event()

    async def run():
        platform.runs += 1
        await ended.wait()

    platform.run = run
    supervised = Supervised("It", platform, QUICK)
    task = asyncio.create_task(supervised.run())
    await asyncio.sleep(0)
    await supervised.stop()
    ended.set()
    async with asyncio.timeout(5):
        await task
    assert platform.runs == 1

"""How a platform is kept running, and stopped."""

from __future__ import annotations

import asyncio

import pytest

import adapters.platform
from adapters.platform import (
    PartStatus,
    PlatformRefusedError,
    PlatformUnreachableError,
    RestartBackoff,
    SupervisedPlatform,
)

QUICK = RestartBackoff(first=0.01, longest=0.02, steady=60)


class Moody:
    """A platform whose runs end as planned; it then runs on."""

    name = title = "It"

    def __init__(self, *ends):
        self.ends = list(ends)
        self.runs = 0
        self.calls = []
        self.running = asyncio.Event()

    def status(self):
        return PartStatus("ready")

    async def run(self):
        self.runs += 1
        if not self.ends:
            self.running.set()
            await asyncio.Event().wait()
        end = self.ends.pop(0)
        if end is not None:
            raise end

    async def stop_intake(self):
        self.calls.append("stop intake")

    async def drain(self, seconds):
        self.calls.append("drain")

    async def close(self):
        self.calls.append("close")


async def test_a_platform_that_fails_or_ends_is_started_again():
    platform = Moody(OSError("away"), None, ValueError("odd"))
    supervised = SupervisedPlatform(platform, QUICK)
    task = asyncio.create_task(supervised.run())
    async with asyncio.timeout(10):
        await platform.running.wait()
    assert platform.runs == 4
    assert supervised.status() == PartStatus("ready")
    task.cancel()


async def test_between_two_runs_it_is_not_ready_and_says_why():
    supervised = SupervisedPlatform(Moody(OSError("secret words")), RestartBackoff(first=60))
    task = asyncio.create_task(supervised.run())
    await asyncio.sleep(0.01)
    assert supervised.status() == PartStatus("not ready", "failed (OSError), starting again in 60 s")
    task.cancel()


async def test_one_that_cannot_be_reached_says_so_and_is_started_again(caplog):
    platform = Moody(PlatformUnreachableError("no network"))
    supervised = SupervisedPlatform(platform, RestartBackoff(first=60))
    task = asyncio.create_task(supervised.run())
    await asyncio.sleep(0.01)
    assert supervised.status() == PartStatus("not ready", "no network, starting again in 60 s")
    task.cancel()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    supervised = SupervisedPlatform(platform := Moody(PlatformUnreachableError("no network")), QUICK)
    task = asyncio.create_task(supervised.run())
    async with asyncio.timeout(10):
        await platform.running.wait()
    task.cancel()


async def test_one_that_is_refused_for_good_is_not_started_again():
    platform = Moody(PlatformRefusedError("change the token"))
    supervised = SupervisedPlatform(platform, QUICK)
    async with asyncio.timeout(10):
        await supervised.run()
    assert platform.runs == 1
    assert supervised.status() == PartStatus("not ready", "change the token")


async def test_the_pauses_grow_to_a_bound_and_start_again_after_a_steady_run(monkeypatch):
    waits = []

    async def at_once(seconds):
        waits.append(seconds)

    platform = Moody(*[OSError()] * 5)
    monkeypatch.setattr(adapters.platform.asyncio, "sleep", at_once)
    monkeypatch.setattr(adapters.platform.random, "uniform", lambda *_: 1)
    task = asyncio.create_task(SupervisedPlatform(platform, RestartBackoff(first=1, longest=4, steady=60)).run())
    await platform.running.wait()
    task.cancel()
    assert waits == [1, 2, 4, 4, 4]
    waits.clear()
    platform = Moody(*[OSError()] * 3)
    task = asyncio.create_task(SupervisedPlatform(platform, RestartBackoff(first=1, longest=4, steady=0)).run())
    await platform.running.wait()
    task.cancel()
    assert waits == [1, 1, 1]


async def test_stopping_takes_nothing_new_then_drains_then_closes():
    platform = Moody()
    await SupervisedPlatform(platform, QUICK).stop()
    assert platform.calls == ["stop intake", "drain", "close"]


@pytest.mark.parametrize("broken", ["stop_intake", "drain", "close"])
async def test_stopping_goes_on_where_a_step_fails(broken):
    platform = Moody()

    async def fail(*_):
        raise OSError

    setattr(platform, broken, fail)
    await SupervisedPlatform(platform, QUICK).stop()
    assert ("close" in platform.calls) == (broken != "close")


async def test_stopping_waits_no_longer_than_allowed(monkeypatch):
    monkeypatch.setattr(adapters.platform, "DRAIN", 0.01)
    platform = Moody()
    platform.drain = lambda seconds: asyncio.Event().wait()
    async with asyncio.timeout(5):
        await SupervisedPlatform(platform, QUICK).stop()
    assert platform.calls == ["stop intake", "close"]


async def test_one_that_was_stopped_is_not_started_again():
    platform = Moody()
    ended = asyncio.Event()

    async def run():
        platform.runs += 1
        await ended.wait()

    platform.run = run
    supervised = SupervisedPlatform(platform, QUICK)
    task = asyncio.create_task(supervised.run())
    await asyncio.sleep(0)
    await supervised.stop()
    ended.set()
    async with asyncio.timeout(5):
        await task
    assert platform.runs == 1

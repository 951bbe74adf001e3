"""How a platform is kept running, and stopped."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

import adapters.platform
from adapters.platform import (
    PartStatus,
    Platform,
    PlatformRefusedError,
    PlatformUnreachableError,
    RestartBackoff,
)

QUICK = RestartBackoff(first=0.01, longest=0.02, steady=60)


class Moody(Platform):
    """A platform whose runs end as planned; it then runs on."""

    name = title = "It"
    not_ready_reason = ""
    own_metrics = deliver = edit = None

    def __init__(self, *ends):
        super().__init__(SimpleNamespace(open=True))
        self.ends = list(ends)
        self.runs = 0
        self.calls = []
        self.running = asyncio.Event()

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
    task = asyncio.create_task(platform.keep_running(QUICK))
    async with asyncio.timeout(10):
        await platform.running.wait()
    assert platform.runs == 4
    assert platform.status() == PartStatus("ready")
    task.cancel()


async def test_between_two_runs_it_is_not_ready_and_says_why():
    platform = Moody(OSError("secret words"))
    task = asyncio.create_task(platform.keep_running(RestartBackoff(first=60)))
    await asyncio.sleep(0.01)
    assert platform.status() == PartStatus("not ready", "failed (OSError), starting again in 60 s")
    task.cancel()


async def test_one_that_cannot_be_reached_says_so_and_is_started_again(caplog):
    platform = Moody(PlatformUnreachableError("no network"))
    task = asyncio.create_task(platform.keep_running(RestartBackoff(first=60)))
    await asyncio.sleep(0.01)
    assert platform.status() == PartStatus("not ready", "no network, starting again in 60 s")
    task.cancel()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    platform = Moody(PlatformUnreachableError("no network"))
    task = asyncio.create_task(platform.keep_running(QUICK))
    async with asyncio.timeout(10):
        await platform.running.wait()
    task.cancel()


async def test_one_that_is_refused_for_good_is_not_started_again():
    platform = Moody(PlatformRefusedError("change the token"))
    async with asyncio.timeout(10):
        await platform.keep_running(QUICK)
    assert platform.runs == 1
    assert platform.status() == PartStatus("not ready", "change the token")


async def test_the_pauses_grow_to_a_bound_and_start_again_after_a_steady_run(monkeypatch):
    waits = []

    async def at_once(seconds):
        waits.append(seconds)

    platform = Moody(*[OSError()] * 5)
    monkeypatch.setattr(adapters.platform.asyncio, "sleep", at_once)
    monkeypatch.setattr(adapters.platform.random, "uniform", lambda *_: 1)
    task = asyncio.create_task(platform.keep_running(RestartBackoff(first=1, longest=4, steady=60)))
    await platform.running.wait()
    task.cancel()
    assert waits == [1, 2, 4, 4, 4]
    waits.clear()
    platform = Moody(*[OSError()] * 3)
    task = asyncio.create_task(platform.keep_running(RestartBackoff(first=1, longest=4, steady=0)))
    await platform.running.wait()
    task.cancel()
    assert waits == [1, 1, 1]


async def test_stopping_takes_nothing_new_then_drains_then_closes():
    platform = Moody()
    await platform.stop()
    assert platform.calls == ["stop intake", "drain", "close"]


@pytest.mark.parametrize("broken", ["stop_intake", "drain", "close"])
async def test_stopping_goes_on_where_a_step_fails(broken):
    platform = Moody()

    async def fail(*_):
        raise OSError

    setattr(platform, broken, fail)
    await platform.stop()
    assert ("close" in platform.calls) == (broken != "close")


async def test_stopping_waits_no_longer_than_allowed(monkeypatch):
    monkeypatch.setattr(adapters.platform, "DRAIN", 0.01)
    platform = Moody()
    platform.drain = lambda seconds: asyncio.Event().wait()
    async with asyncio.timeout(5):
        await platform.stop()
    assert platform.calls == ["stop intake", "close"]


async def test_one_that_was_stopped_is_not_started_again():
    platform = Moody()
    ended = asyncio.Event()

    async def run():
        platform.runs += 1
        await ended.wait()

    platform.run = run
    task = asyncio.create_task(platform.keep_running(QUICK))
    await asyncio.sleep(0)
    await platform.stop()
    ended.set()
    async with asyncio.timeout(5):
        await task
    assert platform.runs == 1

"""An answer that did not wait for its claim, and a redelivery that has it: two processes on one real database."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.chat import dispatcher as dispatching
from bot.chat.dispatcher import Dispatcher
from bot.chat.service import ChatService
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.bot.chat_scene import BOT, CAPABILITIES, CHANNEL, message, text
from tests.databases import postgresql
from tests.load.line import lined

EVENT = message("what is jax", CHANNEL, key="chat:E1")


class Platform:
    """A platform that may ask for later (`taking` is unset), and takes its time to show what it took (`showing`)."""

    def __init__(self):
        self.taking, self.showing = asyncio.Event(), asyncio.Event()
        self.taking.set()
        self.showing.set()
        self.asked = asyncio.Event()
        self.taken = []
        self.shown = []

    async def post(self, outgoing):
        self.asked.set()
        async with asyncio.timeout(20):
            await self.taking.wait()
        self.taken.append(asyncio.create_task(self._show(text(outgoing))))  # goes on whatever becomes of the process
        await asyncio.shield(self.taken[-1])
        return [f"m{len(self.shown)}"]

    async def _show(self, words):
        await self.showing.wait()
        self.shown.append(words)

    async def posted(self):
        return bool(self.shown)

    async def end(self):
        self.taking.set()
        self.showing.set()
        await asyncio.gather(*self.taken)


@dataclass
class Replica:
    """One process, whose way to the database can hang."""

    dispatcher: Dispatcher
    hang: object
    recover: object

    async def deliver(self, platform, retry=0):
        return await self.dispatcher.deliver(EVENT, platform.post, posted=platform.posted, retry=retry)


def replica(store, hang, recover):
    return Replica(Dispatcher(ChatService(lambda: BOT, store, CAPABILITIES)), hang, recover)


@asynccontextmanager
async def on_sqlite(file):
    def opened():
        return ResilientStore.open(Store(sqlite_address(file), secrets=["a secret"]), every=3_600)

    async with opened() as first, opened() as second:
        turn = first.store.database._writer  # another write of the same process that takes long
        yield replica(first, turn.acquire, turn.release), replica(second, None, None)


@asynccontextmanager
async def on_postgresql(_):
    def opened(url):
        return ResilientStore.open(Store(url, secrets=["a secret"]), every=3_600)

    with postgresql() as url:
        async with lined(url) as (line, near), opened(near) as first, opened(url) as second:

            async def hang():
                line.set("hung")

            yield replica(first, hang, lambda: line.set("up")), replica(second, None, None)


@pytest.fixture(params=[on_sqlite, on_postgresql])
async def replicas(request, file):
    async with request.param(file) as (first, second):
        yield first, second
        for one in (first, second):
            await one.dispatcher.close()


@pytest.fixture
async def platform():
    one = Platform()
    yield one
    await one.end()


async def asked(platform):
    """Until somebody tries to post."""
    async with asyncio.timeout(20):
        await platform.asked.wait()
    platform.asked.clear()


async def test_an_answer_that_waits_is_given_up_when_a_redelivery_turns_out_to_have_the_claim(replicas, platform):
    first, second = replicas
    await first.hang()
    platform.taking.clear()
    delivered = asyncio.create_task(first.deliver(platform))
    await asked(platform)  # without a claim
    redelivered = asyncio.create_task(second.deliver(platform, retry=1))
    await asked(platform)  # it looked, and saw nothing
    first.recover()
    assert not await delivered  # in progress elsewhere
    platform.taking.set()
    assert await redelivered
    assert [await one.dispatcher.drain(5) for one in replicas] == [0, 0]
    assert len(platform.shown) == 1
    assert await first.deliver(platform, retry=2)
    assert len(platform.shown) == 1


async def test_what_a_process_posted_without_a_claim_and_died_is_seen_by_the_redelivery(replicas, platform):
    first, second = replicas
    await first.hang()
    platform.showing.clear()
    delivered = asyncio.create_task(first.deliver(platform))
    await asked(platform)
    delivered.cancel()
    redelivered = asyncio.create_task(second.deliver(platform, retry=1))
    await asyncio.sleep(dispatching.SETTLING / 2)
    platform.showing.set()
    assert await redelivered
    assert len(platform.shown) == 1
    first.recover()


async def test_a_claim_that_comes_late_and_is_ours_stops_nothing(replicas, platform):
    first, second = replicas
    await first.hang()
    platform.taking.clear()
    delivered = asyncio.create_task(first.deliver(platform))
    await asked(platform)
    first.recover()
    await asyncio.sleep(1)  # for the late claim to be written
    assert not await second.deliver(platform, retry=1)
    platform.taking.set()
    assert await delivered
    assert len(platform.shown) == 1

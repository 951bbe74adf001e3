"""Once each, within bounds, whatever fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.chat import dispatcher as dispatching
from bot.chat.dispatcher import Dispatcher, PostRefusedError
from bot.chat.rate_limit import Limiter, Rate
from bot.chat.records import MemoryRecords
from bot.chat.service import FAILED, STOPPING, ChatService
from bot.storage.address import sqlite_address
from bot.storage.deliveries import STALE
from bot.storage.records import DeliveryClaim
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.bot.chat_scene import BOT, CAPABILITIES, CHANNEL, NOW, command, message, overheard, text

EVENT = message("what is jax", CHANNEL, key="chat:E1")


class Posts:
    """Takes down what is posted. What is in `failing` is raised first, one for each post."""

    def __init__(self, *failing):
        self.failing = list(failing)
        self.shown = []
        self.going = asyncio.Event()
        self.going.set()

    async def __call__(self, outgoing):
        await self.going.wait()
        if self.failing:
            raise self.failing.pop(0)
        self.shown.append(text(outgoing))
        return [f"m{len(self.shown)}"]


class AfterPosting:
    """Posts, and goes no further: as a process that dies then."""

    def __init__(self, posts):
        self._posts = posts
        self.posted = asyncio.Event()

    async def __call__(self, outgoing):
        await self._posts(outgoing)
        self.posted.set()
        await asyncio.sleep(3_600)


class Counted(MemoryRecords):
    """Records that count exchanges."""

    def __init__(self):
        super().__init__()
        self.exchanges = 0

    def count(self, tally):
        self.exchanges += 1


@pytest.fixture
def records():
    return Counted()


def dispatcher_over(records, **options):
    """A process's dispatcher. Records are what several processes share."""
    return Dispatcher(ChatService(lambda: BOT, records, CAPABILITIES, **options.pop("chat", {})), **options)


@pytest.fixture
async def dispatcher(records):
    one = dispatcher_over(records)
    yield one
    await one.close()


# Deliveries that come again until they are acknowledged.


async def test_a_delivery_is_answered_stored_and_acknowledged(dispatcher, records):
    posts = Posts()
    assert await dispatcher.deliver(EVENT, posts)
    assert "beyond.jax" in posts.shown[0]
    assert await dispatcher.drain(5) == 0
    assert records.exchanges == 1
    assert (await records.turn("chat:m1")).answered == ("beyond.jax",)


async def test_an_answer_is_acknowledged_before_it_is_stored(dispatcher, records, monkeypatch):
    stored = asyncio.Event()

    async def hanging(*_):
        await stored.wait()

    monkeypatch.setattr(records, "remember", hanging)
    assert await dispatcher.deliver(EVENT, Posts())
    assert await dispatcher.drain(0.05) > 0
    stored.set()
    assert await dispatcher.drain(5) == 0


async def test_a_redelivery_of_what_was_answered_is_acknowledged_and_not_answered(dispatcher):
    posts = Posts()
    assert [await dispatcher.deliver(EVENT, posts, retry=retry) for retry in range(3)] == [True] * 3
    assert len(posts.shown) == 1


async def test_a_redelivery_of_what_is_being_answered_joins_it(dispatcher):
    posts = Posts()
    posts.going.clear()
    first = asyncio.create_task(dispatcher.deliver(EVENT, posts))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(dispatcher.deliver(EVENT, posts, retry=1))
    await asyncio.sleep(0.01)
    posts.going.set()
    assert [await first, await second] == [True, True]
    assert len(posts.shown) == 1


async def test_of_two_processes_one_answers(records):
    processes = [dispatcher_over(records), dispatcher_over(records)]
    posts = Posts()
    posts.going.clear()
    delivered = [asyncio.create_task(process.deliver(EVENT, posts)) for process in processes]
    await asyncio.sleep(0.05)
    posts.going.set()
    assert sorted([await one for one in delivered]) == [False, True]  # the other is to come again
    assert len(posts.shown) == 1
    assert await processes[1].deliver(EVENT, posts, retry=1)
    assert len(posts.shown) == 1


async def test_a_post_that_fails_is_tried_again_and_counted_once(dispatcher, records):
    posts = Posts(ConnectionError(), ConnectionError())
    assert [await dispatcher.deliver(EVENT, posts, retry=retry) for retry in range(3)] == [False, False, True]
    assert len(posts.shown) == 1
    assert records.exchanges == 1
    assert dispatcher.failed == 2


async def test_a_final_refusal_is_done_and_no_exchange(dispatcher, records):
    posts = Posts(PostRefusedError("no_permission"))
    assert await dispatcher.deliver(EVENT, posts)
    assert await dispatcher.deliver(EVENT, posts, retry=1)
    assert posts.shown == []
    assert records.exchanges == 0
    assert dispatcher.failed == 0


async def test_a_delivery_without_a_key_is_answered_each_time(dispatcher):
    posts = Posts()
    for _ in range(2):
        assert await dispatcher.deliver(replace(EVENT, key=None), posts)
    assert len(posts.shown) == 2


@pytest.mark.parametrize(("was_posted", "shown"), [(True, 0), (False, 1)])
async def test_the_answer_of_a_process_that_died_is_looked_for(records, was_posted, shown, monkeypatch):
    async def retaken(key, tenant, *, again=False):
        return DeliveryClaim.RETAKEN

    monkeypatch.setattr(records, "claim", retaken)
    posts = Posts()

    async def posted():
        return was_posted

    assert await dispatcher_over(records).deliver(EVENT, posts, posted=posted, retry=1)
    assert len(posts.shown) == shown


async def test_a_crash_between_posting_and_marking_doubles_nothing(file):
    now = [NOW]
    posts = Posts()

    async def was_posted():
        return bool(posts.shown)

    def process():
        store = Store(sqlite_address(file), secrets=["a secret"], clock=lambda: now[0])
        return ResilientStore.open(store, every=3_600)

    async with process() as records, process() as others:
        dying = dispatcher_over(records)
        delivered = asyncio.create_task(dying.deliver(EVENT, marking := AfterPosting(posts)))
        await marking.posted.wait()
        assert not await dispatcher_over(others).deliver(EVENT, posts, posted=was_posted, retry=1)
        now[0] += STALE  # nothing was heard of it since
        assert await dispatcher_over(others).deliver(EVENT, posts, posted=was_posted, retry=2)
        assert len(posts.shown) == 1
        delivered.cancel()
        await dying.close()


async def test_a_claim_that_takes_long_holds_no_first_delivery_up(records, monkeypatch):
    async def hanging(key, tenant, *, again=False):
        await asyncio.sleep(3_600)

    monkeypatch.setattr(records, "claim", hanging)
    monkeypatch.setattr(dispatching, "CLAIMING", 0.01)
    posts = Posts()
    one = dispatcher_over(records, hold=0.2)
    assert await one.deliver(EVENT, posts)
    assert not await one.deliver(replace(EVENT, key="chat:E2"), posts, retry=1)  # it may have been answered
    assert len(posts.shown) == 1
    await one.close()


@pytest.mark.parametrize(("was_posted", "shown"), [(True, 0), (False, 1)])
@pytest.mark.parametrize("retry", [1, dispatching.LAST_RETRY])
async def test_an_answer_posted_before_its_claim_was_stored_is_looked_for(records, retry, was_posted, shown):
    async def posted():
        return was_posted

    posts = Posts()
    assert await dispatcher_over(records).deliver(EVENT, posts, posted=posted, retry=retry)
    assert len(posts.shown) == shown


async def test_a_first_delivery_is_answered_without_looking(records):
    async def posted():
        raise AssertionError

    posts = Posts()
    assert await dispatcher_over(records).deliver(EVENT, posts, posted=posted)
    assert len(posts.shown) == 1


async def test_after_the_hold_a_delivery_is_to_come_again_and_is_answered_all_the_same(records):
    posts = Posts()
    posts.going.clear()
    one = dispatcher_over(records, hold=0.01)
    assert not await one.deliver(EVENT, posts)
    posts.going.set()
    assert await one.drain(5) == 0
    assert await one.deliver(EVENT, posts, retry=1)
    assert len(posts.shown) == 1


async def test_a_delivery_that_takes_long_keeps_its_claim(records, monkeypatch):
    monkeypatch.setattr(dispatching, "RENEWING", 0.01)
    renewed = asyncio.Event()

    async def renew(key):
        renewed.set()

    monkeypatch.setattr(records, "renew", renew)
    posts = Posts()
    posts.going.clear()
    delivery = asyncio.create_task(dispatcher_over(records).deliver(EVENT, posts))
    async with asyncio.timeout(5):
        await renewed.wait()
    posts.going.set()
    assert await delivery


async def test_what_is_not_for_us_is_acknowledged_and_neither_claimed_nor_shown(dispatcher, records):
    posts = Posts()
    assert await dispatcher.deliver(overheard("we deployed it", CHANNEL, key="chat:E9"), posts)
    assert posts.shown == []
    assert await records.claim("chat:E9", CHANNEL.tenant) is DeliveryClaim.NEW


async def test_a_tenant_that_floods_is_to_come_again_and_leaves_room_for_others(records, monkeypatch):
    monkeypatch.setattr(dispatching, "MOST_IN_FLIGHT", 4)
    posts = Posts()
    posts.going.clear()
    one = dispatcher_over(records, hold=0.01)
    flood = [await one.deliver(replace(EVENT, key=f"chat:E{number}"), posts) for number in range(10)]
    assert not any(flood)
    assert one.in_flight == 2
    other = replace(EVENT, key="chat:F1", place=replace(CHANNEL, team="T2"))
    assert not await one.deliver(other, posts)
    assert one.in_flight == 3
    posts.going.set()
    assert await one.drain(5) == 0


# Things that come once.


async def test_a_failure_is_said_once(dispatcher):
    posts = Posts(ConnectionError("quoting my words"))
    await dispatcher.serve(command("ask", text="what is jax"), posts)
    assert posts.shown == [FAILED]
    assert dispatcher.failed == 1


async def test_a_failure_that_cannot_be_said_either_ends_quietly(dispatcher):
    posts = Posts(ConnectionError(), ConnectionError())
    await dispatcher.serve(command("ask", text="what is jax"), posts)
    assert posts.shown == []


async def test_nobody_is_bothered_with_the_failure_of_what_they_did_not_ask(dispatcher, records):
    await records.change(CHANNEL.tenant, CHANNEL.channel, passive=True)
    posts = Posts(ConnectionError())
    await dispatcher.serve(overheard("what is jax", CHANNEL), posts)
    assert posts.shown == []
    assert dispatcher.failed == 1


async def test_a_refusal_of_the_platform_is_no_failure(dispatcher, records):
    posts = Posts(PostRefusedError("no_permission"))
    await dispatcher.serve(command("ask", text="what is jax"), posts)
    assert (posts.shown, dispatcher.failed, records.exchanges) == ([], 0, 0)


async def test_the_traceback_of_a_failure_quotes_nobody(dispatcher, caplog):
    await dispatcher.serve(command("ask", text="what is jax"), Posts(ValueError("my words")))
    assert "ValueError" in caplog.text
    assert "my words" not in caplog.text


async def test_two_clicks_without_a_key_are_both_served(dispatcher):
    posts = Posts()
    for _ in range(2):
        await dispatcher.serve(command("help"), posts)
    assert len(posts.shown) == 2


# Too many.


async def test_who_asks_too_often_gets_one_notice_and_no_more_answers(records):
    one = dispatcher_over(records, chat={"limiter": Limiter(user=Rate(1, 60))})
    posts = Posts()
    for number in range(4):
        assert await one.deliver(replace(EVENT, key=f"chat:E{number}"), posts)
    assert len(posts.shown) == 2
    assert "a lot of questions" in posts.shown[1]
    assert records.exchanges == 1


async def test_a_command_too_many_always_gets_a_notice(records):
    one = dispatcher_over(records, chat={"limiter": Limiter(user=Rate(1, 60))})
    posts = Posts()
    for _ in range(4):
        await one.serve(command("ask", text="what is jax"), posts)
    assert len(posts.shown) == 4
    assert all("a lot of questions" in words for words in posts.shown[1:])


async def test_a_delivery_that_comes_again_counts_once(records):
    one = dispatcher_over(records, chat={"limiter": Limiter(user=Rate(1, 60))})
    posts = Posts(ConnectionError(), ConnectionError())
    assert [await one.deliver(EVENT, posts, retry=retry) for retry in range(3)] == [False, False, True]
    assert "beyond.jax" in posts.shown[0]


# The end.


async def test_draining_waits_for_what_is_in_flight(dispatcher):
    posts = Posts()
    posts.going.clear()
    delivery = asyncio.create_task(dispatcher.deliver(EVENT, posts))
    await asyncio.sleep(0.01)
    assert await dispatcher.drain(0.01) == 1
    posts.going.set()
    assert await dispatcher.drain(5) == 0
    assert await delivery


async def test_once_closing_nothing_is_begun_and_people_are_notified(dispatcher):
    dispatcher.open = False
    posts = Posts()
    assert not await dispatcher.deliver(EVENT, posts)
    await dispatcher.serve(command("help"), posts)
    await dispatcher.serve(overheard("what is jax", CHANNEL), posts)
    assert posts.shown == [STOPPING]


async def test_closing_cancels_and_lets_the_delivery_be_claimed_again(dispatcher, records):
    posts = Posts()
    posts.going.clear()
    delivery = asyncio.create_task(dispatcher.deliver(EVENT, posts))
    await asyncio.sleep(0.01)
    await dispatcher.close()
    with pytest.raises(asyncio.CancelledError):
        await delivery
    assert await records.claim("chat:E1", CHANNEL.tenant) is DeliveryClaim.NEW

"""Socket Mode: connected within bounds, again after every loss, and honest about it."""

from __future__ import annotations

import asyncio

import pytest

from tests.slack_double.loopback import Fault
from tests.slack_double.payloads import mention


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


async def until(condition, seconds=10.0):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("rudely", [False, True], ids=["asked to come back", "cut off"])
async def test_after_a_disconnect_it_is_back_and_answers(open_adapter, slack, question, rudely):
    async with open_adapter("socket") as running:
        for _ in range(2):
            await slack.disconnect(rudely=rudely)
            await slack.connected()
            await until(lambda: running.adapter.ready)
            assert await running.send.event(mention(question)) == 200
        await running.settled()
        assert len(slack.shown) == 2


async def test_an_event_cut_off_in_the_middle_is_answered_once(open_adapter, slack, question):
    async with open_adapter("socket") as running:
        slack.fail("chat.postMessage", Fault(wait=0.3))
        payload = mention(question)
        sending = asyncio.create_task(running.send.event(payload))
        await asyncio.sleep(0.1)
        await slack.disconnect(rudely=True)
        await slack.connected()
        await until(lambda: running.adapter.ready)
        assert await running.send.event(payload) == 200
        await running.settled()
        await sending
        assert len(slack.shown) == 1


async def test_while_slack_is_away_it_says_so_and_tries_on(open_adapter, slack, question):
    slack.fail("auth.test", Fault(drop=True))
    slack.fail("apps.connections.open", *[Fault(status=500)] * 2, Fault(drop=True))
    async with open_adapter("socket", ready=False) as running:
        assert running.adapter.ready is False
        assert running.adapter.status().reason
        await until(lambda: running.adapter.ready)
        assert await running.send.event(mention(question)) == 200


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_refused_token_is_reported_and_not_tried_again(open_adapter, slack, method):
    slack.fail(method, *[Fault(body={"ok": False, "error": "invalid_auth"})] * 50)
    async with open_adapter("socket", ready=False) as running:
        await until(lambda: "invalid_auth" in running.adapter.status().reason)
        await asyncio.sleep(0.3)
        assert len(slack.faults[method]) == 49
        assert running.adapter.ready is False


async def test_a_connection_that_stays_away_is_replaced_by_a_new_one(open_adapter, slack, question):
    async with open_adapter("socket") as running:
        slack.fail("apps.connections.open", *[Fault(body={"ok": True, "url": "ws://127.0.0.1:1/used-up"})] * 2)
        await slack.disconnect(rudely=True)
        await until(lambda: not running.adapter.ready)
        await until(lambda: running.adapter.ready)
        assert await running.send.event(mention(question)) == 200

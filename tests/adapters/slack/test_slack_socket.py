"""Socket Mode: connected within bounds, again after every loss, and honest about it."""

from __future__ import annotations

import asyncio

import pytest

from tests.slack_double.loopback import BOT_TOKEN, Fault
from tests.slack_double.payloads import event, mention


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


TOKEN_ERRORS = ["invalid_auth", "token_revoked", "account_inactive", "not_authed", "token_expired"]


@pytest.mark.parametrize("error", TOKEN_ERRORS)
@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_token_that_is_revoked_while_it_runs_is_reported_with_what_to_do(
    open_adapter, slack, question, mode, error
):
    async with open_adapter(mode) as running:
        running.send.ack_timeout = 1
        slack.busy[BOT_TOKEN] = Fault(body={"ok": False, "error": error})
        assert await running.send.event(mention(question)) == 503  # it is not lost: Slack delivers it again
        await until(lambda: not running.adapter.status().serves)
        reason = running.adapter.status().reason
        assert error in reason
        assert "SLACK_BOT_TOKEN" in reason
        assert BOT_TOKEN not in reason


async def test_what_came_while_the_token_was_revoked_is_answered_after_a_restart_with_a_valid_one(
    open_adapter, slack, question
):
    payload = mention(question)
    async with open_adapter("http") as running:
        slack.busy[BOT_TOKEN] = Fault(body={"ok": False, "error": "token_revoked"})
        assert await running.send.event(payload) == 503
        await until(lambda: not running.adapter.ready)
    slack.busy.clear()
    async with open_adapter("http") as running:
        assert await running.send.event(payload, retry=2) == 200
    assert len(slack.shown) == 1


async def test_a_refusal_that_passes_leaves_it_ready(open_adapter, slack, question):
    async with open_adapter("http") as running:
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "invalid_auth"}))
        payload = mention(question)
        assert await running.send.event(payload) == 503
        await until(lambda: not running.adapter.workspaces.doubted)
        assert running.adapter.ready
        assert await running.send.event(payload, retry=1) == 200


async def test_an_app_that_is_removed_from_its_workspace_is_not_ready_any_more(open_adapter, slack):
    async with open_adapter("http") as running:
        slack.busy[BOT_TOKEN] = Fault(body={"ok": False, "error": "account_inactive"})
        assert await running.send.event(event({"type": "app_uninstalled", "event_ts": "1.1"})) == 200
        await until(lambda: not running.adapter.ready)

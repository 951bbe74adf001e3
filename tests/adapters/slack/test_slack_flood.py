"""Rate limits where Slack has ways of its own to show a refusal; and no workspace holds up the others.

Who is refused, and in which words, is tested once for all platforms.
"""

from __future__ import annotations

import asyncio

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.chat.actions import pack
from bot.chat.incoming import Action
from bot.chat.rate_limit import CLICKS, Limiter, Rate
from bot.storage.records import DeliveryClaim as Claim
from tests.slack_double.loopback import Fault
from tests.slack_double.payloads import (
    CHANNEL,
    DM,
    USER,
    click,
    command,
    direct,
    home_opened,
    mention,
    shortcut,
    submission,
    view_click,
)
from tests.slack_double.words import words

TENANT = "slack:T0TEAM0"
MOST = 3
GUARD = 60.0
"""Seconds until a test gives up; nothing is measured by it."""

TOO_MANY = "That is a lot of questions at once. I can take the next one in 60 seconds."
HELP = pack(Action("help"))


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return Limiter(user=Rate(MOST, 60), channel=Rate(2 * MOST, 60), clock=clock)


@pytest.fixture
async def running(open_adapter, limiter):
    async with open_adapter("http", limiter=limiter) as found:
        yield found


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


async def asked(running, payloads):
    """Statuses of these events, when all that follows from them was done."""
    statuses = [await running.send.event(payload) for payload in payloads]
    await running.settled()
    return set(statuses)


async def used_up(running, question):
    """All that somebody may ask has been asked."""
    await asked(running, [mention(question) for _ in range(MOST)])


async def test_in_a_channel_the_person_alone_sees_one_notice_and_then_nothing(running, slack, question):
    assert await asked(running, [mention(question) for _ in range(MOST + 20)]) == {200}
    assert len(slack.made("chat.postMessage")) == MOST
    [notice] = slack.made("chat.postEphemeral")
    assert (notice.args["channel"], notice.args["user"]) == (CHANNEL, USER)
    assert words(notice.blocks) == TOO_MANY


async def test_in_a_direct_message_the_notice_is_an_ordinary_message(running, slack, question):
    await asked(running, [direct(question) for _ in range(MOST + 20)])
    *_, notice = slack.made("chat.postMessage")
    assert (notice.args["channel"], words(notice.blocks)) == (DM, TOO_MANY)
    assert len(slack.shown) == MOST + 1


async def test_a_refused_message_is_acknowledged_leaves_no_trace_and_stays_refused(running, slack, question, clock):
    await used_up(running, question)
    refused = mention(question)
    assert await asked(running, [refused]) == {200}
    key = f"slack:{TENANT}:{CHANNEL}:{refused['event']['ts']}"
    assert await running.store.store.deliveries.claim(key, TENANT) is Claim.NEW
    clock.now += 60
    assert await asked(running, [refused]) == {200}
    assert len(slack.made("chat.postMessage")) == MOST


async def test_a_question_that_is_delivered_again_counts_once(running, slack, question):
    payload = mention(question)
    slack.fail("chat.postMessage", *[Fault(body={"ok": False, "error": "org_login_required"})] * 2)
    assert [await running.send.event(payload) for _ in range(3)] == [503, 503, 200]
    assert await asked(running, [mention(question) for _ in range(MOST - 1)]) == {200}
    assert slack.made("chat.postEphemeral") == []


async def test_what_is_left_for_a_redelivery_does_not_count(running, slack, question):
    running.adapter.dispatcher.open = False
    assert [await running.send.event(mention(question)) for _ in range(MOST)] == [503] * MOST
    running.adapter.dispatcher.open = True
    assert await asked(running, [mention(question)]) == {200}
    assert len(slack.made("chat.postMessage")) == 1


async def test_a_refused_command_is_answered_privately_each_time(running, slack, question):
    for _ in range(MOST + 2):
        await running.send.command(command(question, slack.response_url()))
        await running.settled()
    refused = slack.made("response")[MOST:]
    assert [words(call.blocks) for call in refused] == [TOO_MANY, TOO_MANY]
    assert {call.args["response_type"] for call in refused} == {"ephemeral"}


async def test_what_is_open_in_a_modal_stays_open_below_the_notice(running, slack, clock):
    for _ in range(MOST * CLICKS + 1):
        await running.send.interaction(view_click(pack(Action("show", ("", "compare.debugging")))))
        await running.settled()
    [notice] = slack.made("views.push")
    assert "a lot of clicks" in words(notice.blocks)
    assert len(slack.made("views.update")) == MOST * CLICKS


async def test_the_home_tab_is_shown_within_bounds_and_says_nothing_beyond(running, slack):
    assert await asked(running, [home_opened("home") for _ in range(MOST * CLICKS + 20)]) == {200}
    assert len(slack.made("views.publish")) == MOST * CLICKS
    await asked(running, [home_opened("messages")])
    assert slack.made("assistant.threads.setSuggestedPrompts") == slack.shown == []


async def test_a_form_that_is_sent_too_often_stays_as_it_was_filled_in_and_says_when(running, slack, question):
    await running.send.interaction(shortcut("compare-frameworks"))
    [opened] = await slack.until("views.open")
    await used_up(running, question)
    view = opened.args["view"]
    for _ in range(3):
        answer = await running.send.interaction(submission(view, {"aspect": "compare.debugging"}))
        assert answer == {"response_action": "errors", "errors": {view["blocks"][0]["block_id"]: TOO_MANY}}


async def test_a_global_shortcut_that_is_refused_opens_the_notice(running, slack):
    for _ in range(MOST * CLICKS + 1):
        await running.send.interaction(shortcut("compare-frameworks"))
        await running.settled()
    assert "a lot of clicks" in words(slack.made("views.open")[-1].blocks)


class TestOtherWorkspaces:
    """Whatever one does, enough is left for the others."""

    CALM, FLOOD = "T0CALM", "T0FLOOD"

    @pytest.fixture
    async def shared(self, open_adapter, slack):
        """Two workspaces on one process."""
        async with open_adapter("oauth-http") as running:
            for team in (self.CALM, self.FLOOD):
                slack.tokens[f"xoxb-{team}"] = (team, "U0BOT00")
                installation = {"bot_token": f"xoxb-{team}", "bot_user_id": "U0BOT00"}
                await running.store.store.installations.save(None, team, installation, tenant=f"slack:{team}")
            yield running

    async def status(self, shared, payload):
        """What a payload is answered with, without the network between us."""
        answer = await shared.adapter.bolt.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        return answer.status

    def question_in(self, team, question, **more):
        payload = mention(question, **more)
        payload["authorizations"][0]["team_id"] = payload["team_id"] = team
        return payload

    @pytest.mark.parametrize(
        "meets",
        [
            Fault(status=429, headers={"Retry-After": "60"}, body={"ok": False, "error": "ratelimited"}),
            Fault(wait=60),
        ],
        ids=["rate limited by Slack", "slow"],
    )
    async def test_one_whose_slack_does_not_answer_holds_up_nobody(self, shared, slack, question, meets):
        slack.busy[f"xoxb-{self.FLOOD}"] = meets
        flood = [self.question_in(self.FLOOD, question, channel=f"C{number}") for number in range(600)]
        taken = await asyncio.gather(*(self.status(shared, payload) for payload in flood))
        assert set(taken) == {503}  # so that Slack delivers all of them again
        assert shared.adapter.dispatcher.in_flight == 500
        assert await shared.send.event(self.question_in(self.CALM, question)) == 200
        [answer] = await slack.until("chat.postMessage", within=GUARD)
        assert answer.token == f"xoxb-{self.CALM}"
        assert shared.adapter.dispatcher.in_flight >= 500
        await shared.send.interaction(
            {**click("2:topics:::0", slack.response_url()), "team": {"id": self.CALM}, "user": {"id": USER}}
        )
        await slack.until("response", within=GUARD)

    async def test_one_that_reaches_its_bound_does_not_bound_the_others(self, open_adapter, slack, question, clock):
        limiter = Limiter(tenant=Rate(1, 60), clock=clock)
        async with open_adapter("http", limiter=limiter) as running:
            await asked(running, [self.question_in(self.FLOOD, question) for _ in range(10)])
            await asked(running, [self.question_in(self.CALM, question)])
        assert len(slack.made("chat.postMessage")) == 2

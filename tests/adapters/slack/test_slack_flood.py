"""Who asks too often is told so once; and whatever happens in one workspace, the others are answered."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest

from adapters.limiting import CLICKS, Limiter
from adapters.rates import Rate
from adapters.slack.clicks import Clicks
from adapters.slack.render_flow import SAY
from adapters.slack.render_views import FRAMEWORKS, TOPIC
from adapters.slack.values import encode
from bot.storage.deliveries import Claim
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
    message,
    message_shortcut,
    submission,
    view_click,
)
from tests.slack_double.words import words

TENANT = "slack:T0TEAM0"
MOST = 3
GUARD = 60.0
"""Seconds until a test gives up; nothing is measured by it."""
TOO_MANY = "That is a lot of questions at once. I can take the next one in 60 seconds."


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


async def test_a_flood_of_questions_gets_one_message_for_the_person_alone_and_then_nothing(running, slack, question):
    assert await asked(running, [mention(question) for _ in range(MOST + 20)]) == {200}
    assert len(slack.made("chat.postMessage")) == MOST
    [told] = slack.made("chat.postEphemeral")
    assert (told.args["channel"], told.args["user"]) == (CHANNEL, USER)
    assert words(told.blocks) == TOO_MANY


async def test_in_a_direct_message_it_is_told_there(running, slack, question):
    await asked(running, [direct(question) for _ in range(MOST + 20)])
    assert slack.made("chat.postEphemeral") == []
    *_, told = slack.made("chat.postMessage")
    assert told.args["channel"] == DM
    assert words(told.blocks) == TOO_MANY
    assert len(slack.shown) == MOST + 1


async def test_what_was_refused_is_done_and_not_answered_when_it_comes_again(running, slack, question, clock):
    await used_up(running, question)
    refused = mention(question)
    assert await asked(running, [refused]) == {200}
    clock.now += 60
    assert await asked(running, [refused]) == {200}
    assert len(slack.made("chat.postMessage")) == MOST
    assert await asked(running, [mention(question)]) == {200}
    assert len(slack.made("chat.postMessage")) == MOST + 1


async def test_what_is_refused_leaves_no_trace_in_the_store(running, question):
    await used_up(running, question)
    refused = mention(question)
    await asked(running, [refused])
    key = f"slack:{TENANT}:{CHANNEL}:{refused['event']['ts']}"
    assert await running.store.store.deliveries.claim(key, TENANT) is Claim.NEW


async def test_a_question_that_is_delivered_again_is_counted_once(running, slack, question):
    payload = mention(question)
    slack.fail("chat.postMessage", *[Fault(body={"ok": False, "error": "fatal_error"})] * 2)
    assert [await running.send.event(payload) for _ in range(3)] == [503, 503, 200]
    assert await asked(running, [mention(question) for _ in range(MOST - 1)]) == {200}
    assert slack.made("chat.postEphemeral") == []


async def test_what_is_left_for_a_redelivery_is_not_counted(running, slack, question):
    running.adapter.intake.open = False
    assert [await running.send.event(mention(question)) for _ in range(MOST)] == [503] * MOST
    running.adapter.intake.open = True
    assert await asked(running, [mention(question)]) == {200}
    assert len(slack.made("chat.postMessage")) == 1


async def test_help_is_there_for_who_has_asked_a_lot(running, slack, question):
    await used_up(running, question)
    await asked(running, [mention("help")])
    assert slack.made("chat.postEphemeral") == []
    assert len(slack.made("chat.postMessage")) == MOST + 1


@pytest.mark.parametrize("make", [command, message_shortcut])
async def test_commands_count_too_and_are_told_once(running, slack, question, make):
    for _ in range(MOST + 5):
        send = running.send.command if make is command else running.send.interaction
        await send(make(question, slack.response_url()))
        await running.settled()
    assert [words(call.blocks) for call in slack.made("response")].count(TOO_MANY) == 1
    assert len(slack.made("response")) == MOST + 1
    assert slack.made("response")[-1].args["response_type"] == "ephemeral"


async def test_clicks_are_bounded_too(running, slack):
    value = encode("topics")
    for _ in range(MOST * CLICKS + 20):
        await running.send.interaction(click(value, slack.response_url()))
        await running.settled()
    assert len(slack.made("response")) == MOST * CLICKS + 1
    assert "a lot of clicks" in words(slack.made("response")[-1].blocks)


async def test_what_is_open_in_a_modal_stays_open_below_the_message(running, slack, clock):
    for _ in range(MOST * CLICKS + 20):
        await running.send.interaction(view_click(encode("topics")))
        await running.settled()
    [told] = slack.made("views.push")
    assert "a lot of clicks" in words(told.blocks)
    assert len(slack.made("views.update")) == MOST * CLICKS


async def test_the_home_tab_is_shown_within_bounds_and_says_nothing_beyond(running, slack):
    assert await asked(running, [home_opened("home") for _ in range(MOST * CLICKS + 20)]) == {200}
    assert len(slack.made("views.publish")) == MOST * CLICKS
    assert slack.shown == []


async def test_a_form_that_is_sent_too_often_keeps_what_was_chosen_and_says_when(running, question):
    await used_up(running, question)
    form = submission("compare", {TOPIC: {"selected_option": {"value": "compare.debugging"}}, FRAMEWORKS: {}})
    for _ in range(3):
        answer = await running.send.interaction(form)
        assert answer == {"response_action": "errors", "errors": {TOPIC: TOO_MANY}}


async def test_what_nobody_asked_counts_for_the_channel_and_is_left_out_in_silence(running, slack, question):
    await running.store.channels.change(TENANT, CHANNEL, passive=True)
    users = (f"U{number}" for number in count())
    assert await asked(running, [message(question, user=next(users)) for _ in range(2 * MOST + 5)]) == {200}
    assert len(slack.shown) == 2 * MOST
    await asked(running, [mention(question)])
    [told] = slack.made("chat.postEphemeral")
    assert "There have been a lot of questions here" in words(told.blocks)


async def test_follow_ups_that_mention_nobody_count_and_are_left_out_in_silence(running, slack, question):
    await running.store.channels.change(TENANT, CHANNEL, follow_ups=True)
    opening = mention(question)
    follow_ups = [message("and for mobile?", thread=opening["event"]["ts"]) for _ in range(MOST + 5)]
    assert await asked(running, [opening, *follow_ups]) == {200}
    assert len(slack.shown) == MOST


def test_words_typed_into_the_recommendation_are_a_question():
    assert Clicks.act({"actions": [{"action_id": SAY, "value": "mobile"}]}) == "question"
    assert Clicks.act({"actions": [{"action_id": "x", "value": encode("start")}]}) == "click"


async def test_talk_that_is_not_answered_does_not_count(running, slack, question):
    await running.store.channels.change(TENANT, CHANNEL, passive=True, follow_ups=True)
    await asked(running, [message("shall we have lunch?") for _ in range(5 * MOST)])
    await asked(running, [message("sure", thread="1.1") for _ in range(5 * MOST)])
    await asked(running, [mention(question)])
    assert len(slack.made("chat.postMessage")) == 1


class TestOtherWorkspaces:
    """Whatever one does, nothing another one needs is used up."""

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
        ids=["told to come back later", "slow"],
    )
    async def test_one_whose_slack_does_not_answer_keeps_nobody_waiting(self, shared, slack, question, meets):
        slack.busy[f"xoxb-{self.FLOOD}"] = meets
        take = shared.adapter.events()["app_mention"]
        flood = [self.question_in(self.FLOOD, question, channel=f"C{number}") for number in range(600)]
        taken = await asyncio.gather(*(take(payload) for payload in flood))
        assert not any(taken)  # none is answered, so Slack delivers all of them again
        assert shared.adapter.in_flight == 500
        async with asyncio.timeout(GUARD):
            while shared.adapter.intake.answering.taken:  # until each of them waits for Slack, and for nothing else
                await asyncio.sleep(0.01)
        assert await shared.send.event(self.question_in(self.CALM, question)) == 200
        [answer] = await slack.until("chat.postMessage", within=GUARD)
        assert answer.token == f"xoxb-{self.CALM}"
        assert shared.adapter.in_flight >= 500
        await shared.send.interaction(
            {**click(encode("topics"), slack.response_url()), "team": {"id": self.CALM}, "user": {"id": USER}}
        )
        await slack.until("response", within=GUARD)

    async def test_one_that_floods_is_answered_beside_the_others(self, shared, slack, question):
        take = shared.adapter.events()["app_mention"]
        flood = [take(self.question_in(self.FLOOD, question, channel=f"C{number}")) for number in range(200)]
        calm = take(self.question_in(self.CALM, question))
        tasks = [asyncio.create_task(one) for one in (*flood, calm)]
        posts = await slack.until("chat.postMessage", count=201, within=GUARD)
        await asyncio.gather(*tasks)
        order = [post.token for post in posts]
        # It came last, and waits for those who have begun, not for those who wait as it does.
        assert order.index(f"xoxb-{self.CALM}") < 50

    async def test_one_that_reaches_its_bound_does_not_bound_the_others(self, open_adapter, slack, question, clock):
        limiter = Limiter(tenant=Rate(1, 60), clock=clock)
        async with open_adapter("http", limiter=limiter) as running:
            await asked(running, [self.question_in(self.FLOOD, question) for _ in range(10)])
            await asked(running, [self.question_in(self.CALM, question)])
        assert len(slack.made("chat.postMessage")) == 2

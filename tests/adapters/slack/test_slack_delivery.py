"""Each event is answered once, whatever is delivered twice, lost, slow or restarted."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest

from adapters.slack import sender
from adapters.slack.parse import retry_number
from adapters.slack.sender import Sender, delivery_metadata
from adapters.slack.target import Origin, Target
from adapters.slack.workspaces import SlackConfig, Workspaces
from bot.chat import dispatcher
from bot.chat.actions import pack
from bot.chat.dispatcher import HOLD
from bot.chat.incoming import Action
from bot.chat.service import FAILED, STORE_AWAY
from bot.chat.view import Outgoing, View
from bot.dialog.reply import Small
from bot.storage import deliveries
from bot.storage.records import DeliveryClaim as Claim
from tests.slack_double.loopback import BOT_TOKEN, BOT_USER, TEAM, Fault
from tests.slack_double.payloads import CHANNEL, USER, click, command, direct, event, mention, message, stamp
from tests.slack_double.words import words

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
BUSY = {"ok": False, "error": "ratelimited"}


def configured(slack):
    """One workspace, served by the double."""
    return SlackConfig(mode="http", api_url=slack.api_url, bot_token=BOT_TOKEN, response_hosts=("127.0.0.1",))


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


async def test_an_event_delivered_five_times_gives_one_answer(running, slack, question):
    payload = mention(question)
    statuses = await asyncio.gather(*(running.send.event(payload) for _ in range(5)))
    await running.settled()
    assert len(slack.shown) == 1
    assert set(statuses) == {200}


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_also_across_a_restart(open_adapter, slack, question, mode):
    payload = mention(question)
    for _ in range(5):
        async with open_adapter(mode) as running:
            assert await running.send.event(payload) == 200
            await running.settled()
    assert len(slack.shown) == 1


async def test_also_on_another_replica_at_the_same_time(open_adapter, slack, question):
    payload = mention(question)
    async with open_adapter("http") as one, open_adapter("http") as two:
        await asyncio.gather(*(running.send.event(payload) for running in (one, two, one, two)))
        await one.settled()
        await two.settled()
    assert len(slack.shown) == 1


async def test_a_process_that_dies_between_claim_and_answer_has_not_acknowledged_and_another_answers(
    open_adapter, slack, question, tmp_path
):
    payload = mention(question)
    key = f"slack:slack:T0TEAM0:{CHANNEL}:{payload['event']['ts']}"
    async with open_adapter("http") as running:
        assert await running.store.store.deliveries.claim(key, "slack:T0TEAM0") is Claim.NEW
    async with open_adapter("http") as running:
        assert await running.send.event(payload) == 503
        assert slack.shown == []
        with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
            database.execute("update deliveries set claimed_at = '2020-01-01 00:00:00'")
        assert await running.send.event(payload) == 200
        await running.settled()
    assert len(slack.shown) == 1


@pytest.fixture
def died(open_adapter, slack, question, tmp_path):
    """Answers a payload and dies before that is marked; then its claim is stale."""

    async def dies(payload):
        async with open_adapter("http") as running:
            assert await running.send.event(payload) == 200
        with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
            database.execute("update deliveries set done_at = null, claimed_at = datetime('now', '-2 minutes')")

    return dies


@pytest.mark.parametrize("asked", [mention, direct])
async def test_a_process_that_dies_between_posting_and_marking_has_answered(open_adapter, slack, question, died, asked):
    opening = mention("opens a thread")["event"]["ts"]
    for payload in (asked(question), asked(question, thread=opening)):
        slack.calls.clear()
        await died(payload)
        async with open_adapter("http") as running:
            assert await running.send.event(payload, retry=2) == 200
            assert await running.send.event(payload, retry=3) == 200
        assert len(slack.shown) == 1
        assert len(slack.made("conversations.replies")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body={"ok": False, "error": "missing_scope"}),
        Fault(status=429, headers={"Retry-After": "60"}, body=BUSY),
        Fault(status=500),
        Fault(drop=True),
        Fault(wait=0.5),
        Fault(body={"ok": True, "messages": "none"}),
        Fault(body={"ok": True, "messages": [None, {"user": BOT_USER, "metadata": "none"}]}),
    ],
    ids=["no scope", "429", "500", "connection cut", "slow", "no list", "odd messages"],
)
async def test_where_slack_does_not_let_us_see_it_is_answered_again(
    open_adapter, slack, question, died, fault, monkeypatch
):
    monkeypatch.setattr(sender, "LOOKUP_TIMEOUT", 0.2)
    payload = mention(question)
    await died(payload)
    slack.fail("conversations.replies", *[fault] * 3)  # a connection that is cut is tried again below us
    async with open_adapter("http") as running:
        assert await running.send.event(payload, retry=2) == 200
    assert len(slack.shown) == 2


async def test_only_an_answer_of_our_own_to_that_very_question_counts(open_adapter, slack, question, died):
    payload = mention(question)
    await died(payload)
    [post] = slack.posts
    elsewhere = {**post.metadata, "event_payload": {"delivery": "0" * 64}}
    slack.posts = [replace(post, user="U0OTHER"), replace(post, metadata=elsewhere), replace(post, metadata=None)]
    async with open_adapter("http") as running:
        assert await running.send.event(payload, retry=2) == 200
    assert len(slack.shown) == 2


async def test_threads_in_slack_are_read_for_nothing_else(open_adapter, slack, question):
    payload = mention(question)
    async with open_adapter("http") as one, open_adapter("http") as two:
        for number in range(3):
            for running in (one, two):
                assert await running.send.event(payload, retry=number) == 200
                await running.settled()  # what is stored of an answer is stored after its acknowledgement
    assert len(slack.shown) == 1
    assert slack.made("conversations.replies") == []


async def test_the_metadata_of_an_answer_does_not_reveal_who_asked_where(running, slack, question):
    payload = mention(question)
    await running.send.event(payload)
    [post] = await slack.until("chat.postMessage")
    shown = str(post.args["metadata"])
    for name in (CHANNEL, USER, TEAM, payload["event"]["ts"], payload["event_id"]):
        assert name not in shown


async def test_an_answer_in_parts_has_its_metadata_on_the_last(slack):
    view = View(tuple(Small(f"{number}") for number in range(60)), "summary")
    origin = Origin(None, TEAM, USER)
    target = Target(origin=origin, channel=CHANNEL, message_ts=stamp())
    async with aiohttp.ClientSession() as session:
        sending = Sender(Workspaces(session, configured(slack)))
        outgoing = Outgoing(target.place, USER, view)
        messages = await sending.show(target, outgoing, metadata=delivery_metadata("key"))
    assert [post.metadata == delivery_metadata("key") for post in slack.posts] == [False, True]
    assert messages == [f"{TEAM}:{CHANNEL}:{slack.posts[1].ts}"]


async def test_an_event_is_acknowledged_only_when_it_is_answered_and_otherwise_left_for_the_redelivery(
    open_adapter, slack, question
):
    async with open_adapter("http") as running:
        slack.fail("chat.postMessage", Fault(wait=0.2), Fault(wait=HOLD + 0.3))
        assert await running.send.event(mention(question)) == 200
        assert len(slack.shown) == 1
        payload = mention(question)
        began = time.monotonic()
        assert await running.send.event(payload) == 503
        assert time.monotonic() - began < HOLD + 0.4
        assert await running.send.event(payload) == 200  # found it under way, and waited for it
        assert len(slack.shown) == 2


async def test_an_answer_that_slack_holds_up_for_long_is_not_given_by_another_replica_meanwhile(
    open_adapter, slack, question, monkeypatch
):
    monkeypatch.setattr(dispatcher, "RENEWING", 0.2)
    monkeypatch.setattr(deliveries, "STALE", timedelta(seconds=HOLD + 3))
    payload = mention(question)
    slack.fail("chat.postMessage", Fault(wait=HOLD + 9))
    async with open_adapter("http") as one, open_adapter("http") as two:
        assert await one.send.event(payload) == 503
        await asyncio.sleep(3.5)  # the claim would be stale by now
        assert await two.send.event(payload) == 503
        await one.settled()
        assert await two.send.event(payload) == 200
    assert len(slack.shown) == 1


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(status=429, headers={"Retry-After": "0"}, body=BUSY)] * 3,
        [Fault(status=500), Fault(status=503)],
        [Fault(status=502, body={})],
        [Fault(drop=True)],
    ],
    ids=["429", "500 and 503", "502", "connection cut"],
)
async def test_an_answer_that_slack_does_not_take_at_once_is_sent_again(open_adapter, slack, question, faults):
    slack.fail("chat.postMessage", *faults)
    payload = mention(question)
    async with open_adapter("http") as running:
        assert await running.send.event(payload) in (200, 503)
        await running.settled()
        assert await running.send.event(payload) == 200
    assert len(slack.shown) == 1


NO_SCOPE = Fault(body={"ok": False, "error": "missing_scope"})


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, taken=True),
        Fault(body={"ok": False, "error": "fatal_error"}, taken=True),
        Fault(status=503, taken=True),
        Fault(status=502, body={"ok": False, "error": "bad_gateway"}, taken=True),
        Fault(drop=True, taken=True),
        Fault(wait=2, taken=True),
    ],
    ids=["500", "fatal_error", "503", "502", "connection cut", "too late"],
)
@pytest.mark.parametrize("asked", [mention, direct])
async def test_an_answer_that_slack_took_without_saying_so_is_not_posted_again(
    open_adapter, slack, question, fault, asked
):
    slack.fail("chat.postMessage", fault)
    payload = asked(question)
    async with open_adapter("http", patience=1) as running:
        assert await running.send.event(payload) in (200, 503)  # as soon as Slack shows it
        await running.settled()
        assert await running.send.event(payload, retry=1) == 200
    assert len(slack.shown) == 1


async def test_the_first_part_of_an_answer_that_slack_took_without_saying_so_is_not_posted_again(slack):
    slack.fail("chat.postMessage", Fault(status=500, taken=True))
    view = View(tuple(Small(f"{number}") for number in range(60)), "summary")
    target = Target(origin=Origin(None, TEAM, USER, BOT_USER), channel=CHANNEL, message_ts=stamp())
    async with aiohttp.ClientSession() as session:
        sending = Sender(Workspaces(session, configured(slack)))
        await sending.show(target, Outgoing(target.place, USER, view), metadata=delivery_metadata("key"))
    assert len(slack.posts) == 2


async def test_what_somebody_shares_with_the_channel_and_slack_took_without_saying_so_is_not_posted_again(slack):
    slack.fail("chat.postMessage", Fault(status=500, taken=True))
    view = View((Small("shared"),), "summary", "channel")
    target = Target(origin=Origin(None, TEAM, USER, BOT_USER), channel=CHANNEL, message_ts=stamp())
    async with aiohttp.ClientSession() as session:
        sending = Sender(Workspaces(session, configured(slack)))
        await sending.show(target, Outgoing(target.place, USER, view))
    assert len(slack.posts) == 1


async def test_where_slack_does_not_let_us_see_whether_it_took_an_answer_it_is_posted_again(
    open_adapter, slack, question
):
    slack.fail("chat.postMessage", Fault(status=500))
    slack.fail("conversations.replies", NO_SCOPE)
    async with open_adapter("http") as running:
        assert await running.send.event(mention(question)) in (200, 503)
        await running.settled()
    assert len(slack.shown) == 1


async def test_an_answer_that_slack_never_takes_is_left_for_the_redelivery(open_adapter, slack, question):
    slack.fail("chat.postMessage", *[Fault(status=500)] * 20)
    async with open_adapter("http") as running:
        payload = mention(question)
        assert await running.send.event(payload) == 503
        await running.settled()
        slack.faults.clear()
        assert await running.send.event(payload, retry=1) == 200
    assert len(slack.shown) == 1


async def test_a_retry_after_of_slack_is_obeyed(running, slack, question):
    slack.fail("chat.postMessage", Fault(status=429, headers={"Retry-After": "1"}, body=BUSY))
    began = time.monotonic()
    await running.send.event(mention(question))
    await slack.until("chat.postMessage")
    assert time.monotonic() - began >= 1.0


async def test_an_answer_that_fails_at_once_is_left_for_the_redelivery(running, slack, question):
    payload = mention(question)
    running.send.ack_timeout = HOLD + 0.5
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "org_login_required"}))
    assert await running.send.event(payload) == 503
    assert await running.send.event(payload) == 200
    await running.settled()
    assert len(slack.shown) == 1


async def test_what_slack_will_never_take_is_not_tried_again(running, slack, question):
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "is_archived"}))
    payload = mention(question)
    assert await running.send.event(payload) == 200
    assert await running.send.event(payload) == 200
    assert slack.shown == []


async def test_blocks_that_slack_refuses_go_out_in_a_simpler_form(running, slack, question, bot):
    slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "invalid_blocks"}))
    await running.send.event(mention(question))
    [post] = await slack.until("chat.postMessage")
    assert bot.knowledge.entries["compare.debugging"].headline in words(post.blocks)
    assert "table" not in {block["type"] for block in post.blocks}


async def test_a_command_whose_answer_gets_lost_says_so(running, slack, question):
    slack.fail("response", Fault(status=404))
    await running.send.command(command(question, slack.response_url()))
    [said] = await slack.until("response")
    assert FAILED in words(said.blocks)


async def test_sixty_questions_at_once_are_answered_once_each_while_slack_is_slow(running, slack, question):
    slack.fail("chat.postMessage", *[Fault(wait=HOLD + 0.3)] * 60)
    payloads = [mention(question, channel=f"C{number}") for number in range(60)]
    running.send.patience = 20  # over HTTP a busy machine answers sixty at once late
    first = await asyncio.gather(*(running.send.event(payload) for payload in payloads))
    assert 503 in first
    await slack.until("chat.postMessage", count=60, within=20)
    await running.settled()
    again = await asyncio.gather(*(running.send.event(payload) for payload in payloads))
    assert set(again) == {200}
    posts = slack.made("chat.postMessage")
    assert len(posts) == len({post.args["channel"] for post in posts}) == 60


@pytest.mark.parametrize(
    "inner",
    [
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"subtype": "bot_message"},
        {"subtype": "message_changed", "message": {"text": "x"}},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U0USER0", "ts": "1.1"}},
        {"hidden": True},
        {"user": BOT_USER},
        {"user": "USLACKBOT"},
        {"user": None},
    ],
    ids=lambda inner: next(iter(inner)) + ":" + str(next(iter(inner.values()))),
)
async def test_other_bots_edits_deletions_and_ourselves_are_not_answered(running, slack, question, inner):
    for payload in (direct(question), mention(question)):
        payload["event"].update(inner)
        assert await running.send.event(payload) == 200
    await running.settled()
    assert slack.shown == []


async def test_a_file_with_a_question_is_answered(running, slack, question):
    await running.send.event(direct(question, subtype="file_share", files=[{"id": "F1"}]))
    await slack.until("chat.postMessage")


async def test_every_event_is_acknowledged_also_one_we_know_nothing_of(running):
    assert await running.send.event(event({"type": "brand_new_event", "event_ts": stamp()})) == 200


async def test_what_has_no_listener_is_acknowledged(running):
    assert await running.send.interaction({"type": "view_closed", "view": {"type": "modal"}}) is None


async def test_an_event_whose_listener_fails_is_left_for_the_redelivery_and_none_of_its_words_are_logged(
    running, monkeypatch, caplog
):
    async def fails(payload, retry):
        raise ValueError(payload["event"]["text"])

    running.send.ack_timeout = 0.5
    monkeypatch.setitem(running.adapter.events, "app_mention", fails)
    assert await running.send.event(mention("quuxsecretword")) in (400, 503)
    assert "could not be handled: ValueError" in caplog.text
    assert "quuxsecretword" not in caplog.text


async def test_while_stopping_events_are_left_for_others_and_people_are_asked_to_try_again(running, slack, question):
    await running.adapter.stop_intake()
    assert running.adapter.ready is False
    if type(running.send).__name__ == "HttpSender":
        assert await running.send.event(mention(question)) == 503
    await running.send.command(command(question, slack.response_url()))
    [said] = await slack.until("response")
    assert "restarted" in words(said.blocks)


async def test_what_is_being_answered_is_finished_before_the_end(open_adapter, slack, question):
    async with open_adapter("http") as running:
        slack.fail("chat.postMessage", Fault(wait=HOLD + 0.3))
        assert await running.send.event(mention(question)) == 503
        await running.adapter.stop_intake()
        assert running.adapter.dispatcher.in_flight == 1
        assert await running.adapter.dispatcher.drain(5) == 0
        assert len(slack.shown) == 1


async def test_overheard_talk_leaves_no_trace_in_the_store(running, tmp_path):
    await running.store.channels.change("slack:T0TEAM0", CHANNEL, passive=True, follow_ups=True)
    await running.send.event(message("shall we have lunch?"))
    await running.send.event(message("sure", thread="1.1"))
    await running.settled()
    with sqlite3.connect(tmp_path / "bot.sqlite3") as database:
        kept = {
            t: database.execute(f"select count(*) from {t}").fetchone()[0]
            for t in ("deliveries", "threads", "unanswered")
        }
    assert kept == {"deliveries": 0, "threads": 0, "unanswered": 0}


async def test_the_answer_goes_out_also_while_the_database_is_away(open_adapter, slack, question):
    async with open_adapter("http", url=AWAY) as running:
        payload = mention(question)
        for _ in range(3):
            assert await running.send.event(payload) == 200
        await running.settled()
    assert len(slack.shown) == 1


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_redelivery_we_do_not_know_waits_for_the_database_but_the_last_is_answered(
    open_adapter, slack, question, mode
):
    async with open_adapter(mode, url=AWAY) as running:
        running.send.ack_timeout = HOLD
        payload = mention(question)
        assert [await running.send.event(payload, retry=number) for number in (1, 2)] == [503, 503]
        assert slack.shown == []
        assert await running.send.event(payload, retry=3) == 200
        await running.settled()
    assert len(slack.shown) == 1


async def test_a_redelivery_of_what_this_process_answered_is_done_also_while_the_database_is_away(
    open_adapter, slack, question
):
    async with open_adapter("http", url=AWAY) as running:
        payload = mention(question)
        assert [await running.send.event(payload, retry=number) for number in range(4)] == [200] * 4
    assert len(slack.shown) == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [("2", 2), ("0", 0), ("", 0), ("-1", 0), ("\u0661", 0), ("9" * 10_000, 0), ("three", 0)],
)
def test_which_redelivery_it_is_comes_as_a_number(header, expected):
    assert retry_number(header) == expected


async def test_a_setting_that_cannot_be_saved_says_so(open_adapter, slack):
    async with open_adapter("http", url=AWAY) as running:
        change = pack(Action("set", ("channel", "passive", "on")))
        await running.send.interaction(click(change, slack.response_url(), private=True))
        [said] = await slack.until("response")
        assert STORE_AWAY in words(said.blocks)

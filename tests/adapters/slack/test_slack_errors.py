"""What Slack's error codes mean: which are final, which may pass; each is logged and counted."""

from __future__ import annotations

import pytest

from adapters.slack.errors import MEANINGS
from bot.chat.service import FAILED
from tests.slack_double.loopback import Fault
from tests.slack_double.payloads import direct, view_click
from tests.slack_double.words import words

FINAL = sorted(code for code, meaning in MEANINGS.items() if meaning in ("app", "final"))
PASSING = sorted(code for code, meaning in MEANINGS.items() if meaning == "passing")


@pytest.fixture
async def running(open_adapter):
    async with open_adapter("http") as running:
        yield running


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


def refused(code):
    return Fault(body={"ok": False, "error": code})


async def test_a_final_error_is_neither_tried_again_nor_an_error_of_ours(running, slack, question, caplog):
    for code in FINAL:
        slack.fail("chat.postMessage", refused(code))
        payload = direct(question, user=f"U{code.upper()}")
        assert await running.send.event(payload) == 200, code
        assert await running.send.event(payload, retry=1) == 200, code
        assert running.adapter.not_taken[code, "final"] == 1
        assert f"{code} (final)" in caplog.text
    assert slack.shown == []
    assert running.adapter.dispatcher.failed == 0


async def test_an_error_that_passes_is_left_for_the_redelivery(running, slack, question, caplog):
    for code in (*PASSING, "brand_new_error"):
        slack.fail("chat.postMessage", refused(code))
        payload = direct(question, user=f"U{code.upper()}")
        before = len(slack.shown)
        assert await running.send.event(payload) == 503, code
        assert running.adapter.not_taken[code, "passing"] == 1
        assert f"{code} (passing)" in caplog.text
        assert len(slack.shown) == before
        assert await running.send.event(payload) == 200, code
        assert len(slack.shown) == before + 1


@pytest.mark.parametrize(
    "code",
    [
        "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel", "restricted_action_thread_locked", "no_permission",
        "messages_tab_disabled", "cannot_reply_to_message", "msg_too_long", "is_archived", "not_in_channel",
    ],
)  # fmt: skip
def test_a_refusal_that_slack_documents_as_lasting_is_final(code):
    assert code in FINAL


async def test_somebody_who_presses_learns_of_an_error_of_ours(running, slack):
    slack.fail("views.open", refused("invalid_arguments"))
    await running.send.interaction(view_click("", kind="home"))
    [opened] = await slack.until("views.open")
    assert FAILED in words(opened.blocks)


async def test_a_failure_without_a_code_is_counted_by_its_status(running, slack, question):
    slack.fail("chat.postMessage", Fault(status=500, body={"ok": False}))
    await running.send.event(direct(question))
    await running.settled()
    assert running.adapter.not_taken == {("http_500", "passing"): 1}

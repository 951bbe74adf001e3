"""HTTP mode: nothing is accepted that Slack did not sign, and nothing that arrives is answered with a 5xx."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
import logging
import time
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack.transport import MOST_BYTES
from tests.slack_double.loopback import SIGNING_SECRET, signed
from tests.slack_double.payloads import click, command, direct, event, mention

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def http(open_adapter):
    async with open_adapter("http") as running:
        yield running


@pytest.fixture
def question(bot):
    return bot.knowledge.entries["compare.debugging"].phrasings[0]


async def test_slack_can_check_the_address(http):
    status, text = await http.send.raw(json.dumps({"type": "url_verification", "challenge": "abc"}))
    assert (status, json.loads(text)) == (200, {"challenge": "abc"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1790000000"},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "9" * 40, "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1e9", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1790000000", "X-Slack-Signature": "v1=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1790000000", "X-Slack-Signature": "v0=" + "\u00e9" * 32},
    ],
)
async def test_what_is_not_signed_is_refused(http, slack, question, headers):
    assert (await http.send.raw(json.dumps(mention(question)), headers=headers))[0] == 401
    assert slack.shown == []


async def test_a_wrong_signature_is_refused(http, slack, question):
    body = json.dumps(mention(question))
    for headers in (signed(body, secret="another secret"), signed(body + " ")):
        assert (await http.send.raw(body, headers=headers))[0] == 401
    assert slack.shown == []


@pytest.mark.parametrize("off", [-400, 400])
async def test_a_timestamp_that_is_off_is_refused(http, question, off):
    body = json.dumps(mention(question))
    assert (await http.send.raw(body, headers=signed(body, at=time.time() + off)))[0] == 401


async def test_the_same_request_sent_again_is_answered_once(http, slack, question):
    body = json.dumps(mention(question))
    headers = signed(body)
    assert {(await http.send.raw(body, headers=headers))[0] for _ in range(3)} == {200}
    await http.settled()
    assert len(slack.shown) == 1


@pytest.mark.parametrize("kind", ["command", "click"])
async def test_a_command_or_a_click_sent_again_is_answered_once(http, slack, question, kind):
    url = slack.response_url()
    sent = command(question, url) if kind == "command" else {"payload": json.dumps(click("2:topics:::0", url))}
    body = urlencode(sent)
    headers = signed(body)
    for _ in range(3):
        assert (await http.send.raw(body, kind=FORM, headers=headers))[0] == 200
    await http.settled()
    assert len(slack.shown) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("", "application/json", 400),
        ("[]", "application/json", 400),
        ("null", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("payload=%7B", FORM, 400),
        ("payload=[]", FORM, 400),
        ("", FORM, 400),
        ("a=b", FORM, 400),
        ("&".join(f"a{n}=1" for n in range(500)), FORM, 400),
        ("{}", "text/plain", 400),
        ("{}", "multipart/form-data; boundary=x", 400),
    ],
)
async def test_what_is_malformed_is_refused_with_4xx(http, body, kind, status):
    raw = body if isinstance(body, bytes) else body.encode()
    headers = _signed_bytes(raw)
    assert (await http.send.raw(raw, kind=kind, headers=headers))[0] == status


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"type": "event_callback"},
        {"type": "event_callback", "event": None},
        {"type": "event_callback", "event": []},
        {"type": "event_callback", "event": "x"},
        {"type": "event_callback", "event": {}},
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "event_callback", "event": {"type": "app_mention", "user": 1, "channel": [], "ts": {}}},
        {"type": "event_callback", "authorizations": "x", "event": {"type": "message", "user": "U"}},
        {"type": "event_callback", "authorizations": [None], "event": {"type": "app_home_opened"}},
        {"type": "block_actions"},
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": ["x"], "user": "x", "team": 1},
        {"type": "view_submission", "view": {}},
        {"type": "view_submission", "view": {"callback_id": "compare", "state": {"values": []}}},
        {"type": "view_submission", "view": {"callback_id": "reason", "private_metadata": "["}},
        {"type": "block_suggestion"},
        {"type": "shortcut"},
        {"type": "message_action", "callback_id": "answer-this", "message": None},
        {"type": "something_new"},
        {"type": "view_submission", "view": {"type": "modal", "callback_id": None}},
        {"type": "shortcut", "callback_id": "compare-frameworks", "trigger_id": 5},
        {"type": "block_actions", "actions": [{"value": "2:topics:::0"}]},
    ],
)
async def test_an_odd_payload_never_gives_a_5xx(http, payload):
    for body, kind in ((json.dumps(payload), "application/json"), (urlencode({"payload": json.dumps(payload)}), FORM)):
        assert (await http.send.raw(body, kind=kind))[0] < 500
    await http.settled()


_MODAL = {
    "id": "V0VIEW", "team_id": "T0TEAM0", "type": "modal", "callback_id": "x", "private_metadata": "", "hash": "1.abc",
    "state": {
        "values": {
            "topic": {"topic": {"type": "external_select", "selected_option": None}},
            "words": {"words": {"type": "plain_text_input", "value": None}},
            "many": {"many": {"type": "multi_static_select", "selected_options": []}},
        }
    },
    "title": {"type": "plain_text", "text": "A form", "emoji": True}, "blocks": [], "previous_view_id": None,
    "root_view_id": "V0VIEW", "app_id": "A0APP", "app_installed_team_id": "T0TEAM0", "bot_id": "B0BOT00",
}  # fmt: skip
_PERSON = {"id": "U0USER0", "username": "ann", "name": "ann", "team_id": "T0TEAM0"}
_TEAM = {"id": "T0TEAM0", "domain": "team", "enterprise_id": "E0ORG", "enterprise_name": "Org"}
_CHANGED = {
    "type": "message", "subtype": "message_changed", "channel": "C0CHAN0", "channel_type": "channel", "hidden": True,
    "ts": "1790000000.000009", "event_ts": "1790000000.000009",
    "message": {
        "type": "message", "user": "U0USER0", "text": "x", "ts": "1790000000.000001", "team": "T0TEAM0",
        "edited": {"user": "U0USER0", "ts": "1790000000.000000"}, "blocks": [{"type": "rich_text", "elements": []}],
    },
    "previous_message": {"type": "message", "user": "U0USER0", "text": "y", "ts": "1790000000.000001"},
}  # fmt: skip


@pytest.mark.parametrize(
    "payload",
    [
        event(_CHANGED),
        event({"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": "", "channel": "C1", "ts": "1.2"}),
        event(
            {"type": "app_home_opened", "user": "U0USER0", "channel": "D1", "tab": "home", "view": _MODAL},
            is_ext_shared_channel=False, context_team_id="T0TEAM0", context_enterprise_id=None, authed_users=["U1"],
        ),
        event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, team=None, enterprise="E0ORG"),
        event({"type": "user_change", "user": {"id": "U1", "team_id": "T1", "profile": {"team": "T1"}}, "cache_ts": 1}),
        event({"type": "channel_rename", "channel": {"id": "C1", "name": "new", "created": 1}}),
        {"type": "app_rate_limited", "team_id": "T0TEAM0", "minute_rate_limited": 1, "api_app_id": "A0APP"},
        {"type": "view_closed", "team": _TEAM, "user": _PERSON, "view": _MODAL, "is_cleared": False},
        {
            "type": "view_submission", "team": None, "user": _PERSON, "view": _MODAL, "response_urls": [],
            "is_enterprise_install": True, "enterprise": {"id": "E0ORG", "name": "Org"}, "trigger_id": "1.2.abc",
        },
        {
            "type": "block_actions", "team": _TEAM, "user": _PERSON, "enterprise": {"id": "E0ORG", "name": "Org"},
            "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": False},
            "channel": {"id": "C1", "name": "general"}, "is_enterprise_install": False, "trigger_id": "1.2.abc",
            "message": {
                "type": "message", "bot_id": "B1", "user": "U0BOT00", "text": "x", "ts": "1.2", "blocks": [],
                "bot_profile": {"id": "B1", "deleted": False, "team_id": "T0TEAM0"}, "attachments": [{"id": 1}],
            },
            "state": {"values": {}}, "response_url": "https://hooks.slack.com/1",
            "actions": [
                {
                    "type": "static_select", "action_id": "a", "block_id": "b", "action_ts": "1.2",
                    "selected_option": {"text": {"type": "plain_text", "text": "One"}, "value": "2:topics:::0"},
                    "placeholder": {"type": "plain_text", "text": "Choose"}, "initial_option": None,
                }
            ],
        },
        {
            "type": "message_action", "callback_id": "answer-this", "team": _TEAM, "user": _PERSON,
            "channel": {"id": "D1", "name": "directmessage"}, "trigger_id": "1.2.abc", "message_ts": "1.2",
            "response_url": "https://hooks.slack.com/1",
            "message": {"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": "", "ts": "1.2"},
        },
        {
            "type": "block_suggestion", "team": _TEAM, "user": _PERSON, "action_id": "topic", "block_id": "topic",
            "value": "", "container": {"type": "view", "view_id": "V0VIEW"}, "view": _MODAL, "api_app_id": "A0APP",
        },
    ],
    ids=lambda payload: payload.get("event", payload)["type"],
)  # fmt: skip
async def test_what_slack_documents_is_accepted(http, slack, payload):
    is_event = payload["type"] in ("event_callback", "app_rate_limited")
    text = json.dumps(payload).replace("https://hooks.slack.com/", f"{slack.address}/response/")
    body = text if is_event else urlencode({"payload": text})
    assert (await http.send.raw(body, kind="application/json" if is_event else FORM))[0] == 200
    assert http.adapter.own_metrics()[0].samples[0].value == 0
    await http.settled()


async def test_a_command_without_words_and_slacks_check_of_the_certificate_are_accepted(http, slack):
    sent = command("", slack.response_url()) | {"enterprise_id": "", "channel_name": "general", "token": "x"}
    assert (await http.send.raw(urlencode(sent), kind=FORM))[0] == 200
    assert (await http.send.raw("ssl_check=1&token=x", kind=FORM))[0] == 200
    await slack.until("response")


async def test_of_a_field_that_comes_twice_the_last_counts(http, slack):
    pressed = json.dumps(click("2:topics:::0", slack.response_url()))
    other = json.dumps({"type": "view_closed"})
    for first, last in ((pressed, other), (other, pressed)):
        assert (await http.send.raw(urlencode([("payload", first), ("payload", last)]), kind=FORM))[0] == 200
    await http.settled()
    assert len(slack.made("response")) == 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "x", "https://a b", "https://\ud800", "//hooks.slack.com/1"])
async def test_an_address_to_answer_at_that_is_none_is_ignored(http, slack, address):
    body = json.dumps({**command("help", ""), "type": None, "response_url": address})
    assert (await http.send.raw(body))[0] == 200
    await http.settled()
    assert slack.made("response") == []


@pytest.mark.parametrize(
    "address", ["http://localhost:{port}/response/1", "http://127.0.0.1@localhost:{port}/response/1", "http://[::1/"]
)
async def test_an_address_to_answer_at_that_is_not_slacks_gets_nothing(http, slack, address, question):
    port = slack.address.rpartition(":")[2]
    sent = command(question, address.format(port=port))
    assert (await http.send.raw(urlencode(sent), kind=FORM))[0] == 200
    await http.settled()
    assert slack.made("response") == []


async def test_headers_that_nobody_signed_change_nothing(http, slack, question):
    body = json.dumps(mention(question))
    lazy = {"X-Slack-Bolt-Lazy-Only": "1", "X-Slack-Bolt-Lazy-Function-Name": "x"}
    assert (await http.send.raw(body, headers={**signed(body), **lazy}))[0] == 200
    await slack.until("chat.postMessage")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["application/json", FORM, "text/plain", ""]))
async def test_no_signed_bytes_give_a_5xx(http, body, kind):
    assert (await http.send.raw(body, kind=kind, headers=_signed_bytes(body)))[0] < 500


async def test_a_body_that_is_too_large_is_refused(http):
    body = json.dumps({"x": "y" * MOST_BYTES})
    assert (await http.send.raw(body))[0] == 413


async def test_a_body_that_is_too_large_is_refused_also_where_it_does_not_say_so(http):
    async def chunks():
        for _ in range(30):
            yield b"x" * 50_000

    headers = {**signed(""), "Content-Type": "application/json"}
    async with http.session.post(f"{http.address}/slack/events", data=chunks(), headers=headers) as answer:
        assert answer.status == 413


async def test_a_compressed_body_is_not_unpacked(http):
    body = gzip.compress(b"{}" * 100)
    headers = {**_signed_bytes(body), "Content-Encoding": "gzip"}
    assert (await http.send.raw(body, headers=headers))[0] == 415


async def test_a_client_that_hangs_up_in_the_middle_disturbs_nobody(http, slack, question):
    host, port = http.address.removeprefix("http://").split(":")
    for _ in range(3):
        _, writer = await asyncio.open_connection(host, int(port))
        body = json.dumps(mention(question))
        lines = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
        writer.write(
            f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lines}"
            f"Content-Length: {len(body)}\r\n\r\n{body[:50]}".encode()
        )
        await writer.drain()
        writer.transport.abort()
    assert await http.send.event(direct(question)) == 200
    assert len(await slack.until("chat.postMessage")) == 1


async def test_neither_words_nor_tokens_reach_the_log(http, slack, caplog):
    caplog.set_level(logging.DEBUG)
    secret = "quuxsecretword"
    body = json.dumps(mention(secret))
    await http.send.raw(body, headers=signed(body, secret="wrong"))
    await http.send.raw(body)
    await http.send.command(command(secret, slack.response_url()))
    await slack.until("chat.postMessage")
    await slack.until("response")
    await http.settled()
    ours = [record for record in caplog.records if not record.name.startswith("tests")]
    assert not [record for record in ours if secret in record.getMessage() or "xoxb-" in record.getMessage()]


def _signed_bytes(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    mark = hmac.new(SIGNING_SECRET.encode(), b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={mark}"}

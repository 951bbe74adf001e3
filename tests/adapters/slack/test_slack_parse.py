"""Slack's payloads as what the chat layer takes."""

from __future__ import annotations

import pytest

from adapters.slack import parse
from bot.chat.incoming import Action
from tests.slack_double.loopback import BOT_USER, TEAM
from tests.slack_double.payloads import (
    CHANNEL,
    DM,
    USER,
    click,
    command,
    direct,
    event,
    forwarded,
    mention,
    message,
    view_click,
    workflow,
)

ROOT = "1789.1"


def parsed(payload):
    return parse.message(payload)[0]


class TestMessage:
    def test_its_place_names_the_thread_it_starts_or_belongs_to(self):
        first = mention("x")
        place = parsed(first).place
        assert (place.tenant, place.channel, place.kind) == (f"slack:{TEAM}", CHANNEL, "channel")
        assert place.thread == f"{TEAM}:{CHANNEL}:{first['event']['ts']}"
        assert parsed(first).conversation is None
        reply = parsed(mention("x", thread=ROOT))
        assert (reply.place.kind, reply.conversation) == ("thread", f"{TEAM}:{CHANNEL}:{ROOT}")

    def test_its_key_is_the_same_for_both_subscriptions(self):
        ts = "1790.1"
        keys = {parsed(one).key for one in (mention("x", ts=ts), message("x", ts=ts))}
        assert keys == {f"slack:slack:{TEAM}:{CHANNEL}:{ts}"}

    @pytest.mark.parametrize(
        ("payload", "address", "kind"),
        [
            (mention("x"), "mention", "channel"),
            (direct("x"), "direct", "direct"),
            (message("x", channel=DM, kind=""), "direct", "direct"),
            (message("x"), "overheard", "channel"),
            (message("x", kind="mpim"), "overheard", "group"),
            (message("x", thread=ROOT), "overheard", "thread"),
        ],
    )
    def test_how_it_is_addressed(self, payload, address, kind):
        found = parsed(payload)
        assert (found.address, found.place.kind) == (address, kind)

    def test_whether_others_are_addressed(self):
        assert parsed(message("<@U0OTHER> x")).others_addressed
        assert not parsed(mention("x")).others_addressed

    def test_one_that_mentions_the_bot_comes_as_an_event_of_its_own(self):
        assert parse.message(message(f"<@{BOT_USER}> x")) is None
        without = message("<@U0WE> x")
        assert parse.message(without, "U0WE") is None

    def test_one_of_a_workflow_belongs_to_the_workflow(self):
        found = parsed(workflow("x"))
        assert (found.user, found.address, found.automated) == ("B0FLOW0", "mention", True)

    @pytest.mark.parametrize("field", ["user", "channel", "ts"])
    @pytest.mark.parametrize("value", [None, "", 5, [], {}, "a b", "\ud800", "x" * 101])
    def test_one_without_an_author_or_a_place_is_ignored(self, field, value):
        payload = mention("x")
        payload["event"][field] = value
        assert parse.message(payload) is None

    @pytest.mark.parametrize(
        ("raw", "read"),
        [
            (f"<@{BOT_USER}> what is <https://pytorch.org|PyTorch>?", "what is PyTorch?"),
            ("see <http://keras.io> in <#C0CHAN0|general>", "see http://keras.io in general"),
            ("<!channel> a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
            ("x" * 13_000, "x" * 12_000),
            (None, ""),
            ({"not": "text"}, ""),
        ],
    )
    def test_its_text_has_no_notation_of_slacks(self, raw, read):
        payload = direct("")
        payload["event"]["text"] = raw
        assert parsed(payload).text == read


def blocks(*texts):
    """As people's messages and workflows carry their words."""
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": text} for text in texts]}
    return [{"type": "rich_text", "elements": [line]}]


QUESTION = "which framework for production"

WITHOUT_TEXT = {
    "rich text": {"blocks": blocks("which framework ", "for production")},
    "a section": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": QUESTION}}]},
    "fields": {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": QUESTION}]}]},
    "a header": {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": QUESTION}}]},
    "Markdown": {"blocks": [{"type": "markdown", "text": QUESTION}]},
    "a table": {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": QUESTION}]]}]},
    "a forwarded message": {"attachments": [forwarded(QUESTION)]},
    "a linked message": {"attachments": [{**forwarded(QUESTION), "is_share": None}]},
    "blocks of a forwarded message": {
        "attachments": [{"is_share": True, "message_blocks": [{"message": {"blocks": blocks(QUESTION)}}]}]
    },
    "an app's attachment": {"bot_id": "B0APP00", "attachments": [{"fallback": QUESTION}]},
    "an app's attachment of blocks": {"bot_id": "B0APP00", "attachments": [{"blocks": blocks(QUESTION)}]},
}


class TestSources:
    @pytest.mark.parametrize("carried", WITHOUT_TEXT.values(), ids=WITHOUT_TEXT.keys())
    def test_words_outside_of_its_text_are_read(self, carried):
        assert parse.sources({"text": "", **carried}) == ("", QUESTION)

    def test_of_a_message_with_a_summary_as_its_text_the_blocks_are_read_too(self):
        by_app = {"text": "New form", "bot_id": "B0APP00", "blocks": blocks(QUESTION)}
        assert parse.sources(by_app) == ("New form", QUESTION)

    def test_what_people_typed_is_read_once(self):
        assert parse.sources({"text": QUESTION, "blocks": blocks(QUESTION)}) == (QUESTION,)

    @pytest.mark.parametrize(
        "carried",
        [
            {"attachments": [{"from_url": "https://x.example", "title": QUESTION, "text": QUESTION}]},
            {"blocks": [{"type": "actions", "elements": [{"type": "button", "text": {"text": QUESTION}}]}]},
            {"blocks": [{"type": "section", "accessory": {"type": "button", "text": {"text": QUESTION}}}]},
            {"blocks": {"not": "a list"}, "attachments": "x"},
            {"blocks": [None, 5, {"text": 5}, {"elements": {"text": []}}], "attachments": [None, {"is_share": 1}]},
        ],
        ids=["a link's preview", "buttons", "a button at the side", "no lists", "odd parts"],
    )
    def test_what_nobody_said_is_not_read(self, carried):
        assert parse.sources({"text": "", **carried}) == ("",)

    def test_blocks_nested_without_end_are_read_to_a_certain_depth(self):
        deep = [QUESTION]
        for _ in range(900):
            deep = [{"elements": deep}]
        assert parse.sources({"text": "", "blocks": deep}) == ("",)


class TestOrigin:
    def test_the_installation_counts_and_not_the_senders_own_workspace(self):
        payload = event(mention("x")["event"], team="T0HOST") | {"team_id": "T0GUEST"}
        assert parse.origin_of(payload, USER).tenant == "slack:T0HOST"

    def test_an_organisation_that_installed_the_app_is_the_tenant(self):
        payload = event(mention("x")["event"], team=None, enterprise="E0ORG")
        assert parse.origin_of(payload, USER).tenant == "slack:E0ORG"
        sent = command("x", "") | {"enterprise_id": "E0ORG", "is_enterprise_install": "true"}
        assert parse.command(sent)[0].place.tenant == "slack:E0ORG"

    def test_without_a_workspace_of_its_own_a_payload_belongs_to_that_of_the_person(self):
        payload = {**view_click("x"), "team": None}
        assert parse.press(payload)[0].place.tenant == f"slack:{TEAM}"


class TestPress:
    def test_what_it_was_pressed_in(self):
        found = parse.press(click("2:help", "https://x", thread=ROOT, ts="1.2"))[0]
        assert (found.action, found.message, found.private) == (Action("help"), f"{CHANNEL}.1.2", False)
        assert found.place.thread == f"{TEAM}:{CHANNEL}:{ROOT}"

    def test_what_one_person_sees_has_no_conversation(self):
        found = parse.press(click("2:help", "https://x", thread=ROOT, private=True))[0]
        assert found.private
        assert (found.place.kind, found.place.thread) == ("command", None)

    @pytest.mark.parametrize("kind", ["modal", "home"])
    def test_in_a_view_the_person_is_alone(self, kind):
        found = parse.press(view_click("2:help", kind=kind))[0]
        assert (found.surface, found.message, found.place.direct) == (kind, "", True)

    def test_a_trigger_identifies_it(self):
        payload = click("2:help", None)
        assert parse.press(payload)[0].key == f"slack:trigger:{payload['trigger_id']}"

    @pytest.mark.parametrize("trigger", [None, "", 5, "a b", "\ud800", "x" * 300])
    def test_without_a_trigger_it_has_no_key(self, trigger):
        assert parse.press({**click("2:help", None), "trigger_id": trigger})[0].key is None


class TestCommand:
    @pytest.mark.parametrize(
        ("text", "name", "rest"),
        [
            ("", "help", ""),
            ("  ", "help", ""),
            ("Topics!", "topics", ""),
            ("pytorch &amp; tf?", "ask", "pytorch & tf?"),
            ("help me choose", "ask", "help me choose"),
        ],
    )
    def test_its_first_word_names_it_else_it_is_a_question(self, text, name, rest):
        found = parse.command(command(text, "https://x"))[0]
        assert (found.name, found.text, found.place.kind) == (name, rest, "command")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see <https://example.com/a|the wiki>", "see [the wiki](https://example.com/a)"),
        ("or <https://example.com>", "or https://example.com"),
        ("*bold* and 2*3*4, **so**", "**bold** and 2*3*4, **so**"),
        ("<@U012> <!channel> a &lt; b", "a < b"),
    ],
)
def test_a_message_to_be_saved_keeps_its_links_and_bold_as_markdown(text, expected):
    assert parse.markdown(text).split() == expected.split()

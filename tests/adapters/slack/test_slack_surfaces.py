"""Every surface, in Socket Mode and over HTTP, over real sockets."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from adapters.slack.manifest import ANSWER_THIS, COMPARE_FRAMEWORKS
from adapters.slack.pages import ALREADY, FORGOTTEN, NOT_YOURS, OLDER, SHARED, THANKS
from adapters.slack.render_views import FRAMEWORKS, RIGHT, TOPIC, WORDS
from adapters.slack.values import encode
from tests.slack_double.loopback import BOT_USER, Fault, accepted
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
    shortcut,
    stamp,
    submission,
    suggestion,
    view_click,
)
from tests.slack_double.words import kinds, pressed, values, words

ENTRY = "compare.debugging"
TENANT = "slack:T0TEAM0"


@pytest.fixture
def question(bot):
    return bot.knowledge.entries[ENTRY].phrasings[0]


@pytest.fixture
def answer(bot):
    return bot.knowledge.entries[ENTRY].answer.text


class TestSaying:
    async def test_a_mention_is_answered_in_a_thread_on_it(self, running, slack, question, answer):
        payload = mention(question)
        assert await running.send.event(payload) == 200
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], post.args["thread_ts"]) == (CHANNEL, payload["event"]["ts"])
        assert answer in words(post.blocks)
        assert answer[:40] in post.args["text"]

    async def test_a_mention_in_a_thread_is_answered_in_that_thread(self, running, slack, question):
        await running.send.event(mention(question, thread="1789.1"))
        [post] = await slack.until("chat.postMessage")
        assert post.args["thread_ts"] == "1789.1"

    async def test_a_mention_without_a_question_gets_help(self, running, slack):
        await running.send.event(mention(""))
        [post] = await slack.until("chat.postMessage")
        assert "Ask in a sentence" in words(post.blocks)
        assert "Help" in values(post.blocks)

    async def test_a_direct_message_is_answered_in_its_own_thread(self, running, slack, question, answer):
        payload = direct(question)
        await running.send.event(payload)
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], post.args["thread_ts"]) == (DM, payload["event"]["ts"])
        assert answer in words(post.blocks)

    @pytest.mark.parametrize("word", ["help", "Topics", "privacy", "settings", "recommend", "compare"])
    async def test_a_word_said_directly_opens_its_page(self, running, slack, word):
        await running.send.event(direct(word))
        [post] = await slack.until("chat.postMessage")
        expected = {"help": "How to ask me", "topics": "Topics", "privacy": "What I keep", "compare": "side by side"}
        expected |= {"settings": "What I do in this channel", "recommend": "Step 1 of"}
        assert expected[word.lower()] in words(post.blocks)

    async def test_a_follow_up_is_read_with_what_was_said_before(self, running, slack, bot):
        first = mention(bot.knowledge.entries["strengths.pytorch"].phrasings[0])
        await running.send.event(first)
        await slack.until("chat.postMessage")
        await running.send.event(mention("and tensorflow?", thread=first["event"]["ts"]))
        posts = await slack.until("chat.postMessage", count=2)
        assert bot.knowledge.entries["strengths.tensorflow"].answer.text in words(posts[1].blocks)

    async def test_threads_are_followed_up_without_a_mention_where_the_channel_says_so(self, running, slack, bot):
        first = mention(bot.knowledge.entries["strengths.pytorch"].phrasings[0])
        await running.send.event(first)
        await slack.until("chat.postMessage")
        unmentioned = {"thread": first["event"]["ts"]}
        await running.send.event(message("and tensorflow?", **unmentioned))
        await running.settled()
        assert len(slack.shown) == 1
        await running.store.channels.change(TENANT, CHANNEL, follow_ups=True)
        await running.send.event(message("ok thanks, see you all at lunch then", **unmentioned))
        await running.send.event(message("and tensorflow?", thread="1.1"))
        await running.send.event(message("<@U0OTHER> and tensorflow?", **unmentioned))
        await running.settled()
        assert len(slack.shown) == 1
        await running.send.event(message("and tensorflow?", **unmentioned))
        posts = await slack.until("chat.postMessage", count=2)
        assert bot.knowledge.entries["strengths.tensorflow"].answer.text in words(posts[1].blocks)

    async def test_questions_nobody_asked_it_are_answered_only_where_opted_in_and_only_if_sure(
        self, running, slack, question, answer
    ):
        await running.send.event(message(question))
        await running.settled()
        assert slack.shown == []
        await running.store.channels.change(TENANT, CHANNEL, passive=True)
        await running.send.event(message("does anybody know a good place for lunch?"))
        await running.settled()
        assert slack.shown == []
        payload = message(question)
        await running.send.event(payload)
        [post] = await slack.until("chat.postMessage")
        assert post.args["thread_ts"] == payload["event"]["ts"]
        assert answer in words(post.blocks)
        assert "Nobody asked me" in words(post.blocks)


class TestCommands:
    async def test_a_question_is_answered_for_one_person(self, running, slack, question, answer):
        assert await running.send.command(command(question, slack.response_url())) in (None, {})
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert answer in words(said.blocks)
        assert "Share in channel" in values(said.blocks)

    async def test_a_question_is_answered_for_all_where_the_channel_says_so(self, running, slack, question, answer):
        await running.store.channels.change(TENANT, CHANNEL, visibility="channel")
        await running.send.command(command(question, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "in_channel"
        assert answer in words(said.blocks)
        assert "Share in channel" not in values(said.blocks)

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("", "How to ask me"),
            ("help", "How to ask me"),
            ("topics", "Topics"),
            ("privacy", "What I keep"),
            ("settings", "What I do in this channel"),
            ("recommend", "Step 1 of"),
        ],
    )
    async def test_a_word_opens_its_page_for_one_person(self, running, slack, word, expected):
        await running.send.command(command(word, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert expected in words(said.blocks)

    async def test_compare_opens_the_form(self, running, slack):
        await running.send.command(command("compare", slack.response_url()))
        [opened] = await slack.until("views.open")
        assert opened.args["view"]["callback_id"] == "compare"

    async def test_what_cannot_be_answered_is_never_shown_to_the_channel(self, running, slack):
        await running.store.channels.change(TENANT, CHANNEL, visibility="channel")
        await running.send.command(command("zorblax quuxification of the frimble", slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert values(said.blocks)


class TestShortcuts:
    async def test_answer_this_answers_somebodys_message_for_the_one_who_asked(self, running, slack, question, answer):
        assert message_shortcut("", "")["callback_id"] == ANSWER_THIS
        await running.send.interaction(message_shortcut(question, slack.response_url(), thread="1789.1"))
        [said] = await slack.until("response")
        assert (said.args["response_type"], said.args["thread_ts"]) == ("ephemeral", "1789.1")
        assert answer in words(said.blocks)

    async def test_compare_frameworks_is_filled_in_from_memory_and_answered_in_the_form(
        self, running, slack, bot, answer
    ):
        await running.send.interaction(shortcut(COMPARE_FRAMEWORKS))
        [opened] = await slack.until("views.open")
        assert "TensorFlow" in values(opened.blocks)
        offered = await running.send.interaction(suggestion(TOPIC, "debug"))
        assert accepted(offered["options"])[0] == bot.knowledge.entries[ENTRY].title
        filled = {
            TOPIC: {"type": "external_select", "selected_option": {"value": offered["options"][0]["value"]}},
            FRAMEWORKS: {"selected_options": [{"value": "keras"}, {"value": "jax"}]},
        }
        shown = await running.send.interaction(submission("compare", filled))
        assert shown["response_action"] == "update"
        text = words(shown["view"]["blocks"])
        assert answer in text
        assert text.index("*Keras*") < text.index("*PyTorch*")
        assert "Not covered here: JAX." in text

    async def test_a_form_without_a_topic_says_so(self, running):
        shown = await running.send.interaction(submission("compare", {}))
        assert "no longer" in words(shown["view"]["blocks"])

    async def test_nothing_is_suggested_for_what_resembles_nothing(self, running):
        assert (await running.send.interaction(suggestion(TOPIC, "qqqqqqzzzz")))["options"] == []


class TestHome:
    async def test_the_home_tab_tells_what_it_does_and_lists_every_topic(self, running, slack, bot):
        await running.send.event(home_opened("home"))
        [published] = await slack.until("views.publish")
        assert published.args["user_id"] == USER
        listed = values(published.blocks)
        for entry in bot.knowledge.entries.values():
            if entry.kind == "answer":
                assert encode("show", entry.id) in listed.values()
        assert {"Guided recommendation", "Compare frameworks"} <= set(listed)

    async def test_the_conversation_tab_gets_suggested_prompts_without_a_thread(self, running, slack):
        await running.send.event(home_opened("messages"))
        [suggested] = await slack.until("assistant.threads.setSuggestedPrompts")
        assert suggested.args["channel_id"] == DM
        assert "thread_ts" not in suggested.args

    async def test_a_topic_picked_on_the_home_tab_opens_in_a_modal(self, running, slack, answer):
        await running.send.interaction(view_click(encode("show", ENTRY), kind="home"))
        [opened] = await slack.until("views.open")
        assert answer in words(opened.blocks)

    async def test_a_related_topic_in_a_modal_takes_its_place(self, running, slack, answer):
        await running.send.interaction(view_click(encode("show", ENTRY)))
        [updated] = await slack.until("views.update")
        assert (updated.args["view_id"], updated.args["hash"]) == ("V0VIEW", "hash.1")
        assert answer in words(updated.blocks)

    async def test_the_flow_begun_on_the_home_tab_goes_on_in_one_modal(self, running, slack):
        await running.send.interaction(view_click(encode("start"), kind="home"))
        [opened] = await slack.until("views.open")
        action = pressed(opened.blocks, "A mobile app")
        await running.send.interaction(view_click("", action=action))
        [updated] = await slack.until("views.update")
        assert "Step 2 of" in words(updated.blocks)

    @pytest.mark.parametrize("verb", ["help", "topics", "privacy", "compare"])
    async def test_every_page_opens_from_the_home_tab(self, running, slack, verb):
        await running.send.interaction(view_click(encode(verb), kind="home"))
        await slack.until("views.open")


class TestClicks:
    async def test_a_related_question_is_answered_in_the_thread_of_its_message(self, running, slack, answer):
        await running.send.interaction(click(encode("show", ENTRY), slack.response_url(), thread="1789.1"))
        [post] = await slack.until("chat.postMessage")
        assert post.args["thread_ts"] == "1789.1"
        assert answer in words(post.blocks)

    async def test_a_button_pressed_again_is_not_answered_again(self, running, slack):
        ts = stamp()
        for _ in range(2):
            await running.send.interaction(click(encode("show", ENTRY), slack.response_url(), ts=ts))
            await running.settled()
        assert len(slack.made("chat.postMessage")) == 1
        [told] = slack.made("response")
        assert ALREADY in words(told.blocks)

    async def test_a_button_under_a_private_answer_is_answered_privately(self, running, slack, answer):
        await running.send.interaction(click(encode("show", ENTRY), slack.response_url(), private=True))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert answer in words(said.blocks)

    async def test_where_the_bot_is_no_member_the_one_who_pressed_is_answered(self, running, slack, answer):
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "not_in_channel"}))
        await running.send.interaction(click(encode("show", ENTRY), slack.response_url()))
        [said] = await slack.until("response")
        assert answer in words(said.blocks)

    async def test_who_was_overtaken_in_a_modal_is_left_in_peace(self, running, slack):
        slack.fail("views.update", Fault(body={"ok": False, "error": "hash_conflict"}))
        await running.send.interaction(view_click(encode("show", ENTRY)))
        await running.settled()
        assert running.adapter.intake.failed == 0

    async def test_none_of_these_leads_on(self, running, slack):
        await running.send.interaction(click(encode("none", ENTRY, "compare.api"), slack.response_url()))
        [post] = await slack.until("chat.postMessage")
        assert "don't have an answer" in words(post.blocks)
        assert "Browse topics" in values(post.blocks)

    async def test_a_private_answer_is_shared_in_the_channel(self, running, slack, answer):
        await running.send.interaction(click(encode("share", ENTRY), slack.response_url(), private=True))
        shared, told = await slack.until("response", count=2)
        assert shared.args["response_type"] == "in_channel"
        assert answer in words(shared.blocks)
        assert "Share in channel" not in values(shared.blocks)
        assert SHARED in words(told.blocks)

    async def test_feedback_is_kept_once_a_person_and_answer_the_last_one_counting(self, running, slack, bot):
        ts = stamp()
        for verb in ("helpful", "unhelpful"):
            value = encode(verb, ENTRY, bot.knowledge.version)
            await running.send.interaction(
                click(value, slack.response_url(), ts=ts, action={"type": "feedback_buttons"})
            )
            await running.settled()
        first, _ = slack.made("response")
        assert THANKS in words(first.blocks)
        assert [(v.entry, v.helpful, v.unhelpful) for v in await votes(running)] == [(ENTRY, 0, 1)]

    async def test_what_was_wrong_can_be_said_in_a_form_and_is_kept_masked(self, running, slack, bot):
        value = encode("unhelpful", ENTRY, bot.knowledge.version)
        await running.send.interaction(click(value, slack.response_url()))
        [told] = await slack.until("response")
        await running.send.interaction(
            click("", slack.response_url(), private=True, action=pressed(told.blocks, "Say what was wrong"))
        )
        [opened] = await slack.until("views.open")
        filled = {
            WORDS: {"value": "ask ada@example.org instead"},
            RIGHT: {"selected_option": {"value": "compare.api"}},
        }
        metadata = opened.args["view"]["private_metadata"]
        assert "ada" not in metadata
        await running.send.interaction(submission("reason", filled, metadata=metadata))
        await running.settled()
        [note] = await notes(running)
        assert (note.reason, note.suggested, note.entry) == ("ask [email] instead", "compare.api", ENTRY)
        assert len(await votes(running)) == 1

    async def test_ones_feedback_is_deleted_when_one_asks_for_it(self, running, slack):
        await running.send.interaction(click(encode("helpful", ENTRY, "v"), slack.response_url()))
        await running.settled()
        await running.send.interaction(click(encode("forget"), slack.response_url(), private=True))
        told = await slack.until("response", count=2)
        assert FORGOTTEN in words(told[1].blocks)
        assert await votes(running) == ()

    async def test_a_setting_is_changed_in_place(self, running, slack):
        await running.send.command(command("settings", slack.response_url()))
        [page] = await slack.until("response")
        url = slack.response_url()
        action = pressed(page.blocks, "I answer where I am very sure")
        await running.send.interaction(click("", url, private=True, action=action))
        _, changed = await slack.until("response", count=2)
        assert changed.args["replace_original"] is True
        assert "I answer where I am very sure" in words(changed.blocks)
        assert (await running.store.channels.settings(TENANT, CHANNEL)).passive is True

    @pytest.mark.parametrize(
        "value",
        ["", "0|show|compare.debugging", "2|show|compare.debugging", "show", "1|explode|x", "{}", "1|flow|back"],
    )
    async def test_a_button_of_an_older_message_says_so_and_leads_on(self, running, slack, value):
        await running.send.interaction(click(value, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert OLDER in words(said.blocks)
        assert "Browse topics" in values(said.blocks)

    @pytest.mark.parametrize("value", ["1|set|delete_everything|on", "1|set", "1|set|passive"])
    async def test_only_settings_that_exist_can_be_set(self, running, slack, value):
        await running.send.interaction(click(value, slack.response_url(), private=True))
        await running.settled()
        settings = await running.store.channels.settings(TENANT, CHANNEL)
        assert (settings.passive, settings.follow_ups, settings.keep_words) == (False, False, True)


class TestFlow:
    async def test_it_is_one_message_edited_in_place_from_the_first_question_to_the_outcome(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        blocks, ts, step = first.blocks, "1790.5", 1
        while "Recommendation:" not in words(blocks):
            assert f"Step {step} of" in words(blocks)
            label = "A mobile app" if step == 1 else "Skip"
            await running.send.interaction(click("", slack.response_url(), ts=ts, action=pressed(blocks, label)))
            blocks = (await slack.until("chat.update", count=step))[-1].blocks
            step += 1
        assert {call.args["ts"] for call in slack.made("chat.update")} == {ts}
        assert len(slack.made("chat.postMessage")) == 1
        assert kinds(blocks).count("data_visualization") == 1
        assert kinds(blocks).count("table") == 1
        assert "The article (4 Apr 2025)" in words(blocks)

    async def test_one_can_go_back_restart_and_stop(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        blocks = first.blocks
        moves = (
            ("A mobile app", "Step 2 of"),
            ("Back", "Step 1 of"),
            ("Keep: A mobile app", "Step 2 of"),
            ("Restart", "Step 1 of"),
            ("Cancel", "Stopped."),
            ("Go on", "Step 1 of"),
        )
        for count, (label, expected) in enumerate(moves, start=1):
            await running.send.interaction(click("", slack.response_url(), ts="1.5", action=pressed(blocks, label)))
            blocks = (await slack.until("chat.update", count=count))[-1].blocks
            assert expected in words(blocks)

    async def test_words_of_ones_own_answer_a_step(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        typed = next(block for block in first.blocks if block["type"] == "input")
        action = {"action_id": typed["element"]["action_id"], "block_id": typed["block_id"]}
        for count, (said, expected) in enumerate([("a mobile app", "Step 2 of"), ("zorblax", "Step 1 of")], start=1):
            action |= {"type": "plain_text_input", "value": said}
            await running.send.interaction(click("", slack.response_url(), ts="1.5", action=action))
            updated = await slack.until("chat.update", count=count)
            assert expected in words(updated[-1].blocks)

    async def test_it_belongs_to_who_started_it_and_others_are_told_privately(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        action = pressed(first.blocks, "A mobile app")
        await running.send.interaction(click("", slack.response_url(), user="U0OTHER", action=action))
        [told] = await slack.until("response")
        assert told.args["response_type"] == "ephemeral"
        assert NOT_YOURS in words(told.blocks)
        assert slack.made("chat.update") == []

    async def test_a_private_one_is_edited_through_the_clicks_own_address_and_shared_at_the_end(self, running, slack):
        await running.send.command(command("recommend", slack.response_url()))
        [first] = await slack.until("response")
        blocks, count = first.blocks, 1
        while "Recommendation:" not in words(blocks):
            url = slack.response_url()
            action = pressed(blocks, "Skip")
            await running.send.interaction(click("", url, private=True, action=action))
            count += 1
            last = (await slack.until("response", count=count))[-1]
            assert (last.args["url"], last.args["replace_original"]) == (url, True)
            blocks = last.blocks
        action = pressed(blocks, "Share in channel")
        await running.send.interaction(click("", slack.response_url(), private=True, action=action))
        shared = (await slack.until("response", count=count + 1))[-1]
        assert shared.args["response_type"] == "in_channel"
        assert "Recommendation:" in words(shared.blocks)

    async def test_a_token_that_was_tampered_with_leads_to_a_question_not_to_an_error(self, running, slack):
        action = {"block_id": "flow|1|1.99.zzzz.0000.|0", "value": encode("flow", "next")}
        await running.send.interaction(click("", slack.response_url(), ts="1.5", action=action))
        [updated] = await slack.until("chat.update")
        assert "Step" in words(updated.blocks)


async def test_nothing_that_was_typed_pings_links_or_is_unfurled(running, slack):
    """Not in the blocks, not in the text that notifications show."""
    for text in ("<!channel> <!here> <@U0OTHER> what is <https://evil.example|this>", "*bold* _it_ <b> & :tada:"):
        await running.send.event(mention(text))
    posts = await slack.until("chat.postMessage", count=2)
    for post in posts:
        shown = json.dumps(post.args)
        assert not [sign for sign in ("<!", "<@", "evil.example") if sign in shown]
        assert (post.args["unfurl_links"], post.args["unfurl_media"]) == (False, False)
        assert "link_names" not in post.args


async def test_our_own_mention_does_not_answer_twice_where_both_subscriptions_deliver_it(running, slack, question):
    await running.store.channels.change(TENANT, CHANNEL, passive=True, follow_ups=True)
    first = mention(question)
    both = message(f"<@{BOT_USER}> {question}", ts=first["event"]["ts"])
    await running.send.event(both)
    await running.send.event(first)
    await running.send.event(both)
    await slack.until("chat.postMessage")
    await running.settled()
    assert len(slack.shown) == 1


EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


async def votes(running):
    return await running.store.store.feedback.votes(*EVER)


async def notes(running):
    return await running.store.store.feedback.notes(*EVER)

"""Every surface of Slack, in Socket Mode and over HTTP, over real sockets: at least one path through each.

What the bot says and does is tested once for all platforms, in tests/contract.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest

from adapters.slack import app
from adapters.slack.manifest import ANSWER_THIS, COMPARE_FRAMEWORKS
from adapters.slack.sender import TOO_LATE
from bot.chat.actions import pack
from bot.chat.answers import NOTHING_SAID, THANKS, THANKS_REASON
from bot.chat.conversations import AUTOMATED
from bot.chat.incoming import Action
from bot.chat.service import FAILED
from tests.slack_double.loopback import BOT_USER, Fault, accepted
from tests.slack_double.payloads import (
    CHANNEL,
    DM,
    USER,
    click,
    command,
    direct,
    edited,
    forwarded,
    home_opened,
    later,
    mention,
    message,
    message_shortcut,
    shortcut,
    stamp,
    submission,
    suggestion,
    view_click,
    workflow,
)
from tests.slack_double.words import pressed, presses, values, words

ENTRY = "compare.debugging"
TENANT = "slack:T0TEAM0"
SHOW = pack(Action("show", ("", ENTRY)))
START = pack(Action("start", ("",)))


@pytest.fixture
def question(bot):
    return bot.knowledge.entries[ENTRY].phrasings[0]


@pytest.fixture
def answer(bot):
    return bot.knowledge.entries[ENTRY].headline


class TestMessages:
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

    async def test_a_direct_message_is_answered_in_its_own_thread(self, running, slack, question, answer):
        payload = direct(question)
        await running.send.event(payload)
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], post.args["thread_ts"]) == (DM, payload["event"]["ts"])
        assert answer in words(post.blocks)

    async def test_who_waits_for_the_answer_to_a_direct_message_sees_that_it_is_looked_for(
        self, running, slack, question, monkeypatch
    ):
        monkeypatch.setattr(app, "LOOKING_AFTER", 0.1)
        slack.fail("chat.postMessage", Fault(wait=1))
        payload = direct(question)
        await running.send.event(payload)
        [status] = await slack.until("assistant.threads.setStatus")
        assert status.args == {"channel_id": DM, "thread_ts": payload["event"]["ts"], "status": "is looking..."}

    async def test_a_status_that_slack_does_not_take_harms_no_answer(self, running, slack, question, monkeypatch):
        monkeypatch.setattr(app, "LOOKING_AFTER", 0.1)
        slack.fail("chat.postMessage", Fault(wait=1))
        slack.fail("assistant.threads.setStatus", Fault(body={"ok": False, "error": "missing_scope"}))
        assert await running.send.event(direct(question)) == 200
        assert len(slack.shown) == 1
        assert running.adapter.dispatcher.failed == 0

    async def test_no_status_is_shown_where_the_answer_comes_at_once_or_others_read_it(
        self, running, slack, question, monkeypatch
    ):
        await running.send.event(direct(question))
        monkeypatch.setattr(app, "LOOKING_AFTER", 0.1)
        slack.fail("chat.postMessage", Fault(wait=1))
        await running.send.event(mention(question))
        assert len(slack.shown) == 2
        assert slack.made("assistant.threads.setStatus") == []

    async def test_a_follow_up_in_a_thread_is_read_with_what_was_said_before(self, running, slack, bot):
        first = mention(bot.knowledge.entries["strengths.pytorch"].phrasings[0])
        await running.send.event(first)
        await slack.until("chat.postMessage")
        await running.send.event(mention("and tensorflow?", thread=first["event"]["ts"]))
        posts = await slack.until("chat.postMessage", count=2)
        assert bot.knowledge.entries["strengths.tensorflow"].headline in words(posts[1].blocks)

    async def test_a_thread_goes_on_without_mentions_where_the_channel_allows_it(self, running, slack, bot):
        await running.store.channels.change(TENANT, CHANNEL, follow_ups=True)
        first = mention(bot.knowledge.entries["strengths.pytorch"].phrasings[0])
        await running.send.event(first)
        await slack.until("chat.postMessage")
        unmentioned = {"thread": first["event"]["ts"]}
        await running.send.event(message("<@U0OTHER> and tensorflow?", **unmentioned))
        await running.settled()
        assert len(slack.shown) == 1
        await running.send.event(message("and tensorflow?", **unmentioned))
        posts = await slack.until("chat.postMessage", count=2)
        assert bot.knowledge.entries["strengths.tensorflow"].headline in words(posts[1].blocks)

    async def test_an_overheard_question_is_answered_in_a_thread_where_the_channel_allows_it(
        self, running, slack, question, answer
    ):
        await running.send.event(message(question))
        await running.settled()
        assert slack.shown == []
        await running.store.channels.change(TENANT, CHANNEL, passive=True)
        payload = message(question)
        await running.send.event(payload)
        [post] = await slack.until("chat.postMessage")
        assert post.args["thread_ts"] == payload["event"]["ts"]
        assert "/framework settings" in words(post.blocks)
        assert answer in words(post.blocks)

    async def test_a_mention_that_both_subscriptions_deliver_is_answered_once(self, running, slack, question):
        await running.store.channels.change(TENANT, CHANNEL, passive=True, follow_ups=True)
        first = mention(question)
        both = message(f"<@{BOT_USER}> {question}", ts=first["event"]["ts"])
        for payload in (both, first, both):
            await running.send.event(payload)
        await slack.until("chat.postMessage")
        await running.settled()
        assert len(slack.shown) == 1

    async def test_nothing_that_was_typed_pings_links_or_is_unfurled(self, running, slack):
        """Not in the blocks, not in the text that notifications show."""
        for text in ("<!channel> <!here> <@U0OTHER> what is <https://evil.example|this>", "*bold* _it_ <b> & :tada:"):
            await running.send.event(mention(text))
        posts = await slack.until("chat.postMessage", count=2)
        for post in posts:
            shown = json.dumps(post.args)
            assert not [sign for sign in ("<!", "<@", "evil.example") if sign in shown]
            assert (post.args["unfurl_links"], post.args["unfurl_media"]) == (False, False)
            assert "link_names" not in post.args

    async def test_a_message_that_is_forwarded_with_a_mention_is_answered(self, running, slack, question, answer):
        await running.send.event(mention("thoughts?", attachments=[forwarded(question)]))
        [post] = await slack.until("chat.postMessage")
        assert answer in words(post.blocks)

    async def test_a_message_in_the_third_person_is_answered(self, running, slack, question, answer):
        await running.send.event(direct(question, subtype="me_message"))
        await running.send.event(message(f"<@{BOT_USER}> {question}", subtype="me_message"))
        posts = await slack.until("chat.postMessage", count=2)
        assert all(answer in words(post.blocks) for post in posts)

    async def test_a_mention_that_is_added_by_editing_is_answered_once(self, running, slack, question, answer):
        """Slack sends two events for it; more, where the message is edited again."""
        changed = edited(f"<@{BOT_USER}> {question}", before=question)
        inner = changed["event"]["message"]
        for payload in (changed, mention(question, ts=inner["ts"], edited=inner["edited"]), changed):
            assert await running.send.event(payload) == 200
        [post] = await slack.until("chat.postMessage")
        await running.settled()
        assert post.args["thread_ts"] == inner["ts"]
        assert answer in words(post.blocks)
        assert len(slack.shown) == 1

    async def test_a_mention_that_was_answered_is_not_answered_again_when_it_is_edited(self, running, slack, question):
        first = mention(question)
        ts = first["event"]["ts"]
        await running.send.event(first)
        await slack.until("chat.postMessage")
        await running.send.event(mention(question + "?", ts=ts, edited={"user": USER, "ts": later(ts, 60)}))
        await running.settled()
        assert len(slack.shown) == 1

    @pytest.mark.parametrize("how", ["a day later", "mentioned before", "without a mention", "in a direct message"])
    async def test_other_edits_are_not_answered(self, running, slack, question, how):
        asked = f"<@{BOT_USER}> {question}"
        payload = {
            "a day later": edited(asked, before=question, after=90_000),
            "mentioned before": edited(asked, before=f"<@{BOT_USER}> x"),
            "without a mention": edited(question, before="x"),
            "in a direct message": edited(asked, before="x", kind="im"),
        }[how]
        assert await running.send.event(payload) == 200
        await running.settled()
        assert slack.shown == []

    @pytest.mark.parametrize("carried", [False, True], ids=["text", "blocks"])
    async def test_a_mention_by_a_workflow_is_answered_for_everybody(self, running, slack, question, answer, carried):
        payload = workflow(question)
        if carried:
            parts = [{"type": "user", "user_id": BOT_USER}, {"type": "text", "text": f" {question}"}]
            line = {"type": "rich_text_section", "elements": parts}
            payload["event"] |= {"text": "", "blocks": [{"type": "rich_text", "elements": [line]}]}
        await running.send.event(payload)
        [post] = await slack.until("chat.postMessage")
        assert answer in words(post.blocks)

    async def test_what_a_workflow_asks_in_vain_is_said_to_everybody_too(self, running, slack):
        """It cannot be shown anything privately."""
        for text in ("zorblax quuxification of the frimble", "help", ""):
            await running.send.event(workflow(text))
        await slack.until("chat.postMessage", count=3)
        assert slack.made("chat.postEphemeral") == []

    @pytest.mark.parametrize("by", [{"thread": "1789.1"}, {"user": "U0OTHERBOT"}], ids=["in a thread", "another bot"])
    async def test_bots_are_not_answered_where_that_could_go_on_for_ever(self, running, slack, question, by):
        assert await running.send.event(workflow(question, **by)) == 200
        await running.settled()
        assert slack.shown == []

    async def test_a_workflow_that_our_answers_set_off_comes_to_an_end(self, running, slack, question):
        for _ in range(AUTOMATED.count + 5):
            assert await running.send.event(workflow(question)) == 200
        await running.settled()
        assert len(slack.shown) == AUTOMATED.count
        await running.send.event(mention(question))
        await slack.until("chat.postMessage", count=AUTOMATED.count + 1)


class TestSharing:
    async def shared(self, running, slack, **where):
        """A press of "Show everyone" on an answer that one person sees, and the line above what it leads to."""
        press = click(pack(Action("share", (ENTRY,))), slack.response_url(), private=True, **where)
        await running.send.interaction(press)
        [said] = await slack.until("response")
        assert said.args["response_type"] == "in_channel"
        return said.blocks[0]["elements"][0]["text"]

    async def test_it_links_to_the_message_that_began_the_thread(self, running, slack, shipped):
        title = shipped.knowledge.entries[ENTRY].title
        line = await self.shared(running, slack, thread="1790.000100")
        link = f"https://team.slack.example/archives/{CHANNEL}/p1790000100"
        assert line == f"<@{USER}> shared the answer to: <{link}|{title}>"

    async def test_there_is_nothing_to_link_where_a_command_asked(self, running, slack, shipped):
        title = shipped.knowledge.entries[ENTRY].title
        assert await self.shared(running, slack) == f"<@{USER}> shared the answer to: {title}"
        assert slack.made("chat.getPermalink") == []

    async def test_it_goes_without_a_link_where_slack_gives_none(self, running, slack, shipped):
        slack.fail("chat.getPermalink", Fault(body={"ok": False, "error": "message_not_found"}))
        line = await self.shared(running, slack, thread="1790.000100")
        assert line.endswith(shipped.knowledge.entries[ENTRY].title)


class TestCommands:
    async def test_a_question_is_answered_for_one_person(self, running, slack, question, answer):
        assert await running.send.command(command(question, slack.response_url())) in (None, {})
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert answer in words(said.blocks)
        assert "Show everyone" in values(said.blocks)

    async def test_a_question_is_answered_for_all_where_the_channel_says_so(self, running, slack, question, answer):
        await running.store.channels.change(TENANT, CHANNEL, visibility="channel")
        await running.send.command(command(question, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "in_channel"
        assert answer in words(said.blocks)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("", "How to ask me"), (" Topics! ", "Topics"), ("recommend", "Step 1 of"), ("settings", "in this channel")],
    )
    async def test_a_word_opens_its_screen_for_one_person(self, running, slack, text, expected):
        await running.send.command(command(text, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert expected in words(said.blocks)

    async def test_a_direct_message_of_two_other_people_is_not_taken_for_one_with_us(self, running, slack, question):
        await running.send.command(command(question, slack.response_url(), channel="D0BETWEEN"))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"

    async def test_compare_opens_the_form(self, running, slack):
        await running.send.command(command("compare", slack.response_url()))
        [opened] = await slack.until("views.open")
        assert opened.args["view"]["title"]["text"] == "Compare frameworks"

    @pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id"])
    async def test_a_form_that_came_too_late_says_so(self, running, slack, error):
        slack.fail("views.open", Fault(body={"ok": False, "error": error}))
        await running.send.command(command("compare", slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert words(said.blocks) == TOO_LATE


class TestShortcuts:
    async def test_answer_this_answers_somebodys_message_for_the_person_who_asked(
        self, running, slack, question, answer
    ):
        assert message_shortcut("", "")["callback_id"] == ANSWER_THIS
        await running.send.interaction(message_shortcut(question, slack.response_url(), thread="1789.1"))
        [said] = await slack.until("response")
        assert (said.args["response_type"], said.args["thread_ts"]) == ("ephemeral", "1789.1")
        assert answer in words(said.blocks)

    async def test_answer_this_reads_what_another_app_says_in_blocks(self, running, slack, question, answer):
        payload = message_shortcut("New request", slack.response_url())
        section = {"type": "section", "text": {"type": "mrkdwn", "text": f"*Question*\n{question}"}}
        payload["message"] |= {"bot_id": "B0APP00", "blocks": [section]}
        await running.send.interaction(payload)
        [said] = await slack.until("response")
        assert answer in words(said.blocks)

    async def test_answer_this_reads_a_forwarded_message(self, running, slack, question, answer):
        payload = message_shortcut("anybody?", slack.response_url())
        payload["message"]["attachments"] = [forwarded(question)]
        await running.send.interaction(payload)
        [said] = await slack.until("response")
        assert answer in words(said.blocks)

    @pytest.mark.parametrize("error", ["expired_trigger_id", "exchanged_trigger_id"])
    async def test_a_form_that_came_too_late_is_said_so_in_a_direct_message(self, running, slack, error):
        slack.fail("views.open", Fault(body={"ok": False, "error": error}))
        await running.send.interaction(shortcut(COMPARE_FRAMEWORKS))
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], words(post.blocks)) == (USER, TOO_LATE)

    async def test_compare_frameworks_is_answered_in_its_form_and_leads_back_to_it(self, running, slack, bot, answer):
        await running.send.interaction(shortcut(COMPARE_FRAMEWORKS))
        [opened] = await slack.until("views.open")
        aspect = opened.blocks[0]
        offered = await running.send.interaction(
            suggestion("debug", action=aspect["element"]["action_id"], block=aspect["block_id"])
        )
        assert accepted(offered["options"])[0] == bot.knowledge.entries[ENTRY].title
        filled = {"aspect": offered["options"][0]["value"], "frameworks": ["Keras", "JAX"]}
        shown = await running.send.interaction(submission(opened.args["view"], filled))
        assert shown["response_action"] == "update"
        text = words(shown["view"]["blocks"])
        assert answer in text
        assert "Keras: " in text
        assert "PyTorch: " not in text
        assert "I have nothing on JAX here." in text
        again = pressed(shown["view"]["blocks"], "Compare something else")
        await running.send.interaction(view_click("", action=again))
        [updated] = await slack.until("views.update")
        assert "submit" in updated.args["view"]

    async def test_an_unknown_one_is_acknowledged(self, running, slack):
        assert await running.send.interaction(shortcut("from-another-version")) in (None, {})
        await running.settled()
        assert slack.made("views.open") == slack.shown == []

    @pytest.mark.parametrize("typed", ["", "m", "MOBIEL", "x" * 3_000, "<!channel>", "\x00", None, 5])
    async def test_suggestions_fit_whatever_is_typed(self, running, typed):
        accepted((await running.send.interaction(suggestion(typed)))["options"])

    async def test_a_topic_that_was_found_is_shown(self, running, slack, bot, answer):
        offered = await running.send.interaction(suggestion("debuging"))
        assert accepted(offered["options"])[0] == bot.knowledge.entries[ENTRY].title
        chosen = {"type": "external_select", "selected_option": offered["options"][0], "value": None}
        await running.send.interaction(click("", slack.response_url(), action=chosen))
        [said] = await slack.until("response")
        assert answer in words(said.blocks)


class TestHome:
    async def test_the_home_tab_says_how_to_ask_and_lists_the_topics(self, running, slack):
        await running.send.event(home_opened("home"))
        [published] = await slack.until("views.publish")
        assert published.args["user_id"] == USER
        assert {"Guided recommendation", "Topics", "Help", "Privacy"} <= set(values(published.blocks))
        assert "external_select" in json.dumps(published.blocks)

    async def test_the_conversation_tab_gets_suggested_prompts_without_a_thread(self, running, slack):
        await running.send.event(home_opened("messages"))
        [suggested] = await slack.until("assistant.threads.setSuggestedPrompts")
        assert suggested.args["channel_id"] == DM
        assert "thread_ts" not in suggested.args

    async def test_where_it_cannot_be_shown_nothing_is_said(self, running, slack):
        slack.fail("views.publish", Fault(body={"ok": False, "error": "fatal_error"}))
        await running.send.event(home_opened("home"))
        await running.settled()
        assert slack.made("views.publish") == slack.shown == []

    @pytest.mark.parametrize(
        ("action", "expected"),
        [
            (Action("show", ("", ENTRY)), "Level by default"),
            (Action("topics", ("", "Comparing", "0")), "Comparing"),
            (Action("help"), "How to ask me"),
            (Action("privacy"), "What I keep"),
            (Action("compare"), "What to compare by"),
        ],
        ids=lambda value: value.name if isinstance(value, Action) else "",
    )
    async def test_whatever_is_pressed_there_opens_in_a_modal(self, running, slack, action, expected):
        await running.send.interaction(view_click(pack(action), kind="home"))
        [opened] = await slack.until("views.open")
        assert expected in words(opened.blocks)

    async def test_the_guided_recommendation_begun_there_goes_on_to_its_end(self, running, slack):
        """Slack refuses a modal with an input and no button to send it, as `limits.view_problems` does."""
        await running.send.interaction(view_click(START, kind="home"))
        [shown] = await slack.until("views.open")
        for step in range(1, 20):
            if "Details" in values(shown.blocks):
                break
            [first, *_] = presses(shown.blocks).values()
            await running.send.interaction(view_click("", action=first))
            shown = (await slack.until("views.update", count=step))[-1]
        assert "Details" in values(shown.blocks)

    async def test_what_is_pressed_too_late_is_said_so_in_a_direct_message(self, running, slack):
        slack.fail("views.open", Fault(body={"ok": False, "error": "expired_trigger_id"}))
        await running.send.interaction(view_click(SHOW, kind="home"))
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], words(post.blocks)) == (USER, TOO_LATE)

    async def test_what_fails_there_says_so_also_where_nothing_can_be_opened_any_more(self, running, slack):
        errors = [{"ok": False, "error": error} for error in ("fatal_error", "exchanged_trigger_id")]
        slack.fail("views.open", *(Fault(body=body) for body in errors))
        await running.send.interaction(view_click(SHOW, kind="home"))
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], words(post.blocks)) == (USER, FAILED)

    async def test_what_fails_there_says_so_in_a_modal(self, running, slack):
        slack.fail("views.open", Fault(body={"ok": False, "error": "fatal_error"}))
        await running.send.interaction(view_click(SHOW, kind="home"))
        [opened] = await slack.until("views.open")
        assert FAILED in words(opened.blocks)

    async def test_the_flow_begun_there_goes_on_in_one_modal(self, running, slack):
        await running.send.interaction(view_click(START, kind="home"))
        [opened] = await slack.until("views.open")
        await running.send.interaction(view_click("", action=pressed(opened.blocks, "Images or video")))
        [updated] = await slack.until("views.update")
        assert (updated.args["view_id"], updated.args["hash"]) == ("V0VIEW", "hash.1")
        assert "Step 2 of" in words(updated.blocks)


class TestModals:
    async def test_an_answer_takes_the_place_of_what_is_there(self, running, slack, answer):
        await running.send.interaction(view_click(SHOW))
        [updated] = await slack.until("views.update")
        assert answer in words(updated.blocks)

    async def test_a_screen_is_shown_on_top_as_long_as_slack_allows_it_and_then_in_its_place(self, running, slack):
        help_ = pack(Action("help"))
        await running.send.interaction(view_click(help_))
        await slack.until("views.push")
        slack.fail("views.push", Fault(body={"ok": False, "error": "push_limit_reached"}))
        await running.send.interaction(view_click(help_))
        await slack.until("views.update")

    async def test_a_modal_that_was_changed_meanwhile_stays_as_it_is(self, running, slack):
        slack.fail("views.update", Fault(body={"ok": False, "error": "hash_conflict"}))
        await running.send.interaction(view_click(SHOW))
        await running.settled()
        assert running.adapter.dispatcher.failed == 0
        assert slack.shown == []


class TestPresses:
    async def test_in_a_channel_the_answer_comes_for_the_person_alone(self, running, slack, answer):
        await running.send.interaction(click(SHOW, slack.response_url(), thread="1789.1"))
        [said] = await slack.until("response")
        assert (said.args["response_type"], said.args["replace_original"]) == ("ephemeral", False)
        assert said.args["thread_ts"] == "1789.1"
        assert answer in words(said.blocks)

    async def test_in_a_direct_message_it_comes_as_a_new_message(self, running, slack, answer):
        await running.send.interaction(click(SHOW, slack.response_url(), channel=DM, ts="1.5"))
        [post] = await slack.until("chat.postMessage")
        assert (post.args["channel"], post.args["thread_ts"]) == (DM, "1.5")
        assert answer in words(post.blocks)

    async def test_without_a_response_url_it_comes_as_an_ephemeral_message(self, running, slack, answer):
        await running.send.interaction(click(SHOW, None))
        [said] = await slack.until("chat.postEphemeral")
        assert (said.args["channel"], said.args["user"]) == (CHANNEL, USER)
        assert answer in words(said.blocks)

    async def test_where_the_bot_is_no_member_it_posts_through_the_response_url(self, running, slack, answer):
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "not_in_channel"}))
        await running.send.interaction(click(SHOW, slack.response_url(), channel=DM))
        [said] = await slack.until("response")
        assert answer in words(said.blocks)

    async def test_a_private_answer_is_shared_in_the_channel(self, running, slack, answer):
        share = pack(Action("share", (ENTRY,)))
        await running.send.interaction(click(share, slack.response_url(), private=True))
        [shared] = await slack.until("response")
        assert (shared.args["response_type"], shared.args["replace_original"]) == ("in_channel", False)
        assert answer in words(shared.blocks)

    async def test_a_vote_by_slacks_own_buttons_is_stored_once_a_person_the_last_one_counting(
        self, running, slack, question
    ):
        await running.send.event(mention(question))
        [post] = await slack.until("chat.postMessage")
        ts = stamp()
        for label in ("Helpful", "Not helpful"):
            action = pressed(post.blocks, label)
            assert action["type"] == "feedback_buttons"
            await running.send.interaction(click("", slack.response_url(), ts=ts, action=action))
            await running.settled()
        first, _ = slack.made("response")
        assert THANKS in words(first.blocks)
        assert [(vote.entry, vote.helpful, vote.unhelpful) for vote in await votes(running)] == [(ENTRY, 0, 1)]

    @pytest.mark.parametrize(
        ("granted", "missing"),
        [
            (["chat:write"], ["channels:history", "groups:history"]),
            (["chat:write", "channels:history"], ["groups:history"]),
            (["chat:write", "channels:history", "groups:history"], []),
            (None, []),
        ],
    )
    async def test_the_settings_say_what_the_workspace_did_not_grant_and_how_to_grant_it(
        self, running, slack, granted, missing
    ):
        slack.scopes = granted
        await running.send.command(command("settings", slack.response_url()))
        await running.send.event(mention("settings"))
        await slack.until("response")
        await slack.until("chat.postEphemeral")
        for screen in slack.shown:
            shown = words(screen.blocks)
            assert [name for name in ("channels:history", "groups:history") if name in shown] == missing
            assert ("installs me again" in shown) == bool(missing)

    async def test_the_settings_open_where_slack_does_not_say_what_was_granted(self, running, slack):
        slack.fail("auth.test", Fault(status=500))
        await running.send.command(command("settings", slack.response_url()))
        await slack.until("response")

    async def test_a_setting_is_changed_in_place(self, running, slack):
        await running.send.command(command("settings", slack.response_url()))
        [page] = await slack.until("response")
        url = slack.response_url()
        action = pressed(page.blocks, "○ Answer where I am very sure")
        await running.send.interaction(click("", url, private=True, action=action))
        _, changed = await slack.until("response", count=2)
        assert (changed.args["url"], changed.args["replace_original"]) == (url, True)
        assert (await running.store.channels.settings(TENANT, CHANNEL)).passive is True

    @pytest.mark.parametrize("value", ["", "1|show|compare.debugging", "show", "2:explode:x", "{}", "1|flow|back"])
    async def test_a_button_that_cannot_be_read_says_so_and_leads_on(self, running, slack, value):
        await running.send.interaction(click(value, slack.response_url()))
        [said] = await slack.until("response")
        assert said.args["response_type"] == "ephemeral"
        assert "no longer works" in words(said.blocks)
        assert "Topics" in values(said.blocks)


class TestForms:
    @pytest.fixture
    async def reason(self, running, slack, bot):
        """The form that asks what was wrong with an answer."""
        vote = pack(Action("vote", ("n", ENTRY, bot.knowledge.version)))
        await running.send.interaction(click(vote, slack.response_url()))
        [said] = await slack.until("response")
        action = pressed(said.blocks, "Say what was wrong")
        await running.send.interaction(click("", slack.response_url(), private=True, action=action))
        [opened] = await slack.until("views.open")
        return opened.args["view"]

    async def test_what_was_wrong_is_stored_masked_with_the_vote(self, running, reason):
        filled = {"words": "ask ada@example.org instead", "right": "compare.api"}
        shown = await running.send.interaction(submission(reason, filled))
        assert shown["response_action"] == "update"
        assert THANKS_REASON in words(shown["view"]["blocks"])
        await running.settled()
        [note] = await notes(running)
        assert (note.reason, note.suggested, note.entry) == ("ask [email] instead", "compare.api", ENTRY)
        assert len(await votes(running)) == 1

    async def test_what_cannot_be_done_leaves_the_form_as_it_is(self, running, reason):
        answer = await running.send.interaction(submission(reason, {}))
        [input_, _] = [block["block_id"] for block in reason["blocks"]]
        assert answer == {"response_action": "errors", "errors": {input_: NOTHING_SAID}}

    async def test_metadata_that_cannot_be_read_leads_on(self, running, reason):
        for metadata in ("[", "[]", "{}", '{"action": 5}', '{"action": "2:explode"}'):
            filled = submission({**reason, "private_metadata": metadata}, {"words": "x"})
            answer = await running.send.interaction(filled)
            assert metadata == "[]" or "no longer works" in json.dumps(answer)

    async def test_an_answer_that_takes_long_comes_after_the_form_was_closed(self, running, slack, reason, monkeypatch):
        monkeypatch.setattr(app, "FORM_TIMEOUT", 0.05)
        handle = running.chat.handle

        async def slow(incoming):
            await asyncio.sleep(0.3)
            return await handle(incoming)

        monkeypatch.setattr(running.chat, "handle", slow)
        assert await running.send.interaction(submission(reason, {"words": "late"})) in (None, {})
        *_, said = await slack.until("response", count=2)
        assert said.args["response_type"] == "ephemeral"
        assert THANKS_REASON in words(said.blocks)

    async def test_a_form_that_is_sent_again_is_done_once(self, running, slack, reason):
        payload = submission(reason, {"words": "twice"})
        assert (await running.send.interaction(payload))["response_action"] == "update"
        assert await running.send.interaction(payload) in (None, {})
        async with asyncio.timeout(10):  # it is stored after the answer
            while not await notes(running):
                await asyncio.sleep(0.02)
        assert len(await notes(running)) == 1


class TestFlow:
    async def test_it_is_one_message_edited_in_place_from_the_first_question_to_the_outcome(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        blocks, ts, step = first.blocks, "1790.5", 1
        while "Recommendation:" not in words(blocks):
            assert f"Step {step} of" in words(blocks)
            label = "Images or video" if step == 1 else "Skip"
            await running.send.interaction(click("", slack.response_url(), ts=ts, action=pressed(blocks, label)))
            blocks = (await slack.until("chat.update", count=step))[-1].blocks
            step += 1
        assert {call.args["ts"] for call in slack.made("chat.update")} == {ts}
        assert len(slack.made("chat.postMessage")) == 1
        assert "Points by framework\nPyTorch" in words(blocks)

    async def test_words_of_ones_own_are_asked_for_in_a_form_that_edits_its_message(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        action = pressed(first.blocks, "In your own words")
        for count, (said, expected) in enumerate([("images", "Step 2 of"), ("zorblax", "Step 1 of")], start=1):
            await running.send.interaction(click("", slack.response_url(), ts="1.5", action=action))
            opened = (await slack.until("views.open", count=count))[-1]
            assert await running.send.interaction(submission(opened.args["view"], {"answer": said})) in (None, {})
            updated = (await slack.until("chat.update", count=count))[-1]
            assert updated.args["ts"] == "1.5"
            assert expected in words(updated.blocks)

    async def test_a_private_one_is_edited_through_the_response_url_and_shared_at_the_end(self, running, slack):
        await running.send.command(command("recommend", slack.response_url()))
        [first] = await slack.until("response")
        action = pressed(first.blocks, "In your own words")
        url = slack.response_url()
        await running.send.interaction(click("", url, private=True, action=action))
        [opened] = await slack.until("views.open")
        await running.send.interaction(submission(opened.args["view"], {"answer": "a mobile app"}))
        [_, second] = await slack.until("response", count=2)
        assert (second.args["url"], second.args["replace_original"]) == (url, True)
        blocks, count = second.blocks, 2
        while "Recommendation:" not in words(blocks):
            url, action = slack.response_url(), pressed(blocks, "Skip")
            await running.send.interaction(click("", url, private=True, action=action))
            count += 1
            last = (await slack.until("response", count=count))[-1]
            assert (last.args["url"], last.args["replace_original"]) == (url, True)
            blocks = last.blocks
        action = pressed(blocks, "Show everyone")
        await running.send.interaction(click("", slack.response_url(), private=True, action=action))
        shared = (await slack.until("response", count=count + 1))[-1]
        assert shared.args["response_type"] == "in_channel"
        assert "Recommendation:" in words(shared.blocks)

    async def test_a_message_that_cannot_be_edited_is_replaced_through_the_response_url(self, running, slack):
        await running.send.event(mention("recommend"))
        [first] = await slack.until("chat.postMessage")
        slack.fail("chat.update", Fault(body={"ok": False, "error": "cant_update_message"}))
        await running.send.interaction(click("", slack.response_url(), action=pressed(first.blocks, "Skip")))
        [said] = await slack.until("response")
        assert said.args["replace_original"] is True
        assert "Step 2 of" in words(said.blocks)


EVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


async def votes(running):
    return await running.store.store.feedback.votes(*EVER)


async def notes(running):
    return await running.store.store.feedback.notes(*EVER)

"""Curators in Slack: their part of the Home tab, their digest, and what people say was wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from adapters.curators import Curator
from adapters.digest.document import Digest, Section
from adapters.digest.making import Digests
from adapters.digest.sending import UnreachableError
from adapters.slack import curating
from adapters.slack.curating import AWAY, NOT_YET, CuratorsHome, SlackCourier
from adapters.slack.pages import OLDER, THANKS
from adapters.slack.reasons import SUGGESTED, UNKNOWN
from adapters.slack.render_views import RIGHT, WORDS, home_view
from adapters.slack.values import encode
from bot.feedback import Tally, Unanswered
from bot.storage.errors import StoreUnavailable
from bot.storage.retention import Retention
from tests.slack_double.loopback import BOT_TOKEN, TEAM, Fault, accepted
from tests.slack_double.payloads import (
    USER,
    click,
    home_opened,
    submission,
    suggestion,
    view_click,
)
from tests.slack_double.words import pressed, words

ENTRY, OTHER = "compare.debugging", "compare.api"
TENANT = f"slack:{TEAM}"


@pytest.fixture
async def served(open_adapter):
    """The adapter over HTTP."""
    async with open_adapter("http") as found:
        yield found


@pytest.fixture
def curated(served, bot):
    """Makes these people curators of the adapter that runs."""

    def curated(*curators, many=False):
        digests = Digests(lambda: bot, served.store, Retention())
        served.adapter._views._curators = CuratorsHome(curators, digests, many_workspaces=many)
        return digests

    return curated


@pytest.fixture
def ask(served):
    """Keeps questions that were asked today and not answered."""

    async def ask(*texts, tenant=TENANT):
        for text in texts:
            served.store.tallies.count(Tally(tenant, "slack", "decline"))
            asked = Unanswered(
                platform="slack",
                tenant=tenant,
                channel_kind="channel",
                text=text,
                outcome="decline",
                candidates=(),
                knowledge_version="1",
            )
            await served.store.unanswered.record(asked)
        await served.store.tend()

    return ask


async def home(served, slack):
    """What the Home tab shows."""
    await served.send.event(home_opened("home"))
    await served.settled()
    return slack.made("views.publish")[-1].args["view"]


class TestHome:
    async def test_curators_see_the_week_and_what_was_not_answered(self, served, slack, curated, ask, monkeypatch):
        monkeypatch.setattr(curating, "PATIENCE", 30)
        curated(Curator("slack", USER, TEAM))
        await ask("flumox for training", "is flumox any good", "flumox budget")
        text = words((await home(served, slack))["blocks"])
        assert "3 asked" in text
        assert "flumox" in text
        assert "framework-bot propose --since" in text

    @pytest.mark.parametrize(
        ("curator", "many"),
        [
            (Curator("slack", "U0ELSE"), False),
            (Curator("slack", USER, "T0ELSE"), False),
            (Curator("slack", USER), True),
            (Curator("discord", "900000000000000020"), False),
        ],
    )
    async def test_nobody_else_sees_anything_of_it(self, served, slack, bot, curated, ask, curator, many):
        curated(curator, many=many)
        await ask("flumox for training", "is flumox any good")
        assert await home(served, slack) == home_view(bot.knowledge, flow=True)

    async def test_a_curator_of_a_workspace_sees_nothing_of_another(self, served, slack, curated, ask, monkeypatch):
        monkeypatch.setattr(curating, "PATIENCE", 30)
        curated(Curator("slack", USER, TEAM))
        await ask("flumox for training", "is flumox any good", tenant="slack:T0ELSE")
        text = words((await home(served, slack))["blocks"])
        assert "0 asked" in text
        assert "flumox" not in text

    async def test_the_home_does_not_wait_for_figures(self, served, slack, curated, monkeypatch):
        monkeypatch.setattr(curating, "PATIENCE", 0.05)
        started = asyncio.Event()

        async def slow(*_, **__):
            started.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(served.store.store.tallies, "between", slow)
        curated(Curator("slack", USER))
        text = words((await home(served, slack))["blocks"])
        assert started.is_set()
        assert NOT_YET in text
        assert "Topics" in text

    async def test_the_home_says_so_where_the_store_is_away(self, served, slack, curated, monkeypatch):
        async def away(*_, **__):
            raise StoreUnavailable("gone")

        monkeypatch.setattr(served.store.store.tallies, "between", away)
        curated(Curator("slack", USER))
        text = words((await home(served, slack))["blocks"])
        assert AWAY in text
        assert "Topics" in text

    async def test_figures_are_not_made_again_at_each_look(self, served, slack, curated, monkeypatch):
        monkeypatch.setattr(curating, "PATIENCE", 30)
        curated(Curator("slack", USER))
        first = await home(served, slack)

        async def away(*_, **__):
            raise StoreUnavailable("gone")

        monkeypatch.setattr(served.store.store.tallies, "between", away)
        assert await home(served, slack) == first


class TestTelling:
    SHORT = Digest("Questions", "in short", ("1 asked",), (Section("Open", ("opacus",)),), ("run this",), quiet=False)

    async def test_a_curator_is_written_to_directly(self, served, slack):
        await SlackCourier(served.adapter, served.session).deliver(Curator("slack", USER), self.SHORT, "key")
        [post] = slack.made("chat.postMessage")
        assert (post.args["channel"], post.args["text"], post.token) == (USER, "in short", BOT_TOKEN)

    async def test_who_is_not_there_is_not_tried_again(self, served, slack):
        slack.fail("chat.postMessage", Fault(body={"ok": False, "error": "user_not_found"}))
        with pytest.raises(UnreachableError, match="user_not_found"):
            await SlackCourier(served.adapter, served.session).deliver(Curator("slack", USER), self.SHORT, "key")

    async def test_where_many_install_the_app_each_is_written_to_with_the_token_of_their_workspace(
        self, open_adapter, slack
    ):
        async with open_adapter("oauth-http") as many:
            installations = many.store.store.installations
            for team in ("T0ONE", "T0TWO"):
                slack.tokens[f"xoxb-{team}"] = (team, "U0BOT")
                await installations.save(None, team, {"bot_token": f"xoxb-{team}"}, tenant=f"slack:{team}")
            courier = SlackCourier(many.adapter, many.session)
            for team in ("T0TWO", "T0ONE"):
                await courier.deliver(Curator("slack", USER, team), self.SHORT, "key")
            assert [post.token for post in slack.made("chat.postMessage")] == ["xoxb-T0TWO", "xoxb-T0ONE"]
            with pytest.raises(LookupError):
                await courier.deliver(Curator("slack", USER, "T0ELSE"), self.SHORT, "key")


async def notes(served):
    since = datetime.now(UTC) - timedelta(days=1)
    found = await served.store.store.feedback.notes(since, since + timedelta(days=2))
    return [(note.entry, note.reason, note.suggested) for note in found]


class TestWhatWasWrong:
    @pytest.fixture
    async def metadata(self, served, slack, bot):
        """What the form keeps, after a judgement in a thread."""
        value = encode("unhelpful", ENTRY, bot.knowledge.version)
        await served.send.interaction(click(value, slack.response_url(), ts="1790.1", thread="1789.1"))
        [told] = await slack.until("response")
        assert told.args["thread_ts"] == "1789.1"
        await served.send.interaction(
            click("", slack.response_url(), private=True, action=pressed(told.blocks, "Say what was wrong"))
        )
        [opened] = await slack.until("views.open")
        return opened.args["view"]["private_metadata"]

    async def test_the_right_topic_is_searched_for_while_one_types(self, served, bot):
        found = await served.send.interaction(suggestion(RIGHT, "debug"))
        assert bot.knowledge.entries[ENTRY].title in accepted(found["options"])

    async def test_the_topic_suggested_is_kept_shown_and_can_be_opened(self, served, slack, bot, metadata):
        filled = {WORDS: {"value": "too short"}, RIGHT: {"selected_option": {"value": OTHER}}}
        answered = await served.send.interaction(submission("reason", filled, metadata=metadata))
        await served.settled()
        assert await notes(served) == [(ENTRY, "too short", OTHER)]
        assert answered["response_action"] == "update"
        blocks = answered["view"]["blocks"]
        assert all(text in words(blocks) for text in (THANKS, SUGGESTED, bot.knowledge.entries[OTHER].title))
        await served.send.interaction(view_click("", action=pressed(blocks, "Open it")))
        [shown] = await slack.until("views.update")
        assert bot.knowledge.entries[OTHER].answer.text[:40] in words(shown.blocks)

    async def test_a_form_sent_twice_counts_once_and_a_later_one_replaces_it(self, served, metadata):
        for right in (OTHER, OTHER, "compare.mobile"):
            filled = {RIGHT: {"selected_option": {"value": right}}}
            await served.send.interaction(submission("reason", filled, metadata=metadata))
            await served.settled()
        assert await notes(served) == [(ENTRY, None, "compare.mobile")]

    async def test_a_later_judgement_replaces_it(self, served, slack, bot, metadata):
        filled = {RIGHT: {"selected_option": {"value": OTHER}}}
        await served.send.interaction(submission("reason", filled, metadata=metadata))
        await served.settled()
        value = encode("helpful", ENTRY, bot.knowledge.version)
        await served.send.interaction(click(value, slack.response_url(), ts="1790.1", thread="1789.1"))
        await served.settled()
        assert await notes(served) == []

    @pytest.mark.parametrize("right", ["no.such.topic", "__import__", ""])
    async def test_an_unknown_topic_is_refused_in_the_form(self, served, metadata, right):
        filled = {WORDS: {"value": "hm"}, RIGHT: {"selected_option": {"value": right}}}
        answered = await served.send.interaction(submission("reason", filled, metadata=metadata))
        await served.settled()
        assert answered == {"response_action": "errors", "errors": {RIGHT: UNKNOWN}}
        assert await notes(served) == []

    async def test_an_empty_form_changes_nothing(self, served, metadata):
        for filled in ({WORDS: {"value": "too short"}}, {WORDS: {"value": " "}}, {}):
            assert not await served.send.interaction(submission("reason", filled, metadata=metadata))
            await served.settled()
        assert await notes(served) == [(ENTRY, "too short", None)]

    @pytest.mark.parametrize("metadata", ["", "{}", "[1]", "not json"])
    async def test_a_form_of_another_time_is_answered_kindly(self, served, metadata):
        answered = await served.send.interaction(submission("reason", {WORDS: {"value": "hm"}}, metadata=metadata))
        assert OLDER in words(answered["view"]["blocks"])
        assert await notes(served) == []

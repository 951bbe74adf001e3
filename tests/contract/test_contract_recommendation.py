"""The guided recommendation on every platform."""

from __future__ import annotations

import pytest

from adapters.cli.recommend import parsed
from bot.chat.actions import pack
from bot.chat.incoming import Action
from bot.recommendation.flow import Flow
from tests.contract.port import needs, words


def expected(shipped, answers: str) -> str:
    """The summary of what `recommend --answers` leads to."""
    flow = Flow.of(shipped.knowledge)
    return flow.outcome(parsed(flow, answers)).ranking[0].name


async def by_buttons(platform, shown, *labels):
    for label in labels:
        shown = await platform.press(shown[-1].buttons[label])
    return shown


async def skipped(platform, shown):
    """The outcome, with every question skipped that is still asked."""
    while "Skip" in shown[-1].buttons:
        shown = await platform.press(shown[-1].buttons["Skip"])
    return shown


async def test_buttons_lead_to_the_outcome_of_the_same_answers(platform, shipped):
    shown = await platform.command("recommend", where="direct")
    shown = await skipped(platform, await by_buttons(platform, shown, "Images or video", "Phones"))
    assert f"Recommendation: {expected(shipped, 'domain=vision,where=phones')}" in words(shown)


async def test_own_words_lead_to_the_outcome_of_the_same_answers(platform, shipped):
    shown = await platform.command("recommend", where="direct")
    for said in ("images", "mostly phones", "recommend now"):
        if platform.capabilities.forms:
            opened = await platform.press(shown[-1].buttons["In your own words"])
            shown = await platform.submit(opened[-1].form, {"answer": said})
        else:
            shown = await platform.say(said, reply_to=shown[-1].message)
    assert f"Recommendation: {expected(shipped, 'domain=vision,where=phones')}" in words(shown)


async def test_one_can_go_back_stop_and_go_on(platform):
    shown = await platform.command("recommend", where="direct")
    shown = await by_buttons(platform, shown, "Images or video", "Back")
    assert "Step 1 of" in words(shown)
    shown = await by_buttons(platform, shown, "Keep: Images or video", "Cancel", "Go on")
    assert "Step 2 of" in words(shown)
    shown = await by_buttons(platform, shown, "Start again")
    assert "Step 1 of" in words(shown)
    assert "Keep: Images or video" not in shown[-1].buttons


async def test_words_that_are_no_answer_get_a_hint_and_the_question_again(platform):
    shown = await platform.command("recommend", where="direct")
    if platform.capabilities.forms:
        opened = await platform.press(shown[-1].buttons["In your own words"])
        shown = await platform.submit(opened[-1].form, {"answer": "purple"})
    else:
        shown = await platform.say("purple", reply_to=shown[-1].message)
    assert "I did not get that" in words(shown)
    assert "Step 1 of" in words(shown)


@needs("channels", "settings")
async def test_another_persons_press_changes_nothing_and_offers_one_of_their_own(platform):
    settings = await platform.command("settings")
    await platform.press(settings[-1].buttons["○ For everyone"])
    shown = await platform.command("recommend")
    assert not shown[-1].private
    others = await platform.press(shown[-1].buttons["Images or video"], who="bob")
    assert all(one.private and not one.replaced for one in others)
    assert "Somebody else started this" in words(others)
    assert "Step 1 of" in words(await platform.press(others[-1].buttons["Guided recommendation"], who="bob"))
    own = await platform.press(shown[-1].buttons["Images or video"])
    assert "Step 2 of" in words(own)
    assert own[-1].replaced


@needs("channels", "private replies")
async def test_a_private_outcome_can_be_shared(platform):
    shown = await platform.command("recommend")
    assert shown[-1].private
    shown = await by_buttons(platform, shown, "Recommend now")
    public = [one for one in await platform.press(shown[-1].buttons["Show everyone"]) if not one.private]
    assert "Recommendation: " in words(public)


async def test_the_details_take_the_outcomes_place_in_a_direct_message_and_lead_back(platform):
    shown = await platform.command("recommend", where="direct")
    shown = await by_buttons(platform, shown, "Recommend now")
    if "Details" not in shown[-1].buttons:
        pytest.skip("a terminal has /more for it")
    assert "does not decide this" not in words(shown)
    details = await platform.press(shown[-1].buttons["Details"])
    assert "does not decide this" in words(details)
    assert "Recommendation: PyTorch" in words(details)
    assert "Step 1 of" in words(await by_buttons(platform, details, "Back"))


@pytest.mark.parametrize(("label", "step"), [("Go on", "Step 2 of"), ("Start again", "Step 1 of")])
async def test_a_second_start_leads_back_to_the_one_that_runs_or_starts_again(platform, label, step):
    shown = await platform.command("recommend", where="direct")
    await by_buttons(platform, shown, "Images or video")
    again = await platform.command("recommend", where="direct")
    assert "not finished" in words(again)
    assert step in words(await by_buttons(platform, again, label))


@pytest.mark.parametrize("token", ["", "1.0..0000.", "x" * 70, "9.3.abcd.0000.x", "2.1.abc~.4f0a.q7zm2pab"])
async def test_a_state_that_cannot_be_read_is_refused_kindly_or_starts_where_it_can(platform, token):
    shown = await platform.press_packed(f"2:move:next:{token}")
    assert "Step 1 of" in words(shown) or "no longer works" in words(shown)


@pytest.mark.parametrize(
    ("owner", "said"),
    [("", "no longer works"), ("abc", "no longer works"), ("q7zm2pab", "Somebody else started this")],
)
@pytest.mark.parametrize("action", ["move", "words", "share_outcome"])
@needs("channels", "old buttons")
async def test_buttons_whose_owner_cannot_be_read_are_nobodys_in_a_channel(platform, shipped, owner, said, action):
    flow = Flow.of(shipped.knowledge)
    token = flow.token(flow.start(), "").rpartition(".")[0] + f".{owner}"
    fields = ("next", token) if action == "move" else (token,)
    assert said in words(await platform.press_packed(pack(Action(action, fields)), who="bob"))


@needs("channels", "old buttons")
async def test_such_buttons_serve_where_nobody_else_could_have_pressed(platform, shipped):
    flow = Flow.of(shipped.knowledge)
    token = flow.token(flow.start(), "")
    shown = await platform.press_packed(pack(Action("move", ("skip", token))), who="bob", where="direct")
    assert "Step 2 of" in words(shown)

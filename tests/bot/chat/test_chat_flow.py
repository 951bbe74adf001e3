"""The guided recommendation in a chat: whose it is, and where words lead. Over the shipped rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.flow import asked_token
from bot.chat.incoming import Action, FormSubmission
from bot.chat.service import ChatService
from bot.chat.shared_state import SharedState
from bot.chat.view import Buttons, Form, Menu
from tests.bot.chat_scene import (
    CAPABILITIES,
    CHANNEL,
    DIRECT,
    THREAD,
    buttons,
    command,
    exchange,
    message,
    pressed,
    text,
)


@pytest.fixture
def chat(shipped, store):
    return ChatService(lambda: shipped, store, CAPABILITIES, secrets=["new", "old"])


async def begun(chat, place=CHANNEL, **more):
    return await chat.handle(command("recommend", place, private=False, **more))


def token(outgoing):
    return asked_token(button.action for button in buttons(outgoing).values())


async def test_a_press_by_its_owner_leads_on_in_place(chat):
    step = await chat.handle(pressed(buttons(await begun(chat))["A mobile app"]))
    assert "Step 2 of 6" in text(step)
    assert step.view.mode == "replace"


async def test_a_press_by_somebody_else_offers_them_one_of_their_own(chat):
    refused = await chat.handle(pressed(buttons(await begun(chat))["A mobile app"], user="U2"))
    assert "Somebody else started this" in text(refused)
    assert (refused.view.audience, refused.view.mode) == ("private", "new")
    own = await chat.handle(pressed(buttons(refused)["Guided recommendation"], user="U2", private=True))
    assert "Step 2 of 6" in text(await chat.handle(pressed(buttons(own)["A mobile app"], user="U2", private=True)))


async def test_the_same_id_in_another_workspace_is_somebody_else(chat):
    other = pressed(buttons(await begun(chat))["A mobile app"], DIRECT)
    assert "Somebody else started this" in text(await chat.handle(other))


async def test_a_flow_outlives_a_change_of_the_secret(shipped, store):
    before = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["old"])
    after = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["new", "old"])
    later = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["new"])
    button = buttons(await begun(before))["A mobile app"]
    assert "Step 2 of 6" in text(await after.handle(pressed(button)))
    assert "Somebody else started this" in text(await later.handle(pressed(button)))


async def test_a_state_without_an_owner_leads_on_only_where_nobody_else_could_have_pressed(chat):
    button = buttons(await begun(chat))["A mobile app"]
    nobody = chat.flow.token(chat.flow.start())
    lead = pressed(button)
    anonymous = type(lead.action)("move", ("pick-mobile", nobody))
    assert "Somebody else" in text(await chat.handle(pressed(type(button)("", anonymous))))
    assert "Step 2 of 6" in text(await chat.handle(pressed(type(button)("", anonymous), private=True)))
    assert "Step 2 of 6" in text(await chat.handle(pressed(type(button)("", anonymous), DIRECT)))


async def test_words_in_reply_to_a_question_answer_it(chat):
    first = await begun(chat)
    step = await chat.handle(message("mostly mobile apps", CHANNEL, flow_token=token(first)))
    assert "Step 2 of 6" in text(step)
    assert step.view.mode == "new"


async def test_words_of_somebody_else_are_a_message_like_any(chat):
    first = await begun(chat)
    assert "Step" not in text(await chat.handle(message("mobile", CHANNEL, user="U2", flow_token=token(first))))


async def test_words_that_lead_nowhere_get_a_hint_and_the_question_again(chat):
    first = await begun(chat)
    again = await chat.handle(message("purple", CHANNEL, flow_token=token(first)))
    assert "I did not get that" in text(again)
    assert "Step 1 of 6" in text(again)


async def test_a_question_in_reply_to_a_question_is_answered(chat):
    first = await begun(chat)
    answer = await chat.handle(
        message("what is the difference between pytorch and tensorflow", flow_token=token(first))
    )
    assert answer.reply is not None
    assert answer.reply.entries == ("compare.overall",)


async def test_a_form_takes_an_answer_in_own_words(chat):
    opened = await chat.handle(pressed(buttons(await begun(chat))["In your own words"]))
    assert isinstance(opened.view, Form)
    sent = FormSubmission(
        place=CHANNEL, user="U1", action=opened.view.action, message="m0", values={"answer": ("mostly mobile apps",)}
    )
    assert "Step 2 of 6" in text(await chat.handle(sent))


async def finished(chat, place=CHANNEL, *, private=False):
    """The outcome of skipping every question but the first."""
    shown = await exchange(chat, command("recommend", place, private=private))
    shown = await exchange(chat, pressed(buttons(shown)["A mobile app"], place, private=private))
    for _ in range(5):
        shown = await exchange(chat, pressed(buttons(shown)["Skip"], place, private=private))
    return shown


async def test_only_a_question_has_a_token_that_words_answer(chat):
    shown = await begun(chat)
    assert token(shown)
    assert token(await finished(chat)) is None


# The outcome.


async def test_the_outcome_takes_the_place_of_the_last_question_in_one_message(chat):
    shown = await finished(chat)
    assert shown.view.mode == "replace"
    assert text(shown).startswith("Recommendation: ")
    assert list(buttons(shown))[:3] == ["Details", "Back", "Start again"]
    assert len([block for block in shown.view.blocks if isinstance(block, Buttons)]) == 1


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_the_details_of_an_outcome_in_a_channel_come_privately_to_who_wants_them(chat, user):
    details = await chat.handle(pressed(buttons(await finished(chat))["Details"], user=user))
    assert (details.view.audience, details.view.mode) == ("private", "new")
    assert "Sources:" in text(details)
    assert all(button.action.name == "show" for button in buttons(details).values())


@pytest.mark.parametrize(("place", "private"), [(DIRECT, False), (CHANNEL, True)])
async def test_the_details_take_the_outcome_s_place_where_nobody_else_sees_it(chat, place, private):
    shown = await finished(chat, place, private=private)
    details = await chat.handle(pressed(buttons(shown)["Details"], place, private=private))
    assert (details.view.audience, details.view.mode) == ("private" if private else "thread", "replace")
    assert text(details).startswith("Recommendation: ")
    assert "Sources:" in text(details)
    ways = ["Back", "Start again", *(["Show everyone"] if private else [])]
    assert list(buttons(details))[: len(ways)] == ways


@pytest.mark.parametrize("place", [DIRECT, CHANNEL])
async def test_what_an_outcome_rests_on_is_a_menu_of_its_details_and_takes_no_room_before_that(chat, place):
    shown = await finished(chat, place)
    assert not [block for block in shown.view.blocks if isinstance(block, Menu)]
    details = await chat.handle(pressed(buttons(shown)["Details"], place))
    (menu,) = [block for block in details.view.blocks if isinstance(block, Menu)]
    opened = await chat.handle(pressed(menu.options[0], place))
    assert opened.reply.entries == (menu.options[0].action.fields[1],)


async def test_an_outcome_that_can_be_shared_has_one_row_of_ways_on(chat):
    assert list(buttons(await finished(chat, private=True))) == ["Details", "Back", "Show everyone"]


@pytest.mark.parametrize(("label", "step"), [("Back", "Step 6 of 6"), ("Start again", "Step 1 of 6")])
async def test_one_can_go_back_from_an_outcome_and_from_its_details(chat, label, step):
    shown = await finished(chat, DIRECT)
    details = await chat.handle(pressed(buttons(shown)["Details"], DIRECT))
    for one in (shown, details):
        again = await chat.handle(pressed(buttons(one)[label], DIRECT))
        assert step in text(again)
        assert again.view.mode == "replace"


async def test_the_details_of_other_rules_are_not_shown(chat):
    button = buttons(await finished(chat))["Details"]
    version = chat.flow.version
    other = Action(
        button.action.name, (button.action.fields[0].replace(version, "0000" if version != "0000" else "1111"),)
    )
    refused = await chat.handle(replace(pressed(button), action=other))
    assert "have changed since" in text(refused)
    assert "Guided recommendation" in buttons(refused)


async def test_an_outcome_seen_by_one_can_be_shared_and_one_seen_by_all_need_not(chat):
    assert "Show everyone" not in buttons(await finished(chat))
    shown = await finished(chat, private=True)
    shared = await chat.handle(pressed(buttons(shown)["Show everyone"], private=True))
    assert shared.view.audience == "thread"
    assert "Recommendation: " in text(shared)
    details = await chat.handle(pressed(buttons(shared)["Details"], user="U2"))
    assert (details.view.audience, details.view.mode) == ("private", "new")


# One at a time.


async def test_a_second_start_while_one_runs_is_a_private_notice_that_leads_back_or_starts_again(chat):
    first = await exchange(chat, command("recommend", private=False))
    await exchange(chat, pressed(buttons(first)["A mobile app"]))
    again = await exchange(chat, command("recommend", private=False))
    assert text(again) == "You have not finished the recommendation that you started here."
    assert again.view.audience == "private"
    on = await chat.handle(pressed(buttons(again)["Go on"], private=True))
    assert ("Step 2 of 6" in text(on), on.view.mode) == (True, "replace")
    restarted = await chat.handle(pressed(buttons(again)["Start again"], private=True))
    assert ("Step 1 of 6" in text(restarted), restarted.view.mode) == (True, "replace")


async def test_a_button_that_starts_one_does_not_start_a_second_either(chat):
    start = buttons(await chat.handle(command("help")))["Guided recommendation"]
    await exchange(chat, pressed(start))
    assert "not finished" in text(await exchange(chat, pressed(start)))


async def test_one_that_runs_is_known_in_every_process(chat, shipped):
    other = ChatService(lambda: shipped, chat.records, CAPABILITIES, secrets=["new", "old"])
    await exchange(chat, pressed(buttons(await exchange(chat, command("recommend")))["A mobile app"], private=True))
    again = await exchange(other, command("recommend"))
    assert text(again) == "You have not finished the recommendation that you started here."
    on = await exchange(other, pressed(buttons(again)["Go on"], private=True))
    assert "Step 2 of 6" in text(on)
    await exchange(other, pressed(buttons(on)["Cancel"], private=True))
    assert "Step 1 of 6" in text(await exchange(chat, command("recommend")))


@pytest.mark.parametrize("label", ["Cancel", None])
async def test_one_that_ended_is_in_nobodys_way(chat, label):
    if label:
        await exchange(chat, pressed(buttons(await exchange(chat, command("recommend")))[label], private=True))
    else:
        await finished(chat)
    assert "Step 1 of 6" in text(await chat.handle(command("recommend")))


async def test_one_that_ended_in_its_thread_is_not_running_in_the_channel_where_it_was_asked_for(chat):
    first = await exchange(chat, command("recommend", CHANNEL))
    await exchange(chat, pressed(buttons(first)["Cancel"], THREAD))
    assert "Step 1 of 6" in text(await chat.handle(command("recommend", CHANNEL)))


async def test_another_person_and_another_place_have_their_own(chat):
    await exchange(chat, command("recommend", CHANNEL))
    for other in (command("recommend", CHANNEL, "U2"), command("recommend", THREAD), command("recommend", DIRECT)):
        assert "Step 1 of 6" in text(await chat.handle(other))


async def test_after_a_quarter_of_an_hour_without_a_step_one_may_start_again(chat):
    now = [1_000.0]
    chat.shared_state = SharedState(chat.records.threads, lambda: now[0])
    first = await exchange(chat, command("recommend"))
    now[0] += 899
    await exchange(chat, pressed(buttons(first)["A mobile app"], private=True))
    now[0] += 899
    assert "not finished" in text(await chat.handle(command("recommend")))
    now[0] += 2
    assert "Step 1 of 6" in text(await chat.handle(command("recommend")))


async def test_one_that_was_never_shown_is_not_running(chat):
    await chat.handle(command("recommend"))
    assert "Step 1 of 6" in text(await chat.handle(command("recommend")))

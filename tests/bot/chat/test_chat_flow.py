"""The guided recommendation in a chat: whose it is, and where words lead. Over the shipped rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat.conversations import SharedState
from bot.chat.flow import asked_token
from bot.chat.incoming import Action, FormSubmission
from bot.chat.service import ChatService
from bot.chat.view import Buttons, Document, Form, Menu
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
    first = buttons(await begun(chat))
    step = await chat.handle(pressed(first["Images or video"]))
    assert "Step 2 of at most 5" in text(step)
    assert step.view.mode == "replace"
    assert ("Back" in first, "Back" in buttons(step)) == (False, True)


async def test_a_press_by_somebody_else_offers_them_one_of_their_own(chat):
    refused = await chat.handle(pressed(buttons(await begun(chat))["Images or video"], user="U2"))
    assert "Somebody else started this" in text(refused)
    assert (refused.view.audience, refused.view.mode) == ("private", "new")
    own = await chat.handle(pressed(buttons(refused)["Guided recommendation"], user="U2", private=True))
    assert "Step 2 of at most 5" in text(
        await chat.handle(pressed(buttons(own)["Images or video"], user="U2", private=True))
    )


async def test_the_same_id_in_another_workspace_is_somebody_else(chat):
    other = pressed(buttons(await begun(chat))["Images or video"], DIRECT)
    assert "Somebody else started this" in text(await chat.handle(other))


async def test_a_flow_outlives_a_change_of_the_secret(shipped, store):
    before = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["old"])
    after = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["new", "old"])
    later = ChatService(lambda: shipped, store, CAPABILITIES, secrets=["new"])
    button = buttons(await begun(before))["Images or video"]
    assert "Step 2 of at most 5" in text(await after.handle(pressed(button)))
    assert "Somebody else started this" in text(await later.handle(pressed(button)))


async def test_a_state_without_an_owner_leads_on_only_where_nobody_else_could_have_pressed(chat):
    button = buttons(await begun(chat))["Images or video"]
    nobody = chat.flow.token(chat.flow.start())
    lead = pressed(button)
    anonymous = type(lead.action)("move", ("pick-vision", nobody))
    assert "no longer works" in text(await chat.handle(pressed(type(button)("", anonymous))))
    assert "Step 2 of at most 5" in text(await chat.handle(pressed(type(button)("", anonymous), private=True)))
    assert "Step 2 of at most 5" in text(await chat.handle(pressed(type(button)("", anonymous), DIRECT)))


async def test_words_in_reply_to_a_question_answer_it(chat):
    first = await begun(chat)
    step = await chat.handle(message("mostly images", CHANNEL, flow_token=token(first)))
    assert "Step 2 of at most 5" in text(step)
    assert step.view.mode == "new"


async def test_words_of_somebody_else_are_a_message_like_any(chat):
    first = await begun(chat)
    assert "Step" not in text(await chat.handle(message("images", CHANNEL, user="U2", flow_token=token(first))))


async def test_words_that_lead_nowhere_get_a_hint_and_the_question_again(chat):
    first = await begun(chat)
    again = await chat.handle(message("purple", CHANNEL, flow_token=token(first)))
    assert "I did not get that" in text(again)
    assert "Step 1 of at most 5" in text(again)


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
        place=CHANNEL, user="U1", action=opened.view.action, message="m0", values={"answer": ("mostly images",)}
    )
    assert "Step 2 of at most 5" in text(await chat.handle(sent))


async def finished(chat, place=CHANNEL, *, private=False):
    """The outcome of skipping every question but the first."""
    shown = await exchange(chat, command("recommend", place, private=private))
    shown = await exchange(chat, pressed(buttons(shown)["Images or video"], place, private=private))
    while "Skip" in buttons(shown):
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
    ways, others = [block for block in shown.view.blocks if isinstance(block, Buttons)]
    assert len(ways.buttons) == 3
    assert [button.action.name for button in others.buttons] == ["alternative"] * 2


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_the_details_of_an_outcome_in_a_channel_come_privately_to_who_wants_them(chat, user):
    details = await chat.handle(pressed(buttons(await finished(chat))["Details"], user=user))
    assert (details.view.audience, details.view.mode) == ("private", "new")
    assert "Sources:" in text(details)
    assert {button.action.name for button in buttons(details).values()} == {"show", "take_along", "alternative"}


@pytest.mark.parametrize(("place", "private"), [(DIRECT, False), (CHANNEL, True)])
async def test_the_details_take_the_outcome_s_place_where_nobody_else_sees_it(chat, place, private):
    shown = await finished(chat, place, private=private)
    details = await chat.handle(pressed(buttons(shown)["Details"], place, private=private))
    assert (details.view.audience, details.view.mode) == ("private" if private else "thread", "replace")
    assert text(details).startswith("Recommendation: ")
    assert "Sources:" in text(details)
    ways = ["Back", "Start again", *(["Show everyone"] if private else []), "Take along"]
    assert list(buttons(details))[: len(ways)] == ways


@pytest.mark.parametrize("place", [DIRECT, CHANNEL])
async def test_what_an_outcome_rests_on_is_a_menu_of_its_details_and_takes_no_room_before_that(chat, place):
    shown = await finished(chat, place)
    assert not [block for block in shown.view.blocks if isinstance(block, Menu)]
    details = await chat.handle(pressed(buttons(shown)["Details"], place))
    changes, menu = [block for block in details.view.blocks if isinstance(block, Menu)]
    assert changes.placeholder == "What would change it"
    opened = await chat.handle(pressed(menu.options[0], place))
    assert opened.reply.entries == (menu.options[0].action.fields[1],)


async def test_an_outcome_that_can_be_shared_has_one_row_of_ways_on(chat):
    assert list(buttons(await finished(chat, private=True)))[:3] == ["Details", "Back", "Show everyone"]


@pytest.mark.parametrize(("label", "step"), [("Back", "Step 5 of at most 5"), ("Start again", "Step 1 of at most 5")])
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


# What would change it, and what is taken along.


@pytest.mark.parametrize(("place", "private"), [(DIRECT, False), (CHANNEL, True)])
async def test_another_stack_is_shown_next_to_this_one_and_can_be_taken_or_left(chat, place, private):
    shown = await finished(chat, place, private=private)
    one = next(button for label, button in buttons(shown).items() if label.startswith("If "))
    other = await chat.handle(pressed(one, place, private=private))
    assert other.view.mode == "replace"
    assert "instead of" in text(other)
    assert "As you answered: train in PyTorch" in text(other)
    kept = await chat.handle(pressed(buttons(other)["Keep the first"], place, private=private))
    assert text(kept) == text(shown)
    taken = await chat.handle(pressed(buttons(other)["Take this one"], place, private=private))
    assert text(taken).startswith("Recommendation: ")
    assert text(taken) != text(shown)


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_in_a_channel_another_stack_is_shown_to_who_pressed(chat, user):
    shown = await finished(chat)
    one = next(button for label, button in buttons(shown).items() if label.startswith("If "))
    other = await chat.handle(pressed(one, user=user))
    assert (other.view.audience, other.view.mode) == ("private", "new")
    assert ("Take this one" in buttons(other)) == (user == "U1")


async def test_a_contradiction_comes_with_a_button_that_resolves_it(chat):
    shown = await chat.handle(command("recommend", DIRECT, text="on phones with a 70B model"))
    if "Recommend now" in buttons(shown):
        shown = await chat.handle(pressed(buttons(shown)["Recommend now"], DIRECT))
    assert "A phone cannot hold a model of 30 billion parameters. Smallest change: under 5B." in text(shown)
    other = await chat.handle(pressed(buttons(shown)["Resolve it"], DIRECT))
    taken = await chat.handle(pressed(buttons(other)["Take this one"], DIRECT))
    assert "cannot hold" not in text(taken)


async def test_an_outcome_is_taken_along_as_a_message_and_a_document(chat):
    details = await chat.handle(pressed(buttons(await finished(chat, DIRECT))["Details"], DIRECT))
    taken = await chat.handle(pressed(buttons(details)["Take along"], DIRECT))
    (document,) = [block for block in taken.view.blocks if isinstance(block, Document)]
    assert document.name == "recommendation.md"
    assert document.text.startswith("# Recommendation: ")
    assert "Our stack: train in PyTorch" in text(taken)


@pytest.mark.parametrize("label", ["Take along", "If "])
async def test_what_belongs_to_other_rules_is_not_shown(chat, label):
    shown = await finished(chat, DIRECT)
    details = await chat.handle(pressed(buttons(shown)["Details"], DIRECT))
    one = next(b for name, b in {**buttons(shown), **buttons(details)}.items() if name.startswith(label))
    *fields, token_ = one.action.fields
    changed = token_.replace(chat.flow.version, "0000" if chat.flow.version != "0000" else "1111")
    refused = await chat.handle(replace(pressed(one, DIRECT), action=Action(one.action.name, (*fields, changed))))
    assert "have changed since" in text(refused)


# What was said before.

TEAM = "What should our team use? We are five people doing NLP on Azure, mostly Keras until now, must run on phones."


@pytest.mark.parametrize("place", [CHANNEL, DIRECT])
async def test_a_team_that_describes_its_situation_is_asked_only_the_rest(chat, place):
    shown = await chat.handle(message(TEAM, place))
    assert text(shown).startswith("Recommendation: PyTorch, run on LiteRT, start with Transformers and PEFT.")
    (menu,) = [block for block in shown.view.blocks if isinstance(block, Menu)]
    assert [one.label for one in menu.options] == [
        "Kind of work: Other text work",
        "Where it runs: Phones",
        "Your background: Has TensorFlow code to keep",
    ]
    corrected = await chat.handle(pressed(menu.options[1], place))
    assert "Where will the finished model run?" in text(corrected)
    assert "Keep: Phones" in buttons(corrected)


async def test_what_somebody_said_stands_by_the_question_that_is_asked_next(chat):
    shown = await chat.handle(message("What should we use? Images, and we know PyTorch.", DIRECT))
    assert text(shown).startswith("This is what I took from your words.")
    assert {"Kind of work: Images or video", "Your background: Knows PyTorch"} <= set(buttons(shown))


@pytest.mark.parametrize(
    "said", ["what should our team use?", "PyTorch or TensorFlow for a mobile app?", "which is best for phones?"]
)
async def test_a_question_without_a_situation_is_answered(chat, said):
    assert (await chat.handle(message(said, CHANNEL))).reply is not None


async def test_why_a_question_is_asked_is_said_to_who_wants_to_know(chat):
    first = await begun(chat)
    why = await chat.handle(pressed(buttons(first)["Why do you ask?"], user="U2"))
    assert (why.view.audience, why.view.mode) == ("private", "new")
    assert "Your answer can change what to run on" in text(why)
    done = await chat.handle(pressed(buttons(first)["Recommend now"]))
    assert "Recommendation: " in text(done)


# One at a time.


async def test_a_second_start_while_one_runs_is_a_private_notice_that_leads_back_or_starts_again(chat):
    first = await exchange(chat, command("recommend", private=False))
    await exchange(chat, pressed(buttons(first)["Images or video"]))
    again = await exchange(chat, command("recommend", private=False))
    assert text(again) == "You have not finished the recommendation that you started here."
    assert again.view.audience == "private"
    on = await chat.handle(pressed(buttons(again)["Go on"], private=True))
    assert ("Step 2 of at most 5" in text(on), on.view.mode) == (True, "replace")
    restarted = await chat.handle(pressed(buttons(again)["Start again"], private=True))
    assert ("Step 1 of at most 5" in text(restarted), restarted.view.mode) == (True, "replace")


async def test_a_button_that_starts_one_does_not_start_a_second_either(chat):
    start = buttons(await chat.handle(command("help")))["Guided recommendation"]
    await exchange(chat, pressed(start))
    assert "not finished" in text(await exchange(chat, pressed(start)))


async def test_one_that_runs_is_known_in_every_process(chat, shipped):
    other = ChatService(lambda: shipped, chat.records, CAPABILITIES, secrets=["new", "old"])
    await exchange(chat, pressed(buttons(await exchange(chat, command("recommend")))["Images or video"], private=True))
    again = await exchange(other, command("recommend"))
    assert text(again) == "You have not finished the recommendation that you started here."
    on = await exchange(other, pressed(buttons(again)["Go on"], private=True))
    assert "Step 2 of at most 5" in text(on)
    await exchange(other, pressed(buttons(on)["Cancel"], private=True))
    assert "Step 1 of at most 5" in text(await exchange(chat, command("recommend")))


@pytest.mark.parametrize("label", ["Cancel", None])
async def test_one_that_ended_is_in_nobodys_way(chat, label):
    if label:
        await exchange(chat, pressed(buttons(await exchange(chat, command("recommend")))[label], private=True))
    else:
        await finished(chat)
    assert "Step 1 of at most 5" in text(await chat.handle(command("recommend")))


async def test_one_that_ended_in_its_thread_is_not_running_in_the_channel_where_it_was_asked_for(chat):
    first = await exchange(chat, command("recommend", CHANNEL))
    await exchange(chat, pressed(buttons(first)["Cancel"], THREAD))
    assert "Step 1 of at most 5" in text(await chat.handle(command("recommend", CHANNEL)))


async def test_another_person_and_another_place_have_their_own(chat):
    await exchange(chat, command("recommend", CHANNEL))
    for other in (command("recommend", CHANNEL, "U2"), command("recommend", THREAD), command("recommend", DIRECT)):
        assert "Step 1 of at most 5" in text(await chat.handle(other))


async def test_after_a_quarter_of_an_hour_without_a_step_one_may_start_again(chat):
    now = [1_000.0]
    chat.shared_state = SharedState(chat.records, lambda: now[0])
    first = await exchange(chat, command("recommend"))
    now[0] += 899
    await exchange(chat, pressed(buttons(first)["Images or video"], private=True))
    now[0] += 899
    assert "not finished" in text(await chat.handle(command("recommend")))
    now[0] += 2
    assert "Step 1 of at most 5" in text(await chat.handle(command("recommend")))


async def test_one_that_was_never_shown_is_not_running(chat):
    await chat.handle(command("recommend"))
    assert "Step 1 of at most 5" in text(await chat.handle(command("recommend")))

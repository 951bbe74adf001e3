"""What a short utterance means after the previous exchange of the same thread."""

from __future__ import annotations

import pytest

from bot.dialog.answering import FOLLOW_UP_CONFIDENCE, turn_after
from bot.dialog.follow_ups import LONGEST_FOLLOW_UP
from bot.dialog.question import Question, Turn
from tests.bot.small_knowledge import (
    ANSWERS_ALL,
    DECLINES_ALL,
    KNOWLEDGE,
    OFFERS_ALL,
    bot,
    choices_in,
    entry,
    with_thresholds,
)

BOT = bot()
OFFERED = Turn(offered=("beyond.jax", "choose.mobile", "choose.production"))


def after(turn, text, by=BOT):
    return by.answer(Question(text, turn))


# Picking one of those offered.


@pytest.mark.parametrize(
    ("said", "picked"),
    [
        ("1", "beyond.jax"),
        ("2", "choose.mobile"),
        ("2.", "choose.mobile"),
        ("#3", "choose.production"),
        ("the second one", "choose.mobile"),
        ("The second one, please!", "choose.mobile"),
        ("number two", "choose.mobile"),
        ("option 3", "choose.production"),
        ("I meant the first", "beyond.jax"),
        ("2nd", "choose.mobile"),
        ("the last one", "choose.production"),
        ("the last one, then", "choose.production"),
    ],
)
def test_a_number_or_a_place_picks_what_was_offered_there(said, picked):
    reply = after(OFFERED, said)
    assert (reply.outcome, reply.entries, reply.confidence) == ("answer", (picked,), FOLLOW_UP_CONFIDENCE)


def test_a_number_beyond_those_offered_picks_nothing():
    assert after(OFFERED, "5").outcome == "decline"


def test_a_number_picks_nothing_where_nothing_was_offered():
    assert after(Turn(answered=("beyond.jax",)), "2").entries == ()


def test_a_number_in_a_question_of_its_own_picks_nothing():
    assert after(OFFERED, "what is good about tensorflow 2").entries == ("strengths.tensorflow",)


def test_what_was_offered_and_is_no_longer_known_is_not_picked():
    assert after(Turn(offered=("gone.away",)), "1").outcome == "decline"


# Turning all of them down.


@pytest.mark.parametrize(
    "said", ["none", "none of these", "None of them.", "neither", "no", "nope", "not that", "4", "fourth", "four"]
)
def test_none_of_these_is_declined_without_another_guess(said):
    reply = after(OFFERED, said)
    assert (reply.outcome, reply.entries) == ("decline", ())
    assert reply.reasons == ("none of the choices",)


def test_none_of_these_means_nothing_where_nothing_was_offered():
    assert after(Turn(answered=("beyond.jax",)), "none of these").reasons != ("none of the choices",)


# Asking for more.


@pytest.mark.parametrize(
    "said", ["why?", "but why", "how come", "source?", "says who", "really?", "tell me more", "details", "ok, go on"]
)
def test_why_shows_what_was_answered_again_with_its_sources(said):
    assert after(Turn(answered=("compare.debugging",)), said).entries == ("compare.debugging",)


def test_why_after_nothing_is_no_follow_up():
    assert after(Turn(), "why?").entries == ()


def test_why_with_words_of_its_own_is_a_question_of_its_own():
    assert after(Turn(answered=("beyond.jax",)), "why is debugging hard").entries != ("beyond.jax",)


# Going on with another thing.


@pytest.mark.parametrize("said", ["and for phones?", "what about mobile", "how about an android app?", "mobile?"])
def test_another_need_keeps_the_kind_of_question(said):
    assert after(Turn(answered=("choose.production",)), said).entries == ("choose.mobile",)


def test_another_aspect_looks_in_other_groups_where_its_own_has_none():
    assert after(Turn(answered=("choose.production",)), "and debugging?").entries == ("compare.debugging",)


def test_another_aspect_leads_to_the_entry_that_is_about_it():
    small = bot(*KNOWLEDGE.entries.values(), entry("team.phones", "our phones", about=("mobile",)))
    trimmed = bot(*(one for name, one in small.knowledge.entries.items() if name != "choose.mobile"))
    assert after(Turn(answered=("choose.production",)), "and for phones?", trimmed).entries == ("team.phones",)


def test_another_framework_keeps_a_comparison_that_has_its_side_and_gives_that_side_only():
    reply = after(Turn(answered=("compare.debugging",)), "what about tensorflow?")
    assert reply.entries == ("compare.debugging",)
    assert reply.blocks[0].text == "TensorFlow: The same in eager mode."
    assert not any("PyTorch" in str(block) for block in reply.blocks)


def test_another_framework_leads_to_the_sibling_about_it():
    assert after(Turn(answered=("strengths.pytorch",)), "and tensorflow?").entries == ("strengths.tensorflow",)


def test_a_framework_without_side_and_sibling_leads_to_the_entry_about_it():
    assert after(Turn(answered=("strengths.pytorch",)), "what about JAX?").entries == ("beyond.jax",)
    assert after(Turn(answered=("choose.mobile",)), "and tensorflow").entries == ("overview.tensorflow",)


def test_a_tool_leads_to_the_entry_about_it():
    assert after(Turn(answered=("choose.mobile",)), "what about litert?").entries == ("beyond.litert",)


def test_the_previous_answer_is_the_first_that_still_exists():
    turn = Turn(answered=("gone.away", "strengths.pytorch"))
    assert after(turn, "and tensorflow?").entries == ("strengths.tensorflow",)


def test_a_long_utterance_is_a_question_of_its_own():
    said = "and what about " + "good " * LONGEST_FOLLOW_UP + "about tensorflow"
    assert after(Turn(answered=("strengths.pytorch",)), said).confidence != FOLLOW_UP_CONFIDENCE


def test_a_question_that_stands_on_its_own_is_not_read_with_the_turn_before():
    assert after(Turn(answered=("strengths.pytorch",)), "what is jax").entries == ("beyond.jax",)
    assert after(Turn(answered=("strengths.pytorch",)), "hello").outcome == "social"


def test_a_phrasing_word_for_word_is_not_read_with_the_turn_before_however_short():
    with_own = bot(*KNOWLEDGE.entries.values(), entry("team.phones", "our mobile"), vocabulary=KNOWLEDGE.vocabulary)
    assert after(Turn(answered=("choose.production",)), "our mobile", with_own).entries == ("team.phones",)


def test_without_a_turn_before_a_follow_up_is_no_more_than_its_words():
    assert BOT.answer(Question("the second one")).outcome == "decline"


@pytest.mark.parametrize("said", ["why?", "2", "and for mobile?", "none of these", "what about JAX?"])
def test_a_turn_about_entries_that_are_gone_does_no_harm(said):
    reply = after(Turn(answered=("gone.away",), offered=("gone.too",)), said)
    assert set(reply.entries) <= KNOWLEDGE.entries.keys()


# What the next utterance may refer to.


def test_after_an_answer_the_next_may_refer_to_it_and_to_what_is_related():
    assert turn_after(BOT.show("compare.debugging")) == Turn(("compare.debugging",), ("choose.mobile", "beyond.jax"))


def test_after_choices_the_next_may_pick_one_and_nothing_was_answered():
    reply = with_thresholds(BOT, OFFERS_ALL).answer(Question("best framework for phones"))
    assert reply.outcome == "choices"
    assert turn_after(reply) == Turn((), tuple(option.entry for option in choices_in(reply).options))


def test_after_declining_the_nearest_topics_may_be_picked():
    reply = with_thresholds(BOT, DECLINES_ALL).answer(Question("tensorflow for a phone factory"))
    assert reply.outcome == "decline"
    assert after(turn_after(reply), "1").entries == (choices_in(reply).options[0].entry,)


def test_small_talk_leaves_nothing_to_refer_to():
    assert turn_after(BOT.answer(Question("hello"))) == Turn()


def test_a_conversation_goes_on_over_several_turns():
    by = with_thresholds(BOT, ANSWERS_ALL)
    turn, shown = None, []
    for said in ("what to use in production", "and for phones?", "and debugging?", "why?", "what about tensorflow?"):
        reply = by.answer(Question(said, turn))
        shown.append(reply.entries)
        turn = turn_after(reply)
    assert shown == [("choose.production",), ("choose.mobile",), *[("compare.debugging",)] * 3]


@pytest.mark.parametrize(
    "said",
    [
        "the fourth",
        "the fourth one",
        "option 4",
        "number 4",
        "none of the above",
        "neither of these",
        "no, none of them",
    ],
)
def test_none_of_those_offered_can_be_said_in_many_ways(said):
    assert after(OFFERED, said).reasons == ("none of the choices",)


@pytest.mark.parametrize("said", ["no", "nope", "5"])
def test_what_stands_below_an_answer_needs_no_refusal(shipped, said):
    turn = turn_after(shipped.show("choose.mobile"))
    assert shipped.answer(Question(said, turn)).reasons != ("none of the choices",)

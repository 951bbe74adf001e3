"""What a short utterance means after the previous exchange of the same thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialog.answering import FOLLOW_UP_CONFIDENCE, turn_after
from bot.dialog.composition import SHORT
from bot.dialog.follow_ups import LONGEST_FOLLOW_UP
from bot.dialog.question import Question, Turn
from bot.dialog.reply import SourceLine, Text
from bot.dialog.text_renderer import plain_text
from knowledge.model import Cell, Statement
from tests.bot.small_knowledge import (
    ANSWERS_ALL,
    DEBUGGING,
    DECLINES_ALL,
    ENTRIES,
    KNOWLEDGE,
    OFFERS_ALL,
    SOURCES,
    bot,
    choices_in,
    entry,
    with_thresholds,
)

BOT = bot()
SLOW = Statement(text="JAX compiles first.")
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
def test_what_is_asked_of_an_answer_is_about_its_entry(said):
    assert after(Turn(answered=("compare.debugging",)), said).entries == ("compare.debugging",)


def said_after(text, *, answered=("compare.debugging",), frameworks=(), by=BOT):
    return plain_text(after(Turn(answered, (), frameworks), text, by).blocks)


def test_why_gives_what_the_answer_did_not_say():
    said = said_after("why?")
    assert said.startswith("Because:\n- TensorFlow runs line by line.")
    assert "Both stop at the failing line" not in said


def test_why_says_where_there_are_no_more_reasons():
    assert said_after("why?", answered=("beyond.jax",)).startswith("I have no more reasons than that.")


def test_why_begins_with_what_names_the_framework_that_was_asked_about():
    since = (Statement(text="Torch has hooks."), Statement(text="Loops run slowly in TensorFlow."), SLOW)
    by = bot(replace(DEBUGGING, since=since), *ENTRIES[1:])
    assert said_after("why?", by=by).startswith("Because:\n- Torch has hooks.")
    assert said_after("why?", frameworks=("jax",), by=by).startswith(f"Because:\n- {SLOW.text}")


def test_sources_are_listed_with_their_addresses():
    said = said_after("sources?")
    assert said.startswith("Sources:\n[1] the README; checked 2026-11-22 https://example.com/readme")
    assert "the article" in said


def test_an_answer_without_sources_says_so():
    assert "rests on our judgement" in said_after("source?", answered=("beyond.jax",))


def test_shorter_is_the_headline_alone():
    assert said_after("tl;dr") == "Both stop at the failing line."


def test_shorter_is_the_headline_that_was_shown():
    by = bot(replace(DEBUGGING, headlines={"jax": "JAX has its own ways."}), *ENTRIES[1:])
    assert said_after("shorter", frameworks=("jax",), by=by) == "JAX has its own ways."


def test_shorter_after_several_answers_is_the_headline_of_each():
    said = said_after("shorter", answered=("compare.debugging", "beyond.jax"))
    assert said == "Both stop at the failing line.\nThe answer of beyond.jax."


def test_more_is_the_details_with_all_sources_and_leaves_none():
    reply = after(Turn(answered=("compare.debugging",)), "more")
    assert reply.blocks == BOT.show("compare.debugging").details
    assert reply.details == ()


def test_more_says_where_there_is_no_more():
    assert said_after("more", answered=("beyond.jax",)) == "That is all I have."


DATED = bot(replace(DEBUGGING, since=(Statement(text="It is so. Since May 2025 both do."),)))


def test_when_gives_the_sentences_that_have_a_date_and_the_day_of_the_check():
    said = said_after("when was that?", by=DATED)
    assert "- Since May 2025 both do." in said
    assert "It is so." not in said
    assert "checked 22 Nov 2026" in said


def test_when_says_where_there_is_no_date():
    assert said_after("when was that?").startswith("I have no date for that.")


def test_what_replaced_it_gives_what_is_said_of_that():
    by = bot(replace(DEBUGGING, since=(Statement(text="It was slow. The new debugger replaces it."),)))
    assert said_after("what replaced it?", by=by).startswith("What replaced it:\n- The new debugger replaces it.")


def test_what_replaced_it_says_where_nothing_is_known():
    assert said_after("what replaced it?").startswith("I have nothing on what replaced it.")


PUBLISHED = bot(
    replace(
        DEBUGGING,
        sources={
            "own": replace(SOURCES["readme"], title="NVIDIA docs: metadata of PyTorch", url="https://docs.nvidia.com")
        },
    )
)


@pytest.mark.parametrize("who", ["nvidia", "NVIDIA docs", "the nvidia team or nvidia", "google or nvidia"])
def test_a_publisher_of_a_source_is_confirmed_with_that_source(who):
    said = said_after(f"is that from {who}?", by=PUBLISHED)
    assert said == "Yes: 1 of 4 sources.\n- NVIDIA docs: metadata of PyTorch"


@pytest.mark.parametrize("who", ["meta", "pytorch", "data", "vid", "google"])
def test_what_a_source_is_about_and_parts_of_words_are_no_publisher(who):
    said = said_after(f"is that from {who}?", by=PUBLISHED)
    assert said.startswith("No, none of its sources is. It rests on:\n- the README")


def test_the_article_is_confirmed_as_such():
    assert said_after("is that from the article?").startswith("Yes: 1 of 4 sources.\n- the article")


@pytest.mark.parametrize("said", ["why?", "when?", "what replaced it?"])
def test_what_is_asked_of_an_answer_is_answered_briefly(said):
    long = [Statement(text=f"Number {number} replaces all in May 2025 {f'word{number} ' * 40}") for number in range(5)]
    by = bot(replace(DEBUGGING, since=tuple(long)))
    assert len(said_after(said, by=by)) <= SHORT


def test_what_is_asked_of_an_answer_keeps_the_frameworks_that_were_asked_about():
    assert after(Turn(("compare.debugging",), (), ("pytorch",)), "why?").frameworks == ("pytorch",)


# No, I meant.


@pytest.mark.parametrize("said", ["no, I meant for phones", "I meant mobile", "no, for an android app"])
def test_another_need_that_was_meant_keeps_the_kind_of_question(said):
    assert after(Turn(answered=("choose.production",)), said).entries == ("choose.mobile",)


def test_one_of_those_offered_can_be_meant():
    assert after(OFFERED, "no, I meant the second one").entries == ("choose.mobile",)


def test_another_question_can_be_meant():
    assert after(Turn(answered=("choose.production",)), "no, I meant what is jax").entries == ("beyond.jax",)


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


def test_another_framework_gets_its_side_of_the_comparison_and_no_more():
    reply = after(Turn(answered=("compare.debugging",)), "what about tensorflow?")
    assert reply.entries == ("compare.debugging",)
    assert reply.blocks[0] == Text("TensorFlow: The same in eager mode.", strong=True)
    assert "Both stop" not in plain_text(reply.blocks)
    assert [type(block) for block in reply.blocks] == [Text, SourceLine]


def test_of_several_other_frameworks_those_that_are_not_covered_are_named():
    said = said_after("what about tensorflow and jax?")
    assert said.startswith("TensorFlow: The same in eager mode.\nI have nothing on JAX here.")


def test_another_need_is_answered_for_the_frameworks_that_were_asked_about():
    cells = {"pytorch": Cell(today=Statement(text="It runs.")), "jax": Cell(today=Statement(text="It does not."))}
    by = bot(*(replace(one, cells=cells) if one.id == "choose.mobile" else one for one in ENTRIES))
    said = said_after("and for phones?", answered=("choose.production",), frameworks=("pytorch", "tensorflow"), by=by)
    assert "PyTorch: It runs." in said
    assert "It does not." not in said
    assert "nothing on" not in said


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


def test_after_an_answer_the_next_may_refer_to_the_frameworks_that_were_asked_about():
    reply = BOT.answer(Question("breakpoints in pytorch and tensorflow"))
    assert turn_after(reply).frameworks == ("pytorch", "tensorflow")


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

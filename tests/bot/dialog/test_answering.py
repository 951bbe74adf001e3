"""The policy: answer, offer a choice, or decline."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.dialog.answering import MOST_CANDIDATES, MOST_CHOICES, STARTERS, Bot, Thresholds
from bot.dialog.question import MAX_CHARACTERS, Question, Turn, readable_part
from bot.dialog.reply import Bullets, Heading, Text
from bot.dialog.text_renderer import plain_text
from bot.retrieval.confidence import GENERIC, HIGHEST
from bot.retrieval.ranking import Match
from knowledge.model import Calibration, Vocabulary
from tests.bot.retrieval.test_ranking import lines_run
from tests.bot.small_knowledge import (
    ANSWERS_ALL,
    DECLINES_ALL,
    KNOWLEDGE,
    OFFERS_ALL,
    TELLING,
    VOCABULARY,
    bot,
    choices_in,
    entry,
    with_thresholds,
)

BOT = bot()
BOLD, CHOOSY, SHY = (with_thresholds(BOT, found) for found in (ANSWERS_ALL, OFFERS_ALL, DECLINES_ALL))


def ask(text, by=BOT):
    return by.answer(Question(text))


# Thresholds.


@pytest.mark.parametrize(("answer", "choices"), [(0.3, 0.5), (1.1, 0.2), (0.5, -0.1), (float("nan"), 0.2)])
def test_thresholds_out_of_range_or_order_are_refused(answer, choices):
    with pytest.raises(ValueError, match="0 <= choices <= answer <= 1"):
        Thresholds(answer=answer, choices=choices)


def test_thresholds_come_from_the_calibration_unless_others_are_given():
    calibration = replace(TELLING, answer_threshold=0.7, choices_threshold=0.4)
    assert bot(calibration=calibration).thresholds == Thresholds(answer=0.7, choices=0.4)
    assert bot(calibration=calibration, thresholds=ANSWERS_ALL).thresholds == ANSWERS_ALL


def test_knowledge_that_was_never_calibrated_goes_by_a_general_calibration():
    never = bot(calibration=Calibration())
    assert never.calibration == GENERIC
    assert never.thresholds == Thresholds(GENERIC.answer_threshold, GENERIC.choices_threshold)
    assert ask("best choice among phones", never).entries == ("choose.mobile",)


@given(st.text(st.characters()) | st.sampled_from(["phones", "what is good", "training website", "tf or torch"]))
def test_higher_thresholds_never_answer_more(text):
    order = {"social": 0, "decline": 1, "choices": 2, "answer": 3}
    bold, choosy, shy = (order[ask(text, by).outcome] for by in (BOLD, CHOOSY, SHY))
    assert bold >= choosy or bold <= 1
    assert choosy >= shy or choosy <= 1


# Answer.


def test_a_question_that_is_surely_met_is_answered():
    reply = ask("which is the best choice for phones")
    assert (reply.outcome, reply.entries) == ("answer", ("choose.mobile",))
    assert reply.blocks[0] == Text("The answer of choose.mobile.", strong=True)


def test_a_phrasing_word_for_word_is_answered_as_surely_as_can_be():
    reply = ask("What is JAX?")
    assert (reply.entries, reply.confidence, reply.reasons[0]) == (
        ("beyond.jax",), HIGHEST, "same words as a phrasing"
    )  # fmt: skip


def test_a_doubt_between_two_entries_on_one_topic_is_no_reason_to_ask_back():
    """Either of them does, so the chance that one of the two is right decides."""
    twins = (
        entry("choose.cloud", "renting machines by the hour", "clouds"),
        entry("compare.cloud", "renting machines by the day", "clouds"),
    )
    strangers = (twins[0], entry("compare.weather", *twins[1].phrasings))
    text = "renting machines by the river"
    first, second, *_ = (candidate.confidence for candidate in ask(text, bot(*twins)).candidates)
    either = 1 - (1 - first) * (1 - second)
    assert second <= first < either
    between = Thresholds(answer=(first + either) / 2, choices=0.0)
    assert ask(text, bot(*twins, thresholds=between)).outcome == "answer"
    assert ask(text, bot(*strangers, thresholds=between)).outcome == "choices"


@pytest.mark.parametrize("said", ["my frobnicator grommets", "plumbus?", "do you sell stamps", "asdf qwer"])
def test_of_words_that_nothing_is_near_to_it_says_that_it_does_not_know(shipped, said):
    reply = shipped.answer(Question(said))
    assert reply.outcome == "decline"
    assert reply.summary.startswith("I don't know that one.")


@pytest.mark.parametrize("name", ["grafana", "gradio", "redis"])
def test_one_name_that_it_does_not_know_is_no_small_talk(shipped, name):
    reply = shipped.answer(Question(name))
    assert (reply.outcome, reply.entries) == ("decline", ())


def test_one_word_like_a_phrasing_of_small_talk_is_small_talk(shipped):
    assert shipped.answer(Question("goodbot")).entries == ("social.praise",)


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("good morning team", "social.greeting"),
        ("how are you doing today", "social.greeting"),
        ("can you help", "social.capabilities"),
    ],
)
def test_of_refusals_that_are_as_sure_the_one_with_the_nearest_phrasing_is_given(shipped, said, entry):
    assert shipped.answer(Question(said)).blocks == shipped.show(entry).blocks


def test_why_an_entry_was_found_is_told_in_words_and_ids():
    reasons = ask("is pytroch a good choice for phones, not tensorflow", BOLD).reasons
    assert "matched: phones" in reasons
    assert "read pytroch as pytorch" in reasons
    assert "ruled out: tensorflow" in reasons
    assert reasons[-1].startswith("coverage ")


@given(st.lists(st.sampled_from("what is good about pytorch tf training code in a large town hello phones".split())))
def test_whatever_is_asked_candidates_are_the_surest_first(said):
    chances = [candidate.confidence for candidate in ask(" ".join(said)).candidates]
    assert chances == sorted(chances, reverse=True)
    assert len(chances) <= MOST_CANDIDATES


def test_candidates_are_told_also_where_nothing_is_answered():
    assert ask("good pizza phones", SHY).candidates != ()


def test_the_reply_carries_the_version_of_the_knowledge():
    assert ask("what is jax").knowledge_version == KNOWLEDGE.version == "small"


# Choices.


def test_in_doubt_a_few_choices_are_offered_with_a_way_to_say_that_none_fits():
    reply = ask("good choice of training for phones", CHOOSY)
    offered = choices_in(reply)
    assert reply.outcome == "choices"
    assert 1 <= len(offered.options) <= MOST_CHOICES
    assert offered.none_of_these
    assert reply.entries == tuple(option.entry for option in offered.options)


def test_choices_are_answers_never_refusals_or_small_talk():
    offered = choices_in(ask("good morning, training code and phones", CHOOSY))
    assert {KNOWLEDGE.entries[option.entry].kind for option in offered.options} == {"answer"}


# Decline.


def test_a_question_about_nothing_known_is_declined_without_guessing():
    reply = ask("qwertz asdfgh yxcvbn")
    assert (reply.outcome, reply.entries, reply.confidence) == ("decline", (), 0.0)
    assert reply.reasons == ("nothing in the knowledge base resembles it",)


def test_declining_names_what_can_be_asked_instead():
    assert "machine-learning frameworks" in plain_text(ask("qwertz asdfgh").blocks)


def test_a_question_on_our_subject_is_declined_with_the_nearest_topics():
    near = choices_in(ask("tensorflow with a telescope at night", SHY))
    assert 1 <= len(near.options) <= MOST_CHOICES
    assert all(
        "tensorflow" in (KNOWLEDGE.entries[option.entry].frameworks or ["tensorflow"]) for option in near.options
    )


def test_the_guided_flow_is_offered_where_there_is_one(shipped):
    guided = with_thresholds(shipped, DECLINES_ALL)
    assert choices_in(ask("tensorflow with a telescope at night", guided)).flow
    assert not choices_in(ask("tensorflow with a telescope at night", SHY)).flow


def test_a_question_on_no_subject_of_ours_is_declined_with_what_most_people_start_with(shipped):
    offered = choices_in(ask("qwertz asdfgh yxcvbn", Bot(shipped.knowledge, index=shipped.index)))
    assert tuple(option.entry for option in offered.options) == STARTERS


def test_help_with_code_is_declined_kindly():
    reply = ask("fix my script")
    assert (reply.outcome, reply.entries) == ("decline", ("decline.code-help",))
    assert reply.blocks == (Text("The answer of decline.code-help."),)


@pytest.mark.parametrize("thresholds", [None, ANSWERS_ALL], ids=["as calibrated", "however unsure"])
def test_where_a_refusal_hardly_leads_an_answer_the_answer_is_offered_as_a_choice(thresholds):
    near = bot(
        entry("a.refusal", "open the red door", kind="decline"),
        entry("z.answer", "open the blue door"),
        thresholds=thresholds,
    )
    reply = ask("open the door", near)
    assert reply.candidates[0].entry == "a.refusal"
    assert (reply.outcome, reply.entries) == ("choices", ("z.answer",))


def test_parts_are_not_answered_where_the_whole_is_for_a_refusal():
    asked = "what is jax and what is tensorflow"
    assert len(ask(asked).entries) == 2
    turned_down = bot(*KNOWLEDGE.entries.values(), entry("decline.both", f"{asked} called", kind="decline"))
    assert ask(asked, turned_down).outcome != "answer"


def test_a_plain_faq_declines_without_talking_of_frameworks():
    faq = bot(entry("a", "opening hours"), vocabulary=Vocabulary())
    assert plain_text(ask("qwertz", faq).blocks) == "I don't know that one."


@pytest.mark.parametrize("text", ["你好，哪个框架更好", "какой фреймворк лучше", "どちらが良いですか", "أيهما أفضل"])
def test_a_message_in_another_script_is_told_that_only_english_is_understood(text):
    reply = ask(text)
    assert reply.outcome == "decline"
    assert "only understand English" in plain_text(reply.blocks)


def test_other_languages_are_no_matter_for_a_plain_faq():
    faq = bot(entry("a", "Öffnungszeiten der Bücherei"), vocabulary=Vocabulary())
    assert ask("wann hat die Bücherei Öffnungszeiten", with_thresholds(faq, ANSWERS_ALL)).entries == ("a",)


# Small talk.


def test_small_talk_gets_its_words_and_no_sources():
    reply = ask("Hello!")
    assert (reply.outcome, reply.blocks) == ("social", (Text("The answer of social.greeting."),))


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "🙂🙂", "\x00", "...", "<@U012AB3CD>", "> ", "``` ```"])
def test_a_message_without_words_is_told_how_to_ask(text):
    reply = ask(text)
    assert (reply.outcome, reply.entries) == ("social", ())
    assert "Ask in a sentence" in plain_text(reply.blocks)


# Several things asked.


def test_several_questions_get_their_answers_in_their_order():
    reply = ask("What is JAX? What is tensorflow?")
    assert (reply.outcome, reply.entries) == ("answer", ("beyond.jax", "overview.tensorflow"))
    bold = [block.text for block in reply.blocks if isinstance(block, Text) and block.strong]
    assert bold == ["The answer of beyond.jax.", "The answer of overview.tensorflow."]


def test_each_of_several_answers_is_as_sure_as_an_answer_must_be():
    both = "what is jax and what is good about tensorflow for llamas?"
    (sure, _), (unsure, _) = (
        [candidate.confidence for candidate in ask(part).candidates[:2]]
        for part in ("what is jax", "what is good about tensorflow for llamas?")
    )
    assert unsure < sure
    lenient = with_thresholds(BOT, Thresholds(answer=unsure - 0.01, choices=0.0))
    strict = with_thresholds(BOT, Thresholds(answer=unsure + 0.01, choices=0.0))
    assert ask(both, lenient).entries == ("beyond.jax", "strengths.tensorflow")
    assert ask(both, lenient).confidence == unsure
    assert ask(both, strict).outcome == "choices"


@pytest.mark.parametrize(
    "text",
    [
        "what is jax, and is it a good choice for phones?",
        "serving a large website, what to use in production?",
        "best choice for phones, which framework?",
    ],
)
def test_a_piece_that_leans_on_the_one_before_makes_no_second_answer(text):
    assert len(ask(text, BOLD).entries) == 1


def test_the_details_of_several_answers_have_their_titles_above_them():
    reply = ask("Which one is easier to debug? What became of tflite?", BOLD)
    assert [block.text for block in reply.details if isinstance(block, Heading)] == ["Debugging", "About beyond.litert"]


def test_another_need_joined_to_a_question_is_a_question_of_its_own():
    assert ask("what is the best choice for phones and production?").entries == ("choose.mobile", "choose.production")


def test_the_same_thing_asked_twice_is_answered_once():
    assert ask("What is JAX? Tell me about JAX?").entries == ("beyond.jax",)


def test_where_one_of_the_parts_is_unknown_the_message_is_taken_whole():
    reply = ask("What is JAX? What is qwertz asdfgh?")
    assert reply.outcome != "answer" or len(reply.entries) == 1


def test_a_phrasing_that_holds_an_and_is_not_taken_apart():
    both = bot(*KNOWLEDGE.entries.values(), entry("both", "what is jax and what is tensorflow"))
    assert ask("What is JAX, and what is TensorFlow?", both).entries == ("both",)


def test_sources_of_several_answers_are_numbered_through():
    reply = ask("Which one is easier to debug? What became of tflite?", BOLD)
    assert reply.entries == ("compare.debugging", "beyond.litert")
    lines = plain_text(reply.details).splitlines()
    numbers = [line.split("]")[0] for line in lines[lines.index("Sources:") + 1 :] if line.startswith("[")]
    assert numbers == [f"[{number}" for number in range(1, len(numbers) + 1)]


# Buttons.


def test_a_button_shows_its_entry():
    assert BOT.show("beyond.jax").entries == ("beyond.jax",)


@pytest.mark.parametrize("gone", ["gone.away", "", "x" * 5_000, "\x00"])
def test_a_button_to_what_no_longer_exists_is_refused_kindly(gone):
    reply = BOT.show(gone)
    assert (reply.outcome, reply.entries) == ("decline", ())
    assert "no longer" in plain_text(reply.blocks)


# The line that stands for a reply.


def test_a_notification_says_the_answer():
    assert ask("what is jax").summary == "The answer of beyond.jax."


def test_a_notification_is_a_sentence_without_the_marks_of_a_list(shipped):
    reply = shipped.answer(Question("pytorch vs tensorflow debugging"))
    assert any(isinstance(block, Bullets) for block in reply.blocks)
    assert " - " not in reply.summary


def test_a_notification_of_choices_says_what_they_are():
    reply = ask("good choice of training for phones", CHOOSY)
    labels = "; ".join(option.label for option in choices_in(reply).options)
    assert reply.summary == f"I'm not sure what you mean. Did you mean: {labels}"


# Whatever arrives.


def assert_clear(reply):
    """Something is said, in words, and its parts agree with each other."""
    assert any(character.isalpha() for character in plain_text(reply.blocks))
    assert reply.summary.strip()
    assert 0 <= reply.confidence <= 1
    assert bool(reply.entries) or reply.outcome in {"decline", "social"}
    assert plain_text(reply.blocks).isprintable() or "\n" in plain_text(reply.blocks)


@given(st.text(st.characters()))
def test_no_text_fails(text):
    assert_clear(ask(text))


@trying(max_examples=60)
@given(
    st.text(st.characters() | st.sampled_from(" ,.?!\n12andforthewhy")),
    st.lists(st.sampled_from([*KNOWLEDGE.entries, "gone.away"]), max_size=3),
    st.lists(st.sampled_from([*KNOWLEDGE.entries, "gone.away"]), max_size=4),
)
def test_no_text_fails_after_any_turn(text, answered, offered):
    reply = BOT.answer(Question(text, Turn(tuple(answered), tuple(offered))))
    assert_clear(reply)
    assert set(reply.entries) <= KNOWLEDGE.entries.keys()


@given(st.text(st.characters(), min_size=MAX_CHARACTERS - 50, max_size=MAX_CHARACTERS + 50))
@trying(max_examples=20)
def test_of_a_long_message_no_more_is_read_than_its_beginning_and_its_end(text):
    part = readable_part(text)
    assert len(part) <= MAX_CHARACTERS + 1
    assert text.startswith(part[:500])
    assert text.endswith(part[-1_000:])


def test_the_question_at_the_end_of_a_long_message_is_answered():
    assert ask("so we thought about it. " * 500 + "\nWhat is JAX?", BOLD).entries == ("beyond.jax",)


def test_asking_changes_nothing():
    """The bot keeps no state between calls: what was asked before does not show."""
    fresh = Bot(KNOWLEDGE)
    questions = ["phones", "is pytroch good", "What is JAX?", "", "2", "and for phones?"]
    first = [fresh.answer(Question(text)) for text in questions]
    assert [fresh.answer(Question(text)) for text in reversed(questions)] == first[::-1]


def test_the_calibration_and_vocabulary_are_those_of_the_knowledge():
    assert (BOT.calibration, BOT.knowledge.vocabulary) == (TELLING, VOCABULARY)


def test_a_message_beyond_the_readable_part_costs_no_more_to_take_apart():
    short, long = (
        f"what is jax {filler}? what is tensorflow {filler}?" for filler in ("qx zv " * 300, "qx zv " * 6000)
    )
    for said in (short, long):
        BOT.answer(Question(said))
    assert lines_run(lambda: BOT.answer(Question(long))) < 2 * lines_run(lambda: BOT.answer(Question(short)))


def test_no_choices_are_offered_where_there_are_none():
    found = choices_in(BOT.answer(Question("qwertz asdfgh")))
    assert found is None or found.options


def test_thresholds_hold_without_weights_of_their_own():
    assert bot(calibration=Calibration(answer_threshold=0.9, choices_threshold=0.4)).thresholds.answer == 0.9


@pytest.mark.parametrize(("first", "second", "shown"), [(0.8, 0.6, True), (0.99, 0.6, False), (0.8, 0.3, False)])
def test_the_second_entry_is_shown_where_it_may_be_meant_as_well(monkeypatch, first, second, shown):
    asked = bot()
    pairs = [(Match("beyond.jax", 1.0, 1.0, 1.0), first), (Match("compare.debugging", 0.9, 1.0, 1.0), second)]
    monkeypatch.setattr(asked, "match", lambda _: pairs)
    reply = asked.answer(Question("something that both may answer"))
    title = KNOWLEDGE.entries["compare.debugging"].title
    assert any(title in item for block in reply.blocks if isinstance(block, Bullets) for item in block.items) is shown

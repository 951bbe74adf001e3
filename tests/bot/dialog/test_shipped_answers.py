"""What the bot says from the knowledge that comes with it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.dialog.answering import MOST_CHOICES, turn_after
from bot.dialog.question import Question, Turn
from bot.dialog.text_renderer import plain_text
from tests.bot.small_knowledge import OFFERS_ALL, choices_in, with_thresholds

PHRASINGS = 100
"""How many of the thousands of phrasings are tried here; the knowledge checks try all of them."""


def ask(bot, text, turn=None):
    return bot.answer(Question(text, turn))


def some_phrasings(bot):
    """Entries and phrasings from all over the knowledge, always the same ones."""
    every = [(entry, phrasing) for entry in bot.knowledge.entries.values() for phrasing in entry.phrasings]
    return random.Random(7).sample(every, PHRASINGS)


# What it answers.


def test_which_one_is_better_for_phones(shipped):
    reply = ask(shipped, "which one is better for phones")
    first = plain_text(reply.blocks).splitlines()[0]
    assert reply.outcome == "answer"
    assert "LiteRT" in first
    assert "ExecuTorch" in first
    assert "TensorFlow Lite is the better pick" in plain_text(reply.details)


def test_a_phrasing_word_for_word_gets_its_own_entry(shipped):
    for entry, phrasing in some_phrasings(shipped):
        first = shipped.match(shipped.parse(phrasing))[0][0]
        assert (first.entry, first.exact) == (entry.id, True), phrasing


def test_an_answer_says_where_its_article_was_overtaken(shipped):
    for entry in shipped.knowledge.entries.values():
        if entry.article is not None and entry.article.verdict != "holds":
            reply = shipped.show(entry.id)
            assert "hanged since the article of April 2025" in plain_text(reply.blocks), entry.id
            assert "ut of date." in plain_text(reply.details), entry.id


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("can i use tflite on android", "TensorFlow Lite is now called LiteRT"),
        ("is torchserve still maintained", "archived on 7 August 2025"),
    ],
)
def test_a_name_a_thing_no_longer_has_is_answered_with_the_present_state(shipped, text, told):
    reply = ask(shipped, text)
    assert reply.outcome == "answer"
    assert told in plain_text(reply.blocks)


def test_two_questions_get_two_answers(shipped):
    reply = ask(shipped, "What is JAX? What is Keras?")
    assert reply.entries == ("beyond.jax", "beyond.keras")


def test_two_needs_get_two_answers(shipped):
    reply = ask(shipped, "pytorch or tensorflow for mobile and production?")
    assert [name.partition(".")[2] for name in reply.entries] == ["mobile", "production"]


def test_a_follow_up_on_frameworks_gives_their_sides_and_names_what_is_not_covered(shipped):
    reply = ask(shipped, "what about tensorflow and theano", Turn(answered=("compare.mobile",)))
    assert reply.entries == ("compare.mobile",)
    text = plain_text(reply.blocks)
    assert text.startswith("TensorFlow: ")
    assert "PyTorch: " not in text
    assert "I have nothing on Theano here." in text


# Which framework, and in which direction.


def test_a_question_about_pytorch_never_gets_an_entry_about_tensorflow_alone(shipped):
    """Nor the other way round, whatever else it says and however well that fits."""
    entries = shipped.knowledge.entries
    for entry, phrasing in some_phrasings(shipped):
        for mine, other in (("pytorch", "tensorflow"), ("tensorflow", "pytorch")):
            reply = ask(shipped, f"{phrasing} in {mine}")
            if set(shipped.parse(f"{phrasing} in {mine}").frameworks) == {mine}:
                shown = (*reply.entries, *(candidate.entry for candidate in reply.candidates))
                assert all(entries[name].frameworks != (other,) for name in shown), (entry.id, phrasing)


def test_going_from_a_to_b_is_not_going_from_b_to_a(shipped):
    there, back = shipped.parse("convert pytorch to tensorflow"), shipped.parse("convert tensorflow to pytorch")
    assert there.direction == ("pytorch", "tensorflow")
    assert back.direction == ("tensorflow", "pytorch")
    assert there.features.keys() != back.features.keys()


def test_what_is_ruled_out_is_not_recommended(shipped):
    reply = ask(shipped, "anything but tensorflow for research")
    assert reply.outcome == "answer"
    assert "ruled out: tensorflow" in reply.reasons
    assert all(shipped.knowledge.entries[name].frameworks != ("tensorflow",) for name in reply.entries)


# What it does not answer.


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last): File "train.py", line 12, RuntimeError: shapes cannot be multiplied, why?',
        "AttributeError: module 'tensorflow' has no attribute 'Session', what is wrong with my code",
        "my pytorch model gives nan loss after two epochs, please debug my script",
        "fix this:\n```python\nimport torch\nx = torch.zeros(3)\nx.backward()\n```\nit raises RuntimeError: grad",
        "CUDA error: device-side assert triggered when I call loss.backward() in line 40 of my training script",
        "write me a training loop in pytorch for my dataset",
        "ValueError: Shapes (None, 1) and (None, 10) are incompatible in keras model.fit()",
    ],
)
def test_help_with_code_is_declined_although_a_framework_is_named(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize(
    "text", ["react or vue", "django vs rails", "is angular better than svelte", "mysql or mongodb"]
)
def test_look_alikes_of_other_subjects_are_not_answered(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize("text", ["best pizza near the office", "who won the match last night", "capital of france"])
def test_other_subjects_are_not_answered(shipped, text):
    assert ask(shipped, text).outcome == "decline"


@pytest.mark.parametrize("text", ["Hi!", "thanks a lot", "good bot", "what can you do?", "are you an AI?", "bye"])
def test_small_talk_gets_a_short_human_reply(shipped, text):
    reply = ask(shipped, text)
    assert reply.outcome == "social"
    assert len(plain_text(reply.blocks).split()) < 70


@pytest.mark.parametrize("text", ["你好，哪个框架更好", "какой фреймворк лучше для телефона", "ما هو الأفضل للهاتف"])
def test_a_foreign_language_is_told_that_only_english_is_understood(shipped, text):
    reply = ask(shipped, text)
    assert reply.outcome == "decline"
    assert "only understand English" in plain_text(reply.blocks)


# What is said next.


@pytest.mark.parametrize(
    ("before", "said", "shown"),
    [
        ("choose.production", "and for mobile?", "choose.mobile"),
        ("choose.beginner", "what about JAX?", "beyond.jax"),
        ("strengths.pytorch", "and tensorflow?", "strengths.tensorflow"),
        ("compare.mobile", "why?", "compare.mobile"),
        ("compare.mobile", "what about tensorflow?", "compare.mobile"),
        ("choose.mobile", "production?", "choose.production"),
    ],
)
def test_a_follow_up_is_read_with_what_was_answered_before(shipped, before, said, shown):
    assert ask(shipped, said, turn_after(shipped.show(before))).entries == (shown,)


@pytest.mark.parametrize(("said", "place"), [("1", 0), ("the second one", 1), ("number three", 2), ("last", -1)])
def test_one_of_the_related_topics_is_picked_by_its_place(shipped, said, place):
    shown = shipped.show("choose.mobile")
    expected = choices_in(shown).options[place].entry
    assert ask(shipped, said, turn_after(shown)).entries == (expected,)


def test_none_of_these_after_choices_is_accepted(shipped):
    turn = Turn(offered=("choose.mobile", "compare.mobile", "beyond.edge"))
    for said in ("none of these", "4"):
        reply = ask(shipped, said, turn)
        assert (reply.outcome, reply.entries) == ("decline", ())


# Whatever arrives.

ODD = {
    "empty": "",
    "emoji only": "🤖🔥👩‍💻",
    "null bytes": "a\x00b\x00",
    "binary": bytes(range(256)).decode("latin-1"),
    "right to left": "أي إطار عمل أفضل؟",
    "turned around": "\u202epytorch\u202c \u2067tensorflow\u2069",
    "halves of surrogate pairs": "\udcff\ud800 pytorch",
    "10,000 characters": "why " * 2_500,
    "10,000 characters without a blank": "x" * 10_000,
    "2,000 emoji": "😀" * 2_000,
    "2,000 emoji around a question": "😀" * 1_000 + " what is pytorch? " + "😀" * 1_000,
    "stacked accents": "Z" + "\u0300" * 3_000,
    "marks alone": "?!.,;:" * 500,
    "markup": "<b>*_~`|||</b> [x](y) {{7*7}} ${x} %s %n",
    "a thousand questions": "What is PyTorch? " * 1_000,
    "numbers alone": "42 " * 500,
}


def assert_clear(reply):
    """Something is said, in words of ours."""
    text = plain_text(reply.blocks)
    assert any(character.isalpha() for character in text)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert reply.summary
    assert len(text) < 8_000


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_whatever_arrives_gets_a_clear_reply(shipped, text):
    assert_clear(ask(shipped, text))


@trying(max_examples=50)
@given(st.text(st.characters() | st.sampled_from("pytorch tensorflow ?.,")))
def test_no_text_fails(shipped, text):
    assert_clear(ask(shipped, text))


@trying(max_examples=30)
@given(st.data())
def test_no_utterance_fails_after_any_reply(shipped, data):
    shown = data.draw(st.sampled_from(list(shipped.knowledge.entries)))
    said = data.draw(st.sampled_from(["why?", "2", "and for mobile?", "what about JAX?", "no", "the last one", "ok"]))
    assert_clear(ask(shipped, said, turn_after(shipped.show(shown))))


# How it looks.


def test_every_entry_can_be_shown_and_its_notification_is_its_answer(shipped):
    for name, entry in shipped.knowledge.entries.items():
        reply = shipped.show(name)
        assert_clear(reply)
        first = entry.headline or entry.answer.text
        assert reply.summary.startswith(first), name
        assert reply.outcome == entry.kind


def test_choices_are_few_and_say_what_they_lead_to(shipped):
    undecided = with_thresholds(shipped, OFFERS_ALL)
    offering = [
        reply for _, phrasing in some_phrasings(shipped) if (reply := ask(undecided, phrasing)).outcome == "choices"
    ]
    assert len(offering) > PHRASINGS / 3
    for reply in offering:
        offered = choices_in(reply)
        assert 1 <= len(offered.options) <= MOST_CHOICES
        assert offered.none_of_these
        assert all(option.label == shipped.knowledge.entries[option.entry].title for option in offered.options)

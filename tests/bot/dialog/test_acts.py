"""Dialogue acts: what a short utterance asks of the answer before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.answering import THANKS
from bot.dialog.follow_ups import Act, act, is_act
from bot.dialog.question import Question, Turn
from bot.dialog.reply import Text
from bot.language.text import words
from tests.bot.small_knowledge import KNOWLEDGE, bot, entry


def read(text):
    return act(text, " ".join(words(text)))


ACTS = {
    "why": ["why?", "but why", "why is that so", "Why not?", "how come?", "and the reason?", "really?", "are you sure"],
    "sources": [
        "source?",
        "Sources please",
        "got a source?",
        "any links?",
        "what's your source for that?",
        "says who?",
        "where did you get that from",
        "how do you know?",
    ],
    "shorter": ["shorter", "TL;DR", "tldr?", "can you make it shorter?", "in one sentence please", "too long", "eli5"],
    "more": ["more", "tell me more", "details?", "can you give me more details", "go on", "the full answer please"],
    "replacement": [
        "what replaced it?",
        "so what has replaced that",
        "what's its successor?",
        "is there a replacement for it",
        "what should I use instead?",
    ],
    "date": [
        "when?",
        "when was that?",
        "when's that from?",
        "since when?",
        "how old is this answer?",
        "is that still up to date?",
        "still true?",
    ],
    "stop": ["stop", "please stop", "Stop it!", "can you stop", "be quiet", "ok, enough"],
    "thanks": ["thanks!", "ok thanks", "thank you so much", "thx", "cheers mate", "perfect, thank you"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, said in ACTS.items() for text in said])
def test_an_act_can_be_said_in_many_ways(name, text):
    assert read(text) == Act(name)


@pytest.mark.parametrize(
    "text",
    [
        "\N{THUMBS UP SIGN}",
        "\N{THUMBS UP SIGN}\U0001f3fd",
        " \N{THUMBS UP SIGN}\N{THUMBS UP SIGN} ",
        "\N{PERSON WITH FOLDED HANDS}",
        "\N{OK HAND SIGN}",
        ":+1:",
        ":+1::skin-tone-3:",
        ":thumbsup:",
        ":pray:",
        "+1",
    ],
)
def test_a_thumbs_up_is_thanks_as_a_character_and_as_an_alias(text):
    assert read(text) == Act("thanks")


@pytest.mark.parametrize("text", ["1", "2", ":tada:", "\N{PARTY POPPER}", "\N{THUMBS UP SIGN} what is jax", ".", ""])
def test_a_number_another_emoji_and_a_question_after_a_thumbs_up_are_no_thanks(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("is that from nvidia?", "nvidia"),
        ("Was this written by Google?", "google"),
        ("does it come from the PyTorch team?", "pytorch team"),
        ("is that what the docs say?", "docs"),
        ("and is that from meta or google", "meta or google"),
    ],
)
def test_who_published_it_can_be_asked(text, about):
    assert read(text) == Act("publisher", about)


@pytest.mark.parametrize(
    "text", ["is it by design?", "is that from scratch", "is pytorch from nvidia?", "it is from meta"]
)
def test_what_is_no_publisher_is_not_asked_for(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("no, I meant JAX", "jax"),
        ("I meant for phones", "for phones"),
        ("sorry, I was asking about keras", "keras"),
        ("nope, I mean the second one", "the second one"),
        ("no, with tensorflow", "with tensorflow"),
        ("I meant linux, not windows", "linux"),
        ("no, I meant linux instead of windows", "linux"),
        ("no, not windows, linux", "linux"),
        ("not Windows but Linux!", "linux"),
        ("PyTorch, not TensorFlow", "pytorch"),
        ("linux rather than windows", "linux"),
    ],
)
def test_what_was_meant_instead_can_be_said(text, about):
    assert read(text) == Act("correction", about)


ORDINARY = [
    "why is tensorflow slow",
    "why do people like pytorch?",
    "how come jax needs no graph?",
    "stop gradient in jax?",
    "how do I stop training early",
    "source code of pytorch",
    "is tensorflow open source?",
    "more frameworks like keras?",
    "tell me more about jax",
    "explain jit",
    "what replaced torchserve?",
    "what should I use instead of mxnet?",
    "when was pytorch released?",
    "is keras still up to date?",
    "is pytorch from meta?",
    "short training runs on a cpu?",
    "summary of pytorch vs jax",
    "thanks, what about jax?",
    "no",
    "ok",
    "because of the cuda version?",
    "date formats in tf.data",
    "is pytorch, not tensorflow, better?",
    "pytorch, not tensorflow?",
    "why pytorch, not tensorflow",
    "not sure, maybe jax",
    "pytorch not found",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_a_question_of_its_own_is_no_act(text):
    assert read(text) is None


@given(st.text(st.characters() | st.sampled_from(" ?!.'+:1thewhyisfromnomeant")))
def test_no_text_fails(text):
    found = read(text)
    assert found is None or found.name


def test_thanks_ask_nothing_of_the_answer_before_them():
    assert is_act("source?")
    assert is_act("is that from nvidia?")
    assert not is_act("thanks")
    assert not is_act("what is jax?")


# What they do where there is nothing that they could refer to.


@pytest.mark.parametrize("text", ["why?", "source?", "shorter", "more", "what replaced it?", "when?", "is it by meta?"])
@pytest.mark.parametrize("turn", [None, Turn(), Turn(answered=("gone.away",))])
def test_an_act_after_nothing_is_an_ordinary_message(text, turn):
    assert bot().answer(Question(text, turn)).outcome != "answer"


def test_stop_ends_the_conversation_also_where_none_was():
    reply = bot().answer(Question("stop"))
    assert (reply.outcome, reply.ends_conversation) == ("social", True)
    assert not bot().answer(Question("what is jax")).ends_conversation


def test_thanks_are_answered_by_the_entry_for_them_or_else_in_few_words():
    assert bot().answer(Question("thx")).blocks == (Text("You're welcome."),)
    polite = bot(*KNOWLEDGE.entries.values(), entry(THANKS, "merci beaucoup", kind="social"))
    assert polite.answer(Question("thx")).entries == (THANKS,)

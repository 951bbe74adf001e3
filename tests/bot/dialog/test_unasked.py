"""Which messages that nobody addressed to the bot have the form of a question to anybody."""

from __future__ import annotations

import pytest

from bot.dialog.unasked import MOST_WORDS, is_question_to_anybody


def is_one(bot, text):
    return is_question_to_anybody(text, bot.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "is jax quicker than pytorch?",
        "does anyone know whether keras still runs on tensorflow",
        "pytorch or tensorflow for a phone app?",
        "what do you all use instead of torchserve these days?",
        "best deep learning framework for a first project?",
    ],
)
def test_a_short_question_on_a_framework_to_nobody_in_particular_is_one(shipped, text):
    assert is_one(shipped, text)


@pytest.mark.parametrize(
    "text",
    [
        "we moved the trainer to pytorch",
        "tensorflow is a pain to install",
        "pytorch or tensorflow, same thing really",
    ],
)
def test_a_statement_is_none(shipped, text):
    assert not is_one(shipped, text)


@pytest.mark.parametrize("text", ["is the coffee machine broken again?", "which plan is cheaper?"])
def test_a_question_that_names_no_framework_is_none(shipped, text):
    assert not is_one(shipped, text)


@pytest.mark.parametrize(
    "text",
    [
        "did you try jax for the sampler?",
        "is our keras job still running?",
        "does this pytorch branch build?",
        "can they move the tensorflow service?",
        "when is the pytorch meeting?",
    ],
)
def test_a_question_about_people_or_things_of_this_conversation_is_none(shipped, text):
    assert not is_one(shipped, text)


@pytest.mark.parametrize(
    "text",
    [
        "> is jax quicker than pytorch?",
        "is jax quicker than pytorch? https://example.com/post",
        '"is jax quicker than pytorch?"',
        "@kim is jax quicker than pytorch?",
        "is jax quicker than pytorch?\nsomebody asked me on the train",
    ],
)
def test_what_is_quoted_linked_or_said_to_somebody_is_none(shipped, text):
    assert not is_one(shipped, text)


@pytest.mark.parametrize("text", ["is theano dead? yes, since 2017", "is jax quicker? just measured, a bit"])
def test_a_question_that_is_answered_at_once_is_none(shipped, text):
    assert not is_one(shipped, text)


@pytest.mark.parametrize("text", ["what about keras", "and with pytorch?", "but is jax quicker than pytorch?"])
def test_the_tail_of_a_conversation_is_none(shipped, text):
    assert not is_one(shipped, text)


def test_one_or_two_words_are_none(shipped):
    assert not is_one(shipped, "pytorch?")
    assert not is_one(shipped, "which pytorch?")


def test_a_long_message_is_none(shipped):
    text = "is jax quicker than pytorch " + "on large batches " * 8
    assert len(text.split()) > MOST_WORDS
    assert not is_one(shipped, text)

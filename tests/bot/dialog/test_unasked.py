"""Which overheard messages have the form of a question to anybody."""

from __future__ import annotations

import pytest

from bot.dialog.question import FEWEST_WORDS, MOST_WORDS, is_question_to_anybody
from tests.bot.small_knowledge import bot

BOT = bot()


def open_to_all(text):
    return is_question_to_anybody(text, BOT.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "is jax slower than pytorch?",
        "Which is better for phones, TensorFlow or PyTorch?",
        "does anybody know whether tensorflow runs on windows",
        "how hard is pytorch to learn?",
        "pytorch or jax for a small lab?",
        "What's the difference between jax and tensorflow?",
        "anyone using litert in production?",
        "best machine learning framework for a student project?",
        "do you all use pytorch these days?",
    ],
)
def test_a_question_on_a_framework_to_nobody_in_particular_may_be_answered(text):
    assert open_to_all(text)


@pytest.mark.parametrize(
    "text",
    [
        "pytorch is slower than jax",
        "pytorch slower than jax?",
        "please compare pytorch with jax",
        "read up on tensorflow before the workshop",
    ],
)
def test_it_begins_like_a_question_or_asks_for_one_of_two(text):
    assert not open_to_all(text)


def test_an_alternative_is_a_question_only_with_its_mark():
    assert open_to_all("pytorch or jax for a small lab?")
    assert not open_to_all("pytorch or jax for a small lab")


@pytest.mark.parametrize("text", ["which one is better for phones?", "what is the capital of peru?", "is react dead?"])
def test_it_names_a_framework_or_a_tool_or_the_field(text):
    assert not open_to_all(text)


def test_it_has_neither_too_few_nor_too_many_words():
    assert not open_to_all("why jax?")
    fitting = ["is", "jax", *["really"] * (MOST_WORDS - 3), "quick"]
    assert len("is jax quick".split()) == FEWEST_WORDS
    assert open_to_all("is jax quick?")
    assert open_to_all(" ".join(fitting))
    assert not open_to_all(" ".join([*fitting, "still"]))


@pytest.mark.parametrize(
    "text",
    [
        "do you like pytorch?",
        "can we move to jax?",
        "is this written in pytorch?",
        "is that why jax is slow?",
        "does it need tensorflow?",
        "did they drop tensorflow?",
        "how do I reset my pytorch environment?",
        "is pytorch installed here?",
        "did the pytorch job finish yesterday?",
        "is the tensorflow meeting moved?",
    ],
)
def test_it_speaks_of_nobodys_own_and_of_nothing_only_this_conversation_knows(text):
    assert not open_to_all(text)


@pytest.mark.parametrize(
    "text",
    [
        "> is jax slower than pytorch?",
        'who wrote "is jax slower than pytorch?"',
        "is jax slower than `pytorch`?",
        "is jax slower than pytorch? https://example.com/blog",
        "FYI: is jax slower than pytorch?",
        "Q: is jax slower than pytorch?",
        "@sam is jax slower than pytorch?",
        "is jax slower than pytorch?\nA: no",
    ],
)
def test_it_quotes_and_mentions_nothing(text):
    assert not open_to_all(text)


@pytest.mark.parametrize(
    "text",
    [
        "is jax slower than pytorch? yep",
        "what is jax? a library for arrays",
        "is jax dead? no, moving on",
    ],
)
def test_a_question_that_answers_itself_is_none(text):
    assert not open_to_all(text)


def test_a_mark_said_twice_is_no_answer():
    assert open_to_all("is jax slower than pytorch??!")


@pytest.mark.parametrize(
    "text",
    [
        "what about jax on windows?",
        "how about tensorflow for phones?",
        "and is jax quicker?",
        "but which pytorch version?",
        "so is tensorflow dead?",
        "or jax for phones?",
    ],
)
def test_a_question_that_continues_another_belongs_to_that_conversation(text):
    assert not open_to_all(text)

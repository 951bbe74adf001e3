"""Several things asked in one message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog import question as parts
from bot.dialog.question import MOST_PARTS, are_apart, asks
from bot.language.text import plain, sentences


def questions(message):
    return parts.questions(sentences(plain(message)))


def conjuncts(message):
    return parts.conjuncts(sentences(plain(message)))


def test_two_or_three_questions_are_told_apart():
    assert questions("What is JAX? Hello. What is Keras?") == ["What is JAX?", "What is Keras?"]


@pytest.mark.parametrize("message", ["What is JAX?", "What is JAX", "A? B? C? D?", ""])
def test_one_question_or_many_are_left_whole(message):
    assert questions(message) == []


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("which one for mobile and production?", ["which one for mobile", "production"]),
        ("which one for mobile, production and research", ["which one for mobile", "production", "research"]),
        ("which one for mobile as well as production", ["which one for mobile", "production"]),
        ("what is jax; what is keras", ["what is jax", "what is keras"]),
        ("what is jax, and also what is keras?", ["what is jax", "what is keras"]),
    ],
)
def test_a_question_falls_into_its_joined_pieces(message, pieces):
    assert conjuncts(message) == pieces


@pytest.mark.parametrize("message", ["which one for android", "a, b, c, d and e", "One and two. Three.", ""])
def test_what_is_not_joined_or_too_much_is_left_whole(message):
    assert conjuncts(message) == []


@pytest.mark.parametrize(("piece", "own"), [("what is keras", True), ("production?", True), ("production", False)])
def test_a_question_of_its_own_is_told_from_the_tail_of_another(piece, own):
    assert asks(piece) == own


@pytest.mark.parametrize(
    ("pieces", "bare", "apart"),
    [
        (["what is jax", "what is keras"], [False, False], True),
        (["which one for mobile", "production"], [False, True], True),
        (["pytorch for mobile", "production"], [False, True], True),
        (["an app for android", "which framework"], [False, False], False),
        (["what is jax", "the rest of them"], [False, False], False),
        (["what became of cntk", "who used it"], [False, False], False),
        (["is a tpu worth renting", "which framework goes best with them"], [False, False], False),
    ],
)
def test_pieces_ask_several_things_where_each_asks_by_itself(pieces, bare, apart):
    assert are_apart(pieces, bare) == apart


@given(st.text(st.one_of(st.characters(), st.sampled_from("?,;. and"))))
def test_no_text_fails_and_there_are_never_too_many_parts(message):
    for pieces in (questions(message), conjuncts(message)):
        assert len(pieces) in {0, *range(2, MOST_PARTS + 1)}
        assert all(pieces)

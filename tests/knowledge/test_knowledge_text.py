"""Text: when two phrasings count as the same, and what ids, titles and answers are made of free text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.fields import MAX_TEXT, MAX_TITLE
from knowledge.text import id_of, normal_form, split_answer, title_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PyTorch or TF?", "pytorch or tf"),
        ("what\u2019s  new", "what's new"),
        ("\uff30y\uff54orch", "pytorch"),
        ("(c++) api", "C++ API!"),
    ],
)
def test_case_punctuation_and_typography_do_not_count(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("c", "c++"), ("tf1", "tf2"), ("a to b", "b to a"), ("?!", "!?"), ("🙂", "🙃")]
)
def test_words_their_order_and_bare_signs_do(one, other):
    assert normal_form(one) != normal_form(other)


@given(st.text(max_size=200))
def test_any_text_has_one_normal_form(text):
    assert normal_form(normal_form(text)) == normal_form(text)


@given(st.text(min_size=1, max_size=200))
def test_any_text_has_an_id_that_is_its_own_id(text):
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", id_of(text))
    assert id_of(id_of(text)) == id_of(text)


@given(st.text(min_size=1, max_size=200))
def test_any_text_has_a_title_that_the_model_accepts(text):
    assert 1 <= len(title_of(text)) <= MAX_TITLE


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126) | st.just(" "), min_size=1, max_size=3_000))
def test_a_split_answer_loses_nothing_but_space(text):
    parts = split_answer(text)

    assert all(len(part) <= MAX_TEXT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())

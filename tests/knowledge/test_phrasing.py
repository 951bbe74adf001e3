"""Phrasings: when two count as the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.phrasing import normal_form


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

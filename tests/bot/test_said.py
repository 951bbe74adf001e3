"""What phrasings say, in columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.said import Said

entries = st.lists(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([1.0, 0.5])), max_size=3))


def said(every):
    found = Said()
    for own in every:
        found.begin_entry()
        for features in own:
            found.add(features)
    return found


@given(entries)
def test_what_was_taken_in_comes_out_as_it_was_but_for_phrasings_without_features(every):
    found = [[dict(zip(*phrase, strict=True)) for phrase in own] for own in said(every).by_entry()]
    assert found == [[features for features in own if features] for own in every]


def test_a_feature_has_one_number_wherever_it_occurs():
    found = said([[{"a": 1.0, "b": 1.0}], [{"b": 1.0}]])
    assert list(found.features) == [found.slots["a"], found.slots["b"], found.slots["b"]]


def test_shares_are_kept_near_enough():
    ((((_, shares),),)) = said([[{"a": 0.7}]]).by_entry()
    assert shares == pytest.approx((0.7,))

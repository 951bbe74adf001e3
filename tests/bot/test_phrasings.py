"""The phrasings of each entry, turned inside out."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrasings import PackedPhrasings, how_many, joined, listed, repacked

IDF = {"rent": 1.0, "gpu": 2.0, "what": 0.5, "^rent gpu": 3.0}

phrasings = st.lists(st.lists(st.sampled_from([*IDF, "unheard"]), unique=True, max_size=4), max_size=4)


def plain(own):
    return list(map(pytest.approx, own.scales)), {feature: list(numbers) for feature, numbers in own.lists.items()}


def test_a_feature_lists_the_phrasings_that_have_it():
    own = listed([["rent", "gpu"], ["what"], ["gpu"]], IDF)
    assert own.lists == {"rent": [0], "gpu": [0, 2], "what": [1]}


def test_what_weighs_nothing_is_left_out():
    assert listed([["unheard", "gpu"]], IDF).lists == {"gpu": [0]}


def test_a_scale_makes_the_phrasing_a_unit_vector():
    own = listed([["rent", "gpu"]], IDF)
    assert own.scales[0] * math.hypot(IDF["rent"], IDF["gpu"]) == pytest.approx(1.0)


def test_a_phrasing_of_which_nothing_counts_has_no_scale():
    assert listed([["unheard"]], IDF).scales == [0.0]


@given(phrasings, phrasings)
def test_joined_phrasings_are_those_listed_in_a_row(first, second):
    assert plain(joined(listed(first, IDF), listed(second, IDF))) == plain(listed([*first, *second], IDF))


def test_joining_changes_neither():
    first = listed([["gpu"]], IDF)
    joined(first, listed([["gpu"]], IDF))
    assert first.lists == {"gpu": [0]}


@given(st.lists(phrasings, max_size=4))
def test_packed_ones_are_the_same(every):
    made = [listed(own, IDF) for own in every]
    assert [plain(own) for own in repacked(made)] == [plain(own) for own in made]


def test_a_number_beyond_the_last_entry_is_refused():
    packed = repacked([listed([["gpu"]], IDF)])
    with pytest.raises(IndexError):
        packed[1]


@given(st.lists(phrasings, max_size=4))
def test_both_forms_count_the_same(every):
    made = [listed(own, IDF) for own in every]
    assert how_many(repacked(made)) == how_many(made) == sum(map(len, every))


def test_packed_ones_are_kept_as_plain_lists_and_come_back():
    packed = repacked([listed([["rent", "gpu"], ["gpu"]], IDF)])
    columns = (packed.names, packed.features, packed.ends, packed.scales, packed.last)
    again = PackedPhrasings(*json.loads(json.dumps([list(column) for column in columns])))
    assert plain(again[0]) == plain(packed[0])

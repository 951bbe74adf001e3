"""Phrasings as columns of numbers."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.retrieval import phrasing_columns as module
from bot.retrieval.phrasing_columns import PhrasingColumns, PhrasingIndex, number_features, sum_runs

FEATURES = "abcdef"
WEIGHTS = np.array([1.0, 2.0, 0.5, 3.0, 1.5, 0.25])

phrasings = st.dictionaries(st.sampled_from(FEATURES), st.sampled_from([1.0, 0.5]))
entries = st.lists(st.lists(phrasings, max_size=3), max_size=5)


def columns(every, slots=None):
    return PhrasingColumns.of(every, number_features(FEATURES) if slots is None else slots)


def plain(made):
    """The phrasings of each entry as features with their shares."""
    cells = iter(zip(made.features.tolist(), made.shares.tolist(), strict=True))
    lengths = iter(made.lengths.tolist())
    return [
        [{FEATURES[f]: share for f, share in (next(cells) for _ in range(next(lengths)))} for _ in range(count)]
        for count in made.counts.tolist()
    ]


def filled(every):
    """What is expected of columns: phrasings without features are left out."""
    return [[features for features in own if features] for own in every]


@given(entries)
def test_what_was_added_comes_out_as_it_was_but_for_phrasings_without_features(every):
    assert plain(columns(every)) == filled(every)


def test_features_are_numbered_when_they_first_occur():
    slots = number_features(["known"])
    made = columns([[{"new": 1.0, "known": 1.0}], [{"new": 1.0}]], slots)
    assert slots == {"known": 0, "new": 1}
    assert made.features.tolist() == [1, 0, 1]


@given(entries)
def test_every_cell_has_its_entry(every):
    expected = [number for number, own in enumerate(every) for features in own for _ in features]
    assert columns(every).owners().tolist() == expected


@given(entries, st.sets(st.sampled_from(FEATURES)))
def test_keeping_some_features_renumbers_them_and_leaves_the_phrasings(every, kept):
    made = columns(every).keep(np.array([feature in kept for feature in FEATURES]))
    names = [feature for feature in FEATURES if feature in kept]
    expected = [[{f: share for f, share in own.items() if f in kept} for own in entry] for entry in filled(every)]
    renamed = [[{names[FEATURES.index(f)]: share for f, share in own.items()} for own in e] for e in plain(made)]
    assert renamed == expected


@trying(max_examples=50)
@given(entries, entries, st.data())
def test_entries_can_be_taken_from_several_columns_and_put_together(first, second, data):
    every = filled([*first, *second])
    chosen = data.draw(st.lists(st.integers(0, len(every) - 1), max_size=4) if every else st.just([]))
    joined = PhrasingColumns.join([columns(first), columns(second)])
    assert plain(joined.select(chosen)) == [every[number] for number in chosen]


@given(entries, st.sampled_from([1, 3, 1000]))
def test_blocks_are_the_whole_in_parts(every, size):
    made = columns(every)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", size)
        blocks = list(made.blocks())
    assert [own for _, block in blocks for own in plain(block)] == filled(every)
    sizes = [len(block.counts) for _, block in blocks]
    assert [first for first, _ in blocks] == [sum(sizes[:number]) for number in range(len(sizes))]


@given(entries)
def test_a_phrasing_has_a_unit_vector(every):
    made = columns(every)
    squares = sum_runs(made.unit_weights(WEIGHTS) ** 2, made.lengths)
    assert squares.tolist() == pytest.approx([1.0] * len(squares))


# The index of phrasings.


def lists(every):
    """An entry's inverted phrasings, one feature at a time."""
    return {
        FEATURES.index(f): [number for number, own in enumerate(every) if f in own]
        for f in dict.fromkeys(f for own in every for f in own)
    }


@given(entries)
def test_a_feature_lists_the_phrasings_of_an_entry_that_have_it(every):
    index = PhrasingIndex.of(columns(every), WEIGHTS)
    assert [own.lists for own in index] == [lists(own) for own in filled(every)]
    assert index.total == sum(map(len, filled(every)))
    assert len(index.last) == len(every)


@given(entries)
def test_a_scale_makes_a_phrasing_a_unit_vector_of_its_features_weights(every):
    index = PhrasingIndex.of(columns(every), WEIGHTS)
    expected = [1 / math.hypot(*(WEIGHTS[FEATURES.index(f)] for f in own)) for entry in filled(every) for own in entry]
    assert [scale for own in index for scale in own.scales] == pytest.approx(expected)


def test_a_phrasing_of_which_nothing_counts_has_no_scale():
    made = columns([[{"a": 1.0}]]).keep(np.array([False] * len(FEATURES)))
    assert PhrasingIndex.of(made, WEIGHTS)[0].scales == [0.0]


@given(entries)
def test_the_columns_come_back_from_the_index_but_for_the_shares(every):
    again = PhrasingIndex.of(columns(every), WEIGHTS).columns()
    assert plain(again) == [[dict.fromkeys(own, 1.0) for own in entry] for entry in filled(every)]


def test_a_number_beyond_the_last_entry_is_refused():
    index = PhrasingIndex.of(columns([[{"a": 1.0}]]), WEIGHTS)
    with pytest.raises(IndexError):
        index[1]


def test_columns_are_plain_data():
    index = PhrasingIndex.of(columns([[{"a": 1.0}]]), WEIGHTS)
    assert (index.features, index.ends, index.last) == (array("i", [0]), array("i", [1]), array("i", [1]))


@given(st.lists(st.lists(st.floats(0, 9), max_size=4), max_size=6))
def test_runs_are_summed_one_by_one_and_empty_ones_are_nothing(runs):
    values = np.array([value for run in runs for value in run])
    found = sum_runs(values, np.array(list(map(len, runs)), dtype=int))
    assert found.tolist() == pytest.approx(list(map(sum, runs)))

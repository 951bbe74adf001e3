"""The inverted index over entries."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.retrieval import postings as module
from bot.retrieval.postings import EntryVectors, Postings, Scorer

FEATURES = "abcdefgh"
EIGHTHS = st.integers(1, 40).map(lambda number: number / 8)
"""Weights that 32 bits hold exactly, so that sums must agree to the digit."""

vectors = st.lists(st.dictionaries(st.sampled_from(range(8)), EIGHTHS, max_size=6), min_size=1, max_size=15)
signed = st.dictionaries(st.sampled_from(range(8)), st.integers(-40, 40).filter(bool), max_size=6)
queries = st.lists(st.tuples(st.sampled_from(range(8)), EIGHTHS), max_size=6)
rows = st.sampled_from([0, 1 / 4, 2])
"""The share of entries from which rows are used: for all features, some, none."""


def sparse(every):
    cells = [(number, feature, weight) for number, own in enumerate(every) for feature, weight in own.items()]
    entries, features, weights = zip(*cells, strict=True) if cells else ((), (), ())
    return EntryVectors(np.array(entries, dtype=int), np.array(features, dtype=int), np.array(weights, dtype=float))


def plain(made, count):
    found = [{} for _ in range(count)]
    for number, feature, weight in zip(made.entries, made.features, made.weights.tolist(), strict=True):
        found[number][feature] = weight
    return found


def best(every, query, most, *, rows=module.ROW_FROM):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ROW_FROM", rows)
        return Scorer(Postings.of(sparse(every), len(FEATURES)), len(every)).best(query, most)


def sums(every, query):
    weights = Counter()
    for feature, weight in query:
        weights[feature] += weight
    return [sum(weights[feature] * share for feature, share in own.items()) for own in every]


@trying(max_examples=60)
@given(vectors, queries, rows)
def test_sums_are_those_of_every_entrys_vector(every, query, rows):
    expected = {number: total for number, total in enumerate(sums(every, query)) if total}
    assert dict(best(every, query, len(every), rows=rows)) == expected


@trying(max_examples=60)
@given(st.lists(signed, min_size=1, max_size=15), queries, rows)
def test_entries_whose_sum_comes_to_nothing_are_left_out(every, query, rows):
    expected = {number: total for number, total in enumerate(sums(every, query)) if total}
    assert dict(best(every, query, len(every), rows=rows)) == expected


@trying(max_examples=60)
@given(vectors, queries, st.integers(1, 10))
def test_the_best_come_first_and_equals_by_number(every, query, most):
    found = best(every, query, most)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
    assert found == best(every, query, len(every))[:most]


@given(vectors)
def test_postings_give_back_the_vectors(every):
    assert plain(Postings.of(sparse(every), len(FEATURES)).vectors(), len(every)) == every


def test_postings_are_rounded_so_that_last_bits_do_not_decide():
    (made,) = plain(Postings.of(sparse([{0: 1 / 3}]), 1).vectors(), 1)
    assert made == {0: pytest.approx(0.33333, abs=1e-8)}


@given(vectors, vectors)
def test_cells_of_one_entry_and_feature_are_added_up(first, second):
    every = [Counter() for _ in range(max(len(first), len(second)))]
    for part in (first, second):
        for own, weights in zip(every, part, strict=False):
            own.update(weights)
    made = EntryVectors.join([sparse(first), sparse(second)]).summed(len(FEATURES))
    assert plain(made, len(every)) == every


@given(vectors)
def test_unit_vectors_have_length_one(every):
    made = sparse(every).unit(len(every))
    squares = np.bincount(made.entries, made.weights**2, minlength=len(every))
    assert squares.tolist() == pytest.approx([float(bool(own)) for own in every])


def test_renumbered_vectors_lose_the_entries_without_a_number():
    made = sparse([{0: 1.0}, {1: 2.0}, {2: 3.0}]).renumbered([2, -1, 0])
    assert plain(made, 3) == [{2: 3.0}, {}, {0: 1.0}]


def test_nothing_is_no_mistake():
    assert best([{}], [(0, 1.0)], 5) == []
    assert EntryVectors.join([]).summed(0).weights.tolist() == []

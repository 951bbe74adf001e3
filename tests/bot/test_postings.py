"""Inverted lists in both forms."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot import postings as module
from bot.postings import ArrayPostings, ListPostings, Packed, invert, packed, postings

EIGHTHS = st.integers(1, 40).map(lambda number: number / 8)
"""Weights that 32 bits hold exactly, so that both forms must agree to the digit."""

vectors = st.lists(st.dictionaries(st.sampled_from("abcdefgh"), EIGHTHS, max_size=6), min_size=1, max_size=15)
queries = st.lists(st.tuples(st.sampled_from("abcdefghxyz"), EIGHTHS), max_size=6)


def both(made):
    lists = invert(made)
    return ListPostings(lists, len(made)), ArrayPostings(lists, len(made))


def best(form, query, most):
    return list(form.best(query, most))


@trying(max_examples=40)
@given(vectors, queries, st.integers(1, 20))
def test_lists_and_arrays_agree(made, query, most):
    plain, arrays = both(made)
    assert best(arrays, query, most) == best(plain, query, most)


@trying(max_examples=40)
@given(
    st.lists(
        st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-40, 40).filter(bool), max_size=6),
        min_size=1,
        max_size=15,
    ),
    queries,
)
def test_lists_and_arrays_agree_on_weights_that_speak_against(made, query):
    """Entries whose sum comes to nothing are the same as entries that were never touched."""
    found = [[pair for pair in best(form, query, len(made)) if pair[1]] for form in both(made)]
    assert found[0] == found[1]


@trying(max_examples=40)
@given(vectors, queries)
def test_sums_are_those_of_every_entrys_vector(made, query):
    weights = Counter()
    for feature, weight in query:
        weights[feature] += weight
    expected = {
        number: sum(weights[feature] * share for feature, share in vector.items()) for number, vector in enumerate(made)
    }
    assert dict(best(both(made)[0], query, len(made))) == {number: sum_ for number, sum_ in expected.items() if sum_}


@trying(max_examples=40)
@given(vectors, queries, st.integers(1, 10))
def test_the_best_come_first_and_equals_by_number(made, query, most):
    found = best(both(made)[0], query, most)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
    assert found == best(both(made)[0], query, len(made))[:most]


def test_turning_vectors_inside_out_keeps_every_weight():
    lists = invert([{"a": 1.0, "b": 2.0}, {}, {"a": 3.0}])
    assert {feature: (list(numbers), list(weights)) for feature, (numbers, weights) in lists.items()} == {
        "a": ([0, 2], [1.0, 3.0]),
        "b": ([0], [2.0]),
    }


@pytest.mark.parametrize("large", [True, False])
@trying(max_examples=30)
@given(vectors, queries)
def test_postings_packed_one_by_one_are_the_same_lists(large, made, query):
    loose = invert(made)
    rows = [
        (list(loose).index(feature), number, weight)
        for number, vector in enumerate(made)
        for feature, weight in vector.items()
    ]
    columns, numbers, weights = (np.array([row[part] for row in rows], dtype=float) for part in range(3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ARRAYS_FROM", 0 if large else 1_000_000)
        lists = packed(list(loose), columns.astype(int), numbers, weights)
        assert isinstance(lists, Packed) == large
        found = best(postings(lists, len(made)), query, 5)
    assert {feature: tuple(map(list, run)) for feature, run in lists.items()} == {
        feature: tuple(map(list, run)) for feature, run in loose.items()
    }
    assert found == best(both(made)[0], query, 5)


def test_arrays_are_for_large_knowledge_alone(monkeypatch: pytest.MonkeyPatch):
    lists = invert([{"a": 1.0, "b": 2.0}])
    assert isinstance(postings(lists, 1), ListPostings)
    monkeypatch.setattr(module, "ARRAYS_FROM", 2)
    assert isinstance(postings(lists, 1), ArrayPostings)


def test_only_arrays_import_numpy():
    code = (
        "import sys; from bot.postings import invert, postings, ArrayPostings; lists = invert([{'a': 1.0}]);"
        "postings(lists, 1).best([('a', 1.0)], 1); assert 'numpy' not in sys.modules;"
        "ArrayPostings(lists, 1); assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_entries_are_no_mistake():
    for form in both([{}]):
        assert best(form, [("a", 1.0)], 5) == []


def test_both_forms_leave_out_what_cancels():
    lists = invert([{"a": 1.0, "b": -1.0}])
    query = [("a", 1.0), ("b", 1.0)]
    assert best(ListPostings(lists, 1), query, 5) == best(ArrayPostings(lists, 1), query, 5) == []

"""Which vectors are put together."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curation.linkage import linked

EVERY = defaultdict(lambda: True)


def unit(**weights):
    norm = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / norm for term, weight in weights.items()}


def groups(*vectors, telling=EVERY, sizes=None):
    return linked(vectors, sizes or [1] * len(vectors), telling)


def test_what_shares_its_terms_is_put_together():
    assert groups(unit(a=1, b=1), unit(c=1), unit(a=1, d=0.5)) == [[0, 2], [1]]


def test_a_term_that_is_not_telling_puts_nothing_together():
    telling = {"common": False, "a": True, "b": True}
    assert groups(unit(common=5, a=1), unit(common=5, b=1), telling=telling) == [[0], [1]]


def test_what_shares_too_little_stays_apart():
    assert groups(unit(a=1, b=5), unit(a=1, c=5)) == [[0], [1]]


def test_a_chance_word_in_few_of_either_joins_no_two_groups():
    telling = {"common": False, "a": True, "b": True, "chance": True}
    ones = [unit(a=1, common=1) for _ in range(9)]
    others = [unit(b=1, common=1) for _ in range(9)]
    bridge = [unit(a=1, common=1, chance=0.6), unit(b=1, common=1, chance=0.6)]
    found = groups(*ones, *others, *bridge, telling=telling)
    assert found == [[*range(9), 18], [*range(9, 18), 19]]


def test_a_word_in_a_good_share_of_either_joins_them():
    telling = {"common": False, "a": True, "b": True, "shared": True}
    ones = [unit(a=1, common=1, shared=1) for _ in range(3)]
    others = [unit(b=1, common=1, shared=1) for _ in range(3)]
    assert groups(*ones, *others, telling=telling) == [[0, 1, 2, 3, 4, 5]]


def test_groups_need_less_in_common_than_single_questions():
    near = (unit(a=1, b=2.3), unit(a=1, c=2.3))
    assert groups(*near) == [[0], [1]]
    assert groups(*near, sizes=[4, 4]) == [[0, 1]]


def test_a_large_group_of_one_word_is_found_though_each_is_compared_with_few():
    vectors = [unit(a=1, **{f"own{number}": 0.8}) for number in range(300)]
    assert groups(*vectors) == [[*range(300)]]


@pytest.mark.parametrize("vectors", [[], [{}], [{}, {}]])
def test_nothing_is_put_together_with_nothing(vectors):
    assert groups(*vectors) == [[number] for number in range(len(vectors))]


@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 1), max_size=4), max_size=20))
def test_each_is_in_one_group_and_the_groups_are_in_order(weights):
    vectors = [unit(**one) if one else {} for one in weights]
    found = groups(*vectors)
    assert sorted(chain.from_iterable(found)) == list(range(len(vectors)))
    assert found == sorted(sorted(group) for group in found)
    assert groups(*vectors) == found

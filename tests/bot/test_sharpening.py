"""Entry vectors made to tell each other apart."""

from __future__ import annotations

import copy
import math

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot import sharpening
from bot.sharpening import sharpened


def unit(**weights):
    norm = math.hypot(*weights.values())
    return {feature: weight / norm for feature, weight in weights.items()}


def total(*units):
    """What entry vectors are before they are sharpened."""
    features = dict.fromkeys(feature for one in units for feature in one)
    return unit(**{feature: sum(one.get(feature, 0.0) for one in units) for feature in features})


def score(vector, phrasing):
    return sum(weight * vector.get(feature, 0.0) for feature, weight in phrasing.items())


NEIGHBOURS = (
    [unit(train=3, model=2, phone=1), unit(train=2, model=3, app=1)],
    [unit(train=3, model=2, server=1), unit(train=2, model=3, cluster=1)],
)
"""Two entries that share nearly all of their words."""


def margins(vectors):
    """By how much each phrasing's own entry leads the other."""
    return [
        score(vectors[own], phrasing) - score(vectors[1 - own], phrasing)
        for own, phrasings in enumerate(NEIGHBOURS)
        for phrasing in phrasings
    ]


def test_entries_that_share_words_are_set_further_apart():
    sums = [total(*phrasings) for phrasings in NEIGHBOURS]
    after = margins(sharpened(sums, NEIGHBOURS))
    assert all(now > 1.2 * then for now, then in zip(after, margins(sums), strict=True))


def test_what_two_entries_share_comes_to_say_less_than_what_sets_them_apart():
    sums = [total(*phrasings) for phrasings in NEIGHBOURS]
    (mobile, _) = sharpened(sums, NEIGHBOURS)
    assert mobile["phone"] / mobile["train"] > 1.05 * sums[0]["phone"] / sums[0]["train"]


@pytest.mark.parametrize(("times", "passes"), [(1, sharpening.PASSES_OF_FEW), (40, sharpening.PASSES)])
def test_few_phrasings_are_gone_over_more_often_than_many(times, passes, monkeypatch: pytest.MonkeyPatch):
    steps = []
    monkeypatch.setattr(sharpening, "_step", lambda *_: steps.append(1))
    phrasings = [own * times for own in NEIGHBOURS]
    sharpened([total(*own) for own in phrasings], phrasings)
    assert len(steps) == passes


features = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 5), min_size=1, max_size=4)
entries = st.lists(st.lists(features.map(lambda weights: unit(**weights)), min_size=1, max_size=3), max_size=6)


@trying(max_examples=25)
@given(entries)
def test_vectors_stay_of_length_one_and_in_their_order(phrasings):
    vectors = [total(*own) for own in phrasings]
    after = sharpened(vectors, phrasings)
    assert len(after) == len(vectors)
    assert all(math.isclose(math.hypot(*vector.values()), 1.0, abs_tol=0.02) for vector in after)


@trying(max_examples=25)
@given(entries)
def test_the_same_phrasings_give_the_same_vectors_and_nothing_given_is_changed(phrasings):
    vectors = [total(*own) for own in phrasings]
    given_vectors = copy.deepcopy(vectors)
    assert sharpened(vectors, phrasings) == sharpened(vectors, phrasings)
    assert vectors == given_vectors


def test_an_entry_alone_has_nobody_to_be_told_from():
    (after,) = sharpened([unit(a=3, b=4)], [[unit(a=3, b=4)]])
    assert after == pytest.approx(unit(a=3, b=4), abs=1e-4)


def test_no_entries_are_no_mistake():
    assert sharpened([], []) == []


def test_beyond_a_size_the_sums_have_to_do(monkeypatch: pytest.MonkeyPatch):
    sums = [total(*phrasings) for phrasings in NEIGHBOURS]
    monkeypatch.setattr(sharpening, "LARGEST", 3)
    for before, after in zip(sums, sharpened(sums, NEIGHBOURS), strict=True):
        assert after == pytest.approx(before, abs=1e-4)


def test_an_entry_without_phrasings_keeps_its_place():
    after = sharpened([unit(a=1), {}, unit(b=1)], [[unit(a=1)], [], [unit(b=1)]])
    assert score(after[0], unit(a=1)) > score(after[2], unit(a=1))
    assert score(after[2], unit(b=1)) > score(after[0], unit(b=1))

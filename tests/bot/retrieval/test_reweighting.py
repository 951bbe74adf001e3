"""Discriminative reweighting of entry vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.retrieval import vectorizer as module
from bot.retrieval.phrasing_columns import PhrasingColumns, number_features
from bot.retrieval.vectorizer import entry_vectors, reweight


def unit(**weights):
    norm = math.hypot(*weights.values())
    return {feature: weight / norm for feature, weight in weights.items()}


def both(every):
    """The entries' vectors before and after reweighting; every feature weighs as much as its share."""
    slots = number_features()
    columns = PhrasingColumns.of(every, slots)
    weights = np.ones(len(slots))
    sums = entry_vectors(columns, weights)
    return plain(sums, slots, every), plain(reweight(sums, columns, weights), slots, every)


def plain(vectors, slots, every):
    names = list(slots)
    found = [{} for _ in every]
    for number, feature, weight in zip(vectors.entries, vectors.features, vectors.weights, strict=True):
        found[number][names[feature]] = float(weight)
    return found


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
    before, after = map(margins, both(NEIGHBOURS))
    assert all(now > 1.2 * then for now, then in zip(after, before, strict=True))


def test_what_two_entries_share_comes_to_say_less_than_what_sets_them_apart():
    (before, _), (after, _) = both(NEIGHBOURS)
    assert after["phone"] / after["train"] > 1.05 * before["phone"] / before["train"]


@pytest.mark.parametrize(("times", "passes"), [(1, module.PASSES_OF_FEW), (40, module.PASSES)])
def test_few_phrasings_are_gone_over_more_often_than_many(times, passes, monkeypatch: pytest.MonkeyPatch):
    steps = []
    monkeypatch.setattr(module, "_step", lambda *_: steps.append(1))
    both([own * times for own in NEIGHBOURS])
    assert len(steps) == passes


def test_phrasings_are_learnt_from_in_an_order_that_mixes_the_entries(monkeypatch: pytest.MonkeyPatch):
    batches = []
    monkeypatch.setattr(module, "_step", lambda _, batch: batches.append([owner for owner, _, _ in batch]))
    both([[unit(a=1), unit(b=1), unit(c=1)], [unit(d=1)], [unit(e=1), unit(f=1)]])
    assert batches[0] == [0, 1, 2, 0, 2, 0]


features = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.1, 5), min_size=1, max_size=4)
entries = st.lists(st.lists(features.map(lambda weights: unit(**weights)), min_size=1, max_size=3), max_size=6)


@trying(max_examples=25)
@given(entries)
def test_vectors_stay_of_length_one_and_in_their_order(every):
    _, after = both(every)
    assert len(after) == len(every)
    assert all(math.isclose(math.hypot(*vector.values()), 1.0, abs_tol=0.02) for vector in after)


@trying(max_examples=25)
@given(entries)
def test_the_same_phrasings_give_the_same_vectors(every):
    assert both(every) == both(every)


@pytest.mark.parametrize("every", [[[unit(a=3, b=4)]], []], ids=["one entry", "none"])
def test_there_is_nothing_to_learn_without_a_second_entry(every):
    before, after = both(every)
    assert after == before


def test_beyond_a_size_the_sums_are_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LARGEST", 3)
    before, after = both(NEIGHBOURS)
    assert after == before


def test_an_entry_without_phrasings_keeps_its_place():
    _, after = both([[unit(a=1)], [], [unit(b=1)]])
    assert score(after[0], unit(a=1)) > score(after[2], unit(a=1))
    assert score(after[2], unit(b=1)) > score(after[0], unit(b=1))

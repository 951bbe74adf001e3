"""TF-IDF weights and vectors, compared with those made one entry at a time."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.retrieval import phrasing_columns
from bot.retrieval.phrasing_columns import PhrasingColumns, number_features
from bot.retrieval.vectorizer import ABOUT_WEIGHT, KIND_WEIGHT, SPREAD_POWER, entry_vectors, feature_weights

FEATURES = ("how", "gpu", "rent", "=pytorch", "#cost", "^rent gpu", "^how rent", "@one")

phrasings = st.dictionaries(st.sampled_from(FEATURES), st.sampled_from([1.0, 0.5]), min_size=1, max_size=6)
entries = st.lists(st.lists(phrasings, min_size=1, max_size=4), min_size=2, max_size=6)


def columns(every):
    return PhrasingColumns.of(every, number_features(FEATURES))


def weights(every, **others):
    return dict(zip(FEATURES, feature_weights(columns(every), FEATURES, **others).tolist(), strict=True))


def one_by_one(every, others=0):
    """The same weights, counted in Python."""
    frequency = Counter(feature for own in every for features in own for feature in features)
    spread = Counter(feature for own in every for feature in set().union(*own))
    total = others + sum(map(len, every))
    found = dict.fromkeys(FEATURES, 0.0)
    for feature, count in frequency.items():
        if count > 1 or feature[0] != "^":
            rarity = math.log(1 + total / (1 + count))
            rarity *= (math.log(1 + len(every) / spread[feature]) / math.log(1 + len(every))) ** SPREAD_POWER
            found[feature] = rarity * KIND_WEIGHT.get(feature[0], 1.0)
    return found


def normalised(vector):
    norm = math.hypot(*vector.values()) or 1.0
    return {feature: weight / norm for feature, weight in vector.items()}


def vectors_one_by_one(every, idf, about):
    found = []
    for number, own in enumerate(every):
        total = Counter()
        for features in own:
            total.update(normalised({feature: share * idf[feature] for feature, share in features.items()}))
        vector = Counter(normalised(total))
        vector.update(dict.fromkeys((feature for owner, feature in about if owner == number), ABOUT_WEIGHT))
        found.append(normalised(vector))
    return found


def vectors(every, idf, about=()):
    numbered = [(owner, FEATURES.index(feature)) for owner, feature in about]
    made = entry_vectors(columns(every), np.array([idf[feature] for feature in FEATURES]), numbered)
    found = [{} for _ in every]
    for number, feature, weight in zip(made.entries, made.features, made.weights, strict=True):
        found[number][FEATURES[feature]] = weight
    return found


@trying(max_examples=60)
@given(entries, st.sampled_from([0, 1000]), st.sampled_from([1, 10, 1000]))
def test_weights_are_those_counted_one_by_one(every, others, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrasing_columns, "BLOCK", block)
        assert weights(every, others=others) == pytest.approx(one_by_one(every, others))


@trying(max_examples=60)
@given(entries, st.booleans(), st.sampled_from([1, 10, 1000]))
def test_vectors_are_those_made_one_by_one(every, leans, block):
    about = [(0, "#cost"), (1, "gpu")] if leans else []
    idf = one_by_one(every)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phrasing_columns, "BLOCK", block)
        found = vectors(every, idf, about)
    for mine, theirs in zip(found, vectors_one_by_one(every, idf, about), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-6)


def test_a_pair_of_words_that_one_phrasing_has_counts_for_nothing():
    found = weights([[{"rent": 1.0, "^rent gpu": 1.0}], [{"rent": 1.0, "gpu": 1.0}]])
    assert found["^rent gpu"] == 0.0
    assert found["gpu"] > 0


def test_what_nobody_says_has_no_weight():
    assert weights([[{"rent": 1.0}]])["gpu"] == 0.0


def test_no_phrasings_are_no_mistake():
    assert set(weights([]).values()) == {0.0}
    assert vectors([], dict.fromkeys(FEATURES, 1.0)) == []


def test_an_entry_without_phrasings_has_what_it_is_about():
    every = [[], [{"rent": 1.0}], [], [{"gpu": 1.0}]]
    found = vectors(every, dict.fromkeys(FEATURES, 1.0), [(2, "rent")])
    assert found == [{}, {"rent": 1.0}, {"rent": 1.0}, {"gpu": 1.0}]

"""Vectors in bulk: the same as one entry at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot import bulk as module
from bot import index as small
from bot.bulk import vectors
from bot.phrasings import listed
from bot.said import Said

FEATURES = ("how", "gpu", "rent", "=pytorch", "#cost", "^rent gpu", "^how rent", "@one")

phrasings = st.dictionaries(st.sampled_from(FEATURES), st.sampled_from([1.0, 0.7]), min_size=1, max_size=6).map(
    lambda found: (tuple(found), tuple(found.values()))
)
entries = st.lists(st.lists(phrasings, min_size=1, max_size=4), min_size=2, max_size=6)


def one_by_one(said, about):
    """The same vectors, by what makes those of a small knowledge base."""
    idf, _ = small._weights(said)
    found = []
    for number, own in enumerate(said):
        vector = small._normalised(small._total(small._unit(one, idf) for one in own))
        for owner, feature in about:
            if owner == number and feature in idf:
                vector[feature] = vector.get(feature, 0.0) + small.ABOUT_WEIGHT
        found.append(small._normalised(vector))
    return idf, found


def in_bulk(said, about):
    columns = Said()
    for own in said:
        columns.begin_entry()
        for features, shares in own:
            columns.add(dict(zip(features, shares, strict=True)))
    return vectors(
        columns,
        about,
        rarity=small._rarity,
        kind_weight=small._kind_weight,
        about_weight=small.ABOUT_WEIGHT,
    )


@trying(max_examples=60)
@given(entries, st.booleans(), st.sampled_from([1, 10, 1000]))
def test_vectors_and_weights_are_those_made_one_by_one(said, leans, block):
    about = [(0, "#cost"), (1, "#nowhere")] if leans else []
    idf, expected = one_by_one(said, about)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        bulk = in_bulk(said, about)
    assert bulk.idf == pytest.approx(idf)
    found = [{} for _ in said]
    for feature, (numbers, weights) in bulk.lists.items():
        for number, weight in zip(numbers, weights, strict=True):
            found[number][feature] = weight
    for mine, theirs in zip(found, expected, strict=True):
        assert {feature: weight for feature, weight in mine.items() if weight} == pytest.approx(
            {feature: weight for feature, weight in theirs.items() if weight > 1e-5}, abs=2e-5
        )


def test_a_pair_of_words_that_one_phrasing_has_counts_for_nothing():
    bulk = in_bulk([[(("rent", "^rent gpu"), (1.0, 1.0))], [(("rent", "gpu"), (1.0, 1.0))]], [])
    assert "^rent gpu" not in bulk.idf
    assert "^rent gpu" not in bulk.lists


@trying(max_examples=40)
@given(entries)
def test_phrasings_are_those_listed_one_by_one(said):
    bulk = in_bulk(said, [])
    for found, own in zip(bulk.phrasings, said, strict=True):
        expected = listed((features for features, _ in own), bulk.idf)
        assert found.lists == expected.lists
        assert list(found.scales) == pytest.approx(expected.scales)


def test_an_entry_without_phrasings_has_what_it_is_about():
    bulk = in_bulk([[], [(("rent",), (1.0,))], [], [(("gpu",), (1.0,))]], [(2, "rent")])
    assert {feature: list(numbers) for feature, (numbers, _) in bulk.lists.items()} == {"rent": [1, 2], "gpu": [3]}
    assert [len(own.scales) for own in bulk.phrasings] == [0, 1, 0, 1]

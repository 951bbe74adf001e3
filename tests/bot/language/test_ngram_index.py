"""The n-gram index of words, compared with sums made one word at a time."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.language.spelling import NgramIndex

words = st.lists(st.text("abcd\u00e4\U0001f600", min_size=1, max_size=7), unique=True, max_size=12)
sizes = st.sampled_from([2, 3])


def grams(word, size):
    edged = f"^{word}$"
    return {edged[i : i + size] for i in range(len(edged) - size + 1)}


def weight(gram, known, size):
    return math.log(1 + len(known) / (1 + sum(gram in grams(word, size) for word in known))) ** 2


def shared(asked, word, known, size):
    return sum(weight(gram, known, size) for gram in grams(asked, size) & grams(word, size))


@trying(max_examples=60)
@given(words, st.text("abcd\u00e4\U0001f600", min_size=1, max_size=7), sizes)
def test_cosines_are_those_of_the_words_vectors(known, asked, size):
    def norm(word):
        return math.sqrt(sum(weight(gram, known, size) for gram in grams(word, size)))

    found = dict(NgramIndex(known, size).cosines(asked, 0.3))
    expected = {
        number: shared(asked, word, known, size) / (norm(asked) * norm(word)) for number, word in enumerate(known)
    }
    assert found == pytest.approx({number: cosine for number, cosine in expected.items() if cosine >= 0.3})


@trying(max_examples=60)
@given(words, st.text("abcd", min_size=1, max_size=7), sizes, st.integers(1, 6))
def test_the_most_similar_words_share_most_by_weight(known, asked, size, count):
    sums = Counter({number: round(shared(asked, word, known, size), 6) for number, word in enumerate(known)})
    expected = sorted(-total for total in sums.values() if total)[:count]
    found = NgramIndex(known, size).most_similar(asked, count)
    assert [-sums[number] for number in found] == expected


def test_equals_come_in_their_order():
    assert NgramIndex(["abx", "aby", "zzz"], 2).most_similar("abq", 5) == [0, 1]


def test_nothing_known_is_like_nothing():
    assert NgramIndex([], 3).most_similar("word", 5) == []
    assert NgramIndex([], 3).cosines("word", 0.3) == []


def test_an_ngram_does_not_reach_over_the_edge_of_a_word():
    assert NgramIndex(["ab", "cd"], 2).most_similar("x$^x", 5) == []

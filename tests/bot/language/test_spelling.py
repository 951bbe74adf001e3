"""Spelling correction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.spelling import LONGEST, Spelling, count_words, is_english

KNOWN = (
    "pytorch tensorflow keras debugging debugger deployment production mobile research beginner community"
    " conversion visualization serving android torchserve jax 20250404"
    " pneumonoultramicroscopicsilicovolcanoconiosis"
).split()


@pytest.fixture(scope="module")
def spelling():
    return Spelling(count_words([KNOWN]))


def swapped(word):
    """Every word that comes of typing two neighbouring letters in the wrong order."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}


def dropped(word):
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def doubled(word):
    return {word[: i + 1] + word[i:] for i in range(len(word))}


@pytest.mark.parametrize("mistake", [swapped, dropped, doubled])
@pytest.mark.parametrize("word", ["pytorch", "tensorflow", "deployment", "production", "android"])
def test_one_typo_in_a_name_is_corrected(spelling, word, mistake):
    assert {spelling.nearest(typed)[0] for typed in mistake(word)} == {word}


@pytest.mark.parametrize("word", ["tf", "jix", "x"])
def test_short_words_are_left_alone(spelling, word):
    assert spelling.nearest(word) is None
    assert spelling.related(word) == ()


def test_numbers_are_left_alone(spelling):
    assert spelling.nearest("20250405") is None


def test_what_is_too_long_for_a_word_is_left_alone(spelling):
    long = "pneumonoultramicroscopicsilicovolcanoconiosys"
    assert len(long) > LONGEST
    assert spelling.nearest(long) is None
    assert spelling.related(long) == ()


def test_a_typo_that_breaks_every_trigram_is_corrected_by_bigrams(spelling):
    assert spelling.nearest("kwras") == ("keras", 0.8)


def test_of_equally_near_words_the_one_with_the_same_first_letter_then_the_commoner_one_wins():
    spelling = Spelling(count_words([["graph", "brash", "grape"], ["grape"]]))
    assert spelling.nearest("grapj")[0] == "grape"
    assert spelling.nearest("grash")[0] == "graph"


def test_a_word_like_none_is_left_alone(spelling):
    assert spelling.nearest("zzyzx") is None


def test_forms_of_one_word_are_related_and_the_nearest_comes_first(spelling):
    related = spelling.related("debug")
    assert {word for word, _ in related} == {"debugging", "debugger"}
    assert [similarity for _, similarity in related] == sorted((similarity for _, similarity in related), reverse=True)


def test_a_word_is_not_related_to_itself(spelling):
    assert "debugging" not in dict(spelling.related("debugging"))


def test_the_words_known_are_those_given(spelling):
    assert spelling.knows("pytorch")
    assert not spelling.knows("pytroch")


@given(st.text(st.characters(), max_size=60))
def test_similarity_is_a_share_whatever_the_word(spelling, word):
    nearest = spelling.nearest(word)
    shares = [similarity for _, similarity in (*spelling.related(word), *([nearest] if nearest else []))]
    assert all(0 < share <= 1.000001 for share in shares)


@given(st.permutations(KNOWN))
def test_the_order_in_which_words_were_learnt_does_not_matter(known):
    again = Spelling(count_words([known]))
    first = Spelling(count_words([KNOWN]))
    for typed in ("pytroch", "debug", "mobiles", "convert"):
        assert (again.nearest(typed), again.related(typed)) == (first.nearest(typed), first.related(typed))


def test_nothing_known_corrects_nothing():
    empty = Spelling(count_words(()))
    assert empty.nearest("pytorch") is None
    assert empty.related("pytorch") == ()


@pytest.mark.parametrize("word", ["flow", "torch", "won't", "model's", "better"])
def test_common_english_words_are_known_as_such(word):
    assert is_english(word)


@pytest.mark.parametrize("word", ["pytorch", "tensorflow", "kubernetes", "qwzx", "", "straße", "a\nb"])
def test_names_and_slips_are_not(word):
    assert not is_english(word)


@pytest.mark.parametrize("word", ["don't", "wouldn't", "isn't", "doesn't"])
def test_contractions_are_english(word):
    assert is_english(word)

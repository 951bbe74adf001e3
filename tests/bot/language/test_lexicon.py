"""Names in a run of words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.language.lexicon import Lexicon
from bot.language.text import words
from knowledge.model import Term, Vocabulary
from tests.bot.small_knowledge import VOCABULARY

LEXICON = Lexicon(VOCABULARY)


def ids(text):
    return [found.term.id for found in LEXICON.find(words(text))]


def test_the_longest_name_wins():
    assert ids("tensorflow lite") == ["litert"]
    assert ids("tensorflow light") == ["tensorflow"]


def test_names_are_found_from_left_to_right():
    assert ids("jax, then torch, then tf on mobile") == ["jax", "pytorch", "tensorflow", "mobile"]


def test_every_way_of_writing_a_name_finds_it():
    for text in ("TensorFlow", "tf2", "tenser flow"):
        assert ids(text) == ["tensorflow"]


def test_a_former_name_is_distinct_from_the_present_one():
    (former,) = LEXICON.find(words("tflite"))
    (present,) = LEXICON.find(words("LiteRT"))
    assert (former.former, present.former) == (True, False)


def test_a_name_that_is_both_present_and_former_counts_as_present():
    lexicon = Lexicon(Vocabulary(tools=(Term(id="a", name="alpha", former=("Alpha", "beta")),)))
    assert [found.former for found in lexicon.find(["alpha", "beta"])] == [False, True]


def test_a_name_that_breaks_off_is_not_found():
    assert ids("android") == []


@given(st.lists(st.sampled_from(sorted(LEXICON.words | {"the", "lite", "boot"})), max_size=12))
def test_found_names_stand_where_they_are_said_to_and_never_overlap(run):
    end = 0
    for found in LEXICON.find(run):
        assert found.start >= end
        assert tuple(run[found.start : found.end]) == found.words
        end = found.end


def test_the_kind_of_a_name_is_known():
    kinds = {term: kind for term, (_, kind) in LEXICON.terms.items()}
    assert (kinds["pytorch"], kinds["litert"], kinds["mobile"]) == ("framework", "tool", "concept")


def test_names_of_other_subjects_are_noticed_of_one_word_or_two():
    assert LEXICON.elsewhere.occur_in(["should", "i", "use", "react"])
    assert LEXICON.elsewhere.occur_in(["is", "spring", "boot", "good"])
    assert not LEXICON.elsewhere.occur_in(["spring", "is", "here"])


def test_words_of_the_subject_are_noticed_of_one_word_or_two():
    subject = Lexicon(Vocabulary(subject=("gpu", "deep learning"))).subject
    assert subject.occur_in(["which", "gpu"])
    assert subject.occur_in(["new", "to", "deep", "learning"])
    assert not subject.occur_in(["learning", "deep", "sea", "diving"])


def test_words_of_the_subject_are_known_words():
    assert "gpu" in Lexicon(Vocabulary(subject=("gpu",))).words


def test_abbreviations_are_spelled_out_word_by_word():
    assert LEXICON.abbreviations["dl"] == ("deep", "learning")


def test_an_empty_vocabulary_finds_nothing():
    assert Lexicon(Vocabulary()).find(["pytorch"]) == []


def test_a_name_of_another_subject_may_have_three_words():
    assert Lexicon(Vocabulary(elsewhere=("ruby on rails",))).elsewhere.occur_in(["ruby", "on", "rails"])

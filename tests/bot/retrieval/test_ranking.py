"""Ranking: which entries an utterance is about."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

import bot.retrieval.ranking as module
from bot.dialog.answering import Bot
from bot.retrieval.ranking import SHORTLIST
from tests.bot.small_knowledge import ENTRIES, KNOWLEDGE, bot, entry, knowledge

BOT = bot()


def ranked(text, by=BOT):
    return [match for match, _ in by.match(by.parse(text))]


def names(text, by=BOT):
    return [match.entry for match in ranked(text, by)]


# The frameworks' filter.


def test_a_question_about_one_framework_never_gets_the_other_ones_entry():
    assert "strengths.tensorflow" not in names("what is good about pytorch")
    assert "strengths.pytorch" not in names("what is good about tensorflow")
    assert "strengths.tensorflow" in names("what is good about it")


def test_the_filter_holds_also_where_every_other_word_fits():
    two = bot(
        entry("a", "why does everybody love tensorflow so much", frameworks=("tensorflow",)),
        entry("b", "numbers", frameworks=("pytorch",)),
    )
    assert "a" not in names("why does everybody love pytorch so much", two)


def test_the_filter_reaches_past_many_entries_about_the_other_framework():
    many = [
        entry(f"tf.{number}", f"is there good support for item{number:03}", frameworks=("tensorflow",))
        for number in range(300)
    ]
    crowded = bot(*many, entry("torch.one", "is there good support for it in torch", frameworks=("pytorch",)))
    assert names("is there good support in pytorch", crowded) == ["torch.one"]


def test_an_entry_about_both_frameworks_serves_a_question_about_one():
    assert "compare.debugging" in names("debug pytorch")


def test_an_entry_about_half_of_what_was_asked_ranks_below_one_about_all_of_it():
    asked = ("speed of training on one card",)
    pair = bot(
        entry("one", *asked, title="Speed", frameworks=("pytorch",)),
        entry("two", *asked, title="Speed", frameworks=("pytorch", "tensorflow")),
    )
    matches = {match.entry: match for match in ranked("speed of training with torch and tf", pair)}
    assert matches["one"].score < 0.75 * matches["two"].score
    assert (matches["two"].agreement, 0 < matches["one"].agreement < 1) == (1.0, True)


def test_an_entry_about_no_framework_in_particular_serves_every_question():
    assert "beyond.licences" in names("which licence does pytorch have")


def test_a_framework_that_is_ruled_out_takes_its_entries_with_it():
    found = names("what is good, anything but tensorflow")
    assert "strengths.tensorflow" not in found
    assert "strengths.pytorch" in found


def test_what_is_about_both_stays_when_one_is_ruled_out():
    assert "choose.mobile" in names("best choice for phones, not tensorflow")


def test_refusals_of_other_subjects_keep_away_from_questions_that_name_ours():
    assert "decline.off-topic" in names("best pizza in town")
    assert "decline.off-topic" not in names("best pizza in pytorch town")
    assert "decline.off-topic" not in names("best pizza with tflite")


def test_small_talk_keeps_away_from_questions_that_name_ours():
    assert "social.greeting" not in names("good morning pytorch")


@trying(max_examples=50)
@given(st.lists(st.sampled_from("what is good about pytorch tensorflow jax torch tf not the debug phones".split())))
def test_whatever_is_asked_no_entry_is_about_other_frameworks_alone(asked_words):
    text = " ".join(asked_words)
    query = BOT.parse(text)
    for match in ranked(text):
        about = set(KNOWLEDGE.entries[match.entry].frameworks)
        if about and query.frameworks and not match.exact:
            assert about & set(query.frameworks)


# Direction, spelling, similarity.


def test_a_to_b_is_not_b_to_a():
    assert names("how can I convert my model from pytorch to tensorflow")[0] == "beyond.to-tensorflow"
    assert names("how can I convert my model from tensorflow to pytorch")[0] == "beyond.to-pytorch"
    assert names("going to tf from torch, how do I port it")[0] == "beyond.to-tensorflow"


def test_a_slip_of_the_finger_finds_the_same_entry():
    assert names("breakpionts in pytroch and tensroflow")[0] == "compare.debugging"


def test_forms_of_a_word_find_the_entry_and_say_how():
    (first, *_) = ranked("convertible models")
    assert first.entry in {"beyond.to-tensorflow", "beyond.to-pytorch"}
    assert ("convertible", "convert") in first.matched


def test_only_unknown_words_are_read_as_known_ones_like_them():
    words = {"a": "convert", "b": "converter"}
    by = bot(*(entry(name, *(f"{word} no {n}" for n in range(4))) for name, word in words.items()))
    assert [match.entry for match in ranked("convert", by)] == ["a"]
    assert {match.entry for match in ranked("convertible", by)} == {"a", "b"}


def test_an_abbreviation_finds_what_is_written_out():
    assert names("what to use in prod")[0] == "choose.production"


def test_another_name_of_the_same_thing_finds_the_entry():
    assert names("what became of tensorflow lite")[0] == "beyond.litert"


# Word for word.


@pytest.mark.parametrize("one", ENTRIES, ids=lambda one: one.id)
def test_a_phrasing_word_for_word_wins_outright(one):
    for phrasing in one.phrasings:
        first = ranked(phrasing.upper() + "??")[0]
        assert (first.entry, first.exact) == (one.id, True)


def test_a_phrasing_wins_word_for_word_also_where_others_score_more():
    crowd = [entry(f"crowd.{n}", "open the door please", "open the door", title="Open the door") for n in range(9)]
    hidden = entry("hidden", "open the door now", "boats", "trains", "planes", title="Vehicles")
    assert names("Open the door, now!", bot(*crowd, hidden))[0] == "hidden"


def test_a_phrasing_wins_word_for_word_also_against_the_frameworks_filter():
    odd = bot(entry("torch", "is tensorflow dead", frameworks=("pytorch",)), entry("other", "is it dead"))
    assert names("is tensorflow dead", odd)[0] == "torch"


# Evidence and order.


def test_what_shares_no_word_has_no_match():
    assert names("qwertz") == []
    assert names("") == []


def test_no_more_than_a_shortlist_is_looked_at():
    many = bot(*(entry(f"e{number}", f"open the door number{number}") for number in range(30)))
    assert len(names("open the door", many)) == SHORTLIST


def test_equals_stand_in_the_order_of_their_ids():
    same = bot(*(entry(name, "open the door", "shut the door", title="Door") for name in ("c", "a", "b")))
    assert names("the door", same) == ["a", "b", "c"]


@given(st.text(st.characters()))
def test_evidence_is_bounded_whatever_is_asked(text):
    for match in ranked(text):
        assert 0 <= match.coverage <= 1.000001
        assert 0 < match.agreement <= 1
        assert match.score < 2


def test_coverage_falls_with_every_word_the_entry_does_not_say():
    shares = [
        next(match.coverage for match in ranked(text) if match.entry == "choose.production")
        for text in ("serving a website", "serving a website somehow", "serving a website somehow in qwertz")
    ]
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3


def test_reasons_name_what_was_asked_and_what_it_met_heaviest_first():
    (first, *_) = ranked("what is a large website for serving")
    asked_words = [asked for asked, known in first.matched if asked == known]
    assert set(asked_words) >= {"serving", "large", "website"}
    assert asked_words == sorted(asked_words, key=lambda feature: -BOT.index.idf[feature])
    assert len(first.matched) <= 6


def test_a_question_without_a_word_of_the_subject_is_unusual_for_entries_that_are_not_asked_for_that_way():
    vocabulary = replace(KNOWLEDGE.vocabulary, subject=("training",))
    entries = (entry("a", "training at home", "home training"), entry("b", "home is best", "training best at home"))
    by = bot(*entries, vocabulary=vocabulary)
    unusual = {match.entry: match.unusual for match in ranked("best home", by)}
    assert unusual == {"a": pytest.approx(2 / 3), "b": pytest.approx(1 / 3)}
    assert {match.unusual for match in ranked("best home training", by)} == {0.0}


def test_refusals_and_small_talk_are_marked():
    assert ranked("fix my script")[0].refuses
    assert ranked("hello")[0].refuses
    assert not ranked("what is jax")[0].refuses


# Work.


def lines_run(work):
    """How many lines of the bot's own code a piece of work runs through."""
    own = str(Path(module.__file__).parents[1])
    count = 0

    def local(_, event, __):
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename.startswith(own) else None)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_the_work_of_ranking_does_not_grow_with_entries_that_share_nothing():
    """Operations are counted, not seconds."""
    others = [entry(f"zz.{n}", *(f"xq{n}z{m} vx{n}q{m}" for m in range(5)), title=f"zq{n}") for n in range(200)]
    small, large = BOT, Bot(knowledge(*ENTRIES, *others, calibration=KNOWLEDGE.calibration))
    text = "what is the best choice for debugging on phones with pytorch or tensorflow"
    query = small.parse(text)
    small.match(query)
    large.match(query)
    assert lines_run(lambda: large.match(query)) <= 1.1 * lines_run(lambda: small.match(query))


@trying(max_examples=10)
@given(st.permutations(ENTRIES))
def test_the_order_of_the_files_does_not_matter(entries):
    again = Bot(replace(KNOWLEDGE, entries={one.id: one for one in entries}))
    for text in ("is tensorflow good", "how do I debug training code", "phones"):
        assert names(text, again)[0] == names(text)[0]

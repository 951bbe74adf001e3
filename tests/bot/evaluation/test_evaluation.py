"""What each figure of an evaluation counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialog.answering import Bot
from bot.dialog.reply import Candidate, Reply, Text
from bot.evaluation.cases import Case
from bot.evaluation.evaluation import (
    Bin,
    Confusion,
    JudgedCase,
    calibration_error,
    evaluate,
    judge,
    reliability,
    summarise,
)
from knowledge.model import Entry, KnowledgeBase, Source, Statement


def entry(name, *phrasings, kind="answer", related=()):
    return Entry(id=name, title=name, phrasings=phrasings, answer=Statement(text=name), kind=kind, related=related)


@pytest.fixture(scope="module")
def bot():
    entries = [
        entry("a", "what is alpha", related=("b", "c")),
        entry("b", "what is beta"),
        entry("c", "what is gamma"),
        entry("d", "what is delta"),
        entry("hello", "hello you", kind="social"),
        entry("no", "fix my code", kind="decline"),
    ]
    source = Source(title="x", seen=date(2026, 1, 1))
    return Bot(KnowledgeBase(version="1", entries={one.id: one for one in entries}, sources={"x": source}))


def reply(outcome, entries, confidence, **candidates):
    return Reply(
        outcome=outcome,
        entries=tuple(entries),
        confidence=confidence,
        candidates=tuple(Candidate(name, sure) for name, sure in candidates.items()),
        reasons=(),
        blocks=(Text("x"),),
        summary="x",
        knowledge_version="1",
    )


def judged(label, outcome="answer", found="a", confidence=0.8, alt=()):
    shown = tuple(found) if outcome == "answer" else ()
    return JudgedCase(Case("q", label, frozenset(alt)), outcome, shown, tuple(found), confidence)


def test_what_is_found_is_what_is_shown_and_then_the_other_candidates(bot):
    got = judge(Case("q", "a"), reply("answer", ["b", "a"], 0.7, b=0.7, c=0.5, a=0.4), bot)
    assert (got.found, got.confidence) == (("b", "a", "c"), 0.7)


def test_small_talk_and_refusals_are_no_findings(bot):
    got = judge(Case("q", "a"), reply("decline", ["no"], 0.9, no=0.9, hello=0.8, a=0.3), bot)
    assert (got.found, got.confidence) == (("a",), 0.3)


def test_accuracy_at_1_counts_a_label_or_an_alternative_found_first():
    cases = [judged("a"), judged("b", alt=["a"]), judged("b", found="ab"), judged("b", found="")]
    assert summarise(cases).accuracy_at_1 == 0.5


def test_accuracy_at_3_counts_it_among_the_first_three():
    cases = [
        judged("c", found="abc"),
        judged("d", found="abcd"),
        judged("x", found="ab", alt=["b"]),
        judged("d", found=""),
    ]
    assert summarise(cases).accuracy_at_3 == 0.5


def test_out_of_scope_cases_do_not_count_for_accuracy():
    result = summarise([judged("a"), judged("none")])
    assert (result.accuracy_at_1, result.in_scope, result.out_of_scope) == (1.0, 1, 1)


def test_answered_counts_answers_of_in_scope_cases_only():
    cases = [judged("a"), judged("a", "choices"), judged("a", "decline"), judged("a", "social"), judged("none")]
    assert summarise(cases).answered == 0.25


def test_answered_wrongly_counts_answers_that_lead_with_something_else():
    cases = [judged("b"), judged("b", found="ab"), judged("a"), judged("b", "choices")]
    assert summarise(cases).answered_wrongly == 0.5


def test_declined_counts_refusals_unless_declining_would_do():
    cases = [
        judged("a", "decline"),
        judged("a", "social"),
        judged("a", "decline", alt=["none"]),
        judged("a", "choices"),
    ]
    assert summarise(cases).declined == 0.5


def test_a_false_answer_is_an_answer_to_an_out_of_scope_case_with_an_entry_that_is_no_alternative():
    cases = [
        judged("none"),
        judged("none", alt=["a"]),
        judged("none", "choices"),
        judged("none", found="ab", alt=["a"]),
    ]
    assert summarise(cases).false_answers == 0.5


def test_shares_of_nothing_are_0():
    result = summarise([])
    assert (result.accuracy_at_1, result.false_answers, result.calibration_error) == (0, 0, 0)


def test_labels_are_listed_worst_first():
    result = summarise([judged("a"), judged("b"), judged("b", found="b"), judged("c", found="xc")])
    scores = [(score.label, score.count, score.accuracy_at_1, score.accuracy_at_3) for score in result.labels]
    assert scores == [("c", 1, 0, 1), ("b", 2, 0.5, 0.5), ("a", 1, 1, 1)]


def test_confusions_are_counted_most_frequent_first():
    result = summarise([judged("b"), judged("c", found=""), judged("b"), judged("a"), judged("none")])
    assert result.confusions == (Confusion("b", "a", 2), Confusion("c", "", 1))


def test_misses_are_wrong_findings_and_false_answers_the_most_confident_first():
    cases = [
        judged("b", confidence=0.3),
        judged("none", confidence=0.9),
        judged("none", "decline", confidence=0.95),
        judged("a", confidence=0.99),
        judged("c", "choices", confidence=0.5),
    ]
    assert [(miss.label, miss.confidence) for miss in summarise(cases).misses] == [
        ("none", 0.9),
        ("c", 0.5),
        ("b", 0.3),
    ]


def test_reliability_sorts_by_confidence_into_ten_bins():
    bins = reliability([(0.0, False), (0.05, True), (0.1, True), (0.95, True), (1.0, False)])
    assert len(bins) == 10
    assert bins[0] == Bin(0.0, 0.1, 2, 0.025, 0.5)
    assert bins[1].count == 1
    assert bins[9] == Bin(0.9, 1.0, 2, 0.975, 0.5)


def test_the_calibration_error_weighs_each_bin_by_its_count():
    pairs = [(0.75, True)] * 3 + [(0.75, False)] + [(0.25, True)] * 4
    assert calibration_error(reliability(pairs)) == pytest.approx((4 * 0 + 4 * 0.75) / 8)


def test_a_case_that_found_nothing_says_no_confidence():
    assert summarise([judged("a", "decline", found="", confidence=0)]).calibration_error == 0
    assert sum(one.count for one in summarise([judged("a", "decline", found="")]).reliability) == 0


def test_out_of_scope_cases_count_for_reliability():
    """A sure finding where nothing should be found is an error of the confidence."""
    assert summarise([judged("none", "choices", confidence=0.95)]).calibration_error == pytest.approx(0.95)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans())))
def test_the_calibration_error_is_a_share_and_no_pair_is_lost(pairs):
    bins = reliability(pairs)
    assert sum(one.count for one in bins) == len(pairs)
    assert 0 <= calibration_error(bins) <= 1


def test_a_bot_is_asked_every_case(bot):
    cases = [
        Case("what is alpha", "a"),
        Case("what is beta", "b"),
        Case("hello you", "none"),
        Case("what is gamma", "d"),
    ]
    result = evaluate(bot, cases)
    assert (result.in_scope, result.accuracy_at_1, result.false_answers) == (3, pytest.approx(2 / 3), 0)
    assert result.confusions == (Confusion("d", "c", 1),)


def test_a_follow_up_is_asked_after_what_was_said_before_it(bot):
    alone, after = evaluate(bot, [Case("2", "c")]), evaluate(bot, [Case("2", "c", after=("what is alpha",))])
    assert (alone.accuracy_at_1, after.accuracy_at_1) == (0, 1)


def test_an_entry_answers_what_is_labelled_with_the_one_that_it_was_split_from(bot):
    """And not the other way round: the label of the part asks for the part."""
    split = {**bot.knowledge.entries, "b": replace(bot.knowledge.entries["b"], split_from="a")}
    parted = Bot(replace(bot.knowledge, entries=split))
    assert evaluate(parted, [Case("what is beta", "a")]).accuracy_at_1 == 1
    assert evaluate(parted, [Case("what is beta", "c", frozenset({"a"}))]).accuracy_at_1 == 1
    assert evaluate(parted, [Case("what is alpha", "b")]).accuracy_at_1 == 0


def test_the_same_cases_give_the_same_figures(bot):
    cases = [Case("alpha or beta", "a"), Case("something else", "none")]
    assert evaluate(bot, cases) == evaluate(bot, cases)

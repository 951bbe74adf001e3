"""Fitting the confidence, and the thresholds that go with it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialog.answering import Bot
from bot.evaluation.calibration import calibration_yaml, fit, fit_ranking, is_right, rank, refit
from bot.evaluation.cases import Case
from bot.evaluation.evaluation import evaluate
from bot.retrieval.confidence import sigmoid
from knowledge.loading import load
from knowledge.model import Calibration, Entry, KnowledgeBase, Statement

SUBJECTS = ("apple", "boat", "candle", "desk", "engine", "feather", "garden", "hammer", "island", "jacket", "kettle")
ASKED = ("what does the {} cost", "how old is the {}", "where is the {} kept", "who made the {}")


@pytest.fixture(scope="module")
def bot():
    entries = {
        name: Entry(
            id=name,
            title=name,
            phrasings=tuple(pattern.format(name) for pattern in ASKED),
            answer=Statement(text=name),
        )
        for name in SUBJECTS
    }
    hello = Entry(id="hello", title="hello", phrasings=("good evening",), answer=Statement(text="hi"), kind="social")
    return Bot(KnowledgeBase(version="1", entries={**entries, "hello": hello}, sources={}))


@pytest.fixture(scope="module")
def cases():
    """Questions that name an entry, and ones that share nothing with any but their little words."""
    chance = random.Random(7)
    inside = [
        Case(f"{' '.join(chance.sample(['please', 'tell', 'me', 'now', 'about', 'cost', 'old'], 3))} the {name}", name)
        for name in SUBJECTS
        for _ in range(4)
    ]
    others = ("ocean", "planet", "quarry", "river", "summit", "tunnel", "valley", "window")
    outside = [
        Case(f"{chance.choice(['who', 'where', 'how'])} is the {name} {n}", "none") for name in others for n in range(5)
    ]
    return [*inside, *outside]


@pytest.fixture(scope="module")
def ranked(bot, cases):
    return rank(bot, cases)


def measured(bot, cases, calibration):
    """The figures of the bot with this calibration."""
    return evaluate(Bot(replace(bot.knowledge, calibration=calibration), index=bot.index), cases)


def test_at_most_the_wanted_share_of_out_of_scope_questions_is_answered(bot, cases, ranked):
    for share in (0.0, 0.03, 0.5):
        assert measured(bot, cases, refit(bot, ranked, false_answers=share)).false_answers <= share


def test_a_larger_share_answers_at_least_as_many_questions(bot, cases, ranked):
    answered = [measured(bot, cases, refit(bot, ranked, false_answers=share)).answered for share in (0.0, 0.2, 0.8)]
    assert answered == sorted(answered)


def test_fitting_brings_confidence_nearer_to_accuracy(bot, cases, ranked):
    before = evaluate(bot, cases)
    after = measured(bot, cases, refit(bot, ranked, false_answers=0.03))
    assert after.calibration_error < before.calibration_error


def test_choices_start_no_higher_than_answers(bot, ranked):
    fitted = refit(bot, ranked, false_answers=0.03)
    assert 0 <= fitted.choices_threshold <= fitted.answer_threshold <= 0.99


def test_a_phrasing_is_answered_even_where_the_threshold_is_highest(bot, cases):
    awkward = rank(bot, [*cases, *(Case(f"how old is the {name}", "none") for name in SUBJECTS)])
    fitted = refit(bot, awkward, false_answers=0.0)
    assert fitted.answer_threshold == 0.99


def test_the_part_of_an_entry_is_right_where_the_whole_is_meant(bot):
    parted = {**bot.knowledge.entries, "boat": replace(bot.knowledge.entries["boat"], split_from="apple")}
    (one,) = rank(Bot(replace(bot.knowledge, entries=parted)), [Case("what does the boat cost", "apple")])
    assert one.case.accepts("boat")


def test_small_talk_is_right_where_nothing_should_be_answered(bot):
    (one,) = rank(bot, [Case("good evening", "none")])
    assert is_right(one.case, one.matches[0])


def test_follow_ups_are_left_out(bot):
    assert rank(bot, [Case("2", "apple", after=("how old is the boat",))]) == []


def test_without_out_of_scope_questions_there_is_nothing_to_be_silent_on(bot, cases):
    with pytest.raises(ValueError, match='labelled "none"'):
        refit(bot, rank(bot, [case for case in cases if case.in_scope]), false_answers=0.03)


def test_the_file_reads_back_as_the_same_calibration(bot, ranked, tmp_path: Path):
    fitted = refit(bot, ranked, false_answers=0.03)
    (tmp_path / "calibration.yaml").write_text(calibration_yaml(fitted, "framework-bot calibrate x.jsonl --write"))
    (tmp_path / "one.yaml").write_text("id: a\ntitle: A\nphrasings: [a]\nanswer: {text: A}\n")
    assert load(tmp_path).calibration == fitted


def test_what_was_fitted_with_the_encoder_is_kept_beside_it(tmp_path: Path):
    words = Calibration(weights={"lead": 1.5}, bias=-2.0)
    both = replace(words, with_encoder=replace(words, ranking={"odds": 0.5}))
    text = calibration_yaml(both, "framework-bot calibrate x.jsonl --write")
    (tmp_path / "calibration.yaml").write_text(text)
    (tmp_path / "one.yaml").write_text("id: a\ntitle: A\nphrasings: [a]\nanswer: {text: A}\n")
    assert load(tmp_path).calibration == both


def test_the_ranking_puts_what_is_right_first():
    candidates = [[({"near": 0.9, "far": 0.1}, True), ({"near": 0.2, "far": 0.3}, False)] for _ in range(9)]
    weights = fit_ranking(candidates)
    assert weights["near"] > 0 > weights["far"]


def test_a_ranking_needs_a_case_that_tells_candidates_apart():
    with pytest.raises(ValueError, match="matched right"):
        fit_ranking([[({"near": 0.9}, False), ({"near": 0.2}, False)]])


def test_the_file_says_which_command_made_it():
    text = calibration_yaml(Calibration(weights={"lead": 1.5}, bias=-2.0), "framework-bot calibrate x.jsonl --write")
    assert text.startswith("# Generated by: framework-bot calibrate x.jsonl --write\n")


# Fitting.


def examples(right):
    """Evidence of 0 or 1 that is right as often as given."""
    return [({"sign": float(sign)}, number < right[sign]) for sign in (0, 1) for number in range(100)]


def test_fitted_probabilities_are_the_shares_that_were_right():
    weights, bias = fit(examples({0: 20, 1: 90}))
    assert sigmoid(bias) == pytest.approx(0.2, abs=0.05)
    assert sigmoid(bias + weights["sign"]) == pytest.approx(0.9, abs=0.05)


def test_a_ridge_keeps_weights_finite_where_evidence_tells_all():
    weights, _ = fit(examples({0: 0, 1: 100}))
    assert 1 < weights["sign"] < 20


def test_evidence_that_tells_nothing_weighs_nothing():
    weights, _ = fit(examples({0: 50, 1: 50}))
    assert weights["sign"] == pytest.approx(0.0, abs=1e-3)


def test_fitting_is_the_same_whatever_the_order_of_the_examples():
    there = fit(examples({0: 20, 1: 90}))
    back = fit(list(reversed(examples({0: 20, 1: 90}))))
    assert there[0]["sign"] == pytest.approx(back[0]["sign"], abs=1e-3)


@pytest.mark.parametrize("one_sided", [[], [({"sign": 1.0}, True)], [({"sign": 1.0}, False)]])
def test_nothing_is_fitted_to_one_kind_of_example_alone(one_sided):
    with pytest.raises(ValueError, match="matched right and ones that were not"):
        fit(one_sided)

"""How good the shipped knowledge answers: figures that must not fall, on questions that nothing was fitted to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.evaluation.cases import read_cases
from bot.evaluation.evaluation import evaluate

CASES = Path(__file__).parents[2] / "cases"
LEARNED = ("chat", "forum", "near", "terse", "everyday", "decision")
"""What the encoder was trained on, and what the ranking and the decision to answer are fitted to."""

DECORATIONS = {
    "a greeting": "hey, {}",
    "thanks": "{} thanks!",
    "please": "{} pls",
    "an emoji alias": "{} :thinking_face:",
    "a skin tone": ":wave::skin-tone-3: {}",
    "an opening": "quick question: {}",
    "an emoji": "{} \N{THINKING FACE}",
    "quotes": "> {}",
}


@pytest.fixture(scope="module")
def unseen(shipped):
    return evaluate(shipped, read_cases(CASES / "unseen.jsonl"))


def test_of_unseen_questions_the_first_found_is_right(unseen):
    assert unseen.accuracy_at_1 >= 0.87
    assert unseen.accuracy_at_3 >= 0.97


def test_what_is_not_ours_is_seldom_answered(unseen):
    assert unseen.false_answers <= 0.04


def test_what_is_ours_is_mostly_answered(unseen):
    assert unseen.answered >= 0.80
    assert unseen.declined <= 0.04


def test_confidence_is_as_high_as_the_share_that_is_right(unseen):
    assert unseen.calibration_error <= 0.04


def test_by_words_alone_most_is_found_too(shipped):
    found = evaluate(Bot(shipped.knowledge, index=shipped.index), read_cases(CASES / "unseen.jsonl"))
    assert found.accuracy_at_1 >= 0.78
    assert found.false_answers <= 0.08


def test_every_claim_of_the_article_is_found_in_plain_words(shipped):
    assert evaluate(shipped, read_cases(CASES / "article.jsonl")).accuracy_at_1 >= 0.95


@pytest.mark.parametrize("decoration", DECORATIONS.values(), ids=DECORATIONS)
def test_a_phrasing_is_found_with_anything_around_it(shipped, decoration):
    phrasings = [text for entry in shipped.knowledge.entries.values() for text in entry.phrasings][::23]
    same = [found(shipped, decoration.format(text)) == found(shipped, text) for text in phrasings]
    assert sum(same) >= 0.98 * len(same)


def test_a_phrasing_is_found_with_invisible_characters_inside_its_words(shipped):
    phrasings = [text for entry in shipped.knowledge.entries.values() for text in entry.phrasings][::23]
    same = [
        found(shipped, re.sub(r"(\w\w)(\w)", "\\1\N{ZERO WIDTH SPACE}\\2", one)) == found(shipped, one)
        for one in phrasings
    ]
    assert all(same)


def found(bot, text):
    reply = bot.answer(Question(text))
    return reply.outcome, reply.entries


@pytest.mark.parametrize("file", ["unseen", "article", "held-out"])
def test_no_unseen_question_is_one_that_was_learned_from(file):
    learned = {plain(case.question) for name in LEARNED for case in read_cases(CASES / f"{name}.jsonl")}
    near = [
        case.question
        for case in read_cases(CASES / f"{file}.jsonl")
        if process.extractOne(plain(case.question), learned, scorer=fuzz.token_sort_ratio, score_cutoff=92)
    ]
    assert near == []


def test_no_claim_of_the_article_is_asked_in_the_words_of_a_phrasing(shipped):
    phrasings = {plain(text) for entry in shipped.knowledge.entries.values() for text in entry.phrasings}
    assert phrasings.isdisjoint(plain(case.question) for case in read_cases(CASES / "article.jsonl"))


def plain(text):
    return " ".join(re.findall(r"\w+", text.lower()))

"""A workspace's own answers next to the shipped ones."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.dialog.question import Question
from bot.dialog.text_renderer import plain_text
from bot.storage.records import OwnAnswer
from bot.teaching.own_knowledge import bot_over, own_id

CASES = Path(__file__).parents[2] / "cases"
TODAY = date(2026, 11, 30)


def own(entry="own.cluster", **more):
    given = {"title": "Our GPU cluster", "phrasings": ("where can I train here",), "text": "Book it in the calendar."}
    return OwnAnswer(entry=entry, **{**given, **more}, changed_at=datetime(2026, 11, 29, tzinfo=UTC))


@pytest.fixture(scope="module")
def faq(shipped):
    """An FAQ of an office: a question, two other ways to ask it, and the answer, a line each."""
    with (CASES / "team-faq.tsv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file, delimiter="\t")]
    answers = [
        own(
            f"own.{number}",
            title=row["question"][:75],
            phrasings=(row["question"], row["also"], row["and"]),
            text=row["answer"],
        )
        for number, row in enumerate(rows, 1)
    ]
    return bot_over(shipped, answers, TODAY)


def answered(bot, text):
    reply = bot.answer(Question(text))
    return reply.entries[:1] if reply.outcome == "answer" else ()


def test_nine_in_ten_questions_that_an_faq_answers_are_answered(faq):
    cases = [json.loads(line) for line in (CASES / "team-faq-questions.jsonl").read_text("utf-8").splitlines()]
    found = [answered(faq, case["q"]) == (f"own.{case['expect']}",) for case in cases]
    assert (len(cases), sum(found) >= 27) == (30, True), sum(found)


def test_shipped_answers_go_on_as_before_next_to_an_faq(faq, shipped):
    lines = (CASES / "unseen.jsonl").read_text("utf-8").splitlines()
    questions = [case.get("q") or case["question"] for case in map(json.loads, lines)][::3]
    before = {text: answered(shipped, text) for text in questions}
    kept = [answered(faq, text) == before[text] for text in questions if before[text]]
    assert sum(kept) / len(kept) >= 0.97


def test_a_hidden_entry_is_not_used(shipped):
    assert answered(shipped, "is torchserve dead") == ("beyond.torchserve-status",)
    bot = bot_over(shipped, [OwnAnswer(entry="beyond.torchserve-status", kind="hidden")], TODAY)
    assert answered(bot, "is torchserve dead") != ("beyond.torchserve-status",)


def test_a_further_phrasing_finds_the_shipped_entry(shipped):
    more = OwnAnswer(entry="beyond.tpu", kind="phrasings", phrasings=("who has the zebra box",))
    assert answered(bot_over(shipped, [more], TODAY), "who has the zebra box") == ("beyond.tpu",)


@pytest.mark.parametrize(("last", "found"), [(TODAY, True), (date(2026, 11, 29), False)])
def test_an_answer_is_used_until_its_last_day(shipped, last, found):
    bot = bot_over(shipped, [own(expires_on=last)], TODAY)
    assert (answered(bot, "where can I train here") == ("own.cluster",)) == found


def test_an_answer_is_shown_as_it_was_written_with_its_link_and_day(shipped):
    bot = bot_over(shipped, [own(text="Book it:\n- in the **calendar**", link="https://wiki.example.com/gpu")], TODAY)
    reply = bot.answer(Question("where can I train here"))
    shown = plain_text(reply.blocks)
    assert "Book it:\n- in the calendar" in shown
    assert "29 Nov 2026" in shown
    assert "wiki.example.com" in shown


def test_a_long_answer_is_begun_and_the_rest_is_in_the_details(shipped):
    text = "\n".join(f"Line {number} says something of use." for number in range(60))
    reply = bot_over(shipped, [own(text=text)], TODAY).answer(Question("where can I train here"))
    assert len(plain_text(reply.blocks)) <= 600
    assert "Line 59" in plain_text(reply.details)


def test_two_answers_of_one_title_have_two_ids():
    first = own_id("Our GPU cluster", [])
    assert first == "own.our-gpu-cluster"
    assert own_id("Our GPU cluster", [first]) not in ("", first)

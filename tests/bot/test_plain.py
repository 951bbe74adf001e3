"""A reply as plain text."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from small_knowledge import DAY, bot

from bot.plain import article_text, block_lines, claim_text, missing_text, plain_text, source_text
from bot.question import Question
from bot.reply import (
    ArticleNote,
    Block,
    Choice,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)

ONE_OF_EACH = (
    Heading("word0"),
    ShortAnswer(Claim("word1", "H", (1,))),
    ArticleNote("word2", "partly", (2,)),
    Comparison((Side("word3", "word4", Claim("word5", "M", (3,))),), ("word6",)),
    SinceThen((Claim("word7"), Claim("word8", "L"))),
    Renamed(Claim("word9", "H")),
    Prose("word10"),
    NextStep("word11"),
    Sources((SourceNote(1, "word12", "https://example.com/word13", "word14", DAY),)),
    Choices("word15", (Choice("id", "word16"),), none_of_these=True, flow=True),
)


def test_a_whole_reply_reads_from_todays_answer_down_to_where_to_go_next():
    assert (
        plain_text(bot().show("compare.debugging"))
        == """\
Both stop at the failing line. [1]
The article (4 Apr 2025): PyTorch is easier. [2] Partly out of date.

PyTorch: Ordinary debuggers work. (our judgement) [3] (article: Easier.)
TensorFlow: The same in eager mode. (our judgement) [4]

Good to know:
- TensorFlow runs line by line. (secondary source) [3][1]

Next: Set a breakpoint in each.

Sources:
[1] the README; checked 2026-11-22 https://example.com/readme
[2] the article, 2025-04-04; checked 2026-11-22
[3] the docs, May 2026; checked 2026-11-22 https://example.com/docs
[4] its own source; checked 2026-11-22

Related:
1. About choose.mobile
2. About beyond.jax"""
    )


def test_there_is_one_of_each_kind_of_block_here():
    assert {type(block) for block in ONE_OF_EACH} == set(get_args(Block))


def test_no_word_of_any_block_is_left_out():
    text = "\n".join(line for block in ONE_OF_EACH for line in block_lines(block))
    assert [number for number in range(17) if f"word{number}" not in text] == []


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (Claim("So."), "So."),
        (Claim("So.", "H", (1,)), "So. [1]"),
        (Claim("So.", "M", (1, 2)), "So. (secondary source) [1][2]"),
        (Claim("So.", "L", (3,)), "So. (weak source) [3]"),
        (Claim("So.", "J", (3,)), "So. (our judgement) [3]"),
    ],
)
def test_a_claim_tells_how_it_stands_and_what_it_rests_on(claim, text):
    assert claim_text(claim) == text


@pytest.mark.parametrize(
    ("note", "text"),
    [
        (ArticleNote("A is better.", "holds", (1,)), "The article (4 Apr 2025): A is better. [1] Still holds."),
        (ArticleNote("A is better.", "partly", (1,)), "The article (4 Apr 2025): A is better. [1] Partly out of date."),
        (ArticleNote("A is better.", "outdated", (1,)), "The article (4 Apr 2025): A is better. [1] Out of date."),
        (ArticleNote("does not cover this.", None), "The article (4 Apr 2025) does not cover this."),
    ],
)
def test_the_articles_view_is_told_by_name_and_date_with_how_it_stands(note, text):
    assert article_text(note) == text


def test_a_source_tells_its_own_date_and_the_day_it_was_checked():
    note = SourceNote(3, "the docs", "https://example.com/docs", "May 2026", date(2026, 11, 2))
    assert source_text(note) == "[3] the docs, May 2026; checked 2026-11-02 https://example.com/docs"
    bare = SourceNote(3, "the docs", None, None, date(2026, 11, 2))
    assert source_text(bare) == "[3] the docs; checked 2026-11-02"


def test_choices_are_numbered_and_none_of_these_comes_last():
    block = Choices("Did you mean:", (Choice("a", "A"), Choice("b", "B")), none_of_these=True)
    assert list(block_lines(block)) == ["", "Did you mean:", "1. A", "2. B", "3. None of these"]


def test_the_guided_recommendation_is_offered_where_it_is():
    assert any("/recommend" in line for line in block_lines(Choices("Near:", (Choice("a", "A"),), flow=True)))
    assert not any("/recommend" in line for line in block_lines(Choices("Near:", (Choice("a", "A"),))))


def test_what_a_comparison_does_not_cover_is_named():
    assert missing_text(("JAX", "Keras")) == "Not covered here: JAX, Keras."
    assert missing_text(("JAX",)) in list(block_lines(Comparison((), ("JAX",))))


def test_a_renamed_thing_is_told_as_such():
    lines = plain_text(bot().answer(Question("what became of tflite"))).splitlines()
    assert "Renamed: TensorFlow Lite is now called LiteRT. [1]" in lines[1:3]


def test_every_shipped_answer_shows_the_article_by_date_in_its_second_line(shipped):
    for name, entry in shipped.knowledge.entries.items():
        if entry.kind == "answer":
            lines = plain_text(shipped.show(name)).splitlines()
            assert lines[0].startswith(entry.answer.text.split()[0]), name
            assert lines[1].startswith("The article (4 Apr 2025)"), name


def test_every_shipped_answer_names_the_sources_it_counts(shipped):
    for name, entry in shipped.knowledge.entries.items():
        if entry.kind == "answer":
            assert "\nSources:\n[1] " in plain_text(shipped.show(name)), name

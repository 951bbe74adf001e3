"""A reply as plain text."""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

import pytest

from bot.dialog.question import Question
from bot.dialog.reply import (
    Block,
    Bullets,
    Chart,
    Choice,
    Choices,
    Code,
    Comparison,
    ComparisonRow,
    Heading,
    Markdown,
    Small,
    SourceLine,
    SourceNote,
    Sources,
    Text,
)
from bot.dialog.text_renderer import (
    bar_lines,
    block_lines,
    explanation,
    first_shown,
    missing_text,
    plain_text,
    supported,
)
from tests.bot.small_knowledge import DAY, OFFERS_ALL, bot, with_thresholds

ONE_OF_EACH = (
    Heading("word0"),
    Text("word1"),
    Bullets(("word2", "word3"), "word4"),
    Small("word5"),
    Markdown("- **word22** `word23`\n[word24](https://example.com/word25)"),
    SourceLine("word19", (("word20", "https://example.com"),), 21),
    Code("word6"),
    Comparison((ComparisonRow("word7", "word8", "word9"),), ("word10",)),
    Chart("word11", (("word12", 13),)),
    Sources((SourceNote(1, "word14", "https://example.com/word15", "word16", DAY),)),
    Choices("word17", (Choice("id", "word18"),), none_of_these=True, flow=True),
)


def test_a_whole_reply_reads_from_the_headline_down_to_where_to_go_next():
    assert (
        plain_text(bot().show("compare.debugging").blocks)
        == """\
Both stop at the failing line.
Partly changed since the article of April 2025 that this started from · checked 22 Nov 2026 · the README · the docs · \
and 2 more sources

Related:
1. About choose.mobile
2. About beyond.jax"""
    )


def test_the_details_read_from_the_answer_down_to_the_sources():
    assert (
        plain_text(bot().show("compare.debugging").details)
        == """\
Both stop at the failing line. [1]

PyTorch: Ordinary debuggers work. (our judgement) [2] (article: Easier.)
TensorFlow: The same in eager mode. (our judgement) [3]

What changed, and matters:
- TensorFlow runs line by line. (secondary source) [2][1]
What the article of April 2025 that this started from said: PyTorch is easier. [4] Partly out of date.
Next: Set a breakpoint in each.

Sources:
[1] the README; checked 2026-11-22 https://example.com/readme
[2] the docs, May 2026; checked 2026-11-22 https://example.com/docs
[3] its own source; checked 2026-11-22
[4] the article, 2025-04-04; checked 2026-11-22
Last checked 22 Nov 2026."""
    )


def test_what_a_channel_shows_first_is_an_answer_without_what_is_related_but_choices_that_were_asked():
    shown = bot().show("compare.debugging")
    assert first_shown(shown) == shown.blocks[:-1]
    unsure = with_thresholds(bot(), OFFERS_ALL).answer(Question("good choice of training for phones"))
    assert first_shown(unsure) == unsure.blocks


def test_sources_that_are_not_named_are_counted():
    assert list(block_lines(SourceLine("Checked", (("docs", "https://example.com"),), 3))) == [
        "Checked · docs · and 3 more sources"
    ]
    assert list(block_lines(SourceLine("Checked", (), 1))) == ["Checked · and 1 more source"]
    assert list(block_lines(SourceLine("Checked"))) == ["Checked"]


def test_there_is_one_of_each_kind_of_block_here():
    assert {type(block) for block in ONE_OF_EACH} == set(get_args(Block))


def test_no_word_of_any_block_is_left_out():
    shown = re.findall(r"\d+", "\n".join(line for block in ONE_OF_EACH for line in block_lines(block)))
    assert [number for number in range(26) if str(number) not in shown] == []


@pytest.mark.parametrize(
    ("confidence", "refs", "text"),
    [
        (None, (), "So."),
        ("H", (1,), "So. [1]"),
        ("M", (1, 2), "So. (secondary source) [1][2]"),
        ("L", (3,), "So. (weak source) [3]"),
        ("J", (3,), "So. (our judgement) [3]"),
    ],
)
def test_a_statement_says_how_sure_it_is_and_what_it_rests_on(confidence, refs, text):
    assert supported("So.", confidence, refs) == text


def test_a_source_tells_its_own_date_and_the_day_it_was_checked():
    note = SourceNote(3, "the docs", "https://example.com/docs", "May 2026", date(2026, 11, 2))
    assert (
        plain_text([Sources((note,))]).splitlines()[1]
        == "[3] the docs, May 2026; checked 2026-11-02 https://example.com/docs"
    )
    bare = SourceNote(3, "the docs", None, None, date(2026, 11, 2))
    assert plain_text([Sources((bare,))]).splitlines()[1] == "[3] the docs; checked 2026-11-02"


def test_choices_are_numbered_and_none_of_these_comes_last():
    block = Choices("Did you mean:", (Choice("a", "A"), Choice("b", "B")), none_of_these=True)
    assert list(block_lines(block)) == ["", "Did you mean:", "1. A", "2. B", "3. None of these"]


def test_the_guided_recommendation_is_offered_where_it_is():
    assert any("/recommend" in line for line in block_lines(Choices("Near:", (Choice("a", "A"),), flow=True)))
    assert not any("/recommend" in line for line in block_lines(Choices("Near:", (Choice("a", "A"),))))


def test_what_a_comparison_does_not_cover_is_named():
    assert missing_text(("JAX", "Keras")) == "Not covered here: JAX, Keras."
    assert missing_text(("JAX",)) in list(block_lines(Comparison((), ("JAX",))))


def test_a_chart_has_bars_in_proportion_and_the_values_after_them():
    chart = Chart("Points", (("PyTorch", 24), ("JAX", 1), ("Keras", 0)))
    assert bar_lines(chart) == [f"PyTorch  {'█' * 16} 24", "JAX      █ 1", "Keras    0"]


def test_an_explanation_says_the_outcome_the_reasons_and_what_was_considered():
    lines = explanation(bot().answer(Question("what is jax"))).splitlines()
    assert lines[0] == "Outcome: answer, confidence 0.99."
    assert lines[1:3] == ["Reasons:", "- same words as a phrasing"]
    assert "Considered:" in lines
    assert "- beyond.jax (0.99)" in lines

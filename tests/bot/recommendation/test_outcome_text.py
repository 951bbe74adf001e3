"""What is shown of an outcome first, and what its details hold."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

from bot.dialog.reply import Bullets, Chart, SourceLine, Sources, Text
from bot.dialog.text_renderer import plain_text
from bot.recommendation.outcome import Outcome
from bot.recommendation.text import outcome_blocks, outcome_details
from knowledge.recommendation import MAX_SHORT, SKIPPED
from tests.bot.shipped_rules import all_rows, shipped_flow

SKIPPED_ALL = " You skipped every question: general advice."

LONGEST = 600
"""Characters without the chart. What that takes on a screen is measured in tests/rendering."""


def outcome(**answers: str) -> Outcome:
    flow = shipped_flow()
    return flow.outcome(flow.finished(answers))


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Some of all that can be answered, the same in every run."""
    flow = shipped_flow()
    names = [question.id for question in flow.rules.questions]
    rows = random.Random(900).sample(list(all_rows(flow.rules)), 400)
    given = [{name: one for name, one in zip(names, row, strict=True) if one != SKIPPED} for row in rows]
    return tuple(map(flow.advisor.outcome, given))


def kinds(found: Outcome) -> list[str]:
    return [type(block).__name__ for block in outcome_blocks(found)]


def small_line(found: Outcome) -> SourceLine:
    line = outcome_blocks(found)[-1]
    assert isinstance(line, SourceLine)
    return line


def test_the_name_is_in_the_first_line_in_bold():
    for found in outcomes():
        first = outcome_blocks(found)[0]
        assert isinstance(first, Text)
        assert first.strong
        assert first.text.startswith(f"Recommendation: {found.ranking[0].name}")


@pytest.mark.parametrize(
    ("answers", "headline"),
    [
        (
            {"goal": "research", "domain": "llm"},
            "Recommendation: PyTorch, run on the process you have, start with Transformers and PEFT.",
        ),
        (
            {},
            f"Recommendation: PyTorch, run on the process you have, start with a plain training loop.{SKIPPED_ALL}",
        ),
        (
            {"goal": "production", "domain": "nlp", "hardware": "tpu", "background": "tensorflow"},
            "Recommendation: PyTorch, run on ONNX Runtime, start with Transformers and PEFT.",
        ),
    ],
)
def test_the_first_line_says_how_it_came_out(answers, headline):
    assert outcome_blocks(outcome(**answers))[0] == Text(headline, strong=True)


def test_it_is_the_stack_its_picks_the_chart_a_caution_and_what_it_rests_on():
    assert kinds(outcome(domain="rl")) == ["Text", "Bullets", "Chart", "Text", "SourceLine"]


def test_it_fits_a_phone_screen():
    for found in outcomes():
        text = plain_text(block for block in outcome_blocks(found) if not isinstance(block, Chart))
        assert len(text) <= LONGEST, found.given


def test_each_pick_comes_with_its_weightiest_reason_and_mostly_its_runner_up():
    with_runner_up = 0
    advisor = shipped_flow().advisor
    paths, shares = zip(*advisor.paths(), strict=True)
    ways = random.Random(900).choices(paths, shares, k=200)
    for found in map(advisor.outcome, ways):
        (bullets,) = [block for block in outcome_blocks(found) if isinstance(block, Bullets)]
        assert len(bullets.items) == len(found.stack) == 3
        for item, picked in zip(bullets.items, found.stack, strict=True):
            assert item.casefold().startswith(f"{picked.name}: ".casefold())
            assert (picked.reasons[0].short or picked.reasons[0].text).removesuffix(".") in item
            assert picked.runner_up is not None
            with_runner_up += f"Else {picked.runner_up.name}" in item
    assert with_runner_up >= 0.8 * 3 * len(ways)


def test_every_reason_of_the_shipped_rules_is_short_or_has_a_short_form():
    for rules in shipped_flow().advisor.scoring.counted.values():
        for rule in rules:
            assert len(rule.short or rule.text) <= MAX_SHORT, rule.text


def test_a_caution_is_a_clause_where_it_is_long():
    for found in outcomes():
        _, *cautions = [block.text for block in outcome_blocks(found) if isinstance(block, Text)]
        assert len(cautions) <= 1
        assert all(len(text) <= 142 for text in cautions)
        assert all(text.endswith((".", ")")) for text in cautions)


def test_the_chart_has_the_first_three_and_the_details_have_all():
    for found in outcomes():
        (chart,) = [block for block in outcome_blocks(found) if isinstance(block, Chart)]
        assert chart.bars == tuple((place.name, place.points) for place in found.ranking[: len(chart.bars)])
        assert len(chart.bars) == 3 or any(note.resolve for note in found.contradictions)
        text = plain_text(outcome_details(found))
        assert all(f"{place.name}: {place.points_text}" in text for place in found.ranking)


@pytest.mark.parametrize(
    ("answers", "caution"),
    [
        ({"domain": "rl"}, "Know this first: Reinforcement learning is first a choice of library."),
        ({"goal": "learning"}, "It would be scikit-learn if the data were tables."),
        (
            {"goal": "research", "background": "tensorflow"},
            "Research and TensorFlow code to keep pull apart. Smallest change: without TF code.",
        ),
        (
            {"where": "phones", "size": "large"},
            "A phone cannot hold a model of 30 billion parameters. Smallest change: under 5B.",
        ),
    ],
)
def test_it_gives_one_caution_the_most_important_there_is(answers, caution):
    texts = [block.text for block in outcome_blocks(outcome(**answers)) if isinstance(block, Text)]
    assert texts[1].startswith(caution)
    assert len(texts) == 2


def test_a_contradiction_is_always_shown_with_what_resolves_it():
    for found in outcomes():
        if any(note.resolve for note in found.contradictions):
            texts = [block.text for block in outcome_blocks(found) if isinstance(block, Text)]
            assert "Smallest change: " in texts[1]


def test_the_small_line_says_where_the_article_picks_another_and_nothing_where_it_does_not():
    differs = small_line(outcome(goal="mobile", where="phones"))
    assert differs.text == (
        "Differs from the article of April 2025 that this started from, which picks TensorFlow"
        " · partly our judgement · checked 22 Nov 2026"
    )
    for answers in ({"goal": "research"}, {}):
        assert "article" not in small_line(outcome(**answers)).text


def test_the_small_line_links_the_first_source_and_counts_the_rest():
    for found in outcomes():
        line = small_line(found)
        assert len(line.links) == 1
        assert len(line.links) + line.more == len(found.sources)


def test_the_details_hold_every_answer_reason_remark_step_and_source():
    for found in outcomes():
        text = plain_text(outcome_details(found))
        reasons = [reason for place in found.ranking for reason in (*place.reasons, *place.cautions)]
        said = [*reasons, *found.article.reasons, *found.article.others, *found.notes, *found.contradictions]
        assert all(one.text in text for one in (*said, *found.next_steps))
        assert all(f"{given.topic}: {given.label}" in text for given in found.given if given.option)
        assert all(change.condition in text for change in found.would_change)
        assert Sources(found.sources) in outcome_details(found)


def test_frameworks_that_are_level_are_named_in_the_details():
    found = outcome(goal="production", domain="nlp", hardware="tpu", background="tensorflow")
    assert "Level on points: PyTorch, TensorFlow." in plain_text(outcome_details(found))


def test_one_point_is_one_point():
    assert "(1 point)" in outcome().summary
    assert "PyTorch, 1 point:" in plain_text(outcome_details(outcome()))


def test_a_chart_of_two_candidates_compares_both():
    for found in outcomes():
        two = replace(found, ranking=found.ranking[:2])
        [chart] = [block for block in outcome_blocks(two) if isinstance(block, Chart)]
        assert len(chart.bars) == 2

"""Every path through the shipped questions, and the checks that keep the rules sound."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from bot.dialog.text_renderer import plain_text
from bot.recommendation.checks import RULES
from bot.recommendation.flow import Flow
from bot.recommendation.outcome import Outcome
from bot.recommendation.text import as_json, outcome_details
from knowledge.check_context import CheckContext
from knowledge.errors import Problem
from knowledge.folder import RECOMMENDATION
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, RecommendationRules, ToolRule
from tests.bot.shipped_rules import all_rows, shipped, shipped_flow

PATHS = 246_960
"""7 goals x 7 kinds of work x 6 places x 7 sorts of hardware x 5 backgrounds x 6 priorities x 4 sizes, each with
"skipped"."""


def answers_of(flow: Flow, row: tuple[str, ...]) -> dict[str, str]:
    names = [question.id for question in flow.rules.questions]
    return {name: answer for name, answer in zip(names, row, strict=True) if answer != SKIPPED}


def test_every_path_ends_with_a_leader_that_has_a_reason_of_todays_and_a_verdict_of_the_article():
    """All 246,960 sets of answers, at once; that each has a reason and a next step is a check."""
    flow = shipped_flow()
    scoring = flow.advisor.scoring
    entries = shipped().knowledge.entries
    assert all(rule.entry in entries for rules in (*scoring.counted.values(), flow.rules.article) for rule in rules)
    assert scoring.stacks.size == PATHS
    for pick, names in scoring.candidates.items():
        assert {names[number] for number in np.unique(scoring.winners[pick])} == set(names)
    assert list(RULES["recommendation-paths"](CheckContext(shipped(), dt.date(2026, 11, 22)))) == []


def sampled(flow: Flow) -> list[tuple[str, ...]]:
    """A thousand paths, the same in every run: every answer alone, and the others spread over all."""
    rows = list(all_rows(flow.rules))
    alone = [row for row in rows if sum(answer != SKIPPED for answer in row) <= 1]
    return alone + random.Random(20250404).sample(rows, 1_000 - len(alone))


def test_the_leader_is_the_first_with_most_points():
    flow = shipped_flow()
    scoring = flow.advisor.scoring
    for given in (scoring.all_answers(answers_of(flow, row)) for row in sampled(flow)):
        for pick in scoring.candidates:
            points = scoring.points(given, pick)
            first = next(name for name, total in points.items() if total == max(points.values()))
            assert scoring.leader(given, pick) == first


def test_outcomes_are_explained_down_to_their_sources():
    flow = shipped_flow()
    knowledge = shipped().knowledge
    for row in sampled(flow):
        found = flow.advisor.outcome(answers_of(flow, row))
        assert isinstance(found, Outcome)
        assert found.today.framework == found.ranking[0].framework
        numbers = {source.number for source in found.sources}
        assert sorted(numbers) == list(range(1, len(found.sources) + 1))
        reasons = [
            *found.article.reasons,
            *found.article.others,
            *found.today.reasons,
            *(reason for place in found.ranking for reason in (*place.reasons, *place.cautions)),
            *(reason for picked in found.stack for reason in picked.reasons),
        ]
        assert [picked.pick for picked in found.stack] == ["train", "run", "start"]
        assert all(picked.reasons and picked.runner_up for picked in found.stack)
        for supported in (*reasons, *found.notes, *found.contradictions):
            assert supported.entry in knowledge.entries
            assert supported.refs
            assert numbers.issuperset(supported.refs)
        assert found.today.reasons
        assert found.article.reasons
        assert 1 <= len(found.next_steps) <= 4


def test_what_would_change_the_outcome_is_exactly_what_does():
    flow = shipped_flow()
    for row in sampled(flow)[::10]:
        answers = answers_of(flow, row)
        found = flow.advisor.outcome(answers)
        listed = {(change.question, change.option): change.framework for change in found.would_change}
        tried = {
            (question.id, option.id): flow.advisor.outcome({**answers, question.id: option.id}).today.framework
            for question in flow.rules.questions
            for option in question.options
        }
        assert listed == {pair: leader for pair, leader in tried.items() if leader != found.today.framework}


def test_outcomes_fit_a_page_and_a_json_document():
    flow = shipped_flow()
    for row in sampled(flow)[::10]:
        found = flow.advisor.outcome(answers_of(flow, row))
        assert len(plain_text(outcome_details(found))) < 20_000
        document = as_json(found)
        assert {"ranking", "article", "today", "would_change", "next_steps"} <= document.keys()


def found_by(name: str, knowledge: KnowledgeBase) -> list[Problem]:
    """What a check finds in a changed knowledge base."""
    context = CheckContext(replace(shipped(), knowledge=knowledge), dt.date(2026, 11, 22))
    return list(RULES[f"recommendation-{name}"](context))


@pytest.mark.parametrize("rule", RULES)
def test_the_shipped_rules_pass_every_check(rule):
    assert list(RULES[rule](CheckContext(shipped(), dt.date(2026, 11, 22)))) == []


def test_knowledge_without_rules_has_nothing_to_check():
    assert found_by("paths", replace(shipped().knowledge, recommendation=None)) == []


# Each check finds what it is there for.


def rules_with(**changes: object) -> KnowledgeBase:
    knowledge = shipped().knowledge
    assert knowledge.recommendation is not None
    return replace(knowledge, recommendation=replace(knowledge.recommendation, **changes))


def rules() -> RecommendationRules:
    found = shipped().knowledge.recommendation
    assert found is not None
    return found


def with_option(**changes: object) -> KnowledgeBase:
    """The first option of the first question changed."""
    first, *others = rules().questions
    option, *rest = first.options
    return rules_with(questions=(replace(first, options=(replace(option, **changes), *rest)), *others))


def with_first(name: str, **changes: object) -> KnowledgeBase:
    """The first rule of a list changed."""
    first, *others = getattr(rules(), name)
    return rules_with(**{name: (replace(first, **changes), *others)})


def with_an_option_without_points() -> KnowledgeBase:
    """An option that a note mentions and no points follow."""
    *others, size = rules().questions
    extra = replace(size.options[0], id="extra", label="An extra", aliases=(), vague=())
    first, *notes = rules().notes
    note = replace(first, when=(*first.when, {size.id: "extra"}))
    return rules_with(questions=(*others, replace(size, options=(*size.options, extra))), notes=(note, *notes))


def with_tools(name: str, *, keep: Callable[[ToolRule], bool]) -> KnowledgeBase:
    """Only some of the rules for what to run on or to start with."""
    tools = getattr(rules(), name)
    return rules_with(**{name: replace(tools, rules=tuple(filter(keep, tools.rules)))})


def with_a_wrong_way_out() -> KnowledgeBase:
    first, *others = rules().contradictions
    (answers,) = first.when
    (question,) = first.resolve
    return rules_with(contradictions=(replace(first, resolve={question: answers[question]}), *others))


def with_a_weak_choosing_rule() -> KnowledgeBase:
    return rules_with(
        article=tuple(replace(rule, points=1) if rule.claim == "C-5" else rule for rule in rules().article)
    )


BROKEN = {
    "entries": lambda: with_first("notes", entry="beyond.nowhere"),
    "sources": lambda: with_first("cautions", sources=("nowhere",)),
    "claims": lambda: with_first("article", entry="choose.mobile"),
    "article": with_a_weak_choosing_rule,
    "vocabulary": lambda: with_option(about=("nowhere",)),
    "words": lambda: with_option(aliases=("production",)),
    "paths": lambda: rules_with(today=tuple(rule for rule in rules().today if rule.when)),
    "outcomes": with_an_option_without_points,
    "resolved": with_a_wrong_way_out,
    "stacks": lambda: with_tools("run", keep=lambda rule: rule.tool != "triton"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_check_finds_what_it_is_there_for(name):
    assert {problem.severity for problem in found_by(name, BROKEN[name]())} == {"error"}


@pytest.mark.parametrize("name", ["run", "start"])
def test_a_pick_that_may_be_left_without_a_reason_is_found(name):
    found = found_by("paths", with_tools(name, keep=lambda rule: bool(rule.when or rule.leading)))
    assert [problem.severity for problem in found] == ["error"]


def test_questions_that_mostly_lead_to_one_stack_are_found():
    found = found_by("stacks", with_tools("run", keep=lambda rule: rule.tool == "process"))
    assert any("of all ways through the questions lead to" in str(problem) for problem in found)


def test_every_check_but_the_one_on_chance_is_tried_here():
    """Two answers that share the four letters of a token cannot be made up at will."""
    assert set(RULES) - {f"recommendation-{name}" for name in BROKEN} == {"recommendation-tokens"}


def test_two_answers_that_look_the_same_in_a_token_are_found(monkeypatch):
    monkeypatch.setattr("bot.recommendation.checks.code", lambda question, option: f"{question}{option}"[:2])
    assert found_by("tokens", shipped().knowledge)


def test_a_problem_names_file_and_line():
    place = shipped().registers[RECOMMENDATION][0]
    (problem,) = found_by("entries", with_first("notes", entry="beyond.nowhere"))
    assert problem.file == place.file
    assert place.file.read_text().splitlines()[problem.line - 1].strip() == "entry: beyond.sklearn"

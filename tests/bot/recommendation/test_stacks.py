"""The stack: what is asked, how the outcomes spread, and whether careful engineers would choose the same."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from statistics import median

import pytest

from bot.dialog.text_renderer import plain_text
from bot.recommendation.advisor import LEAST_SHARE, MOST_QUESTIONS
from bot.recommendation.checks import MAX_SHARE, survey
from bot.recommendation.flow import TAKE, Outcome, Step
from bot.recommendation.scoring import Stack
from bot.recommendation.text import as_json, markdown, message, next_to
from bot.recommendation.token import code
from knowledge.recommendation import SKIPPED
from tests.bot.shipped_rules import shipped_flow, situations

LEAST_AGREEMENT = 0.85
"""Share of the situations in which each pick must be one that the second reader would choose."""


def stack(answers: dict[str, str]) -> Stack:
    scoring = shipped_flow().advisor.scoring
    return scoring.stack(scoring.all_answers(answers))


def asked(answers: dict[str, str]) -> dict[str, str]:
    """What somebody is asked who has these answers, and leaves out every other question."""
    advisor = shipped_flow().advisor
    given: dict[str, str] = {}
    while (question := advisor.next_question(given)) is not None:
        given[question] = answers.get(question, SKIPPED)
    return given


@cache
def people() -> tuple[dict[str, str], ...]:
    """6,000 people with an answer to every question, the same in every run."""
    chosen = random.Random(6_000)
    questions = shipped_flow().rules.questions
    return tuple({q.id: chosen.choice(q.options).id for q in questions} for _ in range(6_000))


# Agreement.


@pytest.mark.parametrize("pick", ["train", "run", "start"])
@pytest.mark.parametrize("how", ["all answers", "what is asked"])
def test_a_careful_engineer_would_choose_the_same(pick, how):
    agreed = []
    for case in situations():
        answers = case["answers"] if how == "all answers" else asked(case["answers"])
        agreed.append(stack(answers)[pick] in (case["stack"][pick], *case["also"].get(pick, ())))
    assert len(agreed) == 40
    assert sum(agreed) / len(agreed) >= LEAST_AGREEMENT


def test_the_first_choice_of_the_second_reader_comes_first_mostly():
    for pick in ("train", "run", "start"):
        same = [stack(case["answers"])[pick] == case["stack"][pick] for case in situations()]
        assert sum(same) / len(same) >= LEAST_AGREEMENT


# How outcomes spread.


def test_no_stack_is_where_more_than_a_quarter_of_all_end():
    found = Counter(tuple(stack(answers).values()) for answers in people())
    assert found.most_common(1)[0][1] <= MAX_SHARE * len(people())
    assert len(found) >= 50
    assert max(survey(shipped_flow().advisor).shares.values()) <= MAX_SHARE


def test_every_framework_leads_and_none_almost_always():
    trained = Counter(stack(answers)["train"] for answers in people())
    assert set(trained) == {"pytorch", "keras", "jax", "tensorflow", "sklearn"}
    assert trained["pytorch"] < 0.85 * len(people())


# What is asked.


def test_at_most_five_questions_are_asked_and_three_by_half():
    counts = [len(asked(answers)) for answers in people()[:1_000]]
    assert max(counts) <= MOST_QUESTIONS == 5
    assert median(counts) <= 3


def test_what_is_asked_leads_mostly_to_the_stack_of_all_answers():
    same = [stack(asked(answers)) == stack(answers) for answers in people()[:1_000]]
    assert sum(same) / len(same) >= 0.8


def test_a_question_is_asked_only_where_its_answers_change_a_pick():
    flow = shipped_flow()
    for answers in people()[:300]:
        given: dict[str, str] = {}
        while (question := flow.advisor.next_question(given)) is not None:
            changes = flow.advisor.changes(question, given)
            options = flow.advisor.options[question]
            assert len(changes) >= LEAST_SHARE * len(options)
            given[question] = answers[question]


def test_somebody_who_skips_everything_is_not_asked_for_ever():
    assert len(asked({})) <= MOST_QUESTIONS


def test_why_a_question_is_asked_names_the_picks_and_where_each_answer_leads():
    flow = shipped_flow()
    state = flow.start({"domain": "nlp"})
    step = flow.view(state)
    assert isinstance(step, Step)
    assert step.question.id == "where"
    why = flow.why(state)
    assert why.startswith("Your answer can change what to run on")
    assert "The web browser: run on Transformers.js" in why


# The outcome.


def outcome(**answers: str) -> Outcome:
    flow = shipped_flow()
    return flow.outcome(flow.finished(answers))


def test_each_pick_has_its_reason_and_a_runner_up_with_what_would_tip_it():
    for picked in outcome(domain="nlp", where="phones").stack:
        other = picked.runner_up
        assert picked.reasons
        assert other is not None
        assert other.id != picked.id
        assert other.if_so


def test_what_tips_a_runner_up_does():
    """Each condition belongs to one or two options, and with those the runner-up is the pick."""
    flow = shipped_flow()
    options = {o.if_so: (q.id, o.id) for q in flow.rules.questions for o in q.options}
    for answers in people()[:200]:
        given = asked(answers)
        for picked in flow.advisor.outcome(given).stack:
            assert picked.runner_up is not None
            if picked.runner_up.if_so:
                tipped = dict(options[part] for part in picked.runner_up.if_so.split(" and ") if part in options)
                if picked.runner_up.label:
                    tipped = dict([options[picked.runner_up.if_so]])
                elif len(tipped) != 2:
                    continue  # an " and " of a condition's own
                assert stack({**given, **tipped})[picked.pick] == picked.runner_up.id


def test_phones_and_a_large_model_contradict_and_a_small_model_resolves_it():
    found = outcome(where="phones", size="large")
    (note,) = [note for note in found.contradictions if note.resolve]
    assert note.resolve == {"size": "small"}
    assert not [note for note in outcome(where="phones", size="small").contradictions if note.resolve]


def test_other_answers_lead_to_the_stacks_that_are_named():
    flow = shipped_flow()
    done = flow.finished({"domain": "nlp", "where": "servers"})
    found = flow.outcome(done)
    assert found.alternatives
    for one in found.alternatives:
        other = flow.outcome(flow.do(done, f"{TAKE}{code(one.question, one.option)}"))
        assert tuple(picked.name for picked in other.stack) == one.names
        assert one.names != tuple(picked.name for picked in found.stack)


def test_another_stack_is_shown_next_to_this_one():
    flow = shipped_flow()
    shown = plain_text(next_to(outcome(domain="nlp"), outcome(domain="nlp", where="browser"), "it had to run there"))
    assert "Train in PyTorch: stays." in shown
    assert "Run on Transformers.js instead of the process you have." in shown
    assert flow is shipped_flow()


def test_the_json_has_the_stack():
    found = as_json(outcome(domain="llm", where="servers"))["stack"]
    assert list(found) == ["train", "run", "start"]
    assert [found[pick]["id"] for pick in found] == ["pytorch", "vllm", "transformers"]
    for picked in found.values():
        assert {"id", "name", "reasons", "runner_up"} <= picked.keys()
        assert all(reason["entry"] and reason["sources"] for reason in picked["reasons"])


def test_what_is_taken_along_has_the_stack_the_reasons_and_the_sources():
    found = outcome(domain="llm", where="servers")
    short, whole = message(found), markdown(found)
    assert short.startswith("Our stack: train in PyTorch, run on vLLM, start with Transformers and PEFT.")
    assert "For: Kind of work: Large language models" in short
    assert whole.startswith("# Recommendation: PyTorch, run on vLLM")
    assert all(reason.text in whole for picked in found.stack for reason in picked.reasons)
    assert all(f"]({source.url})" in whole for source in found.sources if source.url)


def test_where_the_article_picks_another_framework_that_is_the_first_line_of_the_details():
    whole = markdown(outcome(goal="production"))
    assert whole.index("The article (4 Apr 2025) would pick TensorFlow") < whole.index("Goal: A system in production")

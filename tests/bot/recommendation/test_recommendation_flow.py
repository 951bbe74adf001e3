"""Walking through the questions, and what each of the article's needs leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.recommendation.advisor import MOST_QUESTIONS
from bot.recommendation.flow import (
    BACK,
    CANCEL,
    EDIT,
    NEXT,
    NOW,
    PICK,
    RESTART,
    SKIP,
    TAKE,
    AnswerError,
    Flow,
    Step,
)
from bot.recommendation.outcome import GivenAnswer, Outcome
from bot.recommendation.token import State, code
from tests.bot.shipped_rules import shipped, shipped_flow


@pytest.fixture
def flow() -> Flow:
    return shipped_flow()


def outcome(flow: Flow, **answers: str) -> Outcome:
    return flow.outcome(flow.finished(answers))


# Walking.


def test_it_begins_with_the_first_question_and_nothing_chosen(flow):
    step = flow.view(flow.start())
    assert isinstance(step, Step)
    assert (step.number, step.of, step.question.id, step.chosen) == (1, 5, "domain", None)


def test_choosing_an_option_goes_on_to_the_next_question(flow):
    step = flow.view(flow.do(flow.start(), "pick-vision"))
    assert isinstance(step, Step)
    assert (step.number, step.answered) == (2, (GivenAnswer("domain", "Kind of work", "vision", "Images or video"),))


def test_going_back_shows_what_was_chosen(flow):
    step = flow.view(flow.do(flow.do(flow.start(), "pick-vision"), BACK))
    assert isinstance(step, Step)
    assert step.chosen is not None
    assert step.chosen.id == "vision"


def test_next_keeps_what_was_chosen_and_skip_drops_it(flow):
    again = flow.do(flow.do(flow.start(), "pick-vision"), BACK)
    assert flow.do(again, NEXT).answers == (("domain", "vision"),)
    assert flow.do(again, SKIP).answers == ()
    assert flow.do(again, NEXT).position == flow.do(again, SKIP).position == 1


def walked(flow: Flow, action: str = SKIP) -> State:
    """Where the same action at each question leads."""
    state = flow.start()
    for _ in range(MOST_QUESTIONS):
        if isinstance(flow.view(state), Step):
            state = flow.do(state, action)
    return state


def test_after_the_last_question_comes_the_outcome(flow):
    assert isinstance(flow.view(walked(flow)), Outcome)
    assert len(walked(flow).given) <= MOST_QUESTIONS


def test_from_the_outcome_one_can_go_back(flow):
    state = walked(flow)
    step = flow.view(flow.do(state, BACK))
    assert isinstance(step, Step)
    assert step.question.id == state.given[-1][0]


def test_the_outcome_can_be_asked_for_at_every_step_and_left_again(flow):
    state = flow.start()
    while isinstance(flow.view(state), Step):
        now = flow.do(state, NOW)
        assert isinstance(flow.view(now), Outcome)
        assert flow.view(flow.do(now, BACK)) == flow.view(state)
        state = flow.do(state, SKIP)


def test_one_answer_can_be_corrected_and_the_others_stay(flow):
    state = flow.do(flow.do(flow.start(), "pick-vision"), "pick-phones")
    back = flow.do(state, f"{EDIT}domain")
    assert flow.view(back).question.id == "domain"
    assert dict(flow.do(back, "pick-llm").answers) == {"domain": "llm", "where": "phones"}
    assert flow.do(state, f"{EDIT}nothing") == state


def test_another_answer_can_be_taken_at_the_outcome(flow):
    done = flow.finished({"domain": "vision", "where": "phones"})
    taken = flow.do(done, f"{TAKE}{code('where', 'browser')}")
    assert dict(taken.answers) == {"domain": "vision", "where": "browser"}
    assert isinstance(flow.view(taken), Outcome)
    assert flow.do(done, f"{TAKE}zzzz") == done


def test_beyond_the_ends_one_stays(flow):
    done = flow.finished({})
    assert flow.do(flow.start(), BACK) == flow.start()
    assert flow.do(done, NEXT) == flow.do(done, SKIP) == flow.do(done, "pick-phones") == done


def test_restart_drops_every_answer(flow):
    assert flow.do(flow.finished({"goal": "mobile"}), RESTART) == flow.start()


def test_cancel_stops_and_next_goes_on_where_one_was(flow):
    state = flow.do(flow.start(), "pick-vision")
    stopped = flow.do(state, CANCEL)
    assert flow.view(stopped) is None
    assert flow.do(stopped, NEXT) == flow.do(stopped, BACK) == state


def test_an_option_of_another_question_changes_nothing(flow):
    assert flow.do(flow.start(), "pick-phones") == flow.start()


@pytest.mark.parametrize("action", ["", "pick-", "pick-nothing", "nonsense", "PICK-mobile", "start"])
def test_an_unknown_action_changes_nothing(flow, action):
    assert flow.do(flow.start(), action) == flow.start()


def test_every_button_of_a_step_does_what_it_says(flow):
    for option in flow.view(flow.start()).question.options:
        assert flow.do(flow.start(), f"{PICK}{option.id}").answers == (("domain", option.id),)


def test_answers_known_before_are_shown_as_chosen(flow):
    step = flow.view(flow.start({"goal": "mobile"}))
    assert step.answered == (GivenAnswer("goal", "Goal", "mobile", "A mobile app"),)
    assert step.question.id != "goal"


@pytest.mark.parametrize(("question", "option"), [("aim", "mobile"), ("goal", "phones"), ("goal", "")])
def test_an_answer_by_a_wrong_name_is_refused_with_the_right_ones(flow, question, option):
    with pytest.raises(AnswerError, match="use "):
        flow.start({question: option})


def test_knowledge_without_rules_has_no_flow():
    bare = replace(shipped().knowledge, recommendation=None)
    assert Flow.of(bare) is None
    with pytest.raises(ValueError, match="no recommendation rules"):
        Flow(bare)


# What platforms can show.


def test_every_step_fits_the_platforms(flow):
    state = flow.start()
    while isinstance(step := flow.view(state), Step):
        assert len(step.question.options) <= 10
        assert len(step.question.topic) <= 24
        for option in step.question.options:
            assert len(option.label) <= 40
            assert len(option.description or "") <= 75
            assert len(f"{PICK}{option.id}") <= 29
        state = flow.do(state, SKIP)


# The article's needs, each alone.

NEEDS = [
    ({"goal": "research"}, "pytorch", "pytorch", "choose.research"),
    ({"goal": "prototyping"}, "pytorch", "pytorch", "choose.research"),
    ({"goal": "production"}, "tensorflow", "pytorch", "choose.production"),
    ({"goal": "mobile"}, "tensorflow", "pytorch", "choose.mobile"),
    ({"goal": "large-scale"}, "tensorflow", "pytorch", "choose.large-scale"),
    ({"priority": "community"}, "tensorflow", "pytorch", "choose.community"),
]


@pytest.mark.parametrize(("answers", "article", "today", "entry"), NEEDS)
def test_a_need_alone_gives_the_articles_verdict_and_todays(flow, answers, article, today, entry):
    found = outcome(flow, **answers)
    assert (found.article.framework, found.today.framework) == (article, today)
    assert found.agree == (article == today)
    assert found.ranking[0].framework == today
    assert found.article.reasons[0].entry == entry


@pytest.mark.parametrize(("answers", "article", "today", "entry"), NEEDS)
def test_both_verdicts_of_a_need_lead_to_entries_and_sources(flow, answers, article, today, entry):
    del article, today
    found = outcome(flow, **answers)
    knowledge = shipped().knowledge
    titles = {source.number: source.title for source in found.sources}
    for basis, verdict in (("article", found.article), ("since", found.today)):
        assert verdict.reasons
        for reason in verdict.reasons:
            assert reason.basis == basis
            assert knowledge.entries[reason.entry].answer.sources
            assert all(number in titles for number in reason.refs)
            assert reason.refs
    assert entry in {reason.entry for reason in found.today.reasons}
    (number,) = found.article.reasons[0].refs
    assert titles[number] == knowledge.sources["article"].title


def test_phones_alone_are_the_articles_mobile_need_too(flow):
    phones, app = outcome(flow, where="phones").article, outcome(flow, goal="mobile").article
    assert (phones.framework, [one.text for one in phones.reasons]) == (
        app.framework,
        [one.text for one in app.reasons],
    )


def test_the_articles_community_rule_says_both_are_strong(flow):
    found = outcome(flow, priority="community").article
    assert [reason.framework for reason in found.reasons] == ["tensorflow"]
    assert [reason.framework for reason in found.others] == ["pytorch"]


def test_the_article_decides_nothing_where_it_has_no_rule(flow):
    for answers in ({}, {"domain": "tabular"}, {"hardware": "tpu"}):
        found = outcome(flow, **answers)
        assert (found.article.framework, found.agree) == (None, None)
        assert [reason.entry for reason in found.article.reasons] == ["choose.overall"]


def test_the_article_is_split_where_its_rules_balance(flow):
    found = outcome(flow, domain="vision").article
    assert found.framework is None
    assert {reason.framework for reason in found.reasons} == {"pytorch", "tensorflow"}


def test_what_is_outdated_in_the_article_gives_no_points_today(flow):
    entries = shipped().knowledge.entries
    for answers, *_ in NEEDS:
        for place in outcome(flow, **answers).ranking:
            for reason in place.reasons:
                assert reason.basis == "since" or entries[reason.entry].article.verdict == "holds"


# Today's rules.


@pytest.mark.parametrize(
    ("answers", "leader"),
    [
        ({}, "pytorch"),
        ({"goal": "production", "background": "tensorflow"}, "tensorflow"),
        ({"goal": "large-scale", "background": "tensorflow"}, "tensorflow"),
        ({"background": "tensorflow", "domain": "llm"}, "pytorch"),
        ({"where": "microcontrollers"}, "tensorflow"),
        ({"hardware": "tpu"}, "jax"),
        ({"background": "numpy"}, "jax"),
        ({"background": "new"}, "keras"),
        ({"priority": "development"}, "keras"),
        ({"priority": "portability"}, "keras"),
        ({"domain": "tabular"}, "sklearn"),
    ],
)
def test_what_leads_today(flow, answers, leader):
    assert outcome(flow, **answers).today.framework == leader


def test_points_are_the_sum_of_their_reasons(flow):
    found = outcome(flow, goal="production", domain="vision", where="servers", hardware="amd", background="new")
    for place in found.ranking:
        assert place.points == sum(reason.points for reason in place.reasons)
        assert all(caution.points == 0 for caution in place.cautions)


def test_judgement_is_marked_as_judgement(flow):
    first = outcome(flow, hardware="tpu").ranking[0].reasons[0]
    assert (first.framework, first.confidence) == ("jax", "J")


@pytest.mark.parametrize(
    ("answers", "entry"),
    [
        ({"domain": "tabular"}, "beyond.sklearn"),
        ({"where": "phones"}, "choose.mobile"),
        ({"where": "microcontrollers"}, "beyond.edge"),
        ({"domain": "llm"}, "beyond.llm"),
    ],
)
def test_where_a_tool_decides_it_is_said(flow, answers, entry):
    found = outcome(flow, **answers)
    assert entry in {note.entry for note in found.notes}
    assert found.next_steps[0].entry == entry


@pytest.mark.parametrize(
    ("answers", "entry"),
    [
        ({"domain": "llm", "background": "tensorflow"}, "beyond.llm"),
        ({"goal": "large-scale", "where": "microcontrollers"}, "compare.deployment"),
        ({"hardware": "tpu", "background": "tensorflow"}, "beyond.tpu"),
        ({"goal": "mobile", "where": "servers"}, "choose.mobile"),
    ],
)
def test_answers_that_contradict_each_other_are_named(flow, answers, entry):
    assert outcome(flow, **answers).contradictions[0].entry == entry
    for question in answers:
        alone = {name: option for name, option in answers.items() if name != question}
        assert outcome(flow, **alone).contradictions == ()


def test_an_answer_that_is_outweighed_is_named(flow):
    found = outcome(flow, goal="research", domain="llm", hardware="tpu")
    assert found.today.framework == "pytorch"
    (note,) = found.contradictions
    assert note.text.startswith('Training hardware: by itself, "Google TPUs" speaks for JAX (4 points against 1')


def test_of_equals_all_are_named(flow):
    found = outcome(flow, hardware="cpu")
    assert found.level == ("PyTorch", "Keras 3", "TensorFlow")
    assert "level" in found.summary


def test_the_summary_tells_the_stack_and_both_verdicts_in_one_line(flow):
    assert outcome(flow, goal="production").summary == (
        "Recommended: PyTorch (3 points), ahead of Keras 3 (2); run on ONNX Runtime; start with Lightning; "
        "the article (4 Apr 2025) would pick TensorFlow."
    )


def test_an_entry_that_a_team_hides_costs_no_outcome():
    knowledge = shipped().knowledge
    hidden = {name: entry for name, entry in knowledge.entries.items() if name not in ("choose.mobile", "beyond.tpu")}
    found = outcome(Flow(replace(knowledge, entries=hidden)), goal="mobile", hardware="tpu", background="tensorflow")
    reasons = [reason for place in found.ranking for reason in place.reasons]
    assert {reason.entry for reason in reasons} >= {"", "choose.overall"}
    assert found.next_steps

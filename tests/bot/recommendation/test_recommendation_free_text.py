"""What people type instead of pressing a button."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.recommendation.flow import CANCEL, EDIT, NOW, SKIP, Flow
from bot.recommendation.token import State
from knowledge.recommendation import SKIPPED
from tests.bot.shipped_rules import shipped_flow, situations, steady


@pytest.fixture
def flow() -> Flow:
    return shipped_flow()


def at(question: str, **answers: str) -> State:
    """The state that shows a question."""
    given = {question: SKIPPED, **answers}
    return shipped_flow().do(shipped_flow().start(given), f"{EDIT}{question}")


def meant(question: str, text: str) -> str | None:
    result = shipped_flow().interpret(at(question), text)
    return dict(result.state.answers).get(question) if result.understood else None


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [
        ("where", "mostly phones", "phones"),
        ("where", "Phones!", "phones"),
        ("where", "on raspberry pi", "boards"),
        ("where", "some servers, but mainly in the browser", "browser"),
        ("where", "not phones, the browser", "browser"),
        ("where", "the browser, not on the phone", "browser"),
        ("where", "servers, but not phones and no browser", "servers"),
        ("where", "android and iOS", "phones"),
        ("goal", "a proof of concept", "prototyping"),
        ("goal", "training at large scale", "large-scale"),
        ("goal", "large-scale", "large-scale"),
        ("domain", "it's about images", "vision"),
        ("domain", "NLP", "nlp"),
        ("hardware", "an nvidia gpu on windows", "windows"),
        ("hardware", "no gpu", "cpu"),
        ("background", "we know pytorch", "pytorch"),
        ("priority", "hiring", "community"),
    ],
)
def test_an_option_is_found_by_its_words(question, text, option):
    assert meant(question, text) == option


@pytest.mark.parametrize(
    ("question", "text", "option"),
    [("where", "brwoser", "browser"), ("where", "mobiel phoens", "phones"), ("goal", "producton", "production")],
)
def test_typos_are_read(question, text, option):
    assert meant(question, text) == option


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("2", "prototyping"),
        ("2.", "prototyping"),
        ("number two please", "prototyping"),
        ("the second one", "prototyping"),
        ("option 6", "learning"),
        ("the last one", "learning"),
        ("one", "research"),
    ],
)
def test_an_option_is_found_by_its_number(text, option):
    assert meant("goal", text) == option


@pytest.mark.parametrize("text", ["7", "0", "option 12", "2 or 3"])
def test_a_number_that_is_not_there_chooses_nothing(text):
    assert meant("goal", text) is None


@pytest.mark.parametrize(
    "text",
    ["skip", "don't know", "dont know", "I really don't know yet", "not sure", "no idea", "idk", "pass", "any of them"],
)
def test_not_knowing_skips(flow, text):
    state = at("where", goal="mobile", where="phones")
    result = flow.interpret(state, text)
    assert result.understood
    assert result.state.given == (("goal", "mobile"), ("where", SKIPPED))


@pytest.mark.parametrize("text", ["back", "go back please", "the previous question", "undo"])
def test_back_goes_back(flow, text):
    state = at("where", domain="vision")
    assert flow.interpret(state, text).state == flow.do(state, f"{EDIT}domain")


@pytest.mark.parametrize("text", ["next", "keep it", "continue"])
def test_next_goes_on_with_the_answer(flow, text):
    result = flow.interpret(at("goal", goal="mobile"), text)
    assert result.state == flow.start({"goal": "mobile"})


@pytest.mark.parametrize("text", ["recommend now", "that's all", "enough"])
def test_the_outcome_can_be_asked_for(flow, text):
    assert flow.interpret(at("where"), text).state == flow.do(at("where"), NOW)


TEAM = "We are five people doing NLP on Azure, mostly Keras until now, must run on phones."


def test_a_situation_gives_several_answers_at_once(flow):
    said = {"domain": "nlp", "where": "phones", "background": "tensorflow"}
    assert flow.situation(TEAM)[0] == said
    result = flow.interpret(at("goal", goal="production"), TEAM)
    assert (result.understood, result.several) == (True, True)
    assert dict(result.state.answers) == {"goal": "production", **said}


def test_what_answers_another_question_is_taken_too(flow):
    result = flow.interpret(at("domain"), "it must run on phones")
    assert (dict(result.state.answers), result.several) == ({"where": "phones"}, True)
    assert flow.asked(result.state) != "where"


def test_a_question_in_between_gives_no_answers(flow):
    assert not flow.interpret(at("domain"), "can PyTorch run on phones?").understood


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("phones and a 70B model", {"domain": "llm", "where": "phones", "size": "large"}),
        ("we are new people with support for machine learning", {}),
        ("PyTorch or Keras?", {}),
        ("servers or phones?", {}),
        ("not on phones but in the browser", {"where": "browser"}),
        ("", {}),
    ],
)
def test_a_situation_gives_what_it_says_and_no_more(flow, text, answers):
    assert flow.situation(text)[0] == answers


def test_what_the_situations_say_is_understood(flow):
    """Of all answers in 40 situations, most are found and nearly none is wrong; the rest is asked."""
    said = [(case["answers"], flow.situation(case["text"])[0]) for case in situations()]
    right = sum(answers.get(name) == option for answers, found in said for name, option in found.items())
    wrong = sum(len(found) for _, found in said) - right
    assert right / sum(len(answers) for answers, _ in said) >= 0.7
    assert wrong <= 2


@pytest.mark.parametrize("text", ["restart", "start over", "let's start again"])
def test_restart_starts_again(flow, text):
    assert flow.interpret(at("where", goal="mobile"), text).state == flow.start()


@pytest.mark.parametrize("text", ["cancel", "stop", "never mind", "quit please"])
def test_cancel_stops(flow, text):
    assert flow.interpret(at("where"), text).state.stopped


def test_an_answer_outdoes_a_word_that_could_be_a_command():
    assert meant("where", "I'm not sure, maybe phones") == "phones"


def test_two_options_at_once_are_asked_back(flow):
    result = flow.interpret(at("where"), "phones and the browser")
    assert (result.understood, result.state) == (False, at("where"))
    assert result.hint == "Which one do you mean: Phones or The web browser?"


def test_what_is_not_understood_says_what_can_be_said(flow):
    result = flow.interpret(at("where"), "purple")
    assert not result.understood
    assert "skip" in result.hint
    assert "purple" not in result.hint


def test_where_no_question_is_asked_nothing_is_understood_and_nothing_changes(flow):
    for state in (flow.finished({"goal": "mobile"}), flow.do(at("where"), CANCEL)):
        result = flow.interpret(state, "phones")
        assert (result.understood, result.state) == (False, state)
        assert result.hint


def test_every_option_is_found_by_its_label(flow):
    for question in flow.rules.questions:
        for option in question.options:
            assert meant(question.id, option.label) == option.id


@steady
@given(st.text(max_size=300), st.integers(0, 7))
def test_any_text_may_be_typed(text, steps):
    flow = shipped_flow()
    state = flow.start({"goal": "mobile"})
    for _ in range(steps):
        state = flow.do(state, SKIP)
    result = flow.interpret(state, text)
    assert result.understood == (not result.hint)
    if not result.understood:
        assert result.state == state


def test_a_very_long_text_is_no_error(flow):
    assert not flow.interpret(flow.start(), "lorem " * 100_000).understood

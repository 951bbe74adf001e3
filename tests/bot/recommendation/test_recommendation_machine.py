"""Somebody who presses and types whatever they like never gets stuck and never loses an answer."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.recommendation.advisor import MOST_QUESTIONS
from bot.recommendation.flow import BACK, CANCEL, EDIT, NEXT, NOW, PICK, RESTART, SKIP, Flow, Outcome, Step
from bot.recommendation.token import State, owner_mark
from tests.bot.shipped_rules import shipped_flow, steady

OWNER = owner_mark("T1:U1", b"secret")

LABELS = sorted({option.label for question in shipped_flow().rules.questions for option in question.options})


class Walk(RuleBasedStateMachine):
    """The state goes through its token at every step, as between two clicks; `kept` is what must be in it."""

    def __init__(self) -> None:
        super().__init__()
        self.flow: Flow = shipped_flow()
        self.token = ""
        self.kept: dict[str, str] = {}
        self.stopped = False

    @initialize()
    def begin(self) -> None:
        self.keep(self.flow.start())

    @property
    def state(self) -> State:
        restored = self.flow.at(self.token)
        assert restored.notice == ""
        assert restored.owner == OWNER
        return restored.state

    def keep(self, state: State) -> None:
        self.token = self.flow.token(state, OWNER)

    def press(self, action: str) -> None:
        self.keep(self.flow.do(self.state, action))

    @property
    def asked(self) -> str | None:
        """The question that is shown."""
        return None if self.stopped else self.flow.asked(self.state)

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        step = self.flow.view(self.state)
        assert isinstance(step, Step)
        option = data.draw(st.sampled_from(step.question.options))
        assert self.asked is not None
        self.kept[self.asked] = option.id
        self.press(f"{PICK}{option.id}")

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def say_a_label(self, data: st.DataObject) -> None:
        step = self.flow.view(self.state)
        assert isinstance(step, Step)
        option = data.draw(st.sampled_from(step.question.options))
        result = self.flow.interpret(self.state, f"Well, {option.label.lower()} I think")
        assert result.understood
        assert self.asked is not None
        self.kept[self.asked] = option.id
        self.keep(result.state)

    @precondition(lambda self: self.asked)
    @rule(word=st.sampled_from([(NEXT, "next"), (BACK, "go back"), (CANCEL, "cancel"), (RESTART, "restart")]))
    def say_a_command(self, word: tuple[str, str]) -> None:
        action, text = word
        by_press = self.flow.do(self.state, action)
        result = self.flow.interpret(self.state, text)
        assert result.understood
        assert result.state == by_press

    @rule(action=st.sampled_from([NEXT, BACK, NOW]))
    def go(self, action: str) -> None:
        self.press(action)
        self.stopped = False

    @precondition(lambda self: self.kept and not self.stopped)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        question = data.draw(st.sampled_from(sorted(self.kept)))
        self.press(f"{EDIT}{question}")
        assert self.asked == question

    @precondition(lambda self: not self.stopped)
    @rule(typed=st.booleans())
    def skip(self, typed: bool) -> None:
        if self.asked is not None:
            self.kept.pop(self.asked, None)
        if typed:
            self.keep(self.flow.interpret(self.state, "don't know").state)
        else:
            self.press(SKIP)

    @rule()
    def restart(self) -> None:
        self.press(RESTART)
        self.kept.clear()
        self.stopped = False

    @rule()
    def cancel(self) -> None:
        self.press(CANCEL)
        self.stopped = True

    @rule(text=st.sampled_from(["purple", "", "🙈", "99", "phones and the browser and servers", "why?"]))
    def say_nothing_to_the_point(self, text: str) -> None:
        result = self.flow.interpret(self.state, text)
        if not result.understood:
            assert result.state == self.state
            assert result.hint

    @rule(text=st.text(max_size=20))
    def press_something_forged(self, text: str) -> None:
        forged = self.flow.at(self.token + text)
        assert text == "" or forged.notice != "" or forged.state == self.state

    @invariant()
    def no_answer_is_lost(self) -> None:
        if self.token:
            state = self.state
            assert dict(state.answers) == self.kept
            assert state.stopped == self.stopped

    @invariant()
    def there_is_always_a_way_on(self) -> None:
        if not self.token:
            return
        state = self.state
        view = self.flow.view(state)
        assert isinstance(view, type(None) if self.stopped else Step if self.asked else Outcome)
        for _ in range(len(state.given) + MOST_QUESTIONS + 1):
            state = self.flow.do(state, NEXT)
        assert isinstance(self.flow.view(state), Outcome)
        assert dict(state.answers) == self.kept
        assert self.flow.view(self.flow.do(state, RESTART)) == self.flow.view(self.flow.start())

    @invariant()
    def the_outcome_depends_on_the_answers_alone(self) -> None:
        if self.token:
            done = self.flow.do(self.state, NOW)
            assert self.flow.view(done) == self.flow.view(self.flow.finished(self.kept))


Walk.TestCase.settings = settings(steady, max_examples=20, stateful_step_count=20)
TestWalk = Walk.TestCase

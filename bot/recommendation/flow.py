"""The guided recommendation: a few questions, each of which can be skipped, that lead to an outcome.

The next question is chosen by the answers so far (`bot.recommendation.advisor`); the outcome comes where no question
would change it, or when it is asked for.

    flow = Flow.of(knowledge)                   # once per knowledge base; None without rules
    state = flow.start()
    flow.view(state)                            # -> Step, Outcome or Stopped: what to show
    flow.token(state, owner_mark(user, secret)) # -> at most 80 characters, for a button

and when a button is pressed:

    restored = flow.at(token)                   # never fails; restored.notice_text says what was lost
    if restored.owner != owner_mark(user, secret): refuse
    state = flow.do(restored.state, action)     # "pick-phones", "next", "back", "skip", "now", "edit-where", ...

and when something is typed: `flow.interpret(state, text)`.

Everything here is a pure function of its arguments and of the knowledge base: the token is all the state
there is, so any process can serve the next step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bot.recommendation.advisor import MOST_QUESTIONS, WORDS, Advisor
from bot.recommendation.free_text import FreeTextParser
from bot.recommendation.outcome import Outcome
from bot.recommendation.scoring import speaks_for
from bot.recommendation.token import NOTICES, Notice, code, decode, encode
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, RecommendationRules, When

PICK = "pick-"
EDIT = "edit-"
TAKE = "take-"
NOW = "now"
NEXT = "next"
BACK = "back"
SKIP = "skip"
RESTART = "restart"
CANCEL = "cancel"
"""Actions, as buttons carry them. PICK and an option's id chooses it and goes on to the next open question; NEXT goes
on with the answer there is; SKIP goes on and drops it; BACK goes back with all answers; NOW shows the outcome of the
answers so far; EDIT and a question's id goes back to that one; TAKE and the code of an answer (`token.code`) is given
at the outcome and stays there; RESTART drops all answers; CANCEL stops, after which NEXT and BACK return to the same
question."""

_RULES_DIGITS = 4


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is in the flow; made by a Flow only.

    `given` are pairs (question, option) in the order in which they were asked or said, SKIPPED where there is no
    answer. `position` is the place of the current question among them from 0, their number for one that is still open.
    `done`: the outcome was asked for. `version` is the fingerprint of the rules.
    """

    given: tuple[tuple[str, str], ...] = ()
    position: int = 0
    version: str = ""
    stopped: bool = False
    done: bool = False

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """What was answered, without skipped questions."""
        return tuple((question, option) for question, option in self.given if option != SKIPPED)


@dataclass(frozen=True, slots=True)
class StepOption:
    """An option of a step. `action` is what its button carries; `chosen`: it is the answer so far."""

    id: str
    label: str
    description: str | None
    action: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One question as shown. `number` counts from 1 to `of` at most.

    `options` are at most 10, labels and descriptions at most 75 characters. `answered` are triples (question, topic,
    label) of the answers to the other questions, for a line such as "Goal: Production".
    """

    number: int
    of: int
    question: str
    topic: str
    text: str
    help: str | None
    options: tuple[StepOption, ...]
    can_go_back: bool
    answered: tuple[tuple[str, str, str], ...] = ()

    @property
    def chosen(self) -> StepOption | None:
        """The answer so far, which NEXT keeps."""
        return next((option for option in self.options if option.chosen), None)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The flow was cancelled."""

    text: str = "Stopped. You can go on where you were, or start again."


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The result of a typed text. If it was not `understood`, `state` is unchanged and `hint` says why. `several`: it
    gave more than one answer, which are to be shown so that they can be corrected."""

    state: State
    understood: bool
    hint: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class RestoredState:
    """The state of a token. `notice` is None if all of it could be used; `owner` is the mark it carries."""

    state: State
    notice: Notice | None
    owner: str

    @property
    def notice_text(self) -> str:
        """What to say about a token that could not be used as it was; else empty."""
        return NOTICES[self.notice] if self.notice else ""


class AnswerError(ValueError):
    """An answer given by name does not exist. The message says which ones do."""


class Flow:
    """The guided flow of one knowledge base. Safe to share between threads and tasks."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """Raises ValueError if the knowledge base has no rules for it."""
        if knowledge.recommendation is None:
            raise ValueError("this knowledge base has no recommendation rules")
        self.rules: RecommendationRules = knowledge.recommendation
        self.knowledge = knowledge
        self._questions = self.rules.questions
        self._options = {question.id: {o.id: o for o in question.options} for question in self._questions}

    @classmethod
    def of(cls, knowledge: KnowledgeBase) -> Flow | None:
        """The flow of a knowledge base, or None if it has no rules for one."""
        return cls(knowledge) if knowledge.recommendation is not None else None

    @cached_property
    def advisor(self) -> Advisor:
        """Turns answers into outcomes."""
        return Advisor(self.rules, self.knowledge)

    @cached_property
    def version(self) -> str:
        """A fingerprint of the rules: it changes if a token may lead to another outcome than before."""
        counted = [
            (speaks_for(rule), rule.points, _conditions(rule.when), getattr(rule, "leading", ()))
            for rules in self.advisor.scoring.counted.values()
            for rule in rules
        ]
        article = [(rule.framework, rule.points, _conditions(rule.when)) for rule in self.rules.article]
        asked = [(question.id, [option.id for option in question.options]) for question in self._questions]
        text = json.dumps([asked, list(self.advisor.scoring.candidates.values()), counted, article])
        return hashlib.blake2s(text.encode()).hexdigest()[:_RULES_DIGITS]

    def start(self, answers: Mapping[str, str] | None = None) -> State:
        """The first question that is open where `answers` (question -> option) were said. Raises AnswerError."""
        said = answers or {}
        checked = {question: self.checked(question, option) for question, option in said.items()}
        given = tuple((question, checked[question]) for question in self._options if question in checked)
        return State(given, len(given), self.version)

    def finished(self, answers: Mapping[str, str]) -> State:
        """The outcome of `answers` (question -> option, or "skipped"). Raises AnswerError."""
        return replace(self.start(answers), done=True)

    def asked(self, state: State) -> str | None:
        """The question that is asked in a state; None at the outcome."""
        state = self._current(state)
        if state.done:
            return None
        if state.position < len(state.given):
            return state.given[state.position][0]
        return self.advisor.next_question(dict(state.given))

    def is_outcome(self, state: State) -> bool:
        """Whether the outcome is reached."""
        return not state.stopped and self.asked(state) is None

    def checked(self, question: str, option: str) -> str:
        """`option` if `question` has it. Raises AnswerError otherwise."""
        if question not in self._options:
            raise AnswerError(f"there is no question {question!r}; use {', '.join(self._options)}")
        if option not in (SKIPPED, *self._options[question]):
            raise AnswerError(f"{question} cannot be {option!r}; use {', '.join(self._options[question])} or {SKIPPED}")
        return option

    def do(self, state: State, action: str) -> State:
        """The state after a button's action; unchanged if there is no such action or option."""
        state = self._current(state)
        if action == RESTART:
            return self.start()
        if action == CANCEL:
            return replace(state, stopped=True)
        if state.stopped and action in (NEXT, BACK):
            return replace(state, stopped=False)
        return self._moved(replace(state, stopped=False), action)

    def interpret(self, state: State, text: str) -> Interpretation:
        """The state after a typed text. Never fails."""
        state = self._current(state)
        asked = None if state.stopped else self.asked(state)
        is_question = text.rstrip().endswith("?")
        said, phrases = self._said(text) if asked and not is_question else ({}, 0)
        parsed = self._parsers[asked].parse(text)
        if parsed.action and phrases <= 1:
            return Interpretation(self.do(state, parsed.action), understood=True)
        if said:
            given = {**dict(state.given), **said}
            return Interpretation(State(tuple(given.items()), len(given), self.version), understood=True, several=True)
        return Interpretation(state, understood=False, hint=parsed.hint)

    def situation(self, text: str) -> dict[str, str]:
        """The answers (question -> option) that somebody gives who describes their situation in their own words."""
        return self._said(text)[0]

    def is_situation(self, text: str) -> bool:
        """Whether somebody says two things or more about their situation: one word may answer two questions."""
        return self._said(text)[1] > 1

    def view(self, state: State) -> Step | Outcome | Stopped:
        """What to show."""
        state = self._current(state)
        if state.stopped:
            return Stopped()
        asked = self.asked(state)
        return self._step(state, asked) if asked is not None else self.outcome(state)

    def outcome(self, state: State) -> Outcome:
        """The outcome of the answers so far."""
        return self.advisor.outcome(dict(self._current(state).answers))

    def token(self, state: State, owner: str = "") -> str:
        """The state in at most 80 characters of a-z, 0-9 and dots; `owner` from `owner_mark`."""
        state = self._current(state)
        given, rules = dict(state.given), self.version
        return encode(given, state.position, rules=rules, stopped=state.stopped, done=state.done, owner=owner)

    def at(self, token: str) -> RestoredState:
        """The state of a token. Never fails: from one that cannot be used, the answers that still exist are kept."""
        decoded = decode(token, self._options, self.version)
        given = tuple(decoded.answers.items())
        position = len(given) if decoded.position is None else decoded.position
        state = State(given, position, self.version, decoded.stopped, decoded.done)
        return RestoredState(state, decoded.notice, decoded.owner)

    def why(self, state: State) -> str:
        """Why the question is asked that a state shows: the picks that its answers change now. "" at the outcome."""
        asked = self.asked(state)
        if asked is None:
            return ""
        answers = {question: option for question, option in self._current(state).answers if question != asked}
        changes = self.advisor.changes(asked, answers)
        if not changes:
            return "Alone, your answer changes no pick any more."
        picks = dict.fromkeys(pick for changed in changes.values() for pick in changed)
        labels = self._options[asked]
        examples = [
            f"{labels[option].label}: {', '.join(f'{WORDS[pick]} {name}' for pick, name in changed.items())}"
            for option, changed in changes.items()
        ]
        what = " and ".join(f"what to {WORDS[pick]}" for pick in picks)
        return f"Your answer can change {what}. " + "; ".join(examples) + "."

    @cached_property
    def _parsers(self) -> Mapping[str | None, FreeTextParser]:
        """By question; None: only commands are expected."""
        questions = (None, *self._questions)
        return {q.id if q else None: FreeTextParser(q, self.knowledge.vocabulary) for q in questions}

    def _said(self, text: str) -> tuple[dict[str, str], int]:
        """The answers that a description gives, and the number of phrases by which it gives them."""
        named = {question: self._parsers[question].named(text) for question in self._options}
        found = {question: one for question, one in named.items() if one is not None}
        phrases = [frozenset(words) for _, words in found.values()]
        whole = {phrase for phrase in phrases if not any(phrase < other for other in phrases)}
        return {question: option for question, (option, _) in found.items()}, len(whole)

    def _step(self, state: State, asked: str) -> Step:
        question = next(question for question in self._questions if question.id == asked)
        given = dict(state.given)
        topics = {other.id: other.topic for other in self._questions}
        return Step(
            number=state.position + 1,
            of=max(MOST_QUESTIONS, len(given)),
            question=question.id,
            topic=question.topic,
            text=question.text,
            help=question.help,
            options=tuple(
                StepOption(o.id, o.label, o.description, PICK + o.id, given.get(question.id) == o.id)
                for o in question.options
            ),
            can_go_back=state.position > 0,
            answered=tuple(
                (name, topics[name], self._options[name][option].label)
                for name, option in state.answers
                if name != asked
            ),
        )

    def _answered(self, state: State, asked: str, action: str) -> State:
        """The state after an action of the question `asked`."""
        if action == NEXT and state.position < len(state.given):
            return replace(state, position=state.position + 1)
        option = SKIPPED if action in (SKIP, NEXT) else action.removeprefix(PICK)
        if action not in (SKIP, NEXT) and not (action.startswith(PICK) and option in self._options[asked]):
            return state
        given = {**dict(state.given), asked: option}
        return replace(state, given=tuple(given.items()), position=len(given))

    def _moved(self, state: State, action: str) -> State:
        if action == NOW:
            return replace(state, done=True)
        if action == BACK:
            return self._before(state)
        if action.startswith((EDIT, TAKE)):
            return self._edited(state, action)
        asked = self.asked(state)
        return self._answered(state, asked, action) if asked is not None else state

    def _before(self, state: State) -> State:
        """The question before; the open one where the outcome was asked for there."""
        before = replace(state, done=False)
        if state.done and self.asked(before) is not None:
            return before
        return replace(before, position=max(state.position - 1, 0))

    def _edited(self, state: State, action: str) -> State:
        """One answer to change, or the outcome with one other answer."""
        if action.startswith(EDIT):
            places, question = [name for name, _ in state.given], action.removeprefix(EDIT)
            return replace(state, position=places.index(question), done=False) if question in places else state
        letters = action.removeprefix(TAKE)
        for question, options in self._options.items():
            for option in (*options, SKIPPED):
                if code(question, option) == letters:
                    given = {**dict(state.given), question: option}
                    return replace(state, given=tuple(given.items()), position=len(given), done=True)
        return state

    def _current(self, state: State) -> State:
        """The state by these rules: one made by other rules keeps the answers that still exist."""
        if state.version == self.version:
            return state
        kept = tuple(
            (name, option)
            for name, option in state.given
            if name in self._options and option in (SKIPPED, *self._options[name])
        )
        position = min(max(state.position, 0), len(kept))
        return State(kept, position, self.version, state.stopped, state.done)


def _conditions(when: When) -> list[dict[str, str]]:
    """Conditions in a form that is the same whether they come from YAML or from a snapshot."""
    return [dict(sorted(term.items())) for term in when]

"""The guided recommendation: a few questions, each of which can be skipped, that lead to an outcome.

    flow = Flow.of(knowledge)                   # once per knowledge base; None without rules
    state = flow.start()
    flow.view(state)                            # -> Step, Outcome or Stopped: what to show
    flow.token(state, owner_mark(user, secret)) # -> at most 80 characters, for a button

and when a button is pressed:

    restored = flow.at(token)                   # never fails; restored.notice_text says what was lost
    if not restored.belongs_to(user, secret): refuse
    state = flow.do(restored.state, action)     # "pick-phones", "next", "back", "skip", "restart", "cancel"

and when something is typed: `flow.interpret(state, text)`.

Everything here is a pure function of its arguments and of the knowledge base: the token is all the state
there is, so any process can serve the next step.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bot.recommendation.advisor import Advisor
from bot.recommendation.free_text import FreeTextParser
from bot.recommendation.outcome import Outcome
from bot.recommendation.token import NOTICES, Notice, decode, encode, owner_mark
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, RecommendationRules, When

PICK = "pick-"
NEXT = "next"
BACK = "back"
SKIP = "skip"
RESTART = "restart"
CANCEL = "cancel"
"""Actions, as buttons carry them. PICK and an option's id chooses it; NEXT goes on with the answer there
is; SKIP goes on and drops it; BACK goes back with all answers; RESTART drops them all; CANCEL stops, after
which NEXT and BACK return to the same question."""

_RULES_DIGITS = 4


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody is in the flow; made by a Flow only.

    `answers` are pairs (question, option) in the order of the questions, without skipped ones. `position`
    is the number of the current question from 0; the number of questions if the outcome is reached.
    `version` is the fingerprint of the rules.
    """

    answers: tuple[tuple[str, str], ...] = ()
    position: int = 0
    version: str = ""
    stopped: bool = False


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
    """One question as shown. `number` counts from 1 to `of`.

    `options` are at most 10, labels and descriptions at most 75 characters. `answered` are pairs (topic,
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
    answered: tuple[tuple[str, str], ...] = ()

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
    """The result of a typed text. If it was not `understood`, `state` is unchanged and `hint` says why."""

    state: State
    understood: bool
    hint: str = ""


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

    def belongs_to(self, user: str, secret: bytes) -> bool:
        """Whether this user started the flow; a token without a mark belongs to nobody."""
        return bool(self.owner) and hmac.compare_digest(self.owner, owner_mark(user, secret))


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

    @property
    def steps(self) -> int:
        """The number of questions."""
        return len(self._questions)

    @cached_property
    def advisor(self) -> Advisor:
        """Turns answers into outcomes."""
        return Advisor(self.rules, self.knowledge)

    @cached_property
    def version(self) -> str:
        """A fingerprint of the rules: it changes if a token may lead to another outcome than before."""
        counted = [(rule.framework, rule.points, _conditions(rule.when)) for _, rule in self.advisor.scoring.counted]
        article = [(rule.framework, rule.points, _conditions(rule.when)) for rule in self.rules.article]
        asked = [(question.id, [option.id for option in question.options]) for question in self._questions]
        text = json.dumps([asked, [candidate.id for candidate in self.rules.candidates], counted, article])
        return hashlib.blake2s(text.encode()).hexdigest()[:_RULES_DIGITS]

    def start(self, answers: Mapping[str, str] | None = None) -> State:
        """The first question; `answers` (question -> option) are shown as chosen. Raises AnswerError."""
        state = State(version=self.version)
        for question, option in (answers or {}).items():
            state = self._with(state, question, self.checked(question, option))
        return state

    def finished(self, answers: Mapping[str, str]) -> State:
        """The outcome of `answers` (question -> option, or "skipped"). Raises AnswerError."""
        return replace(self.start(answers), position=self.steps)

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
        if action in (NEXT, BACK):
            step = 0 if state.stopped else 1 if action == NEXT else -1
            return replace(state, position=min(max(state.position + step, 0), self.steps), stopped=False)
        if state.position >= self.steps:
            return replace(state, stopped=False) if action == SKIP else state
        question = self._questions[state.position].id
        option = SKIPPED if action == SKIP else action.removeprefix(PICK)
        if action != SKIP and not (action.startswith(PICK) and option in self._options[question]):
            return state
        return replace(self._with(state, question, option), position=state.position + 1, stopped=False)

    def interpret(self, state: State, text: str) -> Interpretation:
        """The state after a typed text. Never fails."""
        state = self._current(state)
        asked = None if state.stopped or state.position >= self.steps else self._questions[state.position].id
        parsed = self._parsers[asked].parse(text)
        if parsed.action:
            return Interpretation(self.do(state, parsed.action), understood=True)
        return Interpretation(state, understood=False, hint=parsed.hint)

    def view(self, state: State) -> Step | Outcome | Stopped:
        """What to show."""
        state = self._current(state)
        if state.stopped:
            return Stopped()
        return self._step(state) if state.position < self.steps else self.outcome(state)

    def outcome(self, state: State) -> Outcome:
        """The outcome of the answers so far."""
        return self.advisor.outcome(dict(self._current(state).answers))

    def token(self, state: State, owner: str = "") -> str:
        """The state in at most 80 characters of a-z, 0-9 and dots; `owner` from `owner_mark`."""
        state = self._current(state)
        return encode(dict(state.answers), state.position, stopped=state.stopped, rules=self.version, owner=owner)

    def at(self, token: str) -> RestoredState:
        """The state of a token. Never fails: from one that cannot be used, the answers that still exist are kept."""
        decoded = decode(token, self._options, self.version)
        state = State(version=self.version, stopped=decoded.stopped)
        for question, option in decoded.answers.items():
            state = self._with(state, question, option)
        position, notice = decoded.position, decoded.notice
        if position is None or position > self.steps:
            # The first question without an answer, or the last question.
            given = dict(state.answers)
            unanswered = (number for number, question in enumerate(self._questions) if question.id not in given)
            position = next(unanswered, self.steps - 1)
            notice = notice or "unreadable"
        return RestoredState(replace(state, position=position), notice, decoded.owner)

    @cached_property
    def _parsers(self) -> Mapping[str | None, FreeTextParser]:
        """By question; None: only commands are expected."""
        questions = (None, *self._questions)
        return {q.id if q else None: FreeTextParser(q, self.knowledge.vocabulary) for q in questions}

    def _step(self, state: State) -> Step:
        question = self._questions[state.position]
        given = dict(state.answers)
        topics = {other.id: other.topic for other in self._questions if other is not question}
        return Step(
            number=state.position + 1,
            of=self.steps,
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
                (topic, self._options[name][given[name]].label) for name, topic in topics.items() if name in given
            ),
        )

    def _with(self, state: State, question: str, option: str) -> State:
        """The state with another answer; SKIPPED removes it."""
        answers = {**dict(state.answers), question: option}
        kept = tuple(
            (name, answers[name]) for name, options in self._options.items() if answers.get(name, SKIPPED) in options
        )
        return replace(state, answers=kept)

    def _current(self, state: State) -> State:
        """The state by these rules: one made by other rules keeps the answers that still exist."""
        if state.version == self.version:
            return state
        kept = tuple((name, option) for name, option in state.answers if option in self._options.get(name, ()))
        position = min(max(state.position, 0), self.steps)
        return State(kept, position, self.version, state.stopped)


def _conditions(when: When) -> list[dict[str, str]]:
    """Conditions in a form that is the same whether they come from YAML or from a snapshot."""
    return [dict(sorted(term.items())) for term in when]

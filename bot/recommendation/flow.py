"""The guided recommendation: a few questions, each of which can be skipped, that lead to an outcome.

How an adapter uses it:

    flow = Flow(knowledge)                      # once per knowledge base; Flow.of(knowledge) gives None without rules
    state = flow.start()
    flow.view(state)                            # -> Step, Outcome or Stopped: what to show
    flow.token(state, owner_mark(user, secret)) # -> at most 80 characters, for a button or a custom_id

and when a button is pressed:

    restored = flow.at(token)                   # never fails; restored.notice says what to tell the user
    if not restored.belongs_to(user, secret): refuse
    state = flow.do(restored.state, action)     # "pick-phones", "next", "back", "skip", "restart", "cancel"
    flow.view(state)

and when something is typed: `flow.hear(state, text)`.

A custom_id such as "rec:TOKEN:ACTION" stays below 100 characters. An outcome is shown whole; its
`summary` is what to share, `ranking` what to draw (names of at most 20 characters, points from 0).

Everything here is a pure function of its arguments and of the knowledge base: a token is all there
is to keep, so that any process can serve the next step.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bot.recommendation.advisor import Advisor
from bot.recommendation.hearing import Hearing
from bot.recommendation.outcome import Outcome
from bot.recommendation.token import NOTICES, Notice, decode, encode, owner_mark
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, FlowQuestion, RecommendationRules

PICK = "pick-"
NEXT = "next"
BACK = "back"
SKIP = "skip"
RESTART = "restart"
CANCEL = "cancel"
"""Actions, as buttons carry them: PICK and an option's id chooses it; NEXT goes on and keeps what was
answered; SKIP goes on and drops it; BACK keeps it; RESTART drops all; CANCEL stops, and anything but
RESTART then goes on where it was."""

_RULES_DIGITS = 4


@dataclass(frozen=True, slots=True)
class State:
    """Where somebody stands: a value, made by a Flow only.

    `answers` are pairs (question, option) in the order of the questions; a question without a pair
    was skipped or not reached. `position` is the number of the current question from 0; the number
    of questions, where the outcome is reached. `version` tells by which rules it was made.
    """

    answers: tuple[tuple[str, str], ...] = ()
    position: int = 0
    version: str = ""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class StepOption:
    """Something to choose. `action` is what its button carries; `chosen`: it was answered before."""

    id: str
    label: str
    description: str | None
    action: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One question as shown. `number` counts from 1 to `of`.

    `options` are at most 10, labels and descriptions at most 75 characters. `answered` are
    (topic, label) pairs of what was answered to the other questions, for a line such as
    "Goal: Production". Skipping is always possible.
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
        """The option answered before, if there is one: then NEXT keeps it."""
        return next((option for option in self.options if option.chosen), None)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The flow was cancelled. NEXT goes on where it was, RESTART starts afresh."""

    text: str = "Stopped. You can go on where you were, or start again."


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of something typed. `understood` False: `state` is as before, and `hint` says why."""

    state: State
    understood: bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a token stands for. `notice` None: all is well; `owner` is the mark it carries."""

    state: State
    notice: Notice | None
    owner: str

    @property
    def notice_text(self) -> str:
        """What to tell the user about a token that could not be used as it was; else empty."""
        return NOTICES[self.notice] if self.notice else ""

    def belongs_to(self, user: str, secret: bytes) -> bool:
        """Whether this user started the flow; a token without a mark belongs to nobody."""
        return bool(self.owner) and hmac.compare_digest(self.owner, owner_mark(user, secret))


class AnswerError(ValueError):
    """An answer given by name does not exist. The message says which ones do."""


class Flow:
    """The guided flow of one knowledge base. Safe to share between threads and tasks."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """Raises ValueError where the knowledge base has no rules for it."""
        if knowledge.recommendation is None:
            raise ValueError("this knowledge base has no recommendation rules")
        self.rules: RecommendationRules = knowledge.recommendation
        self._knowledge = knowledge
        self._questions = self.rules.questions
        self._options = {question.id: {o.id for o in question.options} for question in self._questions}

    @classmethod
    def of(cls, knowledge: KnowledgeBase) -> Flow | None:
        """The flow of a knowledge base, or None where it has no rules for one."""
        return cls(knowledge) if knowledge.recommendation is not None else None

    @property
    def steps(self) -> int:
        """How many questions there are."""
        return len(self._questions)

    @cached_property
    def advisor(self) -> Advisor:
        """What turns answers into outcomes."""
        return Advisor(self.rules, self._knowledge)

    @cached_property
    def version(self) -> str:
        """A fingerprint of all that decides: it changes when a token may lead to another outcome than before."""
        counted = [(rule.framework, rule.points, _plain(rule.when)) for _, rule in self.advisor.scoring.counted.pairs]
        article = [(rule.framework, rule.points, _plain(rule.when)) for rule in self.rules.article]
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
        if option != SKIPPED and option not in self._options[question]:
            names = ", ".join(item.id for item in self._question(question).options)
            raise AnswerError(f"{question} cannot be {option!r}; use {names} or {SKIPPED}")
        return option

    def answer(self, state: State, option: str) -> State:
        """Choose an option of the current question and go on; as before, where it has no such option."""
        state = self._mine(state)
        if state.position >= self.steps:
            return state
        question = self._questions[state.position]
        if option not in self._options[question.id]:
            return state
        return replace(self._with(state, question.id, option), position=state.position + 1, stopped=False)

    def skip(self, state: State) -> State:
        """Leave the current question open, dropping what was answered to it, and go on."""
        state = self._mine(state)
        if state.position >= self.steps:
            return replace(state, stopped=False)
        without = self._with(state, self._questions[state.position].id, SKIPPED)
        return replace(without, position=state.position + 1, stopped=False)

    def forward(self, state: State) -> State:
        """Go on, keeping what was answered; after a stop, to where one was."""
        state = self._mine(state)
        if state.stopped:
            return replace(state, stopped=False)
        return replace(state, position=min(state.position + 1, self.steps))

    def back(self, state: State) -> State:
        """One question back, keeping all answers; after a stop, to where one was."""
        state = self._mine(state)
        if state.stopped:
            return replace(state, stopped=False)
        return replace(state, position=max(state.position - 1, 0))

    def restart(self, state: State) -> State:
        """The first question, without answers."""
        del state
        return self.start()

    def cancel(self, state: State) -> State:
        """Stop; the answers stay in the state, so that one can go on."""
        return replace(self._mine(state), stopped=True)

    def do(self, state: State, action: str) -> State:
        """What a button's action leads to; as before, where there is no such action."""
        if action.startswith(PICK):
            return self.answer(state, action.removeprefix(PICK))
        moves = {NEXT: self.forward, BACK: self.back, SKIP: self.skip, RESTART: self.restart, CANCEL: self.cancel}
        return moves[action](state) if action in moves else self._mine(state)

    def hear(self, state: State, text: str) -> Heard:
        """What something typed leads to. Never fails, whatever the text."""
        state = self._mine(state)
        asked = None if state.stopped or state.position >= self.steps else self._questions[state.position]
        said = self._hearing.hear(asked, text)
        if said.action:
            return Heard(self.do(state, said.action), understood=True)
        return Heard(state, understood=False, hint=said.hint)

    def view(self, state: State) -> Step | Outcome | Stopped:
        """What to show."""
        state = self._mine(state)
        if state.stopped:
            return Stopped()
        return self._step(state) if state.position < self.steps else self.outcome(state)

    def outcome(self, state: State) -> Outcome:
        """Where the answers given so far lead."""
        return self.advisor.outcome(dict(self._mine(state).answers))

    def token(self, state: State, owner: str = "") -> str:
        """The state in at most 80 characters of a-z, 0-9 and dots; `owner` from `owner_mark`."""
        state = self._mine(state)
        return encode(dict(state.answers), state.position, stopped=state.stopped, rules=self.version, owner=owner)

    def at(self, token: str) -> Restored:
        """The state of a token. Never fails: of one that cannot be used, the answers that still exist are kept."""
        read = decode(token, self._options, self.version)
        state = State(version=self.version)
        for question, option in read.answers.items():
            state = self._with(state, question, option)
        position = read.position if read.position is not None and read.position <= self.steps else None
        notice = read.notice
        if position is None:
            position = self._first_open(state)
            notice = notice or "unreadable"
        return Restored(replace(state, position=position, stopped=read.stopped), notice, read.owner)

    @cached_property
    def _hearing(self) -> Hearing:
        return Hearing(self.rules, self._knowledge.vocabulary)

    def _step(self, state: State) -> Step:
        question = self._questions[state.position]
        answers = dict(state.answers)
        options = tuple(
            StepOption(o.id, o.label, o.description, PICK + o.id, answers.get(question.id) == o.id)
            for o in question.options
        )
        answered = tuple(
            (other.topic, option.label)
            for other in self._questions
            if other is not question
            for option in other.options
            if option.id == answers.get(other.id)
        )
        return Step(
            number=state.position + 1,
            of=self.steps,
            question=question.id,
            topic=question.topic,
            text=question.text,
            help=question.help,
            options=options,
            can_go_back=state.position > 0,
            answered=answered,
        )

    def _question(self, name: str) -> FlowQuestion:
        return next(question for question in self._questions if question.id == name)

    def _first_open(self, state: State) -> int:
        """The first question without an answer; the last one, where all have one."""
        answers = dict(state.answers)
        unanswered = (number for number, question in enumerate(self._questions) if question.id not in answers)
        return next(unanswered, self.steps - 1)

    def _with(self, state: State, question: str, option: str) -> State:
        answers = {**dict(state.answers), question: option}
        kept = tuple(
            (known.id, answers[known.id])
            for known in self._questions
            if answers.get(known.id, SKIPPED) in self._options[known.id]
        )
        return replace(state, answers=kept)

    def _mine(self, state: State) -> State:
        """The state by these rules: one made by others keeps the answers that still exist."""
        if state.version == self.version:
            return state
        kept = tuple((name, option) for name, option in state.answers if option in self._options.get(name, ()))
        position = min(max(state.position, 0), self.steps)
        return State(kept, position, self.version, state.stopped)


def _plain(when: tuple[Mapping[str, str], ...]) -> list[dict[str, str]]:
    """Conditions in a form that is the same whether they come from YAML or from a snapshot."""
    return [dict(sorted(term.items())) for term in when]

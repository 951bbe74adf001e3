"""The guided recommendation: a few questions, each of which can be skipped, that lead to an outcome.

The next question is chosen by the answers so far (`bot.recommendation.advisor`); the outcome comes where no question
would change it, or when it is asked for.

    flow = Flow.of(knowledge)                   # once per knowledge base; None without rules
    state = flow.start()
    flow.view(state)                            # -> Step or Outcome: what to show; None: stopped
    flow.token(state, owner_mark(user, secret)) # -> at most 80 characters, for a button

and when a button is pressed:

    restored = flow.at(token)                   # never fails; restored.notice says what was lost
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
from bot.recommendation.outcome import GivenAnswer, Outcome
from bot.recommendation.scoring import speaks_for
from bot.recommendation.token import RestoredState, State, code, decode, encode
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, FlowQuestion, Option, RecommendationRules

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

NOTHING_ASKED = "No question is open here. Go back to change an answer, or start again."

_RULES_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One question as shown. `number` counts from 1 to `of` at most.

    `chosen` is its answer so far, which NEXT keeps; `answered` are the answers to the other questions.
    """

    number: int
    of: int
    question: FlowQuestion
    chosen: Option | None
    answered: tuple[GivenAnswer, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The result of a typed text. If it was not `understood`, `state` is unchanged and `hint` says why. `several`: it
    gave more than one answer, which are to be shown so that they can be corrected."""

    state: State
    understood: bool
    hint: str = ""
    several: bool = False


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
        self.advisor = Advisor(self.rules, knowledge)
        self._options = self.advisor.options

    @classmethod
    def of(cls, knowledge: KnowledgeBase) -> Flow | None:
        """The flow of a knowledge base, or None if it has no rules for one."""
        return cls(knowledge) if knowledge.recommendation is not None else None

    @cached_property
    def version(self) -> str:
        """A fingerprint of the rules: it changes if a token may lead to another outcome than before."""
        counted = [
            (speaks_for(rule), rule.points, rule.when, getattr(rule, "leading", ()))
            for rules in self.advisor.scoring.counted.values()
            for rule in rules
        ]
        article = [(rule.framework, rule.points, rule.when) for rule in self.rules.article]
        asked = [(question.id, [option.id for option in question.options]) for question in self.rules.questions]
        # Sorted, so that it is the same whether the rules come from YAML or from a snapshot.
        text = json.dumps([asked, list(self.advisor.scoring.candidates.values()), counted, article], sort_keys=True)
        return hashlib.blake2s(text.encode()).hexdigest()[:_RULES_DIGITS]

    def start(self, answers: Mapping[str, str] | None = None) -> State:
        """The first question that is open where `answers` (question -> option) were said. Raises AnswerError."""
        checked = {question: self.checked(question, option) for question, option in (answers or {}).items()}
        return State().having({question: checked[question] for question in self._options if question in checked})

    def finished(self, answers: Mapping[str, str]) -> State:
        """The outcome of `answers` (question -> option, or "skipped"). Raises AnswerError."""
        return replace(self.start(answers), done=True)

    def asked(self, state: State) -> str | None:
        """The question that is asked in a state; None at the outcome, and where it was stopped."""
        if state.stopped or state.done:
            return None
        if state.position < len(state.given):
            return state.given[state.position][0]
        return self.advisor.next_question(dict(state.given))

    def checked(self, question: str, option: str) -> str:
        """`option` if `question` has it. Raises AnswerError otherwise."""
        if question not in self._options:
            raise AnswerError(f"there is no question {question!r}; use {', '.join(self._options)}")
        if option not in (SKIPPED, *self._options[question]):
            raise AnswerError(f"{question} cannot be {option!r}; use {', '.join(self._options[question])} or {SKIPPED}")
        return option

    def do(self, state: State, action: str) -> State:
        """The state after a button's action; unchanged if there is no such action or option."""
        if action == RESTART:
            return self.start()
        if action == CANCEL:
            return replace(state, stopped=True)
        going = replace(state, stopped=False)
        if state.stopped and action in (NEXT, BACK):
            return going
        if action == NOW:
            return replace(going, done=True)
        if action == BACK:
            return self._before(going)
        return self._edited(going, action) if action.startswith((EDIT, TAKE)) else self._answered(going, action)

    def interpret(self, state: State, text: str) -> Interpretation:
        """The state after a typed text. Never fails."""
        asked = self.asked(state)
        if asked is None:
            return Interpretation(state, understood=False, hint=NOTHING_ASKED)
        is_question = text.rstrip().endswith("?")
        said, phrases = ({}, 0) if is_question else self.situation(text)
        parsed = self._parsers[asked].parse(text)
        if parsed.action and phrases <= 1:
            return Interpretation(self.do(state, parsed.action), understood=True)
        if said:
            return Interpretation(state.having(said), understood=True, several=True)
        return Interpretation(state, understood=False, hint=parsed.hint)

    def situation(self, text: str) -> tuple[dict[str, str], int]:
        """The answers (question -> option) that somebody gives who describes their situation in their own words, and
        the number of phrases by which they give them: one may answer two questions."""
        named = {question: self._parsers[question].named(text) for question in self._options}
        found = {question: one for question, one in named.items() if one is not None}
        phrases = [frozenset(words) for _, words in found.values()]
        whole = {phrase for phrase in phrases if not any(phrase < other for other in phrases)}
        return {question: option for question, (option, _) in found.items()}, len(whole)

    def view(self, state: State) -> Step | Outcome | None:
        """What to show; None where it was stopped."""
        asked = self.asked(state)
        if asked is not None:
            return self._step(state, asked)
        return None if state.stopped else self.outcome(state)

    def outcome(self, state: State) -> Outcome:
        """The outcome of the answers so far."""
        return self.advisor.outcome(dict(state.answers))

    def token(self, state: State, owner: str = "") -> str:
        """The state in at most 80 characters of a-z, 0-9 and dots; `owner` from `owner_mark`."""
        return encode(state, self.version, owner)

    def at(self, token: str) -> RestoredState:
        """The state of a token. Never fails: from one that cannot be used, the answers that still exist are kept."""
        return decode(token, self._codes, self.version)

    def why(self, state: State) -> str:
        """Why the question is asked that a state shows: the picks that its answers change now. "" at the outcome."""
        asked = self.asked(state)
        if asked is None:
            return ""
        answers = {question: option for question, option in state.answers if question != asked}
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
    def _parsers(self) -> Mapping[str, FreeTextParser]:
        """By question."""
        return {question.id: FreeTextParser(question, self.knowledge.vocabulary) for question in self.rules.questions}

    @cached_property
    def _codes(self) -> Mapping[str, tuple[str, str]]:
        """Every answer, that there is none included, by its letters in a token."""
        answers = [(question, option) for question, known in self._options.items() for option in (*known, SKIPPED)]
        return {code(*answer): answer for answer in answers}

    def _step(self, state: State, asked: str) -> Step:
        questions = {question.id: question for question in self.rules.questions}
        return Step(
            number=state.position + 1,
            of=max(MOST_QUESTIONS, len(state.given)),
            question=questions[asked],
            chosen=self._options[asked].get(dict(state.given).get(asked, SKIPPED)),
            answered=tuple(GivenAnswer.of(questions[name], option) for name, option in state.answers if name != asked),
        )

    def _answered(self, state: State, action: str) -> State:
        """After an action of the question that is asked."""
        asked = self.asked(state)
        if asked is None:
            return state
        if action == NEXT and state.position < len(state.given):
            return replace(state, position=state.position + 1)
        if action in (SKIP, NEXT):
            return state.having({asked: SKIPPED})
        option = action.removeprefix(PICK)
        is_pick = action.startswith(PICK) and option in self._options[asked]
        return state.having({asked: option}) if is_pick else state

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
        answer = self._codes.get(action.removeprefix(TAKE))
        return replace(state.having(dict([answer])), done=True) if answer is not None else state

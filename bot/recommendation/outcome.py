"""What a set of answers leads to: the ranking with its reasons, the article's verdict and today's,
contradictions between answers, what would change it, and what to do next.

What is shown of it first, and what as details, is in `bot.recommendation.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from bot.dialog.reply import SourceNote
from knowledge.fields import Confidence
from knowledge.recommendation import FlowQuestion

Basis = Literal["article", "since"]
"""article: what the article of 4 April 2025 says. since: what holds today."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a framework has points, or what speaks against it (`points` 0: shown, not counted).

    `framework` is None where it is about a tool. `confidence` J is our judgement, None a mere quotation of the article.
    `refs` are SourceNote numbers within the same outcome. `entry` is the id that a "more on this" button leads to; ""
    where the knowledge base does not have that entry (a team may hide it).
    """

    text: str
    entry: str
    basis: Basis
    framework: str | None = None
    points: int = 0
    confidence: Confidence | None = None
    refs: tuple[int, ...] = ()
    short: str | None = None
    """The text in short, where it has a short form of its own."""


@dataclass(frozen=True, slots=True)
class RankedFramework:
    """One framework's place. `points` is the sum of its reasons' points, 0 or more."""

    framework: str
    name: str
    points: int
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...] = ()

    @property
    def points_text(self) -> str:
        """ "1 point", "2 points"."""
        return f"{self.points} {'point' if self.points == 1 else 'points'}"


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """What comes next, and an other answer or two that would put it first: `if_so` completes "if ...", as in "it had to
    run on phones"; None where none would. `label` is that of the option, in brief, where it is one."""

    id: str
    name: str
    if_so: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Picked:
    """One pick of the stack: what to train in, run on or start with. `reasons` are the weightiest first."""

    pick: str
    id: str
    name: str
    points: int
    reasons: tuple[Reason, ...]
    runner_up: RunnerUp


@dataclass(frozen=True, slots=True)
class Alternative:
    """A single other answer that leads to another stack: to the framework of this `name`, which `text` says in a
    sentence, and in all to the picks `names`. `label` is the option's in brief."""

    question: str
    option: str
    framework: str
    name: str
    condition: str
    """Completes "if ...": "it had to run on phones"."""
    text: str
    label: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one side says: the article's rules alone, or today's.

    `framework` is None where the article says nothing about these answers, or is split. `others` are
    the reasons for another framework than the one named.
    """

    framework: str | None
    name: str | None
    reasons: tuple[Reason, ...]
    others: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class OutcomeNote:
    """A remark on the whole outcome, with its sources."""

    text: str
    entry: str
    confidence: Confidence
    refs: tuple[int, ...]
    short: str | None = None
    """The text in short, where it has a short form of its own."""
    resolve: Mapping[str, str] = field(default_factory=dict)
    """Of answers that contradict each other: the other answer (question -> option) that resolves it."""
    resolved_by: str = ""
    """The same in words: "Where it runs: Servers or the cloud"."""
    resolved_briefly: str = ""
    """The same in a word or two: "servers"."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something the reader can do now."""

    text: str
    entry: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """The answer to a question; `option` is None where it was skipped."""

    question: str
    topic: str
    option: str | None
    label: str

    @classmethod
    def of(cls, question: FlowQuestion, answer: str) -> GivenAnswer:
        """`answer` is the id of an option, or SKIPPED."""
        chosen = next((option for option in question.options if option.id == answer), None)
        return cls(question.id, question.topic, chosen.id if chosen else None, chosen.label if chosen else "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of the questions.

    `stack` are the picks: what to train in, then, where there are rules for them, what to run on and to start with.
    `alternatives` are the stacks that one other answer leads to, those that change most first; `would_change` those
    of them with another framework, in the order of the questions.

    `ranking` holds every candidate, best first; `level` names those with as many points as the first
    where there are several. `agree`: whether the article names the same framework as today's rules;
    None where it names none. `notes` matter more than the ranking: cases in which a tool decides more
    than a framework. `summary` is one line, for notifications and for sharing.
    """

    given: tuple[GivenAnswer, ...]
    stack: tuple[Picked, ...]
    alternatives: tuple[Alternative, ...]
    ranking: tuple[RankedFramework, ...]
    level: tuple[str, ...]
    article: Verdict
    today: Verdict
    agree: bool | None
    contradictions: tuple[OutcomeNote, ...]
    notes: tuple[OutcomeNote, ...]
    would_change: tuple[Alternative, ...]
    next_steps: tuple[NextStep, ...]
    sources: tuple[SourceNote, ...]
    summary: str
    knowledge_version: str
    article_dated: date | None
    """When the article appeared."""

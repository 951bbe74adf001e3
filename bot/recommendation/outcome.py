"""What a set of answers leads to: the ranking with its reasons, the article's verdict and today's,
what pulls apart, what would change it, and what to do next.

`Outcome` is a document like a reply: adapters decide how it looks, but show all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.reply import SourceNote
from knowledge.fields import Confidence

Basis = Literal["article", "since"]
"""article: what the article of 4 April 2025 says. since: what holds today."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a framework has points, or what speaks against it (`points` 0: told, not counted).

    `confidence` J is our judgement; None, where the article is merely repeated. `refs` are
    SourceNote numbers within the same outcome. `entry` is what a "more on this" button leads to;
    it is "" where the knowledge base at hand does not have that entry (a team may hide it).
    """

    framework: str
    points: int
    text: str
    entry: str
    basis: Basis
    confidence: Confidence | None
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One framework's place. `points` is the sum of its reasons' points, 0 or more."""

    framework: str
    name: str
    points: int
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one side says: the article's rules alone, or today's.

    `framework` is None where the article says nothing on these answers, or is split: `others` then
    holds reasons too. `others` are the reasons for another framework than the one named.
    """

    framework: str | None
    name: str | None
    reasons: tuple[Reason, ...]
    others: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know beside the ranking, with what it rests on."""

    text: str
    entry: str
    confidence: Confidence
    refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A single other answer that would put another framework first. `text` says it in a sentence."""

    question: str
    option: str
    framework: str
    name: str
    condition: str
    """Completes "if ...": "it had to run on phones"."""
    text: str


@dataclass(frozen=True, slots=True)
class NextThing:
    """Something the reader can do now."""

    text: str
    entry: str


@dataclass(frozen=True, slots=True)
class Given:
    """What was answered to a question; `option` is None, where it was skipped."""

    question: str
    topic: str
    option: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the flow ends.

    `ranking` holds every candidate, best first; `level` names those with as many points as the first
    where there are several. `agree` tells whether the article names the same framework as today's
    rules; None, where it names none. `contradictions` are answers that pull in different directions.
    `notes` come before the ranking in weight: cases in which a tool decides more than a framework.
    `summary` is it all in one line, for notifications and for sharing.
    """

    given: tuple[Given, ...]
    ranking: tuple[Ranked, ...]
    level: tuple[str, ...]
    article: Verdict
    today: Verdict
    agree: bool | None
    contradictions: tuple[Note, ...]
    notes: tuple[Note, ...]
    would_change: tuple[Change, ...]
    next_steps: tuple[NextThing, ...]
    sources: tuple[SourceNote, ...]
    summary: str
    knowledge_version: str

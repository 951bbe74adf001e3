"""The reply as a document: what is said, before any platform decides how it looks.

A reply is a tuple of blocks in reading order. Adapters translate each block kind into their own
form and must show all of them: no block is decoration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge.fields import Confidence, Verdict

Outcome = Literal["answer", "choices", "decline", "social"]
"""answer: an entry was found. choices: one of a few, which? decline: not known here. social: small talk."""

Visibility = Literal["channel", "private"]
"""Who may see the reply where the platform lets one choose."""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source as shown: `number` is how claims refer to it (from 1, within one reply)."""

    number: int
    title: str
    url: str | None
    dated: str | None
    seen: date


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement as shown, with what it rests on.

    `refs` are SourceNote numbers. `confidence` None means that no claim about the world is made.
    """

    text: str
    confidence: Confidence | None = None
    refs: tuple[int, ...] = ()
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what is answered; where several things were asked, each part has one."""

    text: str


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """Today's answer, the first thing read."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class ArticleNote:
    """What the article says, beside today's answer. `verdict` None: it says nothing on this."""

    text: str
    verdict: Verdict | None
    refs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One framework's row of a comparison."""

    framework: str
    article: str | None
    today: Claim


@dataclass(frozen=True, slots=True)
class Comparison:
    """Frameworks set side by side, the one asked about first. `missing` names those not covered here."""

    sides: tuple[Side, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SinceThen:
    """What has changed since the article, or what else matters."""

    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """Told when the question used a name a thing no longer has."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Prose:
    """Plain words that make no claim about the subject: greetings, refusals, help."""

    text: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing the reader can do now."""

    text: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that the claims' refs point to."""

    notes: tuple[SourceNote, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press or to name next: `entry` is what it leads to, never text to match again."""

    entry: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices with the words that lead to them. `none_of_these` adds a way to say that none fits."""

    prompt: str
    options: tuple[Choice, ...]
    none_of_these: bool = False
    flow: bool = False
    """Whether the guided recommendation is offered too."""


Block = Heading | ShortAnswer | ArticleNote | Comparison | SinceThen | Renamed | Prose | NextStep | Sources | Choices


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was considered. `confidence` is the probability (0..1) that it answers the question."""

    entry: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says. `entries` are the ids shown, best first; `summary` is it all in one line."""

    outcome: Outcome
    entries: tuple[str, ...]
    confidence: float
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    blocks: tuple[Block, ...]
    summary: str
    knowledge_version: str
    visibility: Visibility = "channel"

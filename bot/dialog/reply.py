"""The reply as a document: what is said, before any platform decides how it looks.

A reply is a tuple of blocks in reading order. There are few kinds of blocks, all generic, so that a platform
renders each kind once, whatever a block says. A renderer must show all of them: no block is decoration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Outcome = Literal["answer", "choices", "decline", "social"]
"""answer: an entry was found. choices: one of a few, which? decline: not known here. social: small talk."""

Tone = Literal["plain", "changed"]
"""changed: it differs from what was true before. The words always say so too; a platform may add a colour."""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A source as shown. `number` is how statements refer to it, from 1 within one reply; `seen` the day checked."""

    number: int
    title: str
    url: str | None
    dated: str | None
    seen: date


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks are kept. `strong`: a platform may show it in bold."""

    text: str
    tone: Tone = "plain"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list under a `title`, which may be empty."""

    items: tuple[str, ...]
    title: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Markdown:
    """What a team wrote, in the subset of `bot.dialog.text_renderer`."""

    text: str


@dataclass(frozen=True, slots=True)
class Small:
    """Small print."""

    text: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """The small line below an answer: what it rests on. `links` are (title, address) pairs, best first; `more` counts
    the sources that are left to the details."""

    text: str
    links: tuple[tuple[str, str], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """Text in which every column counts, shown in a fixed-width font."""

    text: str


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One framework of a comparison: its state today, and the article's view where it has one."""

    framework: str
    today: str
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Frameworks side by side, those asked about first. `missing` names those that are not covered."""

    rows: tuple[ComparisonRow, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with names (at most 20 characters) and values (0 and up), longest name first or not, in ranking order."""

    title: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that the statements' numbers point to."""

    notes: tuple[SourceNote, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press or to name next: `entry` is the id it leads to, never text to match again."""

    entry: str
    label: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices below a prompt. `none_of_these` adds a way to say that none fits."""

    prompt: str
    options: tuple[Choice, ...]
    none_of_these: bool = False
    flow: bool = False
    """Whether the guided recommendation is offered too."""


Block = Heading | Text | Bullets | Markdown | Small | SourceLine | Code | Comparison | Chart | Sources | Choices


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was considered. `confidence` is the probability (0..1) that it answers the question."""

    entry: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says. `entries` are the ids shown, best first; `summary` is it all in one line.

    `blocks` are what a channel shows first; `details` the rest: the comparison, what changed, the article's view and
    all sources. `frameworks` are those asked about, by vocabulary id.
    """

    outcome: Outcome
    entries: tuple[str, ...]
    confidence: float
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    blocks: tuple[Block, ...]
    summary: str
    knowledge_version: str
    details: tuple[Block, ...] = ()
    frameworks: tuple[str, ...] = ()
    ends_conversation: bool = False
    """Whether somebody asked the bot to be quiet in this thread."""

"""What people thought of an answer, and what could not be answered.

These values never hold words as they were typed: making one masks them, so that nothing further
along, a queue, a log, a table, can keep more than it should.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.reply import Candidate, Outcome
from bot.storage.masking import masked

Platform = Literal["terminal", "slack", "discord"]

ChannelKind = Literal["channel", "thread", "direct", "group", "command", "unknown"]
"""Where it was asked, no more exact than this. direct: with the bot alone. group: a private group message."""

MOST_REASON = 300
"""Characters of a reason that are kept."""

MOST_QUESTION = 500
"""Characters of an unanswered question that are kept."""


def tenant_of(platform: Platform, team: str | None) -> str:
    """The name under which a workspace's or server's data is kept and forgotten: "slack:T024BE7LD".

    `team` is the workspace, organisation or server id; None for what belongs to none, such as a direct
    message on Discord.
    """
    return f"{platform}:{team or 'direct'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One user's view of one answer; a later one on the same answer replaces it."""

    platform: Platform
    tenant: str
    user: str
    """The platform's user id. Used to make a stand-in, never kept."""
    answer: str
    """Which answer: a name for the posted message that is the same at each click."""
    entry: str
    """The entry that was shown, or "" where none was."""
    helpful: bool
    knowledge_version: str
    channel: str = ""
    """Where it was, to respect the channel's choice; never kept."""
    reason: str | None = None
    """What the user wrote, masked and at most 300 characters."""
    suggested: str | None = None
    """The entry that the user thinks is the right one."""

    def __post_init__(self) -> None:
        if self.reason is not None:
            object.__setattr__(self, "reason", masked(self.reason, MOST_REASON) or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that got no answer, or one with little confidence."""

    platform: Platform
    tenant: str
    channel_kind: ChannelKind
    text: str
    """The question, masked and at most 500 characters."""
    outcome: Outcome
    candidates: tuple[Candidate, ...]
    """What came nearest, also below the threshold, best first."""
    knowledge_version: str
    channel: str = ""
    """Where it was, to respect the channel's choice; never kept."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", masked(self.text, MOST_QUESTION))


@dataclass(frozen=True, slots=True)
class Votes:
    """How an entry was judged in a period."""

    entry: str
    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class Note:
    """Words or a suggestion that came with a judgement."""

    entry: str
    helpful: bool
    reason: str | None
    suggested: str | None
    knowledge_version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class KeptQuestion:
    """An unanswered question as it is kept."""

    text: str
    platform: str
    channel_kind: str
    outcome: str
    candidates: tuple[Candidate, ...]
    knowledge_version: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """One thing to count: an outcome on a platform in a tenant, with the entry shown ("" where none was)."""

    tenant: str
    platform: str
    outcome: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """How often something was asked in a period, over all tenants or one."""

    platform: str
    outcome: str
    entry: str
    asked: int

"""The values that go into the store and come out of it, and how long they stay. Needs no database driver.

Feedback and unanswered questions mask people's words when they are made, before any queue, log or table has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Literal

from bot.dialog.reply import Candidate, Outcome
from bot.storage.masking import masked

Platform = str
"""The name of a chat platform, in lower case; at most 20 characters are stored."""

ChannelKind = Literal["channel", "thread", "direct", "group", "command", "unknown"]
"""Where a question was asked. direct: with the bot alone. group: a private group message."""

Visibility = Literal["channel", "private"]
"""Who may see the reply where the platform lets one choose."""

Clock = Callable[[], datetime]
"""Gives the current time, aware of its zone. Tests pass one that they can move."""

MOST_REASON = 300
MOST_QUESTION = 500
"""Characters that are stored of the reason for a vote, and of an unanswered question."""


def tenant_of(platform: Platform, team: str | None) -> str:
    """The name under which the data of a workspace or server is stored and deleted: "PLATFORM:TEAM".

    `team` is the platform's id of it; None for what belongs to none, such as direct messages on some platforms.
    """
    return f"{platform}:{team or 'direct'}"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long rows are stored before `Tenants.purge` deletes them.

    `words`: unanswered questions, reasons, and the pseudonym that ties a vote to its user; zero stores no words.
    `deliveries` must outlast the last redelivery of any platform, 25 hours after the first.
    `counts`: votes and tallies, which hold no words. `answers`: where answers were posted, within which they can be
    corrected; zero stores none. `asked`: where questions without an answer were asked. Raises ValueError where one is
    out of bounds.
    """

    words: timedelta = timedelta(days=90)
    threads: timedelta = timedelta(days=14)
    deliveries: timedelta = timedelta(hours=26)
    counts: timedelta = timedelta(days=400)
    answers: timedelta = timedelta(days=90)
    asked: timedelta = timedelta(days=30)

    @property
    def ties(self) -> timedelta:
        """How long a vote is tied to its user: it can be changed for a day even where no words are stored."""
        return max(self.words, timedelta(days=1))


class DeliveryClaim(StrEnum):
    """The result of claiming a delivery. Only NEW and RETAKEN are to be answered."""

    NEW = "new"
    RETAKEN = "retaken"
    """Its owner died. Find out whether the answer was already posted: the store cannot know."""
    DONE = "done"
    IN_PROGRESS = "in progress"
    """Another process is answering it."""
    UNKNOWN = "unknown"
    """The database cannot say now whether another process answered it. Only given during and after an outage."""

    @property
    def ours(self) -> bool:
        return self in (DeliveryClaim.NEW, DeliveryClaim.RETAKEN)


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The settings in force in a channel."""

    follow_ups: bool = False
    """Whether the bot answers in its threads without being mentioned."""
    passive: bool = False
    """Whether the bot answers questions that nobody asked it, where it is very sure."""
    visibility: Visibility = "private"
    """Who sees the answer to a command."""
    keep_words: bool = True
    """Whether unanswered questions and reasons may be stored. A tenant's no overrides its channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One user's vote on one answer; a later one on the same answer replaces it."""

    platform: Platform
    tenant: str
    user: str
    """The platform's user id. Stored as a pseudonym only."""
    answer: str
    """The posted message: the same for every vote on it. Stored as a pseudonym only."""
    entry: str
    """The entry that was shown; "" where none was."""
    helpful: bool
    knowledge_version: str
    channel: str = ""
    """Where it was given, for the channel's setting; never stored."""
    reason: str | None = None
    """What the user wrote, masked and at most 300 characters."""
    suggested: str | None = None
    """The entry that the user thinks is the right one."""

    def __post_init__(self) -> None:
        if self.reason is not None:
            object.__setattr__(self, "reason", masked(self.reason, MOST_REASON) or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question that got no answer, or one of low confidence."""

    platform: Platform
    tenant: str
    channel_kind: ChannelKind
    text: str
    """The question, masked and at most 500 characters."""
    outcome: Outcome
    candidates: tuple[Candidate, ...]
    """The nearest entries, best first, also those below the threshold."""
    knowledge_version: str
    channel: str = ""
    """Where it was asked, for the channel's setting; never stored."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", masked(self.text, MOST_QUESTION))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """An answer in a message that others can see, as it was posted."""

    platform: Platform
    tenant: str
    channel: str
    message: str
    """The platform's id of the message."""
    headlines: Mapping[str, str]
    """The entries it shows, by id, each with a digest of its headlines at that time."""
    frameworks: tuple[str, ...] = ()
    """What it was asked about, as vocabulary ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question without an answer, and where to show one: `thread` or `message` as the platform names them, "" for
    none."""

    tenant: str
    channel: str
    text: str
    """The question, masked and at most 500 characters."""
    thread: str = ""
    message: str = ""
    id: str = field(default_factory=lambda: token_hex(8))
    entry: str = ""
    """The entry that a teacher answered it with; "" for none yet."""
    user: str = ""
    """Who asked people, by the platform's id; stored as a pseudonym only. "" where nobody did."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", masked(self.text, MOST_QUESTION))


OwnKind = Literal["answer", "phrasings", "hidden"]
"""answer: an entry of a workspace's own. phrasings: further ones of a shipped entry. hidden: a shipped entry is not
used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """What a workspace teaches: one version of it."""

    entry: str
    """The id of the entry, its own or a shipped one."""
    kind: OwnKind = "answer"
    title: str = ""
    phrasings: tuple[str, ...] = ()
    text: str = ""
    """The answer, in a subset of Markdown."""
    link: str = ""
    expires_on: date | None = None
    """The last day on which it is used."""
    review_on: date | None = None
    """The day on which its owner is asked whether it is still right."""
    owner: str = ""
    """The platform's id of the person who answers for it."""
    version: int = 0
    """1 for the first one; 0 before it is saved."""
    removed: bool = False
    changed_by: str = ""
    """The pseudonym of who changed it."""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """How a workspace teaches."""

    version: int = 0
    """Rises with every change to its answers; 0 where there was none."""
    teachers: tuple[str, ...] = ()
    """The platform's ids of people who may teach, besides those who manage the workspace."""
    ask_channel: str = ""
    """The channel in which people are asked what the bot cannot answer."""
    keeps_threads: bool = False
    """Whether it is stored where a question without an answer was asked, to answer there later."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One thing to count: an outcome on a platform in a tenant, with the entry shown ("" where none was)."""

    tenant: str
    platform: Platform
    outcome: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Votes:
    """The votes on an entry in a period."""

    entry: str
    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class Note:
    """A reason or a suggestion that came with a vote."""

    entry: str
    helpful: bool
    reason: str | None
    suggested: str | None
    knowledge_version: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """An unanswered question as it is stored."""

    text: str
    platform: Platform
    channel_kind: str
    outcome: str
    candidates: tuple[Candidate, ...]
    knowledge_version: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Total:
    """How often something was asked in a period, over all tenants or one."""

    platform: Platform
    outcome: str
    entry: str
    asked: int

"""The tables.

Each has a `tenant` column, by which the rows of a workspace or server are deleted, or says in its `info` why no row
belongs to one. A column for a user is called `user_hash` and holds a pseudonym, never an id.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from bot.storage.masking import HASH_LENGTH, single_line

TENANTLESS = "tenantless"
"""Key in `Table.info`: why no row belongs to a tenant."""

NAME = 200
"""Most characters of a tenant, channel, entry or version."""

WORD = 20
"""Most characters of a platform, outcome or channel kind."""


class Line(TypeDecorator[str]):
    """Text on one line, shortened to what fits, so that any text can be stored and looked for."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else single_line(value, self.length)


class Texts(TypeDecorator[tuple[str, ...]]):
    """A JSON list of texts, as a tuple in Python; null is the empty one."""

    impl = sa.JSON
    cache_ok = True

    def process_result_value(self, value: list[str] | None, dialect: sa.Dialect) -> tuple[str, ...]:
        del dialect
        return tuple(value or ())


class UtcDateTime(TypeDecorator[datetime]):
    """A time that is aware of its zone in Python and UTC in the database. Raises ValueError for one without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)


def _table(name: str, *parts: SchemaItem, **choices: Any) -> sa.Table:
    return sa.Table(name, metadata, *parts, **choices)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def _line(name: str, length: int = NAME, **choices: Any) -> sa.Column[str]:
    return sa.Column(name, Line(length), nullable=False, **choices)


def _lines(*names: str, **choices: Any) -> list[sa.Column[str]]:
    return [_line(name, **choices) for name in names]


def _time(name: str, *, index: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime, nullable=False, index=index)


deliveries = _table(
    "deliveries",
    _line("key", HASH_LENGTH, primary_key=True),
    _line("tenant", index=True),
    _time("claimed_at", index=True),
    sa.Column("done_at", UtcDateTime),
)
"""Deliveries of platforms that are being answered or were."""

threads = _table(
    "threads",
    _line("thread", HASH_LENGTH, primary_key=True),
    _line("tenant", index=True),
    sa.Column("answered", Texts, nullable=False),
    sa.Column("offered", Texts, nullable=False),
    sa.Column("frameworks", Texts),
    _time("expires_at", index=True),
)
"""Threads that the bot takes part in: ids of entries and frameworks of the last exchange, never text."""

channels = _table(
    "channels",
    *_lines("tenant", "channel", primary_key=True),
    sa.Column("follow_ups", sa.Boolean),
    sa.Column("passive", sa.Boolean),
    sa.Column("visibility", Line(WORD)),
    sa.Column("keep_words", sa.Boolean),
    _time("changed_at"),
)
"""Settings of a channel, or of a whole tenant (channel ""); null where nothing was chosen."""

feedback = _table(
    "feedback",
    _id(),
    sa.Column("user_hash", Line(HASH_LENGTH)),
    _line("answer", HASH_LENGTH),
    _line("tenant", index=True),
    _line("platform", WORD),
    _line("entry"),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("suggested", Line(NAME)),
    _line("knowledge_version"),
    _time("given_at", index=True),
    sa.UniqueConstraint("user_hash", "answer"),
)
"""Votes on answers. Past its retention a vote stays without its words and its user."""

unanswered = _table(
    "unanswered",
    _id(),
    _line("tenant", index=True),
    _line("platform", WORD),
    _line("channel_kind", WORD),
    sa.Column("text", sa.Text, nullable=False),
    _line("outcome", WORD),
    sa.Column("candidates", sa.JSON, nullable=False),
    _line("knowledge_version"),
    _time("asked_at", index=True),
)
"""Questions that were declined or answered with low confidence, masked."""

tallies = _table(
    "tallies",
    sa.Column("day", sa.Date, primary_key=True),
    _line("tenant", primary_key=True, index=True),
    *_lines("platform", "outcome", length=WORD, primary_key=True),
    _line("entry", primary_key=True),
    sa.Column("asked", sa.Integer, nullable=False),
)
"""Counts of outcomes by day; entry "" where none was shown."""

shown_answers = _table(
    "shown_answers",
    *_lines("tenant", "channel", "message", "entry", primary_key=True),
    _line("platform", WORD),
    sa.Column("frameworks", Texts, nullable=False),
    _line("headlines", HASH_LENGTH),
    _time("shown_at", index=True),
    sa.Index("ix_shown_answers_entry", "entry"),
)
"""Where each answer was posted, so that it can be corrected: a row for each entry in it, with a digest of the entry's
headlines at that time."""

own_answers = _table(
    "own_answers",
    *_lines("tenant", "entry", primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    _line("kind", WORD),
    _line("title"),
    sa.Column("phrasings", Texts, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("review_on", sa.Date),
    _line("owner"),
    sa.Column("removed", sa.Boolean, nullable=False),
    _line("user_hash", HASH_LENGTH, key="changed_by"),
    _time("changed_at"),
)
"""Every version of every answer of a workspace's own; the highest counts. `owner` is asked to review it: an id of the
platform, which goes when that person asks to be forgotten. `changed_by` is a pseudonym, `user_hash` in the database. It
has another name here because forgetting a user deletes the rows with a `user_hash`, and the answers stay."""

teaching = _table(
    "teaching",
    _line("tenant", primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("teachers", Texts, nullable=False),
    _line("ask_channel"),
    sa.Column("keeps_threads", sa.Boolean, nullable=False),
)
"""How a workspace teaches: a number that rises with each change, the ids of its teachers, the channel in which its
people are asked, and whether it stores where unanswered questions were asked."""

asked_questions = _table(
    "asked_questions",
    _line("id", HASH_LENGTH, primary_key=True),
    _line("tenant", index=True),
    *_lines("channel", "thread", "message"),
    sa.Column("text", sa.Text, nullable=False),
    _line("entry"),
    sa.Column("taken", sa.Boolean, nullable=False),
    sa.Column("user_hash", Line(HASH_LENGTH)),
    _time("asked_at", index=True),
)
"""Questions without an answer, masked, with where an answer is to be shown once there is one: of those whom somebody
asked people with `user_hash`, of others where the workspace stores that. `entry`: what a teacher answered it with.
`taken`: a process is showing it."""

installations = _table(
    "installations",
    _id(),
    _line("tenant", index=True),
    *_lines("enterprise", "team"),
    _line("user_hash", HASH_LENGTH),
    sa.Column("sealed", sa.Text, nullable=False),
    _time("installed_at"),
    sa.UniqueConstraint("enterprise", "team", "user_hash"),
)
"""Encrypted tokens of the bot, with user_hash "". Rows of the users who installed it are not written."""

oauth_states = _table(
    "oauth_states",
    _line("state", HASH_LENGTH, primary_key=True),
    _time("expires_at", index=True),
    info={TENANTLESS: "used before the workspace that installs is known"},
)
"""States of installations that were used, as digests, until they are too old to be used again (CSRF)."""

key_values = _table(
    "marks",
    _line("name", primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    _time("changed_at"),
    info={TENANTLESS: "the service's own state, such as the commands last registered"},
)
"""The service's own small values by key."""

"""The tables.

Every table either has a `tenant` column, by which a workspace or server is forgotten, or says in
its `info` why no row of it belongs to one. A column that holds a user is called `user_hash` and
holds a stand-in, never an id.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from bot.storage.pseudonyms import LENGTH

TENANTLESS = "tenantless"
"""Key of `Table.info`: why no row belongs to a tenant."""

NAME = 200
"""Longest tenant, channel, entry or version."""

WORD = 20
"""Longest platform, outcome or channel kind."""


class Moment(TypeDecorator[datetime]):
    """A point in time, aware of its zone in Python and kept as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must know its zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _tenant() -> Column[str]:
    return Column("tenant", String(NAME), nullable=False)


deliveries = Table(
    "deliveries",
    metadata,
    Column("key", String(LENGTH), primary_key=True),
    _tenant(),
    Column("claimed_at", Moment, nullable=False, index=True),
    Column("done_at", Moment),
    Index(None, "tenant"),
)
"""Which deliveries of a platform are being answered or have been."""

threads = Table(
    "threads",
    metadata,
    Column("thread", String(LENGTH), primary_key=True),
    _tenant(),
    Column("answered", JSON, nullable=False),
    Column("offered", JSON, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Index(None, "tenant"),
)
"""Threads the bot takes part in: entry ids of the last exchange, never text."""

channels = Table(
    "channels",
    metadata,
    Column("tenant", String(NAME), primary_key=True),
    Column("channel", String(NAME), primary_key=True),
    Column("follow_ups", Boolean),
    Column("passive", Boolean),
    Column("visibility", String(WORD)),
    Column("keep_words", Boolean),
    Column("changed_at", Moment, nullable=False),
)
"""What a channel, or a whole tenant (channel ""), has chosen; null where nothing was."""

feedback = Table(
    "feedback",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("user_hash", String(LENGTH)),
    Column("answer", String(LENGTH), nullable=False),
    _tenant(),
    Column("platform", String(WORD), nullable=False),
    Column("entry", String(NAME), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text),
    Column("suggested", String(NAME)),
    Column("knowledge_version", String(NAME), nullable=False),
    Column("given_at", Moment, nullable=False, index=True),
    UniqueConstraint("user_hash", "answer"),
    Index(None, "tenant"),
)
"""What people thought of an answer. After retention the vote stays, without its words and its user."""

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    _tenant(),
    Column("platform", String(WORD), nullable=False),
    Column("channel_kind", String(WORD), nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", String(WORD), nullable=False),
    Column("candidates", JSON, nullable=False),
    Column("knowledge_version", String(NAME), nullable=False),
    Column("asked_at", Moment, nullable=False, index=True),
    Index(None, "tenant"),
)
"""Questions that were declined or answered with little confidence, in masked words."""

tallies = Table(
    "tallies",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tenant", String(NAME), primary_key=True),
    Column("platform", String(WORD), primary_key=True),
    Column("outcome", String(WORD), primary_key=True),
    Column("entry", String(NAME), primary_key=True),
    Column("asked", Integer, nullable=False),
    Index(None, "tenant"),
)
"""How often what was asked, by day; entry "" where no entry was shown."""

installations = Table(
    "installations",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    _tenant(),
    Column("enterprise", String(NAME), nullable=False),
    Column("team", String(NAME), nullable=False),
    Column("user_hash", String(LENGTH), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("installed_at", Moment, nullable=False),
    UniqueConstraint("enterprise", "team", "user_hash"),
    Index(None, "tenant"),
)
"""Slack installations, sealed as a whole. user_hash "" is the workspace's bot, else who installed it."""

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("state", String(LENGTH), primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
    info={TENANTLESS: "issued before anyone knows which workspace will install"},
)
"""Installations under way, so that an answer from Slack is one that was asked for; hashed, used once."""

marks = Table(
    "marks",
    metadata,
    Column("name", String(NAME), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    info={TENANTLESS: "what the service remembers about itself, such as the commands last registered"},
)
"""The service's own small facts by name."""

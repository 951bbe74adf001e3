"""Each workspace's own answers, and how it teaches."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, String, Text

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    op.create_table(
        "own_answers",
        Column("tenant", String(200), primary_key=True),
        Column("entry", String(200), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("kind", String(20), nullable=False),
        Column("title", String(200), nullable=False),
        Column("phrasings", JSON, nullable=False),
        Column("text", Text, nullable=False),
        Column("link", Text, nullable=False),
        Column("expires_on", Date),
        Column("review_on", Date),
        Column("owner", String(200), nullable=False),
        Column("removed", Boolean, nullable=False),
        Column("user_hash", String(64), nullable=False),
        Column("changed_at", DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "teaching",
        Column("tenant", String(200), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("teachers", JSON, nullable=False),
        Column("ask_channel", String(200), nullable=False),
        Column("keeps_threads", Boolean, nullable=False),
    )

"""Questions that wait for an answer from people."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import Boolean, Column, DateTime, String, Text

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    op.create_table(
        "asked_questions",
        Column("id", String(64), primary_key=True),
        *(Column(name, String(200), nullable=False) for name in ("tenant", "channel", "thread", "message")),
        Column("text", Text, nullable=False),
        Column("entry", String(200), nullable=False),
        Column("taken", Boolean, nullable=False),
        Column("user_hash", String(64)),
        Column("asked_at", DateTime(timezone=True), nullable=False),
    )
    for column in ("tenant", "asked_at"):
        op.create_index(f"ix_asked_questions_{column}", "asked_questions", [column])

"""Where each answer was posted."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import JSON, Column, DateTime, String

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    op.create_table(
        "shown_answers",
        *(Column(name, String(200), primary_key=True) for name in ("tenant", "channel", "message", "entry")),
        Column("platform", String(20), nullable=False),
        Column("frameworks", JSON, nullable=False),
        Column("headlines", String(64), nullable=False),
        Column("shown_at", DateTime(timezone=True), nullable=False),
    )
    for column in ("entry", "shown_at"):
        op.create_index(f"ix_shown_answers_{column}", "shown_answers", [column])

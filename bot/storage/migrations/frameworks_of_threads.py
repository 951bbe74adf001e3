"""Which frameworks the last exchange of a thread was about."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import JSON, Column

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.add_column("threads", Column("frameworks", JSON))

"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("claimed_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_tenant", "deliveries", ["tenant"])
    op.create_index("ix_deliveries_claimed_at", "deliveries", ["claimed_at"])

    op.create_table(
        "threads",
        sa.Column("thread", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("answered", sa.JSON(), nullable=False),
        sa.Column("offered", sa.JSON(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("thread", name="pk_threads"),
    )
    op.create_index("ix_threads_tenant", "threads", ["tenant"])
    op.create_index("ix_threads_expires_at", "threads", ["expires_at"])

    op.create_table(
        "channels",
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("follow_ups", sa.Boolean()),
        sa.Column("passive", sa.Boolean()),
        sa.Column("visibility", sa.String(20)),
        sa.Column("keep_words", sa.Boolean()),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "channel", name="pk_channels"),
    )

    op.create_table(
        "feedback",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("user_hash", sa.String(64)),
        sa.Column("answer", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("entry", sa.String(200), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("suggested", sa.String(200)),
        sa.Column("knowledge_version", sa.String(200), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("user_hash", "answer", name="uq_feedback_user_hash_answer"),
    )
    op.create_index("ix_feedback_tenant", "feedback", ["tenant"])
    op.create_index("ix_feedback_given_at", "feedback", ["given_at"])

    op.create_table(
        "unanswered",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("channel_kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("knowledge_version", sa.String(200), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
    )
    op.create_index("ix_unanswered_tenant", "unanswered", ["tenant"])
    op.create_index("ix_unanswered_asked_at", "unanswered", ["asked_at"])

    op.create_table(
        "tallies",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("entry", sa.String(200), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "tenant", "platform", "outcome", "entry", name="pk_tallies"),
    )
    op.create_index("ix_tallies_tenant", "tallies", ["tenant"])

    op.create_table(
        "installations",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant", sa.String(200), nullable=False),
        sa.Column("enterprise", sa.String(200), nullable=False),
        sa.Column("team", sa.String(200), nullable=False),
        sa.Column("user_hash", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("installed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installations"),
        sa.UniqueConstraint("enterprise", "team", "user_hash", name="uq_installations_enterprise_team_user_hash"),
    )
    op.create_index("ix_installations_tenant", "installations", ["tenant"])

    op.create_table(
        "oauth_states",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_oauth_states"),
    )
    op.create_index("ix_oauth_states_expires_at", "oauth_states", ["expires_at"])

    op.create_table(
        "marks",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )


def downgrade() -> None:
    for name in (
        "marks",
        "oauth_states",
        "installations",
        "tallies",
        "unanswered",
        "feedback",
        "channels",
        "threads",
        "deliveries",
    ):
        op.drop_table(name)

"""The first tables."""

from __future__ import annotations

from alembic.operations import Operations

revision = "0001"
down_revision = None

_TYPES = {
    "sqlite": {"id": "INTEGER", "time": "DATETIME"},
    "postgresql": {"id": "BIGSERIAL", "time": "TIMESTAMP WITH TIME ZONE"},
}

_TABLES = """
CREATE TABLE deliveries (key VARCHAR(64) NOT NULL, tenant VARCHAR(200) NOT NULL, claimed_at {time} NOT NULL,
    done_at {time}, CONSTRAINT pk_deliveries PRIMARY KEY (key));

CREATE TABLE threads (thread VARCHAR(64) NOT NULL, tenant VARCHAR(200) NOT NULL, answered JSON NOT NULL,
    offered JSON NOT NULL, expires_at {time} NOT NULL, CONSTRAINT pk_threads PRIMARY KEY (thread));

CREATE TABLE channels (tenant VARCHAR(200) NOT NULL, channel VARCHAR(200) NOT NULL, follow_ups BOOLEAN,
    passive BOOLEAN, visibility VARCHAR(20), keep_words BOOLEAN, changed_at {time} NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (tenant, channel));

CREATE TABLE feedback (id {id} NOT NULL, user_hash VARCHAR(64), answer VARCHAR(64) NOT NULL,
    tenant VARCHAR(200) NOT NULL, platform VARCHAR(20) NOT NULL, entry VARCHAR(200) NOT NULL, helpful BOOLEAN NOT NULL,
    reason TEXT, suggested VARCHAR(200), knowledge_version VARCHAR(200) NOT NULL, given_at {time} NOT NULL,
    CONSTRAINT pk_feedback PRIMARY KEY (id), CONSTRAINT uq_feedback_user_hash_answer UNIQUE (user_hash, answer));

CREATE TABLE unanswered (id {id} NOT NULL, tenant VARCHAR(200) NOT NULL, platform VARCHAR(20) NOT NULL,
    channel_kind VARCHAR(20) NOT NULL, text TEXT NOT NULL, outcome VARCHAR(20) NOT NULL, candidates JSON NOT NULL,
    knowledge_version VARCHAR(200) NOT NULL, asked_at {time} NOT NULL, CONSTRAINT pk_unanswered PRIMARY KEY (id));

CREATE TABLE tallies (day DATE NOT NULL, tenant VARCHAR(200) NOT NULL, platform VARCHAR(20) NOT NULL,
    outcome VARCHAR(20) NOT NULL, entry VARCHAR(200) NOT NULL, asked INTEGER NOT NULL,
    CONSTRAINT pk_tallies PRIMARY KEY (day, tenant, platform, outcome, entry));

CREATE TABLE installations (id {id} NOT NULL, tenant VARCHAR(200) NOT NULL, enterprise VARCHAR(200) NOT NULL,
    team VARCHAR(200) NOT NULL, user_hash VARCHAR(64) NOT NULL, sealed TEXT NOT NULL, installed_at {time} NOT NULL,
    CONSTRAINT pk_installations PRIMARY KEY (id),
    CONSTRAINT uq_installations_enterprise_team_user_hash UNIQUE (enterprise, team, user_hash));

CREATE TABLE oauth_states (state VARCHAR(64) NOT NULL, expires_at {time} NOT NULL,
    CONSTRAINT pk_oauth_states PRIMARY KEY (state));

CREATE TABLE marks (name VARCHAR(200) NOT NULL, value TEXT NOT NULL, changed_at {time} NOT NULL,
    CONSTRAINT pk_marks PRIMARY KEY (name))
"""

_INDEXES = {
    "deliveries": ("tenant", "claimed_at"),
    "threads": ("tenant", "expires_at"),
    "feedback": ("tenant", "given_at"),
    "unanswered": ("tenant", "asked_at"),
    "tallies": ("tenant",),
    "installations": ("tenant",),
    "oauth_states": ("expires_at",),
}


def upgrade(op: Operations) -> None:
    for statement in _TABLES.format_map(_TYPES[op.get_bind().dialect.name]).split(";"):
        op.execute(statement)
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])

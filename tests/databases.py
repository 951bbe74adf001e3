"""Real databases for any suite."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from sqlalchemy import make_url

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "postgresql+psycopg://root@127.0.0.1:5432/test")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL schema of one's own; skips where no server is, except in CI."""
    base = make_url(POSTGRESQL)
    try:
        connection = psycopg.connect(plain(POSTGRESQL), autocommit=True, connect_timeout=20)
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no PostgreSQL here: start one, or set TEST_DATABASE_URL")
    schema = f"test_{uuid.uuid4().hex}"
    with closing(connection):
        connection.execute(f'CREATE SCHEMA "{schema}"')
        try:
            yield base.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def plain(url: str) -> str:
    """The address as the driver itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

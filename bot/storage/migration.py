"""Bringing the tables up to date when the service starts, once, however many replicas start."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from bot.storage.database import Database
from bot.storage.errors import StoreTooNew, StoreUnavailable

PATIENCE = 60.0
"""Seconds to wait for another replica that is migrating."""

FOLDER = Path(__file__).parent / "migrations"

_LOCK = 7_316_180_451_021
"""Ours among PostgreSQL's advisory locks."""

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps what it works on in module globals."""


async def migrate(database: Database) -> None:
    """Make or renew the tables. Raises StoreUnavailable, or StoreTooNew where they are ahead of this version."""
    await asyncio.to_thread(_migrate, database)


def _migrate(database: Database) -> None:
    with _ONE_AT_A_TIME:
        database.prepare_file()
        if database.file is not None:
            _write_ahead(database)
        with database.blocking_write(PATIENCE) as connection:
            if database.file is None:
                connection.execute(text(f"SET LOCAL lock_timeout = {int(PATIENCE * 1000)}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:ours)"), {"ours": _LOCK})
            upgrade(connection)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing steps on `connection`, inside its transaction."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreTooNew(
            "the database was last used by a newer framework-bot: run that version, or restore a backup made before it"
        ) from error


def newest() -> str:
    """The revision that this version's tables have."""
    return ScriptDirectory(str(FOLDER)).get_current_head() or ""


def _write_ahead(database: Database) -> None:
    """Readers and the writer stop waiting for each other. The file remembers it.

    Two processes that switch a new file at once can be told that it is busy, without being made to wait.
    """
    import sqlite3  # noqa: PLC0415 - only for SQLite

    end = time.monotonic() + PATIENCE
    while True:
        connection = sqlite3.connect(str(database.file), timeout=PATIENCE, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if time.monotonic() > end or "locked" not in str(error):
                raise StoreUnavailable(str(error)) from error
            time.sleep(0.05)
        except sqlite3.DatabaseError as error:
            raise StoreUnavailable(str(error)) from error
        else:
            return
        finally:
            connection.close()

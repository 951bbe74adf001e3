"""The store: everything that is stored, in one database.

    store = Store("sqlite:///bot.sqlite3")
    await store.prepare()
    if (await store.deliveries.claim(event, tenant)).ours:
        ...

Every method is one short transaction, and raises StoreUnavailable where the database does not answer.
`bot.storage.resilience.ResilientStore` is the same store for answers that must not depend on the database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, text

from bot.storage.channels import ChannelTable, ThreadTable
from bot.storage.database import TIME_LIMIT, Database
from bot.storage.deliveries import DeliveryTable
from bot.storage.errors import StoreTooNew, StoreUnavailable
from bot.storage.insights import FeedbackRecords, Tallies, UnansweredQuestions
from bot.storage.installations import Cipher, Installations, OAuthStates
from bot.storage.key_value import KeyValue
from bot.storage.masking import Pseudonyms
from bot.storage.own_answers import AskedQuestions, OwnAnswers
from bot.storage.records import Clock, Retention, utc_now
from bot.storage.shown_answers import ShownAnswers
from bot.storage.tenants import PseudonymKeys, Tenants

MIGRATION_TIME = 60.0
"""Seconds to wait for another replica that is migrating."""

_MIGRATIONS = str(Path(__file__).parent / "migrations")
_LOCK = 7_316_180_451_021
"""Our key among PostgreSQL's advisory locks."""


class Store:
    """The tables, one attribute each. Creating it does not touch the database; `prepare` does."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock = utc_now,
        retention: Retention | None = None,
        secrets: Sequence[str] = (),
        encryption_keys: Sequence[str] = (),
        time_limit: float = TIME_LIMIT,
    ) -> None:
        """`secrets` make pseudonyms, `encryption_keys` encrypt tokens; both newest first.

        `time_limit`: seconds a transaction may take. Raises ValueError where `url` is no database address,
        KeysUnusable where an encryption key is malformed.
        """
        self.database = database = Database(url, time_limit=time_limit)
        self.clock = clock
        shared = (database, clock, Pseudonyms(secrets), retention or Retention())
        self.deliveries = DeliveryTable(*shared)
        self.threads = ThreadTable(*shared)
        self.channels = ChannelTable(*shared)
        self.feedback = FeedbackRecords(*shared)
        self.unanswered = UnansweredQuestions(*shared)
        self.tallies = Tallies(*shared)
        self.own_answers = OwnAnswers(*shared)
        self.asked_questions = AskedQuestions(*shared)
        self.shown_answers = ShownAnswers(*shared)
        self.installations = Installations(database, clock, Cipher(encryption_keys))
        self.oauth_states = OAuthStates(database, clock, encryption_keys)
        self.key_values = KeyValue(*shared)
        self.pseudonym_keys = PseudonymKeys(*shared)
        self.tenants = Tenants(*shared)

    async def prepare(self) -> None:
        """Create or update the tables. Idempotent; of many replicas that do so at once, one does the work.

        Raises StoreUnavailable, or StoreTooNew where a newer version was here.
        """
        self.database.create_file()
        give_up = time.monotonic() + MIGRATION_TIME
        while True:
            try:
                await self._migrate()
            except StoreUnavailable as error:
                # SQLite reports this without waiting when two processes set a new file's journal mode.
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def _migrate(self) -> None:
        """The lock, the steps and the version are one transaction."""
        if self.database.file is not None:
            async with self.database.autocommit(MIGRATION_TIME) as connection:
                # Readers and the writer no longer wait for each other. The file remembers it.
                await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        async with self.database.writing(seconds=MIGRATION_TIME) as connection:
            if self.database.file is None:
                await connection.execute(text(f"SET LOCAL lock_timeout = {int(MIGRATION_TIME * 1000)}"))
                await connection.execute(text("SELECT pg_advisory_xact_lock(:ours)"), {"ours": _LOCK})
            await connection.run_sync(_upgrade)

    async def close(self) -> None:
        """Close every connection."""
        await self.database.close()


def migrations() -> ScriptDirectory:
    """Alembic's steps."""
    return ScriptDirectory(_MIGRATIONS, version_locations=[_MIGRATIONS])


def _upgrade(connection: Connection) -> None:
    """Run the missing steps on `connection`, inside its transaction."""
    script = migrations()
    context = MigrationContext.configure(connection)
    try:
        missing = [*script.iterate_revisions("head", context.get_current_revision() or "base")]
    except RevisionError as error:
        raise StoreTooNew(
            "the database was last used by a newer framework-bot: run that version, or restore a backup made before it"
        ) from error
    for step in reversed(missing):
        step.module.upgrade(Operations(context))
    if missing:
        context.stamp(script, "head")

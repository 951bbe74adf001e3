"""Connections to SQLite or PostgreSQL, short transactions, and one exception for an unavailable database."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

import aiosqlite
from sqlalchemy import Connection, Executable, RowMapping, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.address import normalised, sqlite_file
from bot.storage.errors import StoreUnavailable
from bot.storage.masking import Pseudonyms
from bot.storage.records import Clock, Retention

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")

Row = dict[str, Any]

Insert = postgresql.Insert | sqlite.Insert

TIME_LIMIT = 5.0
"""Seconds a transaction may take, waiting for its turn included."""

VACUUM_TIME = 60.0
"""Seconds that rewriting a SQLite file may take; 100 MB take about one."""

CONNECTIONS = 5
"""Connections that stay open; PostgreSQL may use as many again for a while."""

_BUSY_SHARE = 0.8
"""Share of the time limit that SQLite waits for another writer: so it gives up by itself, without a cancellation."""

_BEGIN = "sqlite_begin"
_READ, _WRITE, _NONE = "BEGIN", "BEGIN IMMEDIATE", ""

_Shared = tuple[asyncio.Task[Any] | None, str, AsyncConnection]
"""The task that is in a transaction, how that began, and its connection."""

_log = logging.getLogger(__name__)


class Database:
    """One database. Every use is one short transaction; raises StoreUnavailable where the database is at fault."""

    def __init__(self, url: str, *, time_limit: float = TIME_LIMIT) -> None:
        """`time_limit`: seconds. Raises ValueError where `url` is no database address."""
        self.url = normalised(url)
        self.file = sqlite_file(self.url)
        self.time_limit = time_limit
        self.vacuum_pending = False
        """Whether bytes of deleted rows may still be in the file, because a vacuum was hindered."""
        self._sqlite_connections: WeakSet[SqliteConnection] = WeakSet()
        choices: dict[str, Any] = {"max_overflow": CONNECTIONS, "pool_pre_ping": True, "connect_args": _POSTGRESQL}
        if self.file is not None:
            choices = {"connect_args": {"timeout": _BUSY_SHARE * time_limit, "async_creator_fn": self._connect_sqlite}}
        self._engine: AsyncEngine = create_async_engine(
            self.url, hide_parameters=True, pool_size=CONNECTIONS, pool_timeout=time_limit, pool_recycle=1800, **choices
        )
        if self.file is not None:
            event.listen(self._engine.sync_engine, "connect", _configure)
            event.listen(self._engine.sync_engine, "begin", _begin)
            # At DEBUG aiosqlite logs every value it is given, and those are people's words.
            logging.getLogger("aiosqlite").setLevel(logging.INFO)
        # SQLite allows one write at a time. This lock is fair; SQLite's own waiting is not.
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.file is not None else nullcontext()
        self._shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only reads. Everything that this task reads within is that one."""
        return self._sharing(_READ, self.time_limit)

    def writing(self, *, seconds: float | None = None) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction, rolled back on an error. Everything that this task reads and writes within is that one."""
        return self._sharing(_WRITE, seconds or self.time_limit)

    async def read(self, query: Executable) -> Sequence[RowMapping]:
        """The rows that one query finds."""
        async with self.reading() as connection:
            return (await connection.execute(query)).mappings().all()

    async def read_as(self, kind: type[R], query: Executable) -> tuple[R, ...]:
        """The rows that one query finds, each as a dataclass."""
        return tuple(as_record(kind, row) for row in await self.read(query))

    async def write(self, statement: Executable, rows: Mapping[str, Any] | Sequence[Row] | None = None) -> int:
        """Make one change, or the same with each row; how many rows it changed."""
        async with self.writing() as connection:
            return (await connection.execute(statement, rows)).rowcount

    def autocommit(self, seconds: float) -> AbstractAsyncContextManager[AsyncConnection]:
        """A SQLite connection outside any transaction, for what cannot be done in one."""
        return self._transaction(_NONE, seconds)

    def insert(self, table: Table) -> Insert:
        """An INSERT that supports ON CONFLICT."""
        return sqlite.insert(table) if self.file is not None else postgresql.insert(table)

    def upsert(self, table: Table, key: Collection[str], replaced: Collection[str]) -> Insert:
        """An INSERT that, where there is a row with the same `key`, replaces the columns `replaced` of it."""
        insert = self.insert(table)
        return insert.on_conflict_do_update(
            index_elements=[table.c[name] for name in key], set_={name: insert.excluded[name] for name in replaced}
        )

    async def ping(self, seconds: float = 1.0) -> None:
        """Raises StoreUnavailable where the database does not answer within `seconds`, or takes no writes."""
        async with self._transaction(_WRITE, seconds) as connection:
            read_only = "SELECT current_setting('transaction_read_only')"  # SQLite says so when the transaction begins
            if self.file is None and await connection.scalar(text(read_only)) == "on":
                raise StoreUnavailable("the database takes no writes")

    async def vacuum(self, *, rewrite: bool = True) -> None:
        """Remove the bytes of deleted rows from SQLite's files; `rewrite` where they held people's words or names.

        SQLite overwrites what it deletes, but old pages stay in its write-ahead log, and where it moved rows to
        another page it leaves copies; only rewriting the file is sure to remove those. Never raises for the database,
        as the rows are gone: `vacuum_pending` says so, and the next call tries again. PostgreSQL vacuums by itself.
        """
        if self.file is None:
            return
        self.vacuum_pending |= rewrite
        try:
            async with self.autocommit(VACUUM_TIME) as connection:
                if self.vacuum_pending:
                    await connection.exec_driver_sql("VACUUM")
                busy, *_ = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            hindered = "another connection is reading" if busy else ""
        except StoreUnavailable as error:
            hindered = str(error)
        self.vacuum_pending &= bool(hindered)
        if self.vacuum_pending:
            _log.warning("deleted rows are gone, but not yet their bytes in the database's file: %s", hindered)

    def create_file(self) -> None:
        """Create the file of a SQLite database, readable by its owner alone. Blocks; raises StoreUnavailable."""
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreUnavailable(f"cannot open {self.file}: {error.strerror}") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        for connection in list(self._sqlite_connections):
            await connection.ended(self.time_limit)

    @asynccontextmanager
    async def _sharing(self, begin: str, seconds: float) -> AsyncIterator[AsyncConnection]:
        task, shared = asyncio.current_task(), self._shared.get()
        if shared is not None and shared[0] is task and begin in (_READ, shared[1]):
            yield shared[2]
            return
        async with self._transaction(begin, seconds) as connection:
            before = self._shared.set((task, begin, connection))
            try:
                yield connection
            finally:
                self._shared.reset(before)

    @asynccontextmanager
    async def _transaction(self, begin: str, seconds: float) -> AsyncIterator[AsyncConnection]:
        turn = nullcontext() if begin == _READ else self._writer
        with _translated():
            async with asyncio.timeout(seconds), turn, self._engine.connect() as raw:
                connection = await raw.execution_options(**{_BEGIN: begin})
                async with connection.begin():
                    yield connection

    def _connect_sqlite(self, database: str, **choices: Any) -> SqliteConnection:
        connection = SqliteConnection(lambda: sqlite3.connect(database, **choices), iter_chunk_size=64)
        connection._thread.daemon = True  # noqa: SLF001 - there is no other way to let the process end
        self._sqlite_connections.add(connection)
        return connection


class Repository:
    """What reads and writes one concept of the store. Each public method is one short transaction."""

    def __init__(self, database: Database, clock: Clock, pseudonyms: Pseudonyms, retention: Retention) -> None:
        self._database, self._clock, self._pseudonyms, self._retention = database, clock, pseudonyms, retention


def as_record(kind: type[R], row: RowMapping, **more: Any) -> R:
    """The dataclass `kind` made of a row: the fields that it has columns for, and `more`."""
    own = {field.name: row[field.name] for field in fields(kind) if field.name in row}
    return kind(**{**own, **more})


def as_row(table: Table, record: object, **more: Any) -> Row:
    """The row of a record: the columns that it has fields for, and `more`."""
    return {one.key: getattr(record, one.key) for one in table.c if hasattr(record, one.key)} | more


_POSTGRESQL = {
    "connect_timeout": 3,
    "application_name": "framework-bot",
    "prepare_threshold": None,  # a connection pooler in between may not know our prepared statements
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}


class SqliteConnection(aiosqlite.Connection):
    """A connection whose worker thread is stopped once only, and whose end can be awaited.

    A cancelled operation makes SQLAlchemy close a connection gracefully and then by force. The thread ends at the
    first stop, so that a second one, as aiosqlite's `close` sends, would be awaited for ever.
    """

    _stopped = False
    _end: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Make the thread close the connection and end. Idempotent."""
        if not self._stopped:
            self._stopped = True
            self._end = super().stop()
        return self._end

    async def ended(self, seconds: float) -> None:
        """Stop, and wait for the thread: it must not outlive the event loop that it reports to."""
        self.stop()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join, seconds)


def _configure(connection: Any, _record: object) -> None:
    """Transactions begin where `_begin` says so, and what is deleted is overwritten."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")  # with a write-ahead log only a power cut can lose the last commits
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA temp_store=MEMORY")  # a container may have no folder for temporary files
    cursor.close()


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, _READ)
    if begin:
        connection.exec_driver_sql(begin)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what says that the database is unavailable or not as it should be into StoreUnavailable.

    Errors in a value, which are our own mistakes, stay as they are.
    """
    try:
        yield
    except (IntegrityError, DataError, NotSupportedError):
        raise
    except DBAPIError as error:
        lines = str(error.orig).strip().splitlines()
        raise StoreUnavailable(lines[0] if lines else type(error.orig).__name__) from error
    except NoConnectionFree as error:
        raise StoreUnavailable("every database connection is busy") from error
    except TimeoutError as error:
        raise StoreUnavailable("the database did not answer in time") from error
    except OSError as error:
        raise StoreUnavailable(f"the database cannot be reached: {error.strerror or type(error).__name__}") from error

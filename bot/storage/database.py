"""The way to the database: engines, short transactions, and one error for "not there"."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage import sqlite as sqlite_driver
from bot.storage.address import normalised, sqlite_file
from bot.storage.errors import StoreUnavailable

Insert = postgresql.Insert | sqlite.Insert

PATIENCE = 5.0
"""Seconds a transaction may take, waiting for its turn included."""

TIDYING = 60.0
"""Seconds that rewriting a SQLite file may take; 100 MB take about one."""

CONNECTIONS = 5
"""Connections kept open; PostgreSQL may use as many again for a while."""

_OWN_SHARE = 0.8
"""How much of the patience SQLite spends on waiting for another writer: so it gives up by itself, undisturbed."""

_BEGIN = "sqlite_begin"
_READ = "BEGIN"
_WRITE = "BEGIN IMMEDIATE"
_NONE = ""

_log = logging.getLogger(__name__)


class Database:
    """One database. Every use is one short transaction; what goes wrong there is StoreUnavailable."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        """`url` as people write it; raises ValueError where it is none. `patience` is in seconds."""
        self.url = normalised(url)
        self.file = sqlite_file(self.url)
        self.patience = patience
        self.untidy = False
        """Whether bytes of deleted rows may still be in the file, because tidying was hindered."""
        self._opened: WeakSet[sqlite_driver.Connection] = WeakSet()
        pool = {} if self.file is not None else {"max_overflow": CONNECTIONS}
        self._engine: AsyncEngine = create_async_engine(
            self.url,
            connect_args=self._connect_args(patience)
            | ({} if self.file is None else {"async_creator_fn": self._sqlite}),
            hide_parameters=True,
            pool_size=CONNECTIONS,
            pool_timeout=patience,
            pool_pre_ping=self.file is None,
            pool_recycle=1800,
            **pool,
        )
        if self.file is not None:
            _listen(self._engine.sync_engine)
            sqlite_driver.say_nothing_of_values()
        # SQLite lets one write at a time; queueing here is fair, where its own waiting is a lottery.
        self._one_writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.file is not None else nullcontext()
        self._shared: ContextVar[AsyncConnection | None] = ContextVar("shared", default=None)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads."""
        async with self._transaction(_READ, self.patience) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write; committed at the end, undone on an error. Within `together` it is that one."""
        shared = self._shared.get()
        if shared is not None:
            yield shared
            return
        async with self._transaction(_WRITE, self.patience, self._one_writer) as connection:
            yield connection

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Whatever is written within is one transaction."""
        async with self.writing() as connection:
            before = self._shared.set(connection)
            try:
                yield
            finally:
                self._shared.reset(before)

    def insert(self, table: Table) -> Insert:
        """An INSERT that can say what to do on a conflict."""
        return sqlite.insert(table) if self.file is not None else postgresql.insert(table)

    async def ping(self, patience: float) -> None:
        """Raises StoreUnavailable where the database does not answer within `patience` seconds, or takes no writes."""
        if self.file is not None:
            async with self._transaction(_WRITE, patience, self._one_writer) as connection:
                await connection.execute(text("SELECT 1"))
            return
        async with self._transaction(_READ, patience) as connection:
            if await connection.scalar(text("SELECT current_setting('transaction_read_only')")) == "on":
                raise StoreUnavailable("the database takes no writes")

    async def tidy(self, *, rewrite: bool = True) -> None:
        """Let the bytes of deleted rows go, where `rewrite` says that people's words or names were among them.

        SQLite overwrites what it deletes, but it keeps old pages in its write-ahead log, and where it moved
        rows to another page it leaves copies behind; only rewriting the file is sure to end those.
        Never raises for the database, for the rows are gone: `untidy` tells, and the next call tries again.
        PostgreSQL frees the space by itself, in its own time.
        """
        if self.file is None:
            return
        self.untidy |= rewrite
        try:
            async with self._transaction(_NONE, TIDYING, self._one_writer) as connection:
                if self.untidy:
                    # In memory: a container may have no folder for temporary files, and words need no further copy.
                    await connection.exec_driver_sql("PRAGMA temp_store=MEMORY")
                    await connection.exec_driver_sql("VACUUM")
                log = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            hindered = "somebody reads on" if log[0] else ""
        except StoreUnavailable as error:
            hindered = str(error)
        if not hindered:
            self.untidy = False
        elif self.untidy:
            _log.warning("deleted rows are gone, but not yet their bytes in the database's file: %s", hindered)

    def prepare_file(self) -> None:
        """Make the file of a SQLite database, readable by its owner alone. Blocks; raises StoreUnavailable."""
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreUnavailable(f"cannot open {self.file}: {error.strerror}") from error

    @contextmanager
    def blocking_write(self, patience: float) -> Iterator[Connection]:
        """A write transaction on a connection of its own, for a worker thread."""
        engine = create_engine(
            self.url.replace("+aiosqlite", "", 1),
            connect_args=self._connect_args(patience),
            hide_parameters=True,
            poolclass=NullPool,
        )
        if self.file is not None:
            _listen(engine)
        with _translated(), engine.connect() as raw:
            connection = raw.execution_options(**{_BEGIN: _WRITE})
            with connection.begin():
                yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        for opened in list(self._opened):
            await opened.ended(self.patience)

    @asynccontextmanager
    async def _transaction(
        self, begin: str, patience: float, turn: AbstractAsyncContextManager[Any] | None = None
    ) -> AsyncIterator[AsyncConnection]:
        with _translated():
            async with asyncio.timeout(patience), turn or nullcontext(), self._engine.connect() as raw:
                connection = await raw.execution_options(**{_BEGIN: begin})
                async with connection.begin():
                    yield connection

    def _sqlite(self, *arguments: Any, **choices: Any) -> sqlite_driver.Connection:
        opened = sqlite_driver.connection(*arguments, **choices)
        self._opened.add(opened)
        return opened

    def _connect_args(self, patience: float) -> dict[str, Any]:
        if self.file is not None:
            return {"timeout": _OWN_SHARE * patience}
        return {
            "connect_timeout": 3,
            "application_name": "framework-bot",
            "prepare_threshold": None,  # a pooler between us and the server need not know our statements
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        }


def _listen(engine: Engine) -> None:
    """Transactions begin when we say so, and deleted words are overwritten."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        sqlite_driver.prepare(cursor)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        begin = connection.get_execution_options().get(_BEGIN, _READ)
        if begin:
            connection.exec_driver_sql(begin)


@contextmanager
def _translated() -> Iterator[None]:
    """Whatever says that the database is not there, or not as it should be, becomes StoreUnavailable.

    Errors that are our own mistakes in a value stay what they are.
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

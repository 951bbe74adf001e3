"""Real databases: each test has a SQLite file or a PostgreSQL schema to itself."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import NullPool, create_engine, inspect, make_url, text

from bot.storage.address import normalised, sqlite_file
from bot.storage.records import DeliveryClaim
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.databases import plain, postgresql

SECRET = "a secret of the platform"

NEVER = 86_400.0
"""Seconds between rounds of maintenance: these tests start them by hand."""


class Clock:
    """A clock that moves only by `move`."""

    def __init__(self):
        self.now = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def secrets():
    return (SECRET,)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sqlite_url(tmp_path, tables):
    return f"sqlite:///{shutil.copy(tables, tmp_path / 'store.sqlite3')}"


@pytest.fixture
def postgresql_url():
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def encryption_key():
    return Fernet.generate_key().decode()


@pytest.fixture
def make_store(url, clock, secrets, encryption_key):
    """Makes one more store on the same database, as another replica would."""

    def make(**choices):
        return Store(url, **{"clock": clock, "secrets": secrets, "encryption_keys": (encryption_key,), **choices})

    return make


@pytest.fixture
async def store(make_store):
    store = make_store()
    await store.prepare()
    yield store
    await store.close()


@pytest.fixture
async def replica(make_store, store):
    """A second store on the same database."""
    replica = make_store()
    yield replica
    await replica.close()


@pytest.fixture
def rows(url):
    """Reads every row of every table there is, by table, past all our code."""

    def read():
        engine = create_engine(normalised(url).replace("+aiosqlite", "", 1), poolclass=NullPool)
        tables = inspect(engine).get_table_names()
        with engine.connect() as connection:
            return {table: [*map(tuple, connection.execute(text(f'SELECT * FROM "{table}"')))] for table in tables}

    return read


@pytest.fixture
def raw(url, rows):
    """Every value of every table as text, and of SQLite also the bytes of its files."""

    def read():
        values = [str(value) for table in rows().values() for row in table for value in row]
        file = sqlite_file(normalised(url))
        files = sorted(file.parent.glob(f"{file.name}*")) if file is not None else []
        return "\n".join([*values, *(path.read_bytes().decode("latin-1") for path in files)])

    return read


@pytest.fixture
def execute(url):
    """Runs one statement past all our code."""

    def run(statement, *values):
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
                return connection.execute(statement, values).fetchall()
        with psycopg.connect(plain(url)) as connection:
            cursor = connection.execute(statement.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []

    return run


class SqliteOutage:
    """Somebody else writes and does not stop."""

    def __init__(self, url):
        self.url = url
        self._other = None

    async def begin(self):
        self._other = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)
        self._other.execute("BEGIN IMMEDIATE")

    async def end(self):
        if self._other is not None:
            self._other.close()
            self._other = None


class PostgresqlOutage:
    """A way to the server that can be cut, or swallow everything without a word."""

    def __init__(self, url):
        target = make_url(url)
        self._target = (target.host, target.port or 5432)
        self._target_url = target
        self._server = None
        self._streams = set()
        self._served = set()
        self._open = asyncio.Event()
        self._open.set()
        self.url = ""

    async def start(self, port=0):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.url = self._target_url.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    async def begin(self):
        self._server.close()
        for writer in list(self._streams):
            writer.transport.abort()

    async def end(self):
        if not self._server.is_serving():
            await self.start(self._port)
        self._open.set()

    def hang(self):
        self._open.clear()

    async def stop(self):
        self._open.set()
        await self.begin()
        await asyncio.gather(*self._served)

    async def _serve(self, reader, writer):
        self._served.add(asyncio.current_task())
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._streams |= {writer, there_writer}
        await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        self._streams -= {writer, there_writer}

    async def _pass(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@pytest.fixture
async def outage(url):
    """A database that can go away (`begin`) and come back (`end`); reach it by `outage.url`."""
    if url.startswith("sqlite"):
        away = SqliteOutage(url)
        yield away
        await away.end()
    else:
        away = PostgresqlOutage(url)
        await away.start()
        yield away
        await away.stop()


@pytest.fixture
async def hanging(postgresql_url):
    """A PostgreSQL that can stop answering without closing anything."""
    away = PostgresqlOutage(postgresql_url)
    await away.start()
    yield away
    await away.stop()


@pytest.fixture
def open_through(outage, clock, secrets):
    """Opens a resilient store whose database can go away."""

    @asynccontextmanager
    async def opened(every=NEVER):
        store = Store(outage.url, clock=clock, secrets=secrets, time_limit=1.5)
        async with ResilientStore.open(store, time_limit=1.5, every=every) as resilient:
            yield resilient

    return opened


@pytest.fixture
async def resilient(store, open_through):
    async with open_through() as opened:
        yield opened


@pytest.fixture
async def away(resilient, outage):
    """A resilient store that has just found its database away."""
    await outage.begin()
    assert await resilient.deliveries.claim("finds out", "slack:T1") is DeliveryClaim.NEW
    assert not resilient.state.available
    await resilient.deliveries.release("finds out")
    assert resilient.state.waiting == 0
    return resilient

import asyncio
import logging
import sqlite3
import threading
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import make_url

from bot.storage.address import normalised, sqlite_address, sqlite_file
from bot.storage.database import Database, SqliteConnection
from bot.storage.errors import StoreUnavailable
from bot.storage.records import Unanswered
from bot.storage.store import Store
from tests.storing import opened, record


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("sqlite:///bot.sqlite3", "sqlite+aiosqlite:///bot.sqlite3"),
        ("sqlite:////var/lib/bot.sqlite3", "sqlite+aiosqlite:////var/lib/bot.sqlite3"),
        ("sqlite+aiosqlite:///bot.sqlite3", "sqlite+aiosqlite:///bot.sqlite3"),
        ("postgresql://me:pw@db/bot", "postgresql+psycopg://me:pw@db/bot"),
        ("postgres://me:pw@db:5432/bot?sslmode=require", "postgresql+psycopg://me:pw@db:5432/bot?sslmode=require"),
        (" POSTGRESQL+psycopg://db/bot\n", "postgresql+psycopg://db/bot"),
    ],
)
def test_an_address_is_read_as_people_and_providers_write_it(written, read):
    assert normalised(written) == read


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("mysql://me:hunter2@db/bot", "mysql://, which is not supported"),
        ("bot.sqlite3", "is not a database address"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://bot.sqlite3", "names no file"),
        ("postgresql://", "names no server"),
    ],
)
def test_an_address_that_is_none_is_refused_with_a_hint_and_without_its_password(written, said):
    with pytest.raises(ValueError, match=said) as refused:
        normalised(written)
    assert "postgresql://USER:PASSWORD@HOST" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("postgresql://me:hunt@er2@db/bot", "write %40 for each @"),
        ("postgresql://me:er@2hunt/er@er2:5432/bot", "write %40 for each @"),
        ("postgresql://me:hunter2@db:port/bot", "a port that is no number"),
        ("postgresql://me:hunter2@db:0/bot", "a port that is no number"),
        ("postgresql://me:hunter2@db:70000/bot", "a port that is no number"),
        ("postgresql://me:hunter2:5432/bot", "a port that is no number"),
        ("postgresql://me:hunter2@db1:5432,db2:5432/bot", r"/NAME\?host=ONE:5432&host=TWO:5432"),
        ("postgresql://me:hunter2@db/bot?ssl=true", "write sslmode=require in place of ssl"),
        ("postgresql://me:hunter2@db/bot?pgbouncer=true", "remove pgbouncer"),
        ("postgresql://me:hunter2@db/bot?sslmod=require", "write sslmode"),
        ("postgresql://me:hunter2@db/bot?SSLMODE=require", "write sslmode"),
        ("postgresql://me:hunter2@db/bot?hunter2=1", "does not know: remove it"),
        ("sqlite:///~/bot.sqlite3", "write the path in full"),
        ("sqlite:////home/$USER/bot.sqlite3", "write the path in full"),
        ("sqlite:////var/lib/framework-bot/", "names a folder"),
        ("sqlite:////tmp", "names a folder"),
        ("sqlite:///bot.sqlite3?mode=ro", "write the path in full, and only that"),
    ],
)
def test_an_address_that_can_never_work_is_refused_with_a_remedy_and_without_any_part_of_a_password(written, said):
    with pytest.raises(ValueError, match=said) as refused:
        normalised(written)
    assert not [part for part in ("hunt", "er2", "me:") if part in str(refused.value)]


@pytest.mark.parametrize(
    "written",
    [
        "postgresql://me:hunter%402@db/bot",
        "postgresql://me:a?b=c/d@db/bot",
        "postgresql://me@[::1]:5432/bot",
        "postgresql:///bot?host=/run/postgresql",
        "postgresql://db1,db2/bot?target_session_attrs=read-write",
    ],
)
def test_an_address_that_can_work_is_taken(written):
    assert normalised(written).removeprefix("postgresql+psycopg") == written.removeprefix("postgresql")


async def test_several_hosts_written_as_the_remedy_says_are_tried_in_turn(postgresql_url):
    server = make_url(postgresql_url)
    hosts = ("127.0.0.1:1", f"{server.host}:{server.port or 5432}")
    several = server.set(host=None, port=None).update_query_dict({"host": hosts})

    async with closing_database(several) as database:
        await database.ping(seconds=5)


@asynccontextmanager
async def closing_database(url):
    database = Database(url.render_as_string(hide_password=False))
    try:
        yield database
    finally:
        await database.close()


def test_a_sqlite_address_gives_its_file(tmp_path):
    assert sqlite_file(sqlite_address(tmp_path / "a.sqlite3")) == tmp_path / "a.sqlite3"
    assert sqlite_file(normalised("postgresql://db/bot")) is None


async def test_a_database_that_answers_is_answered_for(store):
    await store.database.ping()


@pytest.mark.parametrize(
    "nowhere",
    [
        "postgresql://me:hunter2@127.0.0.1:1/bot",
        "postgresql://me:hunter2@no-such-host.invalid/bot",
        "sqlite:////dev/null/bot.sqlite3",
    ],
)
async def test_a_database_that_is_not_there_is_one_error_for_every_method(nowhere):
    store = Store(nowhere)
    for work in (
        store.prepare,
        store.database.ping,
        lambda: store.deliveries.claim("Ev1", "slack:T1"),
        store.tenants.purge,
    ):
        with pytest.raises(StoreUnavailable) as away:
            await work()
        assert "hunter2" not in str(away.value)
    await store.close()


async def test_a_file_that_is_no_database_is_unavailable_and_stays_as_it_is(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear all, " * 1_000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        async with opened(f"sqlite:///{tmp_path / 'letter.txt'}"):
            pass
    assert (tmp_path / "letter.txt").read_text() == "Dear all, " * 1_000


@pytest.mark.usefixtures("store")
async def test_a_database_that_takes_no_writes_is_unavailable(outage):
    blocked = Store(outage.url, time_limit=0.2)
    await outage.begin()
    with pytest.raises(StoreUnavailable):
        await blocked.database.ping(0.2)
    with pytest.raises(StoreUnavailable):
        await blocked.deliveries.claim("Ev1", "slack:T1")
    await outage.end()
    await blocked.database.ping()
    await blocked.close()


async def test_a_read_only_postgresql_is_unavailable(postgresql_url):
    store = Store(postgresql_url.replace("options=", "options=-cdefault_transaction_read_only%3Don+"))
    with pytest.raises(StoreUnavailable, match="takes no writes"):
        await store.database.ping()
    await store.close()


@pytest.mark.usefixtures("store")
async def test_connections_cut_by_the_server_are_replaced_unnoticed(outage):
    through = Store(outage.url)
    await through.database.ping()
    await outage.begin()
    await outage.end()
    await through.database.ping()
    await through.close()


async def test_many_at_once_wait_their_turn(store):
    await asyncio.gather(*(store.key_values.put(f"mark {number}", "x") for number in range(60)))
    assert await store.key_values.get("mark 59") == "x"


async def test_a_task_that_is_cancelled_harms_nobody_else(store):
    tasks = [asyncio.create_task(store.key_values.put(f"mark {number}", "x")) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await store.key_values.get("mark 19") == "x"
    await store.key_values.put("after", "x")


async def test_neither_an_error_nor_a_log_line_quotes_what_people_wrote(store, execute, caplog):
    caplog.set_level(logging.DEBUG)
    execute("DROP TABLE unanswered")
    question = Unanswered(
        platform="slack",
        tenant="slack:T1",
        channel_kind="channel",
        text="a confidential plan",
        outcome="decline",
        candidates=(),
        knowledge_version="v1",
    )
    with pytest.raises(StoreUnavailable) as away:
        await record(store.unanswered, question)
    assert "confidential" not in f"{away.value} {away.value.__cause__}"
    assert "confidential" not in caplog.text


async def test_a_connection_closed_gracefully_and_by_force_at_once_ends(tmp_path):
    opened = await SqliteConnection(lambda: sqlite3.connect(tmp_path / "a.sqlite3"), 64)
    graceful = asyncio.create_task(opened.close())
    await asyncio.sleep(0)
    opened.stop()
    graceful.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(graceful, return_exceptions=True)
        await opened.ended(10)


async def test_after_closing_no_thread_of_the_store_is_left(tmp_path):
    async with opened(f"sqlite:///{tmp_path / 'a.sqlite3'}") as store:
        tasks = [asyncio.create_task(store.key_values.put(f"mark {number}", "x")) for number in range(20)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    workers = [thread for thread in threading.enumerate() if "connection_worker" in thread.name]
    assert workers == []

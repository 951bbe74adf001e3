import asyncio
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.dialog.question import Turn
from bot.storage.database import Database
from bot.storage.errors import StoreTooNew
from bot.storage.records import DeliveryClaim, Total, Votes
from bot.storage.schema import metadata
from bot.storage.store import Store, migrations
from bot.storage.tenants import KeyCoverage
from tests.storing import opened

FIRST_KEY = "h0Tn0Vb1p6cB0aYyq5hUuXo8m1r3Zk2o7sQ4d9fLwEg="
"""Encrypts the tokens in first_tables.sql, a database that the first version made, with a row in most tables."""

START = """
import asyncio, sys
from bot.storage.store import Store
async def start():
    store = Store(sys.argv[1])
    await store.prepare()
    print(await store.deliveries.claim("Ev1", "slack:T1"))
    await store.close()
asyncio.run(start())
"""


@pytest.fixture
def sqlite_url(tmp_path):
    """Of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.sqlite3'}"


async def test_two_processes_that_start_at_once_make_the_tables_once(url):
    starts = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", START, url),
            cwd=Path(__file__).parents[3],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    ends = await asyncio.gather(*(start.communicate() for start in starts))
    assert sorted(out.decode().strip() or error.decode() for out, error in ends) == ["in progress", "new"]


async def test_stores_of_one_process_that_start_at_once_do_not_get_in_each_others_way(make_store):
    stores = [make_store() for _ in range(4)]
    await asyncio.gather(*(store.prepare() for store in stores))
    assert await stores[0].deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    for store in stores:
        await store.close()


async def test_different_databases_of_one_process_can_be_made_at_once(tmp_path):
    stores = [Store(f"sqlite:///{tmp_path / str(number)}.sqlite3") for number in range(6)]
    await asyncio.gather(*(store.prepare() for store in stores))
    for number, store in enumerate(stores):
        await store.key_values.put("number", str(number))
        assert await store.key_values.get("number") == str(number)
        await store.close()


async def test_starting_again_keeps_what_is_there(store, make_store):
    await store.key_values.put("name", "value")
    again = make_store()
    await again.prepare()
    assert await again.key_values.get("name") == "value"
    await again.close()


@pytest.mark.usefixtures("store")
async def test_the_steps_lead_to_exactly_the_tables_of_this_version(url):
    def compare(connection):
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, metadata)

    database = Database(url)
    async with database.reading() as connection:
        assert await connection.run_sync(compare) == []
    await database.close()


def test_the_steps_form_one_line():
    assert len(migrations().get_heads()) == 1


@pytest.mark.usefixtures("store")
async def test_tables_of_a_newer_version_are_left_alone_and_named(make_store, execute):
    execute("UPDATE alembic_version SET version_num = ?", "9999")
    older = make_store()
    with pytest.raises(StoreTooNew, match="newer framework-bot"):
        await older.prepare()
    await older.close()
    assert execute("SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_sqlite_file_is_readable_by_its_owner_alone_and_its_folder_is_made(tmp_path):
    file = tmp_path / "data 100%" / "store.sqlite3"
    async with opened(f"sqlite:///{file}") as store:
        await store.key_values.put("name", "value")
        kept = list(file.parent.iterdir())
        assert len(kept) == 3, "the database, its log, and the log's index"
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


async def test_a_database_of_the_first_version_goes_on_working(tmp_path, sqlite_url, clock, secrets):
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection:
        connection.executescript((Path(__file__).parent / "first_tables.sql").read_text())
    async with opened(sqlite_url, clock=clock, secrets=secrets, encryption_keys=(FIRST_KEY,)) as store:
        week = (clock() - timedelta(days=7), clock() + timedelta(days=7))
        days = (week[0].date(), week[1].date())
        assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE
        assert await store.threads.turn("thread") == Turn(("compare.mobile",), ("b", "a"))
        assert (await store.channels.settings("slack:T1", "C1")).passive
        assert await store.feedback.votes(*week) == (Votes("compare.mobile", 0, 1),)
        assert [note.reason for note in await store.feedback.notes(*week)] == ["too short"]
        assert [question.text for question in await store.unanswered.between(*week)] == ["does torchrec beat tfrs?"]
        assert await store.tallies.between(*days) == (Total("slack", "answer", "compare.mobile", 3),)
        assert await store.installations.bot(None, "T1") == {"bot_token": "xoxb-old"}
        assert await store.key_values.get("discord commands") == "abc"
        assert await store.pseudonym_keys.coverage() == KeyCoverage(at_hand=1, missing=0)
        removed = await store.tenants.forget_user("slack", "U024BE7LH")
        assert removed == {"feedback": 1, "installations": 1, "asked_questions": 0, "own_answers": 0}
        assert sum((await store.tenants.forget_tenant("slack:T1")).values()) == 6

import asyncio
import stat
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage.database import Database
from bot.storage.migration import FOLDER, newest, upgrade
from bot.storage.schema import metadata
from bot.store import Claim, Store, StoreTooNew

START = """
import asyncio, sys
from bot.store import Store
async def start():
    async with Store.open(sys.argv[1]) as store:
        print(await store.deliveries.claim("Ev1", "slack:T1"))
asyncio.run(start())
"""


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
    assert await stores[0].deliveries.claim("Ev1", "slack:T1") is Claim.NEW
    for store in stores:
        await store.close()


async def test_different_databases_of_one_process_can_be_made_at_once(tmp_path):
    stores = [Store(f"sqlite:///{tmp_path / str(number)}.sqlite3") for number in range(6)]
    await asyncio.gather(*(store.prepare() for store in stores))
    for number, store in enumerate(stores):
        await store.marks.put("number", str(number))
        assert await store.marks.get("number") == str(number)
        await store.close()


async def test_starting_again_keeps_what_is_there(store, make_store):
    await store.marks.put("name", "value")
    again = make_store()
    await again.prepare()
    assert await again.marks.get("name") == "value"
    await again.close()


@pytest.mark.usefixtures("store")
async def test_the_steps_lead_to_exactly_the_tables_of_this_version(url):
    with Database(url).blocking_write(5) as connection:
        difference = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), metadata
        )
    assert difference == []


async def test_every_step_can_be_undone(url):
    from alembic import command
    from alembic.config import Config

    database = Database(url)
    database.prepare_file()
    with database.blocking_write(5) as connection:
        upgrade(connection)
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        upgrade(connection)
    await database.close()


def test_the_steps_form_one_line():
    script = ScriptDirectory(str(FOLDER))
    assert script.get_heads() == [newest()]


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
    async with Store.open(f"sqlite:///{file}") as store:
        await store.marks.put("name", "value")
        kept = list(file.parent.iterdir())
        assert len(kept) == 3, "the database, its log, and the log's index"
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}

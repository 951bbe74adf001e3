"""The fault run at its smallest, so that it stays fit to run: no figures are looked at that depend on speed."""

from __future__ import annotations

import psycopg
import pytest

from tests.load.events import questions
from tests.load.faults import FaultRun
from tests.load.line import lined
from tests.load.posts import slack_api
from tests.load.processes import bot, database

SCALE = 12


@pytest.fixture
def made_database():
    try:
        with database() as url:
            yield url
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL here: start one, or set TEST_DATABASE_URL")


async def test_a_kill_and_a_cut_of_the_database_lose_no_answer_and_double_none(made_database, cache):
    async with slack_api() as (api, posts), lined(made_database) as (line, near):
        processes = [bot(name, api, near, str(cache), LOAD_STALE=str(60 / SCALE)) for name in ("one", "two")]
        try:
            for process in processes:
                await process.start()
            for process in processes:
                await process.ready()
            run = FaultRun(processes, line, posts, questions()[:10], scale=SCALE)
            found = await run.run(60, 15, calm=True)
        finally:
            for process in processes:
                await process.end()
    assert found.events == 60
    assert found.lost == []
    assert found.given_up == []
    assert found.doubled == []
    happened = " ".join(what for _, what in found.happened)
    assert "one is back" in happened
    assert "both processes have their store again" in happened

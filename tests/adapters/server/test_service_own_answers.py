"""An answer saved by one process is given by another: in its workspace alone, until it is undone or deleted."""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import sys
from contextlib import closing, nullcontext
from pathlib import Path

import aiohttp
import psycopg
import pytest

from bot.teaching.tenant_bots import LOADING, POLL
from tests.databases import plain, postgresql
from tests.slack_double.loopback import HttpSender
from tests.slack_double.payloads import TEAM, event, stamp
from tests.slack_double.words import words

ROOT = Path(__file__).parents[3]
PHRASING, ASKED, ANSWER = "where do we book the gpu cluster", "how can i book our gpu cluster", "In the blue calendar."
WITHIN = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, common):
    """The address of a database, and what counts its rows with own answers of the workspace."""
    query = "SELECT count(*) FROM {} WHERE tenant = 'slack:" + TEAM + "'"
    with postgresql() if request.param == "postgresql" else nullcontext(common["DATABASE_URL"]) as url:

        def rows():
            is_file = url.startswith("sqlite:///")
            opened = sqlite3.connect(url.removeprefix("sqlite:///")) if is_file else psycopg.connect(plain(url))
            with closing(opened) as connection:
                return [connection.execute(query.format(name)).fetchone()[0] for name in ("own_answers", "teaching")]

        yield url, rows


@pytest.fixture
def command(cache, shipped, tmp_path, slack_settings):
    """Runs a command with the settings of the service, in a process of its own; what it prints."""

    async def command(url, *words):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli.main", *words,
            env={**environment, **slack_settings, "DATABASE_URL": url}, cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode().strip()

    return command


_people = itertools.count(1)


def asked(team=TEAM):
    """A direct message of another person each time, so that no rate limit is met."""
    who = f"{next(_people):04d}"
    inner = {"type": "message", "channel_type": "im", "user": f"U{who}", "text": ASKED, "channel": f"D{who}"}
    return event({**inner, "team": team, "ts": stamp()}, team=team)


async def test_what_one_process_saves_another_answers_until_it_is_undone_or_deleted(
    start, slack_settings, slack, until, command, database
):
    url, rows = database
    async with start(**slack_settings, DATABASE_URL=url) as running, aiohttp.ClientSession() as session:
        address = await running.address()
        await until(f"{address}/readyz", 200)
        sender = HttpSender(session, address)

        async def answer(team=TEAM):
            before = len(slack.made("chat.postMessage"))
            assert await sender.event(asked(team)) == 200
            return words((await slack.until("chat.postMessage", count=before + 1, within=WITHIN))[before].blocks)

        async def becomes(there):
            """Wait until the answer is given, or no longer."""
            async with asyncio.timeout(WITHIN):
                while (ANSWER in await answer()) is not there:
                    await asyncio.sleep(0.1)

        assert ANSWER not in await answer()
        own = ("--workspace", f"slack:{TEAM}")
        added = await command(
            url, "answers", "add", *own, "--title", "GPU cluster", "--phrasing", PHRASING, "--answer", ANSWER
        )
        await becomes(there=True)
        assert ANSWER not in await answer(team="T0OTHER")
        await command(url, "answers", "undo", *own, added)
        await becomes(there=False)
        await command(url, "answers", "undo", *own, added)
        await becomes(there=True)
        assert rows() == [3, 1]
        await command(url, "forget", "--workspace", TEAM, "--yes", "--once")
        assert rows() == [0, 0]
        await becomes(there=False)


def test_a_process_looks_for_changes_so_often_that_one_is_answered_within_five_seconds():
    assert POLL + LOADING < 5

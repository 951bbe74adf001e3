"""The weekly check of the facts that claims rest on."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.freshness.facts import CheckedFact
from adapters.server.jobs import MOST_FACTS, FreshnessJob
from bot.insights.report import FRESHNESS
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from knowledge.model import Statement, Watch
from tests.bot.small_knowledge import bot, entry

MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
TORCH, OTHER = (Watch(kind="pypi", name=name, value="1.0") for name in ("torch", "other"))
BOT = bot(entry("a.b", "one", answer=Statement(text="Torch is at 1.0.", watch=(TORCH, OTHER))), sources={})


class World:
    """What is known outside, and how often it was asked."""

    def __init__(self):
        self.asked, self.now, self.stale = 0, MONDAY, True

    async def check(self, given):
        self.asked += 1
        return [
            CheckedFact(fact, "2.0", holds=not self.stale)
            if fact.name.startswith("torch")
            else CheckedFact(fact, reason="away")
            for fact in given
        ]


@pytest.fixture
async def world(tmp_path):
    world = World()
    async with ResilientStore.open(Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", clock=lambda: world.now)) as store:
        world.store = store
        yield world


def job(world, *, weekly=True):
    return FreshnessJob(lambda: BOT, world.store, weekly=weekly, check=world.check)


async def test_what_was_found_is_stored_with_the_entries_concerned(world):
    await job(world).run_due()
    assert json.loads(await world.store.store.key_values.get(FRESHNESS)) == {
        "checked_at": MONDAY.isoformat(),
        "lines": ["pypi torch: 1.0 -> 2.0 (a.b)", "Not checked: 1 pypi"],
        "wrong": {},
    }


async def test_a_claim_that_is_wrong_and_not_only_older_is_named_for_correction(world):
    watch = Watch(kind="advisory", name="torch", value="1.0")
    safe = bot(entry("a.b", "one", answer=Statement(text="Torch is safe from 1.0 on.", watch=(watch,))), sources={})
    await FreshnessJob(lambda: safe, world.store, weekly=True, check=world.check).run_due()
    found = json.loads(await world.store.store.key_values.get(FRESHNESS))
    assert found["wrong"] == {"a.b": "advisory torch: 1.0 -> 2.0"}


async def test_where_nothing_is_stale_there_is_nothing_to_report(world):
    world.stale = False
    await job(world).run_due()
    assert json.loads(await world.store.store.key_values.get(FRESHNESS))["lines"] == []


async def test_of_many_changes_the_first_are_named(world):
    many = tuple(Watch(kind="pypi", name=f"torch{number}", value="1.0") for number in range(MOST_FACTS + 2))
    knows = bot(entry("a.b", "one", answer=Statement(text="All at 1.0.", watch=many)), sources={})
    await FreshnessJob(lambda: knows, world.store, weekly=True, check=world.check).run_due()
    lines = json.loads(await world.store.store.key_values.get(FRESHNESS))["lines"]
    assert lines[MOST_FACTS:] == ["and 2 more: framework-bot freshness lists them"]


async def test_it_checks_once_a_week_whichever_process_does(world):
    for days, asked in ((0, 1), (1, 1), (6, 1), (7, 2), (8, 2)):
        world.now = MONDAY + timedelta(days=days)
        await job(world).run_due()
        assert world.asked == asked, days


async def test_it_is_off_unless_it_is_set(world):
    async with asyncio.timeout(5):
        await job(world, weekly=False).run()
    assert world.asked == 0


async def test_a_check_that_fails_does_not_end_it(world, monkeypatch, caplog):
    monkeypatch.setattr("adapters.server.jobs.FRESHNESS_INTERVAL", 0.01)
    checks = [RuntimeError("a row: secret")]

    async def check(given):
        if checks:
            raise checks.pop()
        return await world.check(given)

    running = asyncio.create_task(FreshnessJob(lambda: BOT, world.store, weekly=True, check=check).run())
    async with asyncio.timeout(20):
        while not world.asked:
            await asyncio.sleep(0.01)
    running.cancel()
    assert "checking the facts that claims rest on failed: RuntimeError" in caplog.text
    assert "secret" not in caplog.text

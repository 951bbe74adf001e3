"""A workspace's own answers are in memory before anybody asks, where there are few such workspaces."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.storage.records import OwnAnswer
from bot.teaching import tenant_bots
from bot.teaching.tenant_bots import TenantBots
from tests.bot.chat_scene import BOT

SCARF = OwnAnswer(entry="own.scarf", title="Scarf", phrasings=("where is my scarf",), text="On the hook.")


@pytest.fixture
async def watched(store, monkeypatch):
    """Bots over a store in which two workspaces have an answer, watched at a quick pace; room for `most`."""
    monkeypatch.setattr(tenant_bots, "POLL", 0.01)
    watching = []

    async def start(most):
        for tenant in ("chat:T1", "chat:T2"):
            await store.store.own_answers.save("chat", tenant, "U1", [SCARF])
        bots = TenantBots(lambda: BOT, store, most=most)
        watching.append(asyncio.create_task(bots.watch()))
        return bots

    yield start
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)


async def known(bots):
    async with asyncio.timeout(60):
        while not bots.tenants:
            await asyncio.sleep(0.01)


async def test_own_answers_are_loaded_before_anybody_asks(watched):
    bots = await watched(2)
    await known(bots)
    async with asyncio.timeout(60):
        while not all(SCARF.entry in bots.now(tenant).knowledge.entries for tenant in bots.tenants):
            await asyncio.sleep(0.01)


async def test_a_change_of_another_process_is_loaded_ahead_too(watched, store):
    bots = await watched(2)
    await known(bots)
    answers = store.store.own_answers
    [now] = [one for one in (await answers.current("chat:T1"))[1] if one.entry == SCARF.entry]
    await answers.save("chat", "chat:T1", "U1", [replace(now, text="On the chair.")])
    async with asyncio.timeout(60):
        while "chair" not in getattr(bots.now("chat:T1").knowledge.entries.get(SCARF.entry), "body", ""):
            await asyncio.sleep(0.01)


async def test_of_more_workspaces_than_have_room_each_is_loaded_when_it_is_asked(watched):
    bots = await watched(1)
    await known(bots)
    await asyncio.sleep(0.1)  # several looks
    assert [bots.is_current(tenant) for tenant in bots.tenants] == [False, False]
    assert SCARF.entry in (await bots.of("chat:T2")).knowledge.entries

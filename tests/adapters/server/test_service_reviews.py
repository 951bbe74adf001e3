"""Owners are asked for reviews: once for each answer and date, over all replicas, on both platforms."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import adapters.server.service
from adapters.platform import Curator
from adapters.server.jobs import ReviewJob
from adapters.server.service import running
from bot.chat.dispatcher import PostRefusedError
from bot.storage.records import OwnAnswer
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.databases import postgresql
from tests.discord_double.loopback import answer as response
from tests.slack_double.words import words

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OWNER, PERSON = "U0ANN", "900000000000000020"
DUE = OwnAnswer(
    entry="own.office", title="Our office", phrasings=("where is our office",), text="In **Kiel**.", owner=OWNER,
    review_on=NOON.date(),
)  # fmt: skip


class Messenger:
    """A direct messenger that records to whom it sent what, and fails as planned."""

    def __init__(self, *failures, ready=True):
        self.ready, self.failures, self.sent = ready, list(failures), []

    async def deliver(self, curator, view, key):
        await asyncio.sleep(0)
        if self.failures and (failure := self.failures.pop(0)) is not None:
            raise failure
        self.sent.append((curator, view.summary))


class World:
    """A clock that a test moves, and processes on one database."""

    def __init__(self, url):
        self.url, self.now = url, NOON

    @asynccontextmanager
    async def process(self):
        async with ResilientStore.open(Store(self.url, clock=lambda: self.now), every=3_600) as store:
            yield store


@pytest.fixture
async def world(tmp_path):
    return World(f"sqlite:///{tmp_path / 'bot.sqlite3'}")


@pytest.fixture
async def store(world):
    async with world.process() as opened:
        yield opened


async def save(store, *answers, tenant="slack:T1"):
    await store.store.own_answers.save("slack", tenant, "U9", answers)


async def run(store, messenger, times=1):
    for _ in range(times):
        await ReviewJob({"slack": messenger}, store).run_due()


async def test_the_owner_is_asked_once_on_the_day(store, world):
    messenger = Messenger()
    await save(store, DUE)
    world.now = NOON - DAY
    await run(store, messenger)
    assert messenger.sent == []
    for hours in range(60):
        world.now = NOON + timedelta(hours=hours)
        await run(store, messenger)
        await store.store.tenants.purge()
    assert messenger.sent == [(Curator("slack", OWNER, "T1"), "Is this answer still right? Our office")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_of_several_replicas_one_asks(world, kind):
    messenger = Messenger()

    async def replicas():
        async with world.process() as one, world.process() as other:
            await save(one, DUE)
            await asyncio.gather(run(one, messenger, 3), run(other, messenger, 3))

    if kind == "postgresql":
        with postgresql() as world.url:
            await replicas()
    else:
        await replicas()
    assert len(messenger.sent) == 1


@pytest.mark.parametrize(
    "changed",
    [{"owner": ""}, {"removed": True}, {"review_on": None}, {"kind": "hidden"}, {"review_on": NOON.date() + DAY}],
    ids=["no owner", "removed", "no date", "hidden", "later"],
)
async def test_nobody_is_asked_of_what_is_not_due(store, changed):
    messenger = Messenger()
    await save(store, DUE)
    await save(store, replace(DUE, version=1, **changed))
    await run(store, messenger)
    assert messenger.sent == []


async def test_what_could_not_be_sent_is_tried_again_and_stops_nobody_else(store):
    messenger = Messenger(OSError("away"))
    await save(store, DUE, replace(DUE, entry="own.parking", title="Parking"))
    await run(store, messenger)
    assert len(messenger.sent) == 1
    await run(store, messenger, 3)
    assert sorted(summary for _, summary in messenger.sent) == [
        "Is this answer still right? Our office",
        "Is this answer still right? Parking",
    ]


async def test_who_cannot_be_reached_is_not_asked_again(store):
    messenger = Messenger(PostRefusedError("user_not_found"))
    await save(store, DUE)
    await run(store, messenger, 3)
    assert messenger.sent == []


async def test_a_platform_that_is_not_ready_is_waited_for(store):
    messenger = Messenger(ready=False)
    await save(store, DUE)
    await run(store, messenger)
    messenger.ready = True
    await run(store, messenger)
    assert len(messenger.sent) == 1


async def test_what_came_due_while_the_service_was_stopped_is_asked_for(store, world):
    messenger = Messenger()
    await save(store, DUE)
    world.now = NOON + 5 * DAY
    await run(store, messenger)
    assert len(messenger.sent) == 1


async def test_the_service_writes_to_owners_on_both_platforms(
    made, world, slack, discord, slack_settings, discord_settings, monkeypatch
):
    channel = {"id": "960000000000000001", "type": 1, "recipients": []}
    discord.faults["POST", "/users/@me/channels"].append(response(channel))
    monkeypatch.setattr("adapters.server.jobs.REVIEW_INTERVAL", 0.1)
    monkeypatch.setattr(adapters.server.service, "make_store", lambda _: Store(world.url, clock=lambda: world.now))
    async with world.process() as store:
        await save(store, DUE)
        await save(store, replace(DUE, owner=PERSON), tenant="discord:910000000000000001")
    async with running(made(**slack_settings, **discord_settings)):
        [post] = await slack.until("chat.postMessage", within=30)
        await discord.until(lambda: discord.asked("POST", "/channels/960000000000000001/messages"))
    assert post.args["channel"] == OWNER
    assert "In *Kiel*." in words(post.blocks)
    [body] = discord.asked("POST", "/channels/960000000000000001/messages")
    assert "In **Kiel**." in str(body["components"])
    assert discord.asked("POST", "/users/@me/channels") == [{"recipient_id": int(PERSON)}]

"""The connection itself, over a real websocket and real HTTP on loopback."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import service
from adapters.discord.failures import RefusedError
from adapters.discord.service import use_api
from adapters.settings import Settings
from tests.discord_double.loopback import TOKEN, answer, loopback, rate_limited


@pytest.fixture(autouse=True)
def _discord_again(monkeypatch):
    """Where requests go is a setting of the whole process: put it back."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


@pytest.fixture
async def double():
    async with loopback() as running:
        yield running


@pytest.fixture
def settings(double):
    return made(double)


def made(double, **more):
    # Loopback is http: what the setting's own check says of addresses is tested elsewhere.
    return Settings.model_construct(**{**Settings(discord_token=TOKEN, **more).__dict__, "discord_api_url": double.api})


def build(*what, **more):
    """As the service does, without the two seconds for which discord.py waits for more servers."""
    adapter = service.build(*what, **more)
    adapter.client._connection.guild_ready_timeout = 0.05
    return adapter


@asynccontextmanager
async def running(settings, desk, store, **more):
    adapter = build(settings, desk, store, **more)
    task = asyncio.create_task(adapter.run())
    try:
        yield adapter
    finally:
        await stopped(adapter, task)


async def stopped(adapter, task):
    """Stop it as the service does."""
    await adapter.stop_intake()
    assert await adapter.drain(10)
    await adapter.close()
    async with asyncio.timeout(10):
        await task


async def ready(adapter):
    async with asyncio.timeout(15):
        while not adapter.state.ready:
            await asyncio.sleep(0.01)


async def test_it_connects_registers_its_commands_and_is_ready(double, settings, desk, store):
    async with running(settings, desk, store) as adapter:
        assert not adapter.state.ready
        await ready(adapter)
        assert adapter.state.servers == 1
        assert adapter.state.reason == ""
        assert double.identifies[0]["intents"] == 1 | 1 << 9 | 1 << 12
        [commands] = double.asked("PUT", "/commands")
        assert {c["name"] for c in commands} == {
            "ask", "compare", "recommend", "topics", "help", "privacy", "settings", "Answer this",
        }  # fmt: skip
        assert adapter.state.latency < 10


async def test_unchanged_commands_are_not_registered_again(double, settings, desk, store):
    for _ in range(2):
        async with running(settings, desk, store) as adapter:
            await ready(adapter)
    assert len(double.asked("PUT", "/commands")) == 1


async def test_commands_that_cannot_be_registered_do_not_keep_it_from_serving(double, settings, desk, store):
    double.faults["PUT", "/commands"] = [answer({"message": "no", "code": 50001}, status=403)]
    async with running(settings, desk, store) as adapter:
        await ready(adapter)


async def test_a_mention_is_answered_over_the_wire(double, settings, desk, store):
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 1)
        await double.until(lambda: double.asked("POST", "/messages"))
        [sent] = double.asked("POST", "/messages")
        assert sent["enforce_nonce"] is True
        assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_a_command_is_answered_in_its_first_response(double, settings, desk, store):
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await double.command("ask", 1, question="compare.mobile")
        await double.until(lambda: double.asked("POST", "/callback"))
        [sent] = double.asked("POST", "/callback")
        assert sent["type"] == 4
        assert sent["data"]["flags"] & 1 << 15


async def test_a_lost_connection_is_resumed_and_meanwhile_not_ready(double, settings, desk, store):
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await double.last.send(7, None)
        await double.until(lambda: double.resumes)
        await ready(adapter)
        assert double.resumes[0]["session_id"] == "session-1"
        assert double.resumes[0]["seq"] >= 2
        assert len(double.identifies) == 1
        await double.say("<@900000000000000001> hello", 2)
        await double.until(lambda: double.asked("POST", "/messages"))


async def test_it_is_not_ready_while_a_shard_has_no_connection(double, settings, desk, store):
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await adapter.client.on_shard_disconnect(0)
        assert not adapter.state.ready
        assert adapter.state.reason == "a shard has lost its connection"
        await adapter.client.on_shard_resumed(0)
        assert adapter.state.ready


async def test_a_session_that_is_gone_is_started_anew(double, settings, desk, store, monkeypatch):
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        real = asyncio.sleep
        monkeypatch.setattr("discord.gateway.asyncio.sleep", lambda _: real(0))
        await double.last.send(9, False)
        await double.until(lambda: len(double.identifies) == 2)
        monkeypatch.undo()
        await ready(adapter)


async def test_a_rate_limit_is_waited_for_and_the_answer_still_sent(double, settings, desk, store):
    double.faults["POST", "/messages"] = [rate_limited(0.05)]
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 3)
        await double.until(lambda: len(double.asked("POST", "/messages")) == 2)
        first, second = double.asked("POST", "/messages")
        assert first["nonce"] == second["nonce"]


async def test_stopping_takes_nothing_new_and_finishes_what_is_begun(double, settings, desk, store):
    gate = double.before["POST", "/messages"] = asyncio.Event()
    async with running(settings, desk, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 4)
        await double.until(lambda: double.asked("POST", "/messages"))
        assert adapter.state.in_flight == 1
        await adapter.stop_intake()
        await double.until(lambda: double.last.ws.closed)
        assert not adapter.state.ready
        assert adapter.state.reason == "stopping"
        assert not await adapter.drain(0.01)
        gate.set()
        assert await adapter.drain(5)
        assert adapter.state.in_flight == 0


async def test_closing_ends_the_run(double, settings, desk, store):
    adapter = build(settings, desk, store)
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await adapter.close()
    async with asyncio.timeout(10):
        await task
    assert adapter.state.reason == "stopping"


async def test_a_bad_token_ends_it_with_the_mend(double, settings, desk, store):
    double.faults["GET", "/users/@me"] = [answer({"message": "401", "code": 0}, status=401)]
    with pytest.raises(RefusedError, match="Reset Token"):
        await build(settings, desk, store).run()
    assert double.identifies == []


@pytest.mark.parametrize(("code", "told"), [(4014, "Message Content Intent"), (4004, "Reset Token"), (4010, "SHARD")])
async def test_what_the_gateway_refuses_for_good_is_not_tried_again(double, settings, desk, store, code, told):
    double.close_identify_with = code
    with pytest.raises(RefusedError, match=told):
        await build(settings, desk, store, listening=True).run()
    assert len(double.identifies) == 1


async def test_an_api_that_is_away_is_waited_for(double, settings, desk, store, monkeypatch):
    adapter = build(settings, desk, store)

    async def at_once(seconds):
        waited.append(seconds)
        assert "cannot be reached" in adapter.state.reason

    waited = []
    monkeypatch.setattr(adapter, "_sleep", at_once)
    double.faults["GET", "/users/@me"] = [answer({"message": "away", "code": 0}, status=501)]
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await stopped(adapter, task)
    assert len(waited) == 1


async def test_no_more_sessions_are_started_than_discord_allows(double, settings, desk, store, monkeypatch):
    double.remaining = [0, 0, 5]
    double.reset_after = 60_000
    adapter = build(settings, desk, store)
    waited = []

    async def at_once(seconds):
        waited.append(seconds)
        assert double.identifies == []

    monkeypatch.setattr(adapter, "_sleep", at_once)
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await stopped(adapter, task)
    assert waited == [61, 61]


async def test_a_process_connects_only_the_shards_it_owns(double, desk, store):
    settings = made(double, discord_shard_ids=(1,), discord_shard_count=4)
    async with running(settings, desk, store):
        await double.until(lambda: double.identifies)
        assert double.identifies[0]["shard"] == [1, 4]


async def test_stopping_while_waiting_for_the_network_ends_the_run(double, settings, desk, store):
    double.faults["GET", "/users/@me"] = [answer({"message": "away", "code": 0}, status=501)] * 50
    adapter = build(settings, desk, store)
    task = asyncio.create_task(adapter.run())
    await double.until(lambda: double.asked("GET", "/users/@me"))
    await adapter.stop_intake()
    await adapter.close()
    async with asyncio.timeout(10):
        await task


async def test_closing_ends_the_run_also_while_the_gateway_cannot_be_reached(double, settings, desk, store, caplog):
    double.gateway = "ws://127.0.0.1:9"
    adapter = build(settings, desk, store)
    task = asyncio.create_task(adapter.run())
    async with asyncio.timeout(10):
        while "Failed to connect for shard_id" not in caplog.text:
            await asyncio.sleep(0.01)
    assert not adapter.state.ready
    await stopped(adapter, task)


def test_an_address_without_a_path_stands_for_its_api():
    use_api("https://proxy.example")
    assert Route("GET", "/gateway/bot").url == "https://proxy.example/api/v10/gateway/bot"


def test_without_a_token_there_is_nothing_to_build(desk, store):
    with pytest.raises(ValueError, match="DISCORD_TOKEN"):
        build(Settings(), desk, store)

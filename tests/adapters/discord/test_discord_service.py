"""The connection itself, over a real websocket and real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.app import PERMISSIONS, ClientOptions, DiscordAdapter, invitation_url, use_api
from adapters.platform import Curator, PartStatus, PlatformRefusedError, PlatformUnreachableError
from bot.chat.dispatcher import PostRefusedError
from bot.chat.screens import notice
from tests.discord_double.loopback import TOKEN, answer, loopback, rate_limited, said


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
def dispatcher(serving):
    return serving()


def build(double, dispatcher, store, **options):
    """As the service does, without the two seconds for which discord.py waits for more servers."""
    adapter = DiscordAdapter(TOKEN, dispatcher, store, ClientOptions(**options), api_url=double.api if double else None)
    adapter.client._connection.guild_ready_timeout = 0.05
    return adapter


@asynccontextmanager
async def running(double, dispatcher, store, **options):
    adapter = build(double, dispatcher, store, **options)
    task = asyncio.create_task(adapter.run())
    try:
        yield adapter
    finally:
        await stopped(adapter, task)


async def stopped(adapter, task):
    """Stop it as the service does."""
    await adapter.stop_intake()
    await adapter.drain(10)
    assert adapter.dispatcher.in_flight == 0
    await adapter.close()
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait({task})
    assert adapter.client.is_closed()


async def ready(adapter):
    async with asyncio.timeout(15):
        while not adapter.ready:
            await asyncio.sleep(0.01)


async def test_it_connects_registers_its_commands_and_is_ready(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        assert not adapter.ready
        await ready(adapter)
        assert len(adapter.client.guilds) == 1
        assert adapter.status() == PartStatus("ready")
        assert double.identifies[0]["intents"] == 1 | 1 << 9 | 1 << 12
        await double.until(lambda: double.asked("PUT", "/commands"))
        [commands] = double.asked("PUT", "/commands")
        assert {c["name"] for c in commands} == {
            "ask", "compare", "recommend", "topics", "help", "privacy", "settings", "Answer this",
            "teach", "answers", "teachers", "Save as answer",
        }  # fmt: skip
        [latency] = adapter.own_metrics()
        assert latency.samples[0].value < 10


async def test_unchanged_commands_are_not_registered_again(double, serving, store):
    for _ in range(2):
        async with running(double, serving(), store) as adapter:
            await ready(adapter)
            await adapter.client._syncing
    assert len(double.asked("PUT", "/commands")) == 1


async def asked_for_help(double, adapter):
    """What /help shows."""
    await ready(adapter)
    await adapter.client._syncing
    before = len(double.asked("POST", "/callback"))
    await double.command("help", before + 1)
    await double.until(lambda: len(double.asked("POST", "/callback")) > before)
    return json.dumps(double.asked("POST", "/callback")[-1])


async def test_the_commands_of_the_help_can_be_clicked_once_their_ids_are_known(double, serving, store):
    for started in ("with commands to register", "with commands that are known"):
        async with running(double, serving(), store) as adapter:
            text = await asked_for_help(double, adapter)
            [ask] = [one["id"] for one in double.registered if one["name"] == "ask"]
            assert f"</ask:{ask}> answers" in text, started


async def test_without_their_ids_commands_are_named_plainly(double, dispatcher, store):
    double.faults["GET", "/commands"] = [answer({"message": "no", "code": 50001}, status=403)]
    async with running(double, dispatcher, store) as adapter:
        text = await asked_for_help(double, adapter)
        assert "/ask answers" in text
        assert "</" not in text


async def test_commands_that_cannot_be_registered_do_not_keep_it_from_serving(double, dispatcher, store):
    double.faults["PUT", "/commands"] = [answer({"message": "no", "code": 50001}, status=403)]
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.until(lambda: double.asked("PUT", "/commands"))


async def test_commands_that_take_long_to_register_do_not_keep_it_from_serving(double, dispatcher, store):
    double.before["PUT", "/commands"] = asyncio.Event()
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.until(lambda: double.asked("PUT", "/commands"))
        await double.say("<@900000000000000001> hello", 1)
        await double.until(lambda: double.asked("POST", "/messages"))


async def test_a_mention_is_answered_over_the_wire(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 1)
        await double.until(lambda: double.asked("POST", "/messages"))
        [sent] = double.asked("POST", "/messages")
        assert sent["enforce_nonce"] is True
        assert sent["allowed_mentions"] == {"parse": [], "replied_user": False}


async def test_a_command_is_answered_in_its_first_response(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.command("ask", 1, question="compare.mobile")
        await double.until(lambda: double.asked("POST", "/callback"))
        [sent] = double.asked("POST", "/callback")
        assert sent["type"] == 4
        assert sent["data"]["flags"] & 1 << 15


async def test_a_lost_connection_is_resumed_and_meanwhile_not_ready(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.last.send(7, None)
        await double.until(lambda: double.resumes)
        await ready(adapter)
        assert double.resumes[0]["session_id"] == "session-1"
        assert double.resumes[0]["seq"] >= 2
        assert len(double.identifies) == 1
        await double.say("<@900000000000000001> hello", 2)
        await double.until(lambda: double.asked("POST", "/messages"))


async def test_a_session_is_resumed_also_after_connecting_again_has_failed(double, dispatcher, store, monkeypatch):
    monkeypatch.setattr("discord.shard.ExponentialBackoff.delay", lambda _: 0)
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        double.refusing = 3
        double.missed = [("MESSAGE_CREATE", said("<@900000000000000001> hello", 5))]
        await double.last.ws.close(code=4000)
        await double.until(lambda: double.asked("POST", "/messages"))
        assert double.refusing == 0
        assert [(one["session_id"], one["seq"] >= 2) for one in double.resumes] == [("session-1", True)]
        assert len(double.identifies) == 1
        await ready(adapter)


async def test_it_is_not_ready_while_a_shard_has_no_connection(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        [shard] = adapter.client.shards.values()
        await shard.disconnect()
        assert adapter.status() == PartStatus("not ready", "a shard has lost its connection")
        await shard.connect()
        await ready(adapter)


async def test_a_session_that_is_gone_is_started_again(double, dispatcher, store, monkeypatch):
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        real = asyncio.sleep
        monkeypatch.setattr("discord.gateway.asyncio.sleep", lambda _: real(0))
        await double.last.send(9, False)
        await double.until(lambda: len(double.identifies) == 2)
        monkeypatch.undo()
        await ready(adapter)


async def test_a_rate_limit_is_waited_for_and_the_answer_still_sent(double, dispatcher, store):
    double.faults["POST", "/messages"] = [rate_limited(0.05)]
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 3)
        await double.until(lambda: len(double.asked("POST", "/messages")) == 2)
        first, second = double.asked("POST", "/messages")
        assert first["nonce"] == second["nonce"]


async def test_stopping_accepts_nothing_new_and_finishes_what_has_begun(double, dispatcher, store):
    gate = double.before["POST", "/messages"] = asyncio.Event()
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        await double.say("<@900000000000000001> hello", 4)
        await double.until(lambda: double.asked("POST", "/messages"))
        assert adapter.dispatcher.in_flight == 1
        await adapter.stop_intake()
        await double.until(lambda: double.last.ws.closed)
        assert adapter.status() == PartStatus("not ready", "stopping")
        await adapter.drain(0.01)
        assert adapter.dispatcher.in_flight == 1
        gate.set()
        await adapter.drain(5)
        assert adapter.dispatcher.in_flight == 0


async def test_closing_ends_the_run(double, dispatcher, store):
    adapter = build(double, dispatcher, store)
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await adapter.close()
    async with asyncio.timeout(10):
        await task
    assert adapter.status().reason == "stopping"


async def test_a_bad_token_ends_it_and_says_what_to_do(double, dispatcher, store):
    double.faults["GET", "/users/@me"] = [answer({"message": "401", "code": 0}, status=401)]
    with pytest.raises(PlatformRefusedError, match="Reset Token"):
        await build(double, dispatcher, store).run()
    assert double.identifies == []


@pytest.mark.parametrize(("code", "hint"), [(4014, "Message Content Intent"), (4004, "Reset Token"), (4010, "SHARD")])
async def test_what_the_gateway_refuses_for_good_is_not_tried_again(double, dispatcher, store, code, hint):
    double.close_identify_with = code
    with pytest.raises(PlatformRefusedError, match=hint):
        await build(double, dispatcher, store, listening=True).run()
    assert double.identifies[0]["intents"] & 1 << 15
    assert len(double.identifies) == 1


async def test_an_api_that_is_away_ends_the_run_and_the_next_one_connects(double, dispatcher, store):
    adapter = build(double, dispatcher, store)
    double.faults["GET", "/users/@me"] = [answer({"message": "away", "code": 0}, status=501)]
    with pytest.raises(PlatformUnreachableError, match=r"cannot be reached .*501"):
        await adapter.run()
    assert not adapter.ready
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await stopped(adapter, task)


async def test_no_more_sessions_are_started_than_discord_allows(double, dispatcher, store):
    double.remaining = [0, 0, 5]
    adapter = build(double, dispatcher, store)
    for _ in range(2):
        with pytest.raises(PlatformUnreachableError, match="no more sessions"):
            await adapter.run()
    assert double.identifies == []
    task = asyncio.create_task(adapter.run())
    await ready(adapter)
    await stopped(adapter, task)
    assert len(double.identifies) == 1


async def test_a_process_connects_only_the_shards_it_owns(double, dispatcher, store):
    async with running(double, dispatcher, store, shard_ids=(1,), shard_count=4):
        await double.until(lambda: double.identifies)
        assert double.identifies[0]["shard"] == [1, 4]


async def test_it_can_be_stopped_also_while_the_gateway_cannot_be_reached(double, dispatcher, store, caplog):
    double.gateway = "ws://127.0.0.1:9"
    adapter = build(double, dispatcher, store)
    task = asyncio.create_task(adapter.run())
    async with asyncio.timeout(10):
        while "Failed to connect for shard_id" not in caplog.text:
            await asyncio.sleep(0.01)
    assert not adapter.ready
    await stopped(adapter, task)


@asynccontextmanager
async def forward_proxy():
    """A proxy on loopback, and what was sent through it."""
    sent = bytearray()

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        sent.extend(head)
        address = yarl.URL(head.split()[1].decode())
        there, back = await asyncio.open_connection(address.host, address.port)
        back.write(head)

        async def pipe(source, target, seen):
            while data := await source.read(65_536):
                seen.extend(data)
                target.write(data)
            target.close()

        await asyncio.gather(pipe(reader, back, sent), pipe(there, writer, bytearray()))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", sent
    finally:
        server.close()


async def test_the_proxy_of_the_environment_is_used_for_the_api_and_the_gateway(double, dispatcher, store, monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with forward_proxy() as (address, sent):
        monkeypatch.setenv("http_proxy", address)  # the double has no certificate
        async with running(double, dispatcher, store) as adapter:
            await ready(adapter)
        for path in ("/api/v10/users/@me", "/gateway"):
            assert f"//{double.address}{path}".encode() in sent


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "discord.com"}, None),
        ({"HTTP_PROXY": "http://proxy:3128"}, None),
        ({}, None),
    ],
)
async def test_the_proxy_for_discord_is_that_of_https(make, monkeypatch, environment, proxy):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert make().http.proxy == proxy


def test_an_address_without_a_path_stands_for_its_api():
    use_api("https://proxy.example")
    assert Route("GET", "/gateway/bot").url == "https://proxy.example/api/v10/gateway/bot"


async def test_a_direct_message_is_sent_with_the_nonce_of_its_key(double, dispatcher, store):
    curator = Curator("discord", "900000000000000020")
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        for key in ("week 1", "week 1", "week 2"):
            await adapter.deliver(curator, notice("The week"), key)
        first, again, other = (sent["nonce"] for sent in double.asked("POST", "/messages"))
        assert first == again != other
        assert "The week" in str(double.asked("POST", "/messages")[0]["components"])


async def test_somebody_who_takes_no_direct_messages_is_a_final_refusal(double, dispatcher, store):
    double.faults["POST", "/messages"] = [answer({"message": "no", "code": 50007}, status=403)]
    async with running(double, dispatcher, store) as adapter:
        await ready(adapter)
        with pytest.raises(PostRefusedError, match="50007"):
            await adapter.deliver(Curator("discord", "1"), notice("The week"), "key")


async def test_the_invitation_is_known_after_the_login(double, dispatcher, store):
    async with running(double, dispatcher, store) as adapter:
        assert adapter.invitation() is None
        await ready(adapter)
        assert "client_id=900000000000000001" in adapter.invitation()


def test_the_invitation_asks_for_no_more_permissions_than_are_used():
    asked = {name for name, granted in PERMISSIONS if granted}
    view = "read_messages"  # discord.py's name for seeing a channel
    assert asked == {view, "send_messages", "send_messages_in_threads", "read_message_history"}
    assert "scope=bot+applications.commands" in invitation_url(1)

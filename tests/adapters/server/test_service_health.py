"""The probes, over HTTP."""

from __future__ import annotations

import asyncio
import time

import pytest

from adapters.server.monitoring import LoopLag
from adapters.server.service import running
from adapters.web.application import ListenError
from tests.discord_double.loopback import answer
from tests.slack_double.loopback import Fault

ENTRY = "id: team.own\ntitle: Ours\nphrasings: [what do we use ourselves here]\nanswer: {text: We use abacuses.}\n"


async def test_both_platforms_are_served_and_every_part_is_named(made, slack_settings, discord_settings, until, get):
    async with running(made(**slack_settings, **discord_settings)) as service:
        body = await until(f"{service.address}/readyz", 200)
        assert body["ready"] is True
        assert {name: part["status"] for name, part in body["parts"].items()} == dict.fromkeys(
            ("knowledge", "store", "loop", "slack", "discord"), "ready"
        )
        assert body["parts"]["knowledge"]["version"] == service.knowledge.bot().knowledge.version
        assert body["parts"]["knowledge"]["encoder"] == "on"
        assert await get(f"{service.address}/healthz") == (200, {"alive": True})


async def test_a_platform_without_credentials_is_off_and_keeps_nothing_from_being_ready(made, slack_settings, until):
    async with running(made(**slack_settings)) as service:
        body = await until(f"{service.address}/readyz", 200)
        assert body["parts"]["discord"] == {"status": "off", "reason": "DISCORD_TOKEN is not set"}


async def test_a_bad_discord_token_is_reported_and_leaves_slack_up(
    made, slack_settings, discord_settings, discord, until
):
    discord.faults["GET", "/users/@me"] = [answer({"message": "401", "code": 0}, status=401)] * 9
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz/slack", 200)
        body = await until(f"{service.address}/readyz", 503, lambda b: "Reset Token" in b["parts"]["discord"]["reason"])
        assert body["parts"]["slack"] == {"status": "ready"}
        await until(f"{service.address}/healthz", 200)
        assert len(discord.asked("GET", "/users/@me")) == 1


async def test_a_bad_slack_token_is_reported_and_leaves_discord_up(
    made, slack_settings, discord_settings, slack, until
):
    slack.tokens.clear()
    async with running(made(**slack_settings, **discord_settings)) as service:
        await until(f"{service.address}/readyz/discord", 200)
        body = await until(f"{service.address}/readyz", 503)
        assert "invalid_auth" in body["parts"]["slack"]["reason"]


async def test_slack_is_not_ready_while_it_cannot_be_reached(made, slack_settings, slack, until):
    slack.fail("auth.test", Fault(drop=True))
    async with running(made(**slack_settings)) as service:
        await until(f"{service.address}/readyz/slack", 503)
        await until(f"{service.address}/readyz", 200)


async def test_a_store_that_is_away_is_reported_and_answers_go_on(made, slack_settings, until, lose_store):
    async with running(made(**slack_settings)) as service:
        await lose_store(service, "host db.internal, password hunter2")
        body = await until(f"{service.address}/readyz", 200, lambda b: b["parts"]["store"]["status"] == "degraded")
        assert "waits for the next one" in body["parts"]["store"]["reason"]
        assert "db.internal" not in str(body)


async def test_a_service_that_is_being_stopped_is_not_ready(made, slack_settings, until):
    async with running(made(**slack_settings)) as service:
        await until(f"{service.address}/readyz", 200)
        service.health.stopping = True
        body = await until(f"{service.address}/readyz", 503)
        assert body["parts"]["slack"] == {"status": "not ready", "reason": "stopping"}
        assert body["parts"]["discord"]["status"] == "off"
        await until(f"{service.address}/healthz", 200)


async def test_a_part_that_is_not_there_is_not_found(made, slack_settings, get):
    async with running(made(**slack_settings)) as service:
        assert (await get(f"{service.address}/readyz/teams"))[0] == 404


async def test_a_stall_of_the_event_loop_is_seen():
    lag = LoopLag()
    looking = asyncio.create_task(lag.run())
    await asyncio.sleep(0)
    assert lag.status().status == "ready"
    time.sleep(1.6)  # noqa: ASYNC251 - the stall
    assert lag.status().status == "not ready"
    await asyncio.sleep(0.01)
    assert lag.status().status == "not ready"
    looking.cancel()


async def test_a_request_has_an_id_given_or_made(made, slack_settings):
    import aiohttp

    async with running(made(**slack_settings)) as service, aiohttp.ClientSession() as session:
        for path, given in (("healthz", "trace-0123"), ("nowhere", "trace-0123")):
            async with session.get(f"{service.address}/{path}", headers={"X-Request-Id": given}) as response:
                assert response.headers["X-Request-Id"] == given
        async with session.get(f"{service.address}/healthz", headers={"X-Request-Id": "a b\x09c"}) as response:
            assert len(response.headers["X-Request-Id"]) == 32


async def test_a_file_that_nests_without_end_shows_and_leaves_the_version_before(made, slack_settings, until, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text(ENTRY)
    async with running(made(**slack_settings, FRAMEWORK_BOT_OVERLAY=str(own))) as service:
        url = f"{service.address}/readyz/knowledge"
        await until(url, 200)
        (own / "ours.yaml").write_text("[" * 20_000)
        await until(url, 200, lambda b: b["parts"]["knowledge"]["status"] == "degraded")
        assert "abacuses" in str(service.knowledge.bot().show("team.own"))


async def test_a_reload_that_fails_in_an_unforeseen_way_shows_too(
    made, slack_settings, until, tmp_path, monkeypatch, caplog
):
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text(ENTRY)
    async with running(made(**slack_settings, FRAMEWORK_BOT_OVERLAY=str(own))) as service:
        url = f"{service.address}/readyz/knowledge"
        await until(url, 200)

        def fail():
            raise RecursionError

        monkeypatch.setattr(service.knowledge.bot, "_make", fail)
        (own / "ours.yaml").write_text(ENTRY.replace("abacuses", "slide rules"))
        await until(url, 200, lambda b: b["parts"]["knowledge"]["status"] == "degraded")
        async with asyncio.timeout(5):
            while "cannot be loaded (RecursionError)" not in caplog.text:
                await asyncio.sleep(0.01)
        monkeypatch.setattr(service.knowledge.bot, "_make", service.knowledge._make)
        (own / "ours.yaml").write_text(ENTRY.replace("abacuses", "sextants"))
        await until(url, 200, lambda b: b["parts"]["knowledge"]["status"] == "ready")


async def test_the_teams_own_entries_are_reloaded_and_a_broken_file_is_kept_out(
    made, slack_settings, until, tmp_path, caplog
):
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text(ENTRY)
    caplog.set_level("INFO", "adapters")
    async with running(made(**slack_settings, FRAMEWORK_BOT_OVERLAY=str(own))) as service:
        url = f"{service.address}/readyz/knowledge"
        before = (await until(url, 200))["parts"]["knowledge"]["version"]
        (own / "ours.yaml").write_text(ENTRY.replace("title:", "titel:"))
        body = await until(url, 200, lambda b: b["parts"]["knowledge"]["status"] == "degraded")
        assert body["parts"]["knowledge"]["version"] == before
        async with asyncio.timeout(20):
            while f"{own / 'ours.yaml'}:2" not in caplog.text:  # which the thread that noticed it logs next
                await asyncio.sleep(0.01)
        (own / "ours.yaml").write_text(ENTRY.replace("abacuses", "slide rules"))
        await until(url, 200, lambda b: b["parts"]["knowledge"]["status"] == "ready")
        assert service.knowledge.bot().knowledge.version != before
        assert "slide rules" in str(service.knowledge.bot().show("team.own"))


async def test_a_port_that_is_taken_is_refused_with_the_settings_names(made, slack_settings, unused_tcp_port):
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_tcp_port)
    async with server:
        with pytest.raises(ListenError, match="HOST and PORT"):
            async with running(made(**slack_settings, PORT=str(unused_tcp_port))):
                pass


async def test_readiness_says_where_the_encoder_is_off(made, slack_settings, slack, until):
    async with running(made(**slack_settings, FRAMEWORK_BOT_ENCODER="off")) as service:
        body = await until(f"{service.address}/readyz", 200)
        assert body["parts"]["knowledge"]["encoder"] == "off"

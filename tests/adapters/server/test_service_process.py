"""`framework-bot serve` as an operator meets it: a process with settings, signals, a log and an exit code."""

from __future__ import annotations

import asyncio
import json
import signal

import aiohttp
import pytest

from tests.slack_double.loopback import BOT_TOKEN, SIGNING_SECRET, Fault, HttpSender
from tests.slack_double.payloads import direct


async def refused(start, **settings):
    """Exit code and standard error of a process that does not start."""
    async with start(**settings) as running:
        _, output = await running.process.communicate()
        return running.process.returncode, output.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_order_with_exit_code_0(
    start, slack_settings, discord_settings, slack, until, number
):
    async with start(**slack_settings, **discord_settings) as running, aiohttp.ClientSession() as session:
        address = await running.address()
        await until(f"{address}/readyz", 200)
        assert await HttpSender(session, address).event(direct("pytorch or tensorflow?")) == 200
        await slack.until("chat.postMessage")
        running.process.send_signal(number)
        assert await running.ended() == 0
        assert [line["message"] for line in running.lines][-2:] == ["stopping", "stopped"]
        assert not [line for line in running.lines if line["level"] in ("warning", "error")]


async def test_what_is_being_answered_is_finished_before_it_ends(start, slack_settings, slack, until):
    async with start(**slack_settings) as running, aiohttp.ClientSession() as session:
        address = await running.address()
        await until(f"{address}/readyz", 200)
        slack.fail("chat.postMessage", Fault(status=500, wait=2))  # and then it is tried again
        assert await HttpSender(session, address).event(direct("pytorch or tensorflow?")) == 503
        running.process.send_signal(signal.SIGTERM)
        await running.line("stopping")
        assert slack.made("chat.postMessage") == []
        body = await until(f"{address}/readyz", 503)
        assert body["parts"]["knowledge"] == {"status": "not ready", "reason": "stopping"}
        assert await HttpSender(session, address).event(direct("and jax?")) == 503
        assert await running.ended() == 0
        assert len(slack.made("chat.postMessage")) == 1


async def test_a_second_signal_stops_it_at_once(start, slack_settings, slack, until):
    async with start(**slack_settings) as running, aiohttp.ClientSession() as session:
        address = await running.address()
        await until(f"{address}/readyz", 200)
        slack.fail("chat.postMessage", *[Fault(wait=60)])
        await HttpSender(session, address).event(direct("pytorch or tensorflow?"))
        running.process.send_signal(signal.SIGTERM)
        await running.line("stopping")
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(8):
            assert await running.ended() == 0
        assert slack.made("chat.postMessage") == []


async def test_it_reports_what_is_on_and_what_is_off_and_why(start, slack_settings):
    async with start(**slack_settings) as running:
        await running.address()
        output = "\n".join(line["message"] for line in running.lines)
        assert "Slack: on (HTTP): SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set" in output
        assert "Discord: off: DISCORD_TOKEN is not set" in output
        assert "store: " in output
        assert "knowledge: version " in output


async def test_no_platform_at_all_ends_with_2_and_says_what_to_set(start):
    code, output = await refused(start)
    assert code == 2
    names = ("DISCORD_TOKEN", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    assert all(name in output for name in names)


async def test_half_of_a_platforms_settings_is_reported_as_such(start):
    code, output = await refused(start, SLACK_BOT_TOKEN=BOT_TOKEN)
    assert code == 2
    assert "SLACK_BOT_TOKEN is set, but neither SLACK_APP_TOKEN" in output
    assert BOT_TOKEN not in output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "verysecretvalue"),
        ("DISCORD_TOKEN", "verysecretvalue"),
        ("DATABASE_URL", "mysql://me:verysecretvalue@host/db"),
        ("TOKEN_ENCRYPTION_KEYS", "verysecretvalue"),
        ("PORT", "http"),
        ("LOG_LEVEL", "loud"),
    ],
)
async def test_a_malformed_setting_ends_with_2_with_its_name_and_without_its_value(start, name, value):
    given = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET, name: value}
    code, output = await refused(start, **given)
    assert code == 2
    assert output.startswith(f"framework-bot: {name} ")
    assert "verysecretvalue" not in output
    assert "Traceback" not in output


async def test_thresholds_that_contradict_the_knowledge_end_with_2(start, slack_settings):
    code, output = await refused(start, **slack_settings, FRAMEWORK_BOT_ANSWER_THRESHOLD="0")
    assert code == 2
    assert "framework-bot: FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD" in output


async def test_entries_of_ones_own_with_a_mistake_end_it_with_file_and_line(start, slack_settings, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.yaml").write_text("id: team.own\ntitel: Ours\nphrasings: [ours]\nanswer: {text: Ours.}\n")
    code, output = await refused(start, **slack_settings, FRAMEWORK_BOT_OVERLAY=str(own))
    assert code == 1
    assert f"{own / 'ours.yaml'}:2" in output
    assert "Traceback" not in output


async def test_a_misspelt_setting_is_pointed_out(start, slack_settings):
    async with start(**slack_settings, FRAMEWORK_BOT_OVERLAI="x") as running:
        line = await running.line("FRAMEWORK_BOT_OVERLAI")
        assert "is not a setting" in line["message"]


async def test_neither_words_nor_secrets_are_in_its_output_at_the_lowest_level(start, slack_settings, slack, until):
    async with start(**slack_settings, LOG_LEVEL="debug") as running, aiohttp.ClientSession() as session:
        address = await running.address()
        await until(f"{address}/readyz", 200)
        sender = HttpSender(session, address)
        await sender.event(direct("is quuxsecretword better than pytorch"))
        await slack.until("chat.postMessage")
        await sender.raw(json.dumps(direct("quuxsecretword")), headers={})
        await sender.raw("quuxsecretword")
        running.process.terminate()
        assert await running.ended() == 0
        output = json.dumps(running.lines)
        assert "quuxsecretword" not in output
        assert BOT_TOKEN not in output
        assert SIGNING_SECRET not in output
        refusals = [line for line in running.lines if "was refused" in line["message"]]
        assert len({line["request"] for line in refusals}) == len(refusals) == 2

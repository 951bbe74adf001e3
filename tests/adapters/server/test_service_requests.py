"""Ids in the log: the lines about one event share one, and no two events do."""

from __future__ import annotations

import asyncio
import io
import json
from collections import defaultdict

import aiohttp
import pytest

from adapters.server.logs import configure
from adapters.server.service import running
from bot.chat.actions import button, pack
from tests.discord_double.loopback import APPLICATION, answer
from tests.discord_double.pressing import press, submit
from tests.slack_double.loopback import APP_TOKEN, BOT_TOKEN, Fault, HttpSender, SocketSender, signed
from tests.slack_double.payloads import direct

DEADLINE = 15.0

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.fixture
def lines():
    """Messages of the log by request, once there are so many of them."""
    out = io.StringIO()
    configure("info", stream=out)

    async def lines(count):
        async with asyncio.timeout(DEADLINE):
            while True:
                found = [line for raw in out.getvalue().splitlines() if "request" in (line := json.loads(raw))]
                if len(found) >= count:
                    break
                await asyncio.sleep(0.02)
        by_request = defaultdict(list)
        for line in found:
            by_request[line["request"]].append(line["message"])
        return by_request

    return lines


REFUSED = ("Slack refused the blocks", "Slack did not take", "an answer was refused")


@pytest.fixture
def stubborn_slack(slack):
    """Slack takes no answer of two, neither with rich blocks nor with simple ones: three lines each."""
    slack.fail("chat.postMessage", *[Fault(body={"ok": False, "error": "invalid_blocks"})] * 4)
    return slack


@pytest.fixture
def stubborn_discord(discord):
    """Discord takes nothing."""
    for path in ("/messages", "/callback"):
        discord.faults["POST", path] = [answer({"message": "no", "code": 0}, status=400) for _ in range(20)]
    return discord


async def test_events_over_http(made, slack_settings, stubborn_slack, until, lines):
    async with running(made(**slack_settings)) as service, aiohttp.ClientSession() as session:
        await until(f"{service.address}/readyz", 200)
        send = HttpSender(session, service.address)
        bodies = [json.dumps(direct(text)) for text in ("pytorch or tensorflow?", "what is jax")]
        headers = [{**signed(body), "X-Request-Id": f"request-{n}"} for n, body in enumerate(bodies)]
        await asyncio.gather(*(send.raw(body, headers=own) for body, own in zip(bodies, headers, strict=True)))
        found = await lines(6)
        assert set(found) == {"request-0", "request-1"}
        assert_whole(found, *REFUSED)


async def test_events_over_a_socket(made, slack, stubborn_slack, until, lines):
    settings = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.api_url,
        "SLACK_RESPONSE_HOSTS": "127.0.0.1",
    }
    async with running(made(**settings)) as service:
        await until(f"{service.address}/readyz", 200)
        send = SocketSender(slack)
        send.ack_timeout = 0.2  # it will not be acknowledged
        await asyncio.gather(send.event(direct("pytorch or tensorflow?")), send.event(direct("what is jax")))
        assert_whole(await lines(6), *REFUSED)


async def say(discord, number):
    await discord.say(f"<@{APPLICATION}> pytorch or tensorflow?", number)


async def command(discord, number):
    await discord.command("ask", number, question="pytorch or tensorflow?")


async def press_button(discord, number):
    await press(discord, pack(button("show", "", "compare.mobile").action), number)


async def submit_form(discord, number):
    await submit(discord, "of an older version", number)


@pytest.mark.parametrize("event", [say, command, press_button, submit_form])
async def test_events_from_the_gateway(made, discord_settings, stubborn_discord, until, lines, event):
    async with running(made(**discord_settings)) as service:
        await until(f"{service.address}/readyz/discord", 200)
        await event(stubborn_discord, 1)
        await event(stubborn_discord, 2)
        # The answer, then the words that say so.
        plain = ("Discord refused an answer's components", "Discord did not take")
        assert_whole(await lines(12), *plain, "answering failed", *plain, "and the person could not be notified")


def assert_whole(found, *expected):
    """Two events, each with all of its lines under one id."""
    assert len(found) == 2, found
    for messages in found.values():
        assert len(messages) == len(expected), found
        assert all(map(str.startswith, messages, expected)), found

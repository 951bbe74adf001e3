"""The rate limits of the service as it is set."""

from __future__ import annotations

import asyncio

import aiohttp

from adapters.server.service import running
from tests.slack_double.loopback import HttpSender
from tests.slack_double.payloads import mention
from tests.slack_double.words import words


async def test_the_service_bounds_both_platforms_as_it_is_set_and_says_how_often(
    made, slack_settings, discord_settings, slack, discord, until, get
):
    settings = made(**slack_settings, **discord_settings, FRAMEWORK_BOT_USER_LIMIT="1/hour")
    async with running(settings) as service, aiohttp.ClientSession() as session:
        await until(f"{service.address}/readyz", 200)
        send = HttpSender(session, service.address)
        assert [await send.event(mention("hello")) for _ in range(3)] == [200] * 3
        [notice] = await slack.until("chat.postEphemeral")
        assert "a lot of questions" in words(notice.blocks)
        for number in range(1, 4):
            await discord.say("<@900000000000000001> hello", number)
        await discord.until(lambda: len(discord.asked("POST", "/messages")) == 2)
        assert len(slack.made("chat.postMessage")) == 1

        async def counted():
            _, metrics = await get(f"{service.address}/metrics")
            return 'framework_bot_limited_total{bound="user"} 4.0' in metrics

        async with asyncio.timeout(30):
            while not await counted():
                await asyncio.sleep(0.05)

"""A platform with some of its settings: the other one is served, and somebody is notified."""

from __future__ import annotations

from adapters.server.service import running
from tests.slack_double.loopback import BOT_TOKEN

WHY = "only half set up: SLACK_BOT_TOKEN is set, but neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET"


async def test_it_is_warned_of_at_the_start(start, discord_settings):
    async with start(**discord_settings, SLACK_BOT_TOKEN=BOT_TOKEN) as process:
        line = await process.line("Slack: ")
        assert line["level"] == "warning"
        assert line["message"].startswith(f"Slack: off: {WHY}")
        assert (await process.line("Discord: "))["level"] == "info"


async def test_a_platform_without_any_settings_is_no_cause_for_a_warning(start, discord_settings):
    async with start(**discord_settings) as process:
        assert (await process.line("Slack: "))["level"] == "info"


async def test_readiness_says_it_and_the_other_platform_is_ready(made, discord_settings, until):
    async with running(made(**discord_settings, SLACK_BOT_TOKEN=BOT_TOKEN)) as service:
        body = await until(f"{service.address}/readyz", 200)
        assert body["parts"]["slack"]["status"] == "off"
        assert body["parts"]["slack"]["reason"].startswith(WHY)
        assert body["parts"]["discord"]["status"] == "ready"


async def test_where_nothing_else_is_set_up_either_the_refusal_says_it(start):
    async with start(SLACK_BOT_TOKEN=BOT_TOKEN) as process:
        _, output = await process.process.communicate()
        assert process.process.returncode == 2
        assert f"Slack: {WHY}" in output.decode()

"""The manifest is one that Slack accepts, and asks for what the code handles: no more, no less."""

from __future__ import annotations

import json

import pytest

from adapters.cli.main import main
from adapters.slack import manifest as subject
from adapters.slack.app import SlackAdapter
from adapters.slack.manifest import SCOPES, manifest


def printed(capsys, *words):
    assert main(["slack", "manifest", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_without_an_address_it_is_for_socket_mode(capsys):
    made = printed(capsys)
    assert made["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in json.dumps(made)


def test_with_an_address_everything_goes_there(capsys):
    made = printed(capsys, "--http", "https://bot.example.org/")
    there = "https://bot.example.org/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == there
    assert made["settings"]["interactivity"]["request_url"] == there
    assert made["settings"]["interactivity"]["message_menu_options_url"] == there
    assert made["features"]["slash_commands"][0]["url"] == there
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]


@pytest.mark.parametrize(
    "address", ["bot.example.org", "http://bot.example.org", "https://", "https://x.org?a=b", "https://u@x.org"]
)
def test_an_address_slack_cannot_use_is_refused_with_a_hint(capsys, address):
    with pytest.raises(SystemExit):
        printed(capsys, "--http", address)
    assert "https://HOST" in capsys.readouterr().err


def test_it_keeps_slacks_limits():
    made = manifest("https://bot.example.org")
    shown, features = made["display_information"], made["features"]
    assert made["_metadata"]["major_version"] == 2
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert all(len(shortcut["name"]) <= 24 for shortcut in features["shortcuts"])
    assert "assistant_view" not in features
    assert made["settings"]["token_rotation_enabled"] is False


def test_it_asks_for_least_privilege():
    scopes = manifest()["oauth_config"]["scopes"]
    needed = ["app_mentions:read", "chat:write", "commands", "im:history", "assistant:write", "users:read"]
    assert scopes["bot_optional"] == ["channels:history", "groups:history"]
    assert scopes["bot"] == [*needed, *scopes["bot_optional"]] == list(SCOPES)


async def test_every_subscription_has_a_listener(open_adapter):
    async with open_adapter("http") as running:
        adapter: SlackAdapter = running.adapter
        subscribed = manifest()["settings"]["event_subscriptions"]["bot_events"]
        assert {name.partition(".")[0] for name in subscribed} == set(adapter.events)


def test_printing_it_loads_no_slack_library():
    """It starts at once."""
    assert not {"slack_bolt", "slack_sdk", "aiohttp"} & set(vars(subject))

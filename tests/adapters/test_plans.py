"""Which platform is on, off, or only half set up."""

from __future__ import annotations

import pytest

from adapters.plans import SlackSettingsPresent, discord_plan, slack_plan

NAMES = ("bot_token", "app_token", "signing_secret", "client_id", "client_secret", "encryption_keys")


def plan(*there):
    return slack_plan(SlackSettingsPresent(**{name: name in there for name in NAMES}))


@pytest.mark.parametrize(
    "there",
    [
        ("bot_token",),
        ("app_token",),
        ("signing_secret",),
        ("app_token", "signing_secret"),
        ("client_id",),
        ("client_secret",),
        ("bot_token", "signing_secret", "client_id"),
        ("client_id", "client_secret", "signing_secret"),
    ],
)
def test_slack_with_some_of_its_settings_is_half_set_up(there):
    found = plan(*there)
    assert (found.mode, found.incomplete) == ("off", True)
    assert found.told == f"only half set up: {found.reason}"


@pytest.mark.parametrize("there", [(), ("encryption_keys",)], ids=["nothing", "keys, which are no credentials"])
def test_slack_with_none_of_them_is_simply_off(there):
    found = plan(*there)
    assert (found.mode, found.incomplete) == ("off", False)
    assert found.told == found.reason


@pytest.mark.parametrize("there", [("bot_token", "app_token"), ("bot_token", "signing_secret"), NAMES[2:]])
def test_slack_with_all_that_a_mode_takes_is_on(there):
    found = plan(*there)
    assert found.mode != "off"
    assert not found.incomplete


def test_discord_without_a_token_is_half_set_up_where_other_settings_of_it_are_there():
    found = discord_plan(token=False, others=["DISCORD_SHARD_IDS", "DISCORD_SHARD_COUNT"])
    assert (found.on, found.incomplete) == (False, True)
    assert found.told == "only half set up: DISCORD_SHARD_IDS and DISCORD_SHARD_COUNT are set, but DISCORD_TOKEN is not"


def test_discord_without_any_setting_is_simply_off():
    found = discord_plan(token=False)
    assert (found.on, found.incomplete, found.told) == (False, False, "DISCORD_TOKEN is not set")


def test_discord_with_a_token_is_on():
    assert discord_plan(token=True, others=["DISCORD_API_URL"]).on

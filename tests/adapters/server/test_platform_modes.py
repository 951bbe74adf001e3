"""Which platform is on, off, or only half set up."""

from __future__ import annotations

import pytest

from adapters.server.settings import PlatformMode, discord_mode, slack_mode

BOT, APP, SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
CLIENT, SECRET, KEYS = "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEYS"


@pytest.mark.parametrize(
    "present",
    [{BOT}, {APP}, {SIGNING}, {APP, SIGNING}, {CLIENT}, {SECRET}, {BOT, SIGNING, CLIENT}, {CLIENT, SECRET, SIGNING}],
)
def test_slack_with_some_of_its_settings_is_half_set_up(present):
    found = slack_mode(present)
    assert (found.mode, found.on, found.incomplete) == ("off", False, True)
    assert found.reason.startswith("only half set up: ")


@pytest.mark.parametrize("present", [set(), {KEYS}], ids=["nothing", "keys, which are no credentials"])
def test_slack_with_none_of_them_is_simply_off(present):
    found = slack_mode(present)
    assert (found.mode, found.incomplete) == ("off", False)
    assert "half set up" not in found.reason


@pytest.mark.parametrize(
    ("present", "mode"),
    [({BOT, APP}, "socket"), ({BOT, SIGNING}, "http"), ({CLIENT, SECRET, SIGNING, KEYS}, "oauth-http")],
)
def test_slack_with_all_that_a_mode_takes_is_on(present, mode):
    found = slack_mode(present)
    assert (found.mode, found.on, found.incomplete) == (mode, True, False)


def test_discord_without_any_setting_is_simply_off():
    assert discord_mode(set()) == PlatformMode("off", "DISCORD_TOKEN is not set")


def test_discord_with_a_token_is_on():
    assert discord_mode({"DISCORD_TOKEN", "DISCORD_API_URL"}).on

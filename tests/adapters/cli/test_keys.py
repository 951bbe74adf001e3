"""`framework-bot keys`."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from kept_rows import KEY, PRIVACY_KEY

from adapters.server.settings import load_settings
from tests.databases import postgresql

ROOT = Path(__file__).parents[3]
CAN_BE_REMOVED = (
    "The older keys can be removed from TOKEN_ENCRYPTION_KEYS, once every process of the service has been restarted "
    "with the newest in front."
)
NEWER = "kz4xv5wGmdXD1C8S9WqEMHEmIvE9Pe5K8AxM0rYg0hs="


def test_a_new_key_is_printed_alone_and_each_is_another(run):
    first, second = run("keys", "new"), run("keys", "new")
    assert (first.code, first.err) == (0, "")
    assert first.out == f"{first.out.strip()}\n"
    assert first.out != second.out
    Fernet(first.out.strip())


def test_a_new_key_is_one_that_the_setting_takes(run, set_up):
    key = run("keys", "new").out.strip()
    set_up(TOKEN_ENCRYPTION_KEYS=f"{key},{KEY}")
    assert load_settings().keys == (key, KEY)


def test_a_new_key_needs_no_settings(run, set_up):
    set_up(DATABASE_URL="nonsense")
    assert run("keys", "new").code == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, set_up):
    """The settings' database is of each kind in turn."""
    if request.param == "sqlite":
        yield
        return
    with postgresql() as url:
        set_up(DATABASE_URL=url)
        yield


@pytest.mark.usefixtures("database")
def test_the_three_steps_replace_a_key(served, set_up, with_store):
    def keys(action):
        command = [sys.executable, "-m", "adapters.cli.main", "keys", action]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    served("slack:T1", "slack:T2")
    newer = keys("new").strip()
    set_up(TOKEN_ENCRYPTION_KEYS=f"{newer},{KEY}")
    assert keys("rotate").splitlines() == [
        "2 installations encrypted again.",
        "2 installations encrypted with the newest key, 0 with an older one, 0 with none of these keys.",
        CAN_BE_REMOVED,
    ]
    set_up(TOKEN_ENCRYPTION_KEYS=newer)
    assert with_store(lambda store: store.installations.bot(None, "T2")) == {"bot_token": "xoxb-kept"}


def test_a_check_tells_what_is_sealed_with_which_key_and_changes_nothing(run, served, set_up):
    served("slack:T1", "slack:T2")
    set_up(TOKEN_ENCRYPTION_KEYS=f"{NEWER},{KEY}")
    served("slack:T3")
    for _ in range(2):
        outcome = run("keys", "check")
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.splitlines() == [
            "1 installation encrypted with the newest key, 2 with an older one, 0 with none of these keys.",
            'Encrypt them with the newest key: run "framework-bot keys rotate".',
        ]


def test_rotating_twice_is_harmless(run, served, set_up):
    served("slack:T1")
    set_up(TOKEN_ENCRYPTION_KEYS=f"{NEWER},{KEY}")
    assert run("keys", "rotate").out == run("keys", "rotate").out


def test_with_one_key_nothing_is_said_of_older_ones(run, served):
    served("slack:T1")
    assert run("keys", "check").out.splitlines() == [
        "1 installation encrypted with the newest key, 0 with an older one, 0 with none of these keys."
    ]


@pytest.mark.parametrize("action", ["rotate", "check"])
def test_what_a_lost_key_sealed_is_named_with_the_remedy(run, served, set_up, action):
    served("slack:T1", "slack:T2")
    set_up(TOKEN_ENCRYPTION_KEYS=NEWER)
    served("slack:T3")
    outcome = run("keys", action)
    assert outcome.code == 1
    assert (
        "1 installation encrypted with the newest key, 0 with an older one, 2 with none of these keys." in outcome.out
    )
    assert "decrypts the token of slack:T1, slack:T2: add the key that encrypted it" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_of_many_lost_ones_ten_are_named(run, served, set_up):
    served(*(f"slack:T{number:02}" for number in range(12)))
    set_up(TOKEN_ENCRYPTION_KEYS=NEWER)
    assert "slack:T09 and 2 more: add the key" in run("keys", "check").err


def test_where_something_cannot_be_opened_no_older_key_may_go(run, served, set_up):
    served("slack:T1")
    set_up(TOKEN_ENCRYPTION_KEYS=f"{NEWER},{Fernet.generate_key().decode()}")
    assert "can be removed" not in run("keys", "rotate").out


def test_an_older_key_that_hid_people_is_to_be_kept_as_long_as_their_feedback(run, served, set_up):
    set_up(FRAMEWORK_BOT_PRIVACY_KEY="")
    served("slack:T1")
    set_up(TOKEN_ENCRYPTION_KEYS=f"{NEWER},{KEY}")
    days = {datetime.now(UTC)}
    shown = run("keys", "rotate").out
    days.add(datetime.now(UTC))
    assert any(f"Keep the older keys until {day + timedelta(days=91):%d %B %Y}: " in shown for day in days)
    assert "can be removed" not in shown


@pytest.mark.parametrize("action", ["rotate", "check"])
def test_without_a_key_it_is_shown_how_to_make_one(run, served, set_up, action):
    served("slack:T1")
    set_up(TOKEN_ENCRYPTION_KEYS="")
    outcome = run("keys", action)
    assert (outcome.code, outcome.out) == (1, "")
    assert "framework-bot keys new" in outcome.err


def test_a_database_that_is_away_is_reported(run, set_up):
    set_up(DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/bot")
    outcome = run("keys", "rotate")
    assert (outcome.code, outcome.out) == (1, "")
    assert "does not answer" in outcome.err
    assert "hunter2" not in outcome.err


def test_an_action_must_be_named(run):
    assert run("keys").code == 2


def test_neither_a_key_nor_a_token_is_printed(run, served, set_up):
    served("slack:T1")
    set_up(TOKEN_ENCRYPTION_KEYS=f"{NEWER},{KEY}")
    outcomes = [run("keys", action) for action in ("check", "rotate", "check")]
    for secret in (KEY, NEWER, PRIVACY_KEY, "xoxb-kept"):
        assert not [outcome for outcome in outcomes if secret in outcome.out + outcome.err]

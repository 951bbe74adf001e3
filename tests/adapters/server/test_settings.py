from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from adapters.cli.serve import described, unknown_names
from adapters.platform import Curator
from adapters.server.setting_values import SettingsError
from adapters.server.settings import PlatformMode, Settings, load_settings, problems_of
from bot.chat.rate_limit import Rate
from bot.dialog.answering import Thresholds
from bot.storage.records import Retention

BASIC = "under https://api.slack.com/apps, your app, Basic Information >"
BOT = "xoxb-123-456-abcdef"
APP = "xapp-1-A1-2-abcdef"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
CLIENT = "1f4d2c8b10e8888abcd99yyyzzz85a5c"
DISCORD = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = "J64ZHFpCWFlS9zT7y5zxuQN1Gb09y7cucne_EhuWyDM="
OTHER_KEY = "kz4xv5wGmdXD1C8S9WqEMHEmIvE9Pe5K8AxM0rYg0hs="


def _base64(count):
    return b64encode(secrets.token_bytes(count)).decode()


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """No test sees this machine's settings."""
    for name in [*os.environ]:
        if name.upper() in {*described(), "CREDENTIALS_DIRECTORY"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(monkeypatch):
    """The settings that an environment leads to."""

    def loaded(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load_settings()

    return loaded


@pytest.fixture
def refused(load):
    """The lines that an environment is refused with."""

    def lines(**environment):
        with pytest.raises(SettingsError) as error:
            load(**environment)
        return str(error.value).splitlines()

    return lines


def test_with_nothing_set_the_defaults_hold(load):
    settings = load()
    assert (settings.host, settings.port, settings.log_level) == ("127.0.0.1", 3000, "info")
    assert settings.slack_api_url == "https://slack.com/api"
    assert settings.framework_bot_retention_days == 90
    assert settings.retention == Retention()
    assert settings.store_url.startswith("sqlite+aiosqlite:///")
    assert settings.store_url.endswith("framework-bot.sqlite3")


def test_settings_come_from_the_environment_then_dotenv_then_the_secrets_folder(monkeypatch, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, port in (("PORT", "1"), ("HOST", "from-folder"), ("LOG_LEVEL", "error")):
        (secrets / name).write_text(f"{port}\n")
    (tmp_path / ".env").write_text("PORT=2\nHOST=from-dotenv\n")
    monkeypatch.setenv("PORT", "3")
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", str(secrets))
    settings = load_settings()
    assert (settings.port, settings.host, settings.log_level) == (3, "from-dotenv", "error")


@pytest.mark.parametrize("name", ["CREDENTIALS_DIRECTORY", "FRAMEWORK_BOT_SECRETS"])
def test_systemds_credentials_and_a_folder_of_ones_own_are_read(monkeypatch, tmp_path, name):
    (tmp_path / "SLACK_BOT_TOKEN").write_text(f"{BOT}\n")
    monkeypatch.setenv(name, str(tmp_path))
    settings = load_settings()
    assert settings.slack_bot_token == SecretStr(BOT)


@pytest.mark.parametrize("written", ["", "  ", '""'])
def test_an_empty_setting_is_one_that_was_left_out(load, written):
    assert load(SLACK_BOT_TOKEN=written, PORT=written).port == 3000


@pytest.mark.parametrize("written", [f" {BOT}\n", f'"{BOT}"', f"'{BOT}'"])
def test_spaces_and_quotation_marks_around_a_value_are_not_meant(load, written):
    assert load(SLACK_BOT_TOKEN=written).slack_bot_token == SecretStr(BOT)


def test_a_limit_is_a_number_and_a_unit(load):
    assert load(FRAMEWORK_BOT_USER_LIMIT=" 5 / Hour ").framework_bot_user_limit == Rate(5, 3_600)


def test_a_limit_can_be_switched_off(load):
    assert not load(FRAMEWORK_BOT_USER_LIMIT="off").framework_bot_user_limit.bounded


def test_curators_are_named_by_platform_workspace_and_user_each_once(load):
    named = load(FRAMEWORK_BOT_CURATORS="slack:U024BE7LH, slack:T0AB/U9, discord:80351110224678912,slack:U024BE7LH")
    assert named.framework_bot_curators == (
        Curator("slack", "U024BE7LH"),
        Curator("slack", "U9", "T0AB"),
        Curator("discord", "80351110224678912"),
    )


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("SLACK_BOT_TOKEN", APP, "must start with xoxb-: copy the Bot User OAuth Token"),
        ("SLACK_APP_TOKEN", BOT, f"must start with xapp-: create one {BASIC} App-Level Tokens with connections:write"),
        ("SLACK_SIGNING_SECRET", BOT, "must be the app's signing secret"),
        ("SLACK_SIGNING_SECRET", "short", "must be the app's signing secret"),
        ("SLACK_CLIENT_ID", "A024BE7LH", "must be two numbers joined by a dot"),
        ("SLACK_CLIENT_SECRET", APP, "must be the app's client secret"),
        ("SLACK_API_URL", "http://slack.example.com/api", "must start with https://"),
        ("SLACK_API_URL", "slack.com/api", "must start with https://"),
        ("SLACK_RESPONSE_HOSTS", "https://hooks.slack.com/", "must be names of hosts"),
        ("SLACK_RESPONSE_HOSTS", " , ", "must be names of hosts"),
        ("SLACK_API_URL", "https://me:pw@slack.com/api", "without a user"),
        ("SLACK_API_URL", "https://slack.com:port/api", "is not an address"),
        ("DISCORD_TOKEN", f"Bot {DISCORD}", "without the word Bot"),
        ("DISCORD_TOKEN", "1234567890", "three parts joined by dots"),
        ("DISCORD_API_URL", "ftp://discord.com", "must start with https://"),
        ("DISCORD_SHARD_IDS", "0;1", "must be numbers from 0 on, separated by commas"),
        ("DISCORD_SHARD_IDS", "0,-1", "must be numbers from 0 on, separated by commas"),
        ("DISCORD_SHARD_IDS", "0-3", "must be numbers from 0 on, separated by commas"),
        ("DISCORD_SHARD_IDS", ",", "must be numbers from 0 on, separated by commas"),
        ("DISCORD_MESSAGE_CONTENT", "maybe", "must be true or false"),
        ("DISCORD_SHARD_IDS", "0", "must be below DISCORD_SHARD_COUNT"),
        ("DISCORD_SHARD_COUNT", "0", "should be greater than or equal to 1"),
        ("DATABASE_URL", "mysql://me:pw@db/bot", "not supported: write sqlite:///PATH or postgresql://"),
        ("DATABASE_URL", "postgresql://me:hunt@er2@db/bot", "write %40 for each @"),
        ("DATABASE_URL", "postgresql://me:hunter2@db:port/bot", "a port that is no number"),
        ("DATABASE_URL", "postgresql://me:hunter2@one:5432,two:5432/bot", "/NAME?host=ONE:5432&host=TWO:5432"),
        ("DATABASE_URL", "postgresql://me:hunter2@db/bot?ssl=true", "write sslmode=require"),
        ("DATABASE_URL", "sqlite:///~/bot.sqlite3", "write the path in full"),
        ("TOKEN_ENCRYPTION_KEYS", f"{KEY},short", "number 2 of 2 is not: make one with: framework-bot keys new"),
        ("TOKEN_ENCRYPTION_KEYS", ",", "number 1 of 1 is not"),
        ("TOKEN_ENCRYPTION_KEYS", "é" * 44, "number 1 of 1 is not"),
        ("PORT", "65536", "should be less than or equal to 65535"),
        ("PORT", "http", "should be a valid integer"),
        ("LOG_LEVEL", "loud", "should be 'debug', 'info', 'warning', 'error' or 'critical'"),
        ("FRAMEWORK_BOT_OVERLAY", "no-such-folder", "must be a folder that exists"),
        ("FRAMEWORK_BOT_ANSWER_THRESHOLD", "60", "must be a number from 0 to 1"),
        ("FRAMEWORK_BOT_CHOICES_THRESHOLD", "nan", "must be a number from 0 to 1"),
        ("FRAMEWORK_BOT_RETENTION_DAYS", "366", "should be less than or equal to 365"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "short", "must be 64 hexadecimal digits"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "a" * 32, "must be 64 hexadecimal digits"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "ab" * 32, "must be 64 hexadecimal digits"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "0123456789abcdef" * 2, "must be 64 hexadecimal digits"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "z" * 60, "must be 64 hexadecimal digits"),
        ("FRAMEWORK_BOT_PRIVACY_KEY", "a long sentence with as many characters as that is no key", "openssl rand"),
        ("FRAMEWORK_BOT_OPERATOR", "x" * 81, "should have at most 80 characters"),
        ("FRAMEWORK_BOT_USER_LIMIT", "often", "must be a number and a unit, such as 20/minute"),
        ("FRAMEWORK_BOT_CHANNEL_LIMIT", "0/minute", "must be a number and a unit"),
        ("FRAMEWORK_BOT_TENANT_LIMIT", "5/fortnight", "must be a number and a unit"),
        ("FRAMEWORK_BOT_CURATORS", "somebody nice", "must be people separated by commas: slack:USER"),
        ("FRAMEWORK_BOT_ENCODER", "maybe", "must be on or off"),
        ("FRAMEWORK_BOT_DIGEST", "daily", "should be 'monday', 'tuesday'"),
        ("FRAMEWORK_BOT_METRICS_TOKEN", "short", "must have at least 16 characters"),
        ("SENTRY_DSN", "https://sentry.example.com", "must be the project's DSN"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "must start with https://"),
    ],
)
def test_a_bad_setting_is_named_with_its_remedy_and_without_its_value(refused, name, value, remedy):
    (line,) = refused(**{name: value})
    assert line.startswith(f"{name} ")
    assert remedy in line
    if len(value) > 8:
        assert value not in line


def test_every_bad_setting_is_named_at_once_in_one_line_each(refused):
    lines = refused(SLACK_BOT_TOKEN="nope", PORT="nope", DISCORD_TOKEN="nope")
    assert [line.split()[0] for line in lines] == ["SLACK_BOT_TOKEN", "DISCORD_TOKEN", "PORT"]


def test_every_setting_that_can_be_malformed_has_a_remedy_of_its_own(refused):
    hopeless = dict.fromkeys(described().keys() - {"FRAMEWORK_BOT_SECRETS"}, "\x01 ?")
    free = {"HOST", "FRAMEWORK_BOT_OPERATOR", "FRAMEWORK_BOT_CONTACT", "FRAMEWORK_BOT_CACHE"}
    lines = refused(**hopeless)
    assert {line.split()[0] for line in lines} == set(hopeless) - free
    assert all(re.match(r"[A-Z_]+ (must|should|is|starts) ", line) for line in lines)


def test_a_shard_beyond_their_number_is_named(refused):
    (line,) = refused(DISCORD_SHARD_IDS="0,3", DISCORD_SHARD_COUNT="3")
    assert line.startswith("DISCORD_SHARD_IDS must be below DISCORD_SHARD_COUNT")


def test_choices_cannot_start_above_answers(load):
    settings = load(FRAMEWORK_BOT_ANSWER_THRESHOLD="0.4", FRAMEWORK_BOT_CHOICES_THRESHOLD="0.5")
    remedy = "FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD"
    with pytest.raises(SettingsError, match=remedy):
        settings.knowledge.thresholds(Thresholds(answer=0.5, choices=0.2))


def test_a_threshold_that_is_set_replaces_the_fitted_one(load):
    fitted = Thresholds(answer=0.5, choices=0.2)
    assert load().knowledge.thresholds(fitted) == fitted
    assert load(FRAMEWORK_BOT_ANSWER_THRESHOLD="0.7").knowledge.thresholds(fitted) == Thresholds(0.7, 0.2)


@pytest.mark.parametrize(("name", "value"), [("ANSWER", "0.1"), ("CHOICES", "0.9")])
def test_a_threshold_that_contradicts_the_fitted_one_is_named(load, name, value):
    settings = load(**{f"FRAMEWORK_BOT_{name}_THRESHOLD": value})
    remedy = "must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD .* 0.2 and 0.5.*set both"
    with pytest.raises(SettingsError, match=remedy):
        settings.knowledge.thresholds(Thresholds(answer=0.5, choices=0.2))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PORT=\xff"])
def test_a_dotenv_that_is_no_text_is_named(content):
    Path(".env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"\.env is not in UTF-8, .*: save \.env as UTF-8"):
        load_settings()


@pytest.mark.parametrize(("written", "read"), [("0", (0,)), ("0,1", (0, 1)), (" 5 , 6,5", (5, 6))])
def test_shards_are_numbers_each_once(load, written, read):
    assert load(DISCORD_SHARD_IDS=written, DISCORD_SHARD_COUNT="8").discord_shard_ids == read


@pytest.mark.parametrize(
    "address",
    [
        "https://slack-gov.com/api",
        "http://127.0.0.1:8080/api",
        "http://[::1]:8080/api",
        "http://10.1.2.3/api",
        "http://proxy:8080/api",
        "http://proxy.bots.svc/api",
        "http://localhost/api",
    ],
)
def test_an_api_may_be_elsewhere_and_without_encryption_only_in_ones_own_network(load, address):
    assert load(SLACK_API_URL=f"{address}/").slack_api_url == address


def test_keys_are_listed_newest_first(load):
    assert load(TOKEN_ENCRYPTION_KEYS=f"{KEY}, {OTHER_KEY},").keys == (KEY, OTHER_KEY)


@pytest.mark.parametrize("make", [secrets.token_hex, secrets.token_urlsafe, _base64])
def test_a_random_key_of_32_bytes_hides_people_in_any_form(load, make):
    for _ in range(50):
        key = make(32)
        assert load(FRAMEWORK_BOT_PRIVACY_KEY=key).privacy_secrets == (key,)


def test_users_are_hidden_by_the_privacy_key_or_else_by_whatever_else_is_secret(load):
    assert load().privacy_secrets == ()
    assert load(DISCORD_TOKEN=DISCORD).privacy_secrets == (DISCORD,)
    privacy = secrets.token_hex(32)
    every = load(
        FRAMEWORK_BOT_PRIVACY_KEY=privacy,
        TOKEN_ENCRYPTION_KEYS=f"{KEY},{OTHER_KEY}",
        SLACK_CLIENT_SECRET=CLIENT,
        SLACK_SIGNING_SECRET=SIGNING,
        SLACK_BOT_TOKEN=BOT,
    )
    assert every.privacy_secrets == (privacy, KEY, OTHER_KEY, CLIENT, SIGNING, BOT, DISCORD)


@pytest.mark.parametrize(
    ("environment", "mode", "reason"),
    [
        ({}, "off", "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": BOT}, "off", "neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP)"),
        ({"SLACK_SIGNING_SECRET": SIGNING}, "off", "SLACK_BOT_TOKEN is not"),
        ({"SLACK_APP_TOKEN": APP}, "off", "SLACK_BOT_TOKEN is not"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}, "socket", "SLACK_APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SIGNING}, "socket", "APP_TOKEN"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING}, "http", "SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1.2"}, "off", "SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET, TOKEN_ENCRYPTION_KEYS"),
        (
            {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": CLIENT, "SLACK_SIGNING_SECRET": SIGNING},
            "off",
            "also set TOKEN_ENCRYPTION_KEYS",
        ),
        (
            {
                "SLACK_CLIENT_ID": "1.2",
                "SLACK_CLIENT_SECRET": CLIENT,
                "SLACK_SIGNING_SECRET": SIGNING,
                "TOKEN_ENCRYPTION_KEYS": KEY,
            },
            "oauth-http",
            "any workspace can install",
        ),
    ],
)
def test_slack_is_served_as_the_settings_that_are_there_decide(load, environment, mode, reason):
    found = load(**environment).slack
    assert isinstance(found, PlatformMode)
    assert found.mode == mode
    assert reason in found.reason


def test_discord_is_served_where_it_has_a_token(load):
    assert load().discord == PlatformMode("off", "DISCORD_TOKEN is not set")
    assert load(DISCORD_TOKEN=DISCORD).discord == PlatformMode("gateway", "DISCORD_TOKEN is set")


def test_no_secret_shows_when_settings_are_printed(load):
    secret = {
        "SLACK_BOT_TOKEN": BOT,
        "SLACK_APP_TOKEN": APP,
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_CLIENT_SECRET": CLIENT,
        "DISCORD_TOKEN": DISCORD,
        "DATABASE_URL": "postgresql://me:hunter2hunter2@db/bot",
        "TOKEN_ENCRYPTION_KEYS": KEY,
        "FRAMEWORK_BOT_PRIVACY_KEY": "148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940",
        "FRAMEWORK_BOT_METRICS_TOKEN": "m" * 32,
        "FRAMEWORK_BOT_API_TOKEN": "a" * 32,
        "SENTRY_DSN": "https://0123456789abcdef@sentry.example.com/7",
    }
    settings = load(**secret)
    shown = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert not [name for name, value in secret.items() if value in shown]
    fields = Settings.model_fields.items()
    assert {name.upper() for name, field in fields if "SecretStr" in str(field.annotation)} == set(secret)
    assert settings.store_url == secret["DATABASE_URL"]


def test_no_secret_shows_in_a_traceback(monkeypatch):
    monkeypatch.setenv("SLACK_APP_TOKEN", "xoxb-very-secret")
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", "from adapters.server.settings import load_settings; load_settings()"],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "SLACK_APP_TOKEN must start with xapp-" in ended.stderr
    assert "very-secret" not in ended.stderr


def test_problems_of_an_error_never_hold_its_values():
    with pytest.raises(ValidationError) as error:
        Settings(slack_bot_token="very-secret", slack_client_id="not-shown-either")
    problems = problems_of(error.value)
    assert [problem.split()[0] for problem in problems] == ["SLACK_BOT_TOKEN", "SLACK_CLIENT_ID"]
    shown = f"{problems} {error.value}"
    assert "very-secret" not in shown
    assert "not-shown-either" not in shown


def test_every_setting_is_described_on_one_line():
    for name, help_text in described().items():
        assert name == name.upper()
        assert help_text.endswith((".", "none."))
        assert "\n" not in help_text


def test_a_name_that_is_almost_a_setting_is_distinguished_from_what_belongs_to_someone_else():
    names = ["FRAMEWORK_BOT_OVERLAI", "framework_bot_cache", "SLACK_TEAM", "PATH", "PORT", "discord_token"]
    assert unknown_names(names) == ["FRAMEWORK_BOT_OVERLAI"]


def test_settings_are_read_without_a_database_driver_or_a_chat_sdk():
    listed = "import sys, adapters.server.settings; print(*sys.modules)"
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", listed],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"sqlalchemy", "psycopg", "slack_bolt", "discord", "aiohttp"} & set(ended.stdout.split())

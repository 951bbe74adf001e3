"""compose.yaml: the bot and its PostgreSQL on one machine."""

from __future__ import annotations

import re
import sys

import pytest

from adapters.server.settings import load_settings
from tests.deploy.files import DEPLOY, SECRETS, SETTINGS, STOPPING, documents, text_of, tool

COMPOSE = documents("compose.yaml")[0]
SERVICES = COMPOSE["services"]
BOT = SERVICES["bot"]


def test_it_fits_the_compose_specification():
    command = ("-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml")
    code, printed = tool(sys.executable, *command)
    assert code == 0, printed


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].partition(":")[0]) > 0
    assert {"memory", "cpus", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    assert "max-size" in service["logging"]["options"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_whether_it_is_well(name):
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_the_bot_is_asked_as_its_image_would_be():
    printed = re.search(r"^ +CMD (\[.*alive.*\])$", text_of("Containerfile"), re.MULTILINE)[1]
    assert BOT["healthcheck"]["test"] == ["CMD", *re.findall(r'"([^"]+)"', printed)]


def test_a_wrong_setting_does_not_start_it_over_and_over():
    policy, _, tries = BOT["restart"].partition(":")
    assert policy == "on-failure"
    assert int(tries) <= 10


def test_it_has_time_to_finish_what_it_is_answering():
    assert int(BOT["stop_grace_period"].removesuffix("s")) > STOPPING


def test_it_waits_for_a_database_that_is_well():
    assert BOT["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_the_database_is_reached_by_the_bot_alone():
    assert SERVICES["postgres"]["networks"] == ["store"]
    assert COMPOSE["networks"]["store"]["internal"] is True
    assert "ports" not in SERVICES["postgres"]


def test_the_port_is_this_machines_own():
    assert [port.partition(":")[0] for port in BOT["ports"]] == ["127.0.0.1"]


def test_every_secret_setting_is_a_file_and_none_is_in_the_environment():
    assert set(BOT["secrets"]) == SECRETS
    assert set(BOT["environment"]) <= SETTINGS - SECRETS


def test_every_secret_is_a_file_of_its_own_name():
    used = {name for service in SERVICES.values() for name in service["secrets"]}
    assert COMPOSE["secrets"] == {name: {"file": f"./secrets/{name}"} for name in used}


def test_every_volume_is_declared():
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_git_does_not_take_the_secrets():
    assert "secrets/" in (DEPLOY / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_an_empty_file_counts_as_a_secret_that_is_left_out(tmp_path, monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name in BOT["secrets"]:
        (tmp_path / name).write_text("\n", encoding="utf-8")
    (tmp_path / "DISCORD_TOKEN").write_text("a.good.token\n", encoding="utf-8")
    monkeypatch.setenv("FRAMEWORK_BOT_SECRETS", str(tmp_path))
    settings = load_settings()
    assert {name for name in SECRETS if getattr(settings, name.lower()) not in (None, ())} == {"DISCORD_TOKEN"}

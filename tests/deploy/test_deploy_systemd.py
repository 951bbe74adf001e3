"""The systemd units."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from adapters.cli.serve import MISCONFIGURED
from tests.deploy.files import DEPLOY, SECRETS, SETTINGS, STOPPING, text_of, tool

UNITS = sorted(str(file.relative_to(DEPLOY)) for file in (DEPLOY / "systemd").iterdir())
FRESHNESS = "systemd/framework-bot-freshness"
ANALYZE = shutil.which("systemd-analyze")
OLDEST = 252
"""The systemd that the unit is written for."""


def _too_old():
    """Whether there is no systemd here that knows the unit's keys."""
    if ANALYZE is None:
        return True
    found = re.match(r"systemd (\d+)", tool(ANALYZE, "--version")[1])
    return found is None or int(found[1]) < OLDEST


systemd_here = pytest.mark.skipif(_too_old(), reason="no such systemd here; the checks of our own run everywhere")

SECTIONS = {
    "systemd/framework-bot.service": {"Unit", "Service", "Install"},
    "systemd/framework-bot-compose.service": {"Unit", "Service", "Install"},
    f"{FRESHNESS}.service": {"Unit", "Service"},  # its timer starts it
    f"{FRESHNESS}.timer": {"Unit", "Timer", "Install"},
}


def parsed(name):
    """The unit's lines: (section, key, value)."""
    section, found = "", []
    for line in text_of(name).splitlines():
        if not line or line.startswith("#"):
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
            continue
        key, _, value = line.partition("=")
        found.append((section, key, value))
    return found


@pytest.fixture(scope="module")
def service():
    """The values of each key of the bot's unit."""
    found = {}
    for section, key, value in parsed("systemd/framework-bot.service"):
        if section == "Service":
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_known_sections_and_no_key_outside_them(name):
    lines = parsed(name)
    assert {section for section, _, _ in lines} == SECTIONS[name]
    assert [line for line in lines if not re.fullmatch(r"[A-Z]\w+", line[1])] == []
    assert len([line for line in lines if line[1] == "ExecStart"]) == ("Service" in SECTIONS[name])


@pytest.fixture
def here(tmp_path):
    """A unit that starts a program which is here: systemd asks for that too."""

    def here(name):
        file = tmp_path / name.rpartition("/")[2]
        file.write_text(
            re.sub(r"^(Exec\w+)=\S+", rf"\1={sys.executable}", text_of(name), flags=re.MULTILINE), encoding="utf-8"
        )
        return file

    return here


@systemd_here
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong(name, here):
    file = here(name)
    (file.parent / "docker.service").write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    here(f"{FRESHNESS}.service")
    assert tool(ANALYZE, "verify", "--man=no", file) == (0, "")


@systemd_here
@pytest.mark.parametrize("name", ["systemd/framework-bot.service", f"{FRESHNESS}.service"])
def test_systemd_rates_it_as_little_exposed(name, here):
    code, printed = tool(ANALYZE, "security", "--offline=yes", "--threshold=15", "--no-pager", here(name))
    assert code == 0, printed


def test_the_facts_are_checked_every_week_by_the_unit_of_the_timers_name():
    timer = {key: value for section, key, value in parsed(f"{FRESHNESS}.timer") if section == "Timer"}
    assert timer["OnCalendar"].startswith("Mon ")
    assert timer["Persistent"] == "yes"
    assert "Unit" not in timer  # so it starts the service of its own name
    started = {key: value for _, key, value in parsed(f"{FRESHNESS}.service")}
    assert (started["Type"], started["ExecStart"].split()[1:]) == ("oneshot", ["freshness"])
    assert "SuccessExitStatus" not in started  # what is stale shows as a failed unit


def test_a_wrong_setting_is_not_tried_again(service):
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == [str(MISCONFIGURED)]


def test_it_has_time_to_finish_what_it_is_answering(service):
    assert int(service["TimeoutStopSec"][0]) > STOPPING
    assert service["KillSignal"] == ["SIGTERM"]


def test_every_secret_setting_is_a_credential_and_none_is_in_the_environment(service):
    credentials = dict(line.split(":") for line in service["LoadCredential"])
    assert credentials == {name: f"/etc/framework-bot/secrets/{name}" for name in SECRETS}
    environment = {line.partition("=")[0] for line in service["Environment"]}
    assert environment & SECRETS == set()
    assert environment - SETTINGS == {"XDG_DATA_HOME", "HOME", "PYTHONUNBUFFERED"}


def test_it_may_write_to_its_own_folders_alone(service):
    assert service["DynamicUser"] == ["yes"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["StateDirectory"] == service["CacheDirectory"] == ["framework-bot"]
    assert service["CapabilityBoundingSet"] == [""]


def test_containers_are_brought_up_where_the_compose_file_is():
    values = {key: value for _, key, value in parsed("systemd/framework-bot-compose.service")}
    assert values["WorkingDirectory"].endswith("/deploy")
    assert values["ExecStart"].endswith("docker compose up --detach")
    assert values["WantedBy"] == "docker.service"

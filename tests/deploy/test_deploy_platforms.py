"""Procfile, fly.toml and render.yaml."""

from __future__ import annotations

import re
import tomllib

import pytest

from adapters.cli.main import COMMANDS
from tests.deploy.files import DEPLOY, ROOT, SECRETS, SETTINGS, STOPPING, documents, text_of

FLY = tomllib.loads(text_of("fly.toml"))
RENDER = documents("render.yaml")[0]
(WEB,) = RENDER["services"]
VARIABLES = {variable["key"]: variable for variable in WEB["envVars"]}


def test_the_procfile_serves_from_the_checkout():
    processes = dict(re.findall(r"^([a-z]+): (.+)$", text_of("Procfile"), re.MULTILINE))
    assert processes.keys() == {"web"}
    found = re.fullmatch(r"HOST=0\.0\.0\.0 exec python -m ([\w.]+) (\w+)", processes["web"])
    assert (ROOT / found[1].replace(".", "/")).with_suffix(".py").is_file()
    assert found[2] in {*COMMANDS}


@pytest.mark.parametrize("file", ["fly.toml", "README.md", "render.yaml"])
def test_where_the_port_is_public_a_token_for_the_metrics_is_set(file):
    steps = text_of(file)
    if file == "README.md":
        [steps] = [line for line in steps.splitlines() if line.startswith("| Heroku |")]
    assert re.search(r"FRAMEWORK_BOT_METRICS_TOKEN(=\$\(openssl rand -hex 32\)|, generateValue: true)", steps)
    assert "FRAMEWORK_BOT_METRICS_TOKEN" in text_of("Procfile")


def test_fly_builds_from_files_next_to_its_own():
    assert (DEPLOY / FLY["build"]["dockerfile"]).is_file()
    assert (DEPLOY / FLY["build"]["ignorefile"]).is_file()


async def test_fly_asks_for_what_the_service_answers(ask):
    (check,) = FLY["http_service"]["checks"]
    assert (await ask(check["path"]))[0] == 200
    assert FLY["http_service"]["internal_port"] == int(FLY["env"]["PORT"])


def test_fly_neither_sleeps_nor_is_killed_before_it_has_finished():
    assert FLY["http_service"]["auto_stop_machines"] == "off"
    assert FLY["kill_signal"] == "SIGTERM"
    assert int(FLY["kill_timeout"].removesuffix("s")) > STOPPING


def test_fly_has_no_secret_in_its_file():
    assert FLY["env"].keys() <= SETTINGS - SECRETS


def test_render_builds_from_paths_at_the_root():
    assert (ROOT / WEB["dockerfilePath"]).is_file()
    assert (ROOT / WEB["dockerContext"] / "pyproject.toml").is_file()


async def test_render_asks_for_what_the_service_answers(ask):
    assert (await ask(WEB["healthCheckPath"]))[0] == 200
    assert WEB["maxShutdownDelaySeconds"] > STOPPING


def test_render_runs_one_process():
    assert WEB["numInstances"] == 1


@pytest.mark.parametrize("name", VARIABLES)
def test_render_has_no_secret_in_its_file(name):
    assert name in SETTINGS
    assert ("value" in VARIABLES[name]) == (name not in SECRETS)


def test_render_makes_the_database_it_names():
    assert VARIABLES["DATABASE_URL"]["fromDatabase"]["name"] in {made["name"] for made in RENDER["databases"]}

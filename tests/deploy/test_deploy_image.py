"""The Containerfile: what it builds, and that what it relies on holds."""

from __future__ import annotations

import asyncio
import importlib.util
import re
import socket
import sys

import pytest
from aiohttp import web

from tests.deploy.files import DEPLOY, ROOT, SECRETS, documents, installed, text_of, tool


@pytest.fixture(scope="module")
def instructions():
    """The instructions by stage: (name, the rest as one line)."""
    lines = [line for line in text_of("Containerfile").splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    stages = []
    for line in filter(None, whole.splitlines()):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((name, rest.strip()))
    return stages


@pytest.fixture(scope="module")
def build(instructions):
    return instructions[0]


@pytest.fixture(scope="module")
def image(instructions):
    return instructions[-1]


def of(stage, name):
    return [rest for found, rest in stage if found == name]


def test_hadolint_finds_nothing():
    assert tool(installed("hadolint"), "deploy/Containerfile") == (0, "")


def test_both_stages_have_the_same_base_pinned_by_its_tag(instructions):
    assert len(instructions) == 2
    assert {rest.partition(" AS ")[0] for stage in instructions for rest in of(stage, "FROM")} == {"python:${PYTHON}"}
    assert re.search(r"^ARG PYTHON=3\.\d+-slim-\w+$", text_of("Containerfile"), re.MULTILINE)


def test_what_it_runs_on_is_installed_by_hash(build):
    installing = [step for run in of(build, "RUN") for step in run.split("&&") if " install " in step]
    requirements, project = installing
    assert "--require-hashes --requirement requirements.txt" in requirements
    assert "--no-deps --no-index" in project


def test_what_is_taken_out_again_is_needed_by_nothing_that_stays(build):
    (removal,) = [step for run in of(build, "RUN") for step in run.split("&&") if " uninstall " in step]
    gone = set(removal.split("--yes")[1].split())
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    users = {
        block.partition("==")[0]: set(re.findall(r"^ +# +(?:via +)?(?!via$)(\S.*)$", block, re.MULTILINE))
        for block in blocks
    }
    assert gone <= users.keys()
    assert all(users.values())
    assert set().union(*(users[name] for name in gone)) <= gone | {"framework-bot (pyproject.toml:build)"}


def test_the_knowledge_is_compiled_from_what_is_installed_after_its_times_are_whole_seconds(build):
    (run,) = [run for run in of(build, "RUN") if "assemble()" in run]
    steps = [step.strip() for step in run.split("&&")]
    times, modules, knowledge, readable = steps
    assert re.search(r"touch .*--date=\S+:\d\dZ ", times)
    assert "unchecked-hash" in modules  # else the times just changed would make every module stale
    assert "python -I -c" in knowledge  # else the checkout next to it would be compiled, under another path
    assert "a+rX" in readable


def test_the_build_fails_where_the_compiled_knowledge_is_not_used(image):
    names = [name for name, _ in image]
    (check,) = [rest for name, rest in image if name == "RUN" and "assemble" in rest]
    assert "'knowledge.loading' in sys.modules" in check
    assert "-I" in check
    assert names.index("USER") < image.index(("RUN", check))


def test_both_stages_look_for_the_compiled_knowledge_in_the_same_place(build, image):
    places = {
        re.search(r"FRAMEWORK_BOT_CACHE=(\S+)", " ".join(of(stage, "ENV")))[1] for stage in (build, image)
    }  # fmt: skip
    assert places == {"/opt/framework-bot/knowledge"}


def test_it_runs_as_nobody_in_particular_and_is_stopped_in_order(image):
    assert of(image, "USER") == ["10001:10001"]
    assert of(image, "STOPSIGNAL") == ["SIGTERM"]
    assert of(image, "ENTRYPOINT") == ['["framework-bot"]']
    assert of(image, "CMD")[-1] == '["serve"]'


def test_its_environment_sets_no_secret_for_that_would_win_over_a_file(image):
    environment = dict(pair.split("=", 1) for rest in of(image, "ENV") for pair in rest.split())
    assert environment.keys() & SECRETS == set()
    assert environment["HOST"] == "0.0.0.0"
    assert of(image, "EXPOSE") == [environment["PORT"]]
    assert environment["HOME"] == environment["XDG_DATA_HOME"] == "/data"


def test_only_what_is_copied_is_let_into_the_build(build):
    wanted = {source.rstrip("/") for rest in of(build, "COPY") for source in rest.split()[:-1]}
    lines = text_of("Containerfile.dockerignore").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == wanted
    assert [name for name in wanted if not (ROOT / name).exists()] == []


def test_the_versions_named_are_the_projects(image, project):
    version = project["version"]
    assert f'image.version="{version}"' in " ".join(of(image, "LABEL"))
    assert documents("compose.yaml")[0]["services"]["bot"]["image"] == f"framework-bot:{version}"
    assert documents("kubernetes/kustomization.yaml")[0]["images"][0]["newTag"] == version
    tags = re.findall(r"framework-bot:(\d[\w.]*)", text_of("Containerfile") + text_of("README.md"))
    assert {*tags} == {version}
    assert f"\n## {version} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_check_of_its_health_is_the_file_that_is_copied(build, image):
    (copied,) = [rest.split() for rest in of(build, "COPY") if "alive.py" in rest]
    assert copied == ["deploy/alive.py", "/opt/framework-bot/alive.py"]
    assert f'["python", "{copied[1]}"]' in of(image, "HEALTHCHECK")[0] + of(image, "CMD")[0]


@pytest.fixture
async def serving():
    """Serves /healthz with a status; the port."""
    runners = []

    async def serving(status):
        application = web.Application()

        async def healthz(_):
            return web.Response(status=status)

        application.router.add_get("/healthz", healthz)
        runner = web.AppRunner(application)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner.addresses[0][1]

    yield serving
    for runner in runners:
        await runner.cleanup()


async def exit_code(port):
    process = await asyncio.create_subprocess_exec(sys.executable, DEPLOY / "alive.py", env={"PORT": str(port)})
    return await process.wait()


async def test_a_service_that_answers_is_alive(serving):
    assert await exit_code(await serving(200)) == 0


async def test_a_service_that_answers_something_else_is_not(serving):
    assert await exit_code(await serving(500)) == 1


async def test_nobody_on_the_port_is_not_alive():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert await exit_code(port) == 1


def test_a_service_that_accepts_and_says_nothing_is_not_alive(monkeypatch):
    spec = importlib.util.spec_from_file_location("alive", DEPLOY / "alive.py")
    alive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alive)
    monkeypatch.setattr(alive, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections wait in its queue for good
        assert alive.alive(silent.getsockname()[1]) is False

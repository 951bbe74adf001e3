"""The workflow that opens a change: its schema, and its scripts run in a repository with a remote."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.deploy.files import documents, tool

NAME = "freshness.workflow.yaml"
STEPS = {step["name"]: step for step in documents(NAME)[0]["jobs"]["freshness"]["steps"] if "name" in step}
RECORD = '#!/bin/sh\nprintf "%s\\n" "$@" >> "$CALLS"\n'


@pytest.fixture
def step(tmp_path):
    """Runs a step as Actions does, in a clone; `freshness` exits as said after it wrote the entry."""
    home, programs = tmp_path / "checkout", tmp_path / "programs"
    programs.mkdir()
    origin = tmp_path / "origin.git"
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def git(*words):
        command = ("git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words)
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=True).stdout

    def program(name, text):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    def step(name, *, code=0, writes="true"):
        program("framework-bot", f'#!/bin/sh\n[ "$1" = check ] || {{ echo found; {writes}; exit {code}; }}\n')
        program("gh", RECORD)
        command = ("bash", "-e", "-o", "pipefail", "-c", STEPS[name]["run"])
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)

    home.mkdir()
    (home / "entry.yaml").write_text("old\n")
    subprocess.run(["git", "init", "--quiet", "--bare", origin], check=True, env=environment)
    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    git("remote", "add", "origin", str(origin))
    step.git, step.calls, step.output = git, tmp_path / "calls", tmp_path / "output"
    return step


def test_it_fits_the_schema_of_workflows():
    code, printed = tool(
        sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", f"deploy/{NAME}"
    )
    assert code == 0, printed


def test_it_runs_once_a_week_and_may_open_a_change():
    (document,) = documents(NAME)
    assert [one["cron"].endswith(" * * 1") for one in document["on"]["schedule"]] == [True]
    assert document["permissions"] == {"contents": "write", "pull-requests": "write"}


@pytest.mark.parametrize(("code", "fails"), [(0, False), (3, False), (1, True), (2, True)])
def test_stale_facts_do_not_keep_it_from_opening_a_change_and_a_broken_check_does(step, code, fails):
    assert (step("Check", code=code).returncode != 0) is fails
    assert step.output.read_text() == f"code={code}\n"


def test_what_was_updated_is_pushed_to_a_branch_and_proposed(step):
    step("Check", code=3, writes="echo new > entry.yaml")
    done = step("Open a change")
    assert done.returncode == 0, done.stderr
    (branch,) = [name for name in step.git("ls-remote", "--heads", "origin").split() if name.startswith("refs/")]
    assert step.git("show", f"{branch.removeprefix('refs/heads/')}:entry.yaml") == "new\n"
    assert step.calls.read_text().splitlines()[:2] == ["pr", "create"]


def test_where_nothing_was_updated_no_change_is_opened(step):
    step("Check", code=3)
    assert step("Open a change").returncode == 0
    assert not step.calls.exists()
    assert step.git("ls-remote", "--heads", "origin") == ""

"""The commands in the documents run as they are printed, in order, in a folder like a fresh checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    "knowledge/README.md",
    *sorted(f"deploy/{file.name}" for file in (ROOT / "deploy").glob("*.md")),
)

NO_COMMANDS = {"> which one is better for phones": "a conversation", "FROM framework-bot:": "a Containerfile"}
"""How blocks begin that show something else."""

NOT_RUN = {
    r"^make chat": "installs from the index; what it then runs is run here",
    r"^make web": "installs from the index, and serves until it is stopped; tests/adapters/cli/test_web.py runs it",
    r"^make test": "would run this test",
    r"^(uv|pipx) ": "installs from the index into the person's own folders; .ci/wheel installs the same with pip",
    r"^python3 -m venv ~": "the same",
    r"TOKEN=(\.\.\.|xox)|^\.venv/bin/framework-bot serve$": "needs a token; tests/adapters/server has stand-ins",
    r"^framework-bot keys (rotate|check)|^framework-bot forget --user slack:U024": "needs the service's secrets",
    r"^framework-bot freshness": "asks indexes and hosts elsewhere; tests/adapters/cli/test_freshness.py has stand-ins",
    r"docker|kubectl|secret.example": "needs a container engine or a cluster",
    r"/opt/framework-bot|/etc/framework-bot": "changes the machine, as root",
    r"^(mkdir -m 700 secrets|touch SLACK|openssl|printf 'postgresql)": "part of one of those",
    r"file:/var/lib/framework-bot": "needs the service's own database",
}
"""What cannot run here, and why."""


PRINTED = re.compile(r"^ *```(\w*)\n(.*?)^ *```|^\d+\. `([^`\n]* [^`\n]*)`", re.MULTILINE | re.DOTALL)
"""A block with its language, or a command of two words or more that begins a numbered step."""


def commands(document):
    """The command lines of a document: of its shell blocks, and those that are a numbered step."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = []
    for language, block, step in PRINTED.findall(text):
        if not language and not block.startswith(tuple(NO_COMMANDS)):
            lines = re.sub(r"\\\n\s*", " ", block or step).splitlines()
            found += [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return found


def reasons(command):
    return [reason for pattern, reason in NOT_RUN.items() if re.search(pattern, command)]


@pytest.fixture
def checkout(tmp_path):
    """A folder with what the documents speak of, and the environment of somebody who has set nothing."""
    for name in ("tests", "knowledge"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    (tmp_path / "faq.tsv").write_text(
        "when do you open\tAt nine, every day but Sunday.\nwhere are you\tIn the old mill.\n"
    )
    guide = (ROOT / "knowledge/README.md").read_text(encoding="utf-8")
    entry = re.search(r"^```yaml\n(id: .*?)^```", guide, re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "our-entries/entries").mkdir(parents=True)
    (tmp_path / "our-entries/entries/gpu-cluster.yaml").write_text(entry)
    ours = ("FRAMEWORK_BOT_", "SLACK_", "DISCORD_", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    cache = os.environ["FRAMEWORK_BOT_CACHE"]
    return tmp_path, {
        **environment,
        "PATH": path,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]]),
        "FRAMEWORK_BOT_CACHE": cache,
    }


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if not all(map(reasons, commands(name)))])
def test_every_command_of_a_document_runs_as_printed(document, checkout):
    folder, environment = checkout
    lines = [line for line in commands(document) if not reasons(line)]
    script = "\n".join(["set -euxo pipefail", *lines])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1_000:]
    assert "Traceback" not in done.stderr


def test_every_exception_is_of_a_command_that_is_printed():
    printed = [command for document in DOCUMENTS for command in commands(document)]
    assert [pattern for pattern in NOT_RUN if not any(re.search(pattern, command) for command in printed)] == []


def test_the_readme_says_how_to_get_each_program_it_names():
    assert {"uv tool install '.[service]'", "pipx install '.[service]'"} <= {*commands("README.md")}
    assert 'export PATH="$PWD/.venv/bin:$PATH"' in (ROOT / "README.md").read_text(encoding="utf-8")

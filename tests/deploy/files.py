"""The files under deploy/, as the tests read them, and what they are to agree with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from adapters.platform import DRAIN, GOODBYE
from adapters.server.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

SETTINGS = {name.upper() for name in Settings.model_fields}
SECRETS = {name.upper() for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}

STOPPING = 2 * GOODBYE + DRAIN + 1
"""Seconds that a process may take to stop in order, before what little it does last."""


def text_of(name):
    """A file under deploy/."""
    return (DEPLOY / name).read_text(encoding="utf-8")


def documents(name):
    """The documents of a YAML file under deploy/."""
    return list(YAML(typ="safe", pure=True).load_all(text_of(name)))


def tool(*command):
    """Runs a tool of the development requirements from the root; its exit code and what it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def installed(name):
    """A command next to the interpreter that runs the tests."""
    return str(Path(sys.executable).parent / name)


def anchors(name):
    """What links into a Markdown file may point to."""
    titles = re.findall(r"^#+ (.+)$", text_of(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

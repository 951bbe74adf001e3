"""Every file under deploy/ names settings that there are, and keeps to the house's form."""

from __future__ import annotations

import re
import sys

import pytest

from tests.deploy.files import DEPLOY, SETTINGS, text_of, tool

FILES = sorted(str(file.relative_to(DEPLOY)) for file in DEPLOY.rglob("*") if file.is_file())
FILES = [name for name in FILES if not name.startswith("secrets/") and "__pycache__" not in name]


def test_the_files_are_there():
    assert {"Containerfile", "compose.yaml", "runbook.md", "kubernetes/slack.yaml"} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_setting_it_names_exists(name):
    named = set(re.findall(r"\b(?:FRAMEWORK_BOT|SLACK|DISCORD|OTEL)_[A-Z][A-Z_]+\b", text_of(name)))
    assert named - SETTINGS == set()


def test_yaml_is_well_formed():
    command = ("-m", "yamllint", "--config-file", "deploy/.yamllint.yaml", "--strict", "deploy")
    assert tool(sys.executable, *command) == (0, "")

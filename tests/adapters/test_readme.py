"""The README is true: what it names exists, and what exists is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.cli.main import COMMANDS
from adapters.cli.serve import described

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "help_text"), described().items(), ids=described())
def test_every_setting_is_documented(name, help_text):
    assert f"| `{name}` | {help_text} |" in README


def test_every_setting_it_documents_exists():
    documented = set(re.findall(r"^\| `([A-Z][A-Z_]+)` \|", README, re.MULTILINE))
    assert documented == {*described()}


def test_every_command_it_shows_exists():
    shown = set(re.findall(r"^(?:\S*/)?framework-bot ([a-z]+)\b|`\S*framework-bot ([a-z]+)\b", README, re.MULTILINE))
    shown = {name for pair in shown for name in pair if name}
    assert shown
    assert shown <= {*COMMANDS}


def test_every_make_target_it_shows_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = {name for pair in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", README, re.MULTILINE) for name in pair}
    assert shown - {""} <= targets


def test_every_file_it_links_to_exists():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []

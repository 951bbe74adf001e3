"""`framework-bot completion`: what a shell makes of what it prints."""

from __future__ import annotations

import subprocess
import sys

import pytest

from adapters.cli.main import COMMANDS

COMPLETE = """\
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_shtab_framework_bot 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def completed(run, tmp_path):
    """What bash offers for a line whose last word is being typed, in a folder with a file and a folder."""
    (tmp_path / "script").write_text(run("completion", "bash").out)
    (tmp_path / "faq.tsv").touch()
    (tmp_path / "faq").mkdir()

    def completed(*words):
        command = ["bash", "-c", COMPLETE, "bash", str(tmp_path / "script"), "framework-bot", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    return completed


def test_commands_their_actions_options_and_values_are_completed(completed):
    assert completed("re") == {"recommend", "report"}
    assert completed("keys", "") == {"new", "rotate", "check"}
    assert completed("export", "--fo") == {"--format"}
    assert completed("export", "--format", "") == {"yaml", "json", "csv"}


def test_files_are_completed_where_a_file_is_asked_for_and_folders_where_a_folder_is(completed):
    assert completed("import", "fa") == {"faq.tsv", "faq"}
    assert completed("import", "--out", "fa") == {"faq"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_every_command(run, shell):
    printed = run("completion", shell).out
    assert [name for name in COMMANDS if name not in printed] == []


def test_where_an_extra_is_missing_the_other_commands_are_completed(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "adapters.cli.discord", None)
    outcome = run("completion", "bash")
    assert outcome.code == 0
    assert "rotate" in outcome.out

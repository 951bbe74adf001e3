"""What holds for every command."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters import cli

ROOT = Path(__file__).parents[3]
WRITTEN = [command for command in cli.COMMANDS if find_spec(command.module) is not None]


@pytest.mark.parametrize("command", WRITTEN, ids=lambda command: command.name)
def test_every_command_has_a_help_with_examples(run, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    outcome = run(command.name, "--help")
    assert outcome.code == 0
    assert f"usage: framework-bot {command.name}" in outcome.out
    assert f"examples:\n  framework-bot {command.name}" in outcome.out


def test_the_help_lists_every_command(run):
    shown = run("--help").out
    assert all(
        re.search(rf"^  {command.name} +{re.escape(command.help)}$", shown, re.MULTILINE) for command in cli.COMMANDS
    )


def test_no_command_is_told_what_there_is(run):
    outcome = run()
    assert outcome.code == 2
    assert "examples:" in outcome.err


def test_an_unknown_command_is_refused(run):
    outcome = run("bake")
    assert outcome.code == 2
    assert "invalid choice: 'bake'" in outcome.err


def test_the_version_is_told(run):
    assert run("--version").out.startswith("framework-bot ")


def test_only_the_command_that_runs_is_loaded():
    program = "import sys; import adapters.cli; sys.exit(sum('adapters.terminal.' + n in sys.modules for n in %r))"
    names = [command.module.rpartition(".")[2] for command in cli.COMMANDS]
    done = subprocess.run([sys.executable, "-c", program % names], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_it_runs_as_a_module(pets):
    command = [sys.executable, "-m", "adapters.cli", "ask", "what is a cat", "--knowledge", pets]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout == "Cats sleep a lot.\n"


def test_a_mistake_in_the_knowledge_names_file_line_field_and_mend(run, pets):
    (pets / "pets.yaml").write_text((pets / "pets.yaml").read_text().replace("title: Dogs", "titel: Dogs"))
    outcome = run("ask", "what is a cat", "--knowledge", pets)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"{pets}/pets.yaml:6: titel: is not a field of the model -> remove it" in outcome.err


def test_a_missing_knowledge_folder_is_named(run, tmp_path):
    outcome = run("ask", "x", "--knowledge", tmp_path / "none")
    assert outcome.code == 1
    assert str(tmp_path / "none") in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_an_unreadable_file_gives_one_line(run, monkeypatch):
    def fail(*_):
        raise PermissionError(13, "Permission denied", "some.yaml")

    monkeypatch.setattr("adapters.terminal.ask.make_bot", fail)
    outcome = run("ask", "x")
    assert (outcome.code, outcome.err) == (1, "framework-bot: some.yaml: Permission denied\n")


def test_a_file_name_cannot_steer_the_terminal(run, tmp_path):
    assert "\x1b" not in run("ask", "x", "--knowledge", tmp_path / "\x1b[2J").err


def test_ctrl_c_ends_a_command_quietly(run, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("adapters.terminal.ask.make_bot", interrupt)
    outcome = run("ask", "x")
    assert (outcome.code, outcome.err) == (130, "")


def test_a_closed_pipe_is_no_accident(pets):
    command = [sys.executable, "-m", "adapters.cli", "ask", "--jsonl", "--knowledge", pets]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        _, told = process.communicate(b'{"q": "what is a cat"}\n' * 100)
    assert (process.returncode, told) == (141, b"")


def test_a_full_disk_gives_one_line(pets):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    command = [sys.executable, "-m", "adapters.cli", "ask", "what is a cat", "--knowledge", pets]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "framework-bot: output: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_platform_whose_packages_are_missing_says_how_to_get_them(run, monkeypatch):
    def missing(_):
        raise ModuleNotFoundError("No module named 'slack_bolt'", name="slack_bolt")

    monkeypatch.setattr("adapters.terminal.ask.make_bot", missing)
    outcome = run("ask", "x")
    assert outcome.code == 1
    assert "slack_bolt" in outcome.err
    assert "pip install" in outcome.err


OWN = "id: pets.fish\ntitle: Fish\nphrasings: [what is a fish]\nanswer: {text: Fish swim.}\n"


@pytest.fixture
def overlay(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "fish.yaml").write_text(OWN)
    return folder


def test_an_overlay_on_the_command_line_is_answered_from(run, pets, overlay):
    assert run("ask", "what is a fish", "--knowledge", pets, "--overlay", overlay).out == "Fish swim.\n"


def test_an_overlay_in_the_environment_is_answered_from(run, pets, overlay, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_OVERLAY", str(overlay))
    assert run("ask", "what is a fish", "--knowledge", pets).out == "Fish swim.\n"


@pytest.mark.parametrize("named", ["--overlay", "FRAMEWORK_BOT_OVERLAY"])
def test_an_overlay_that_is_no_folder_is_refused_by_the_name_of_its_setting(run, pets, tmp_path, monkeypatch, named):
    missing = str(tmp_path / "missing")
    option = [named, missing] if named.startswith("--") else []
    if not option:
        monkeypatch.setenv(named, missing)
    outcome = run("ask", "x", "--knowledge", pets, *option)
    assert outcome.code == 1
    assert f"{named} names {missing}" in outcome.err


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan", "inf", "half", "0,5"])
@pytest.mark.parametrize("name", ["FRAMEWORK_BOT_ANSWER_THRESHOLD", "FRAMEWORK_BOT_CHOICES_THRESHOLD"])
def test_a_threshold_out_of_range_is_refused_with_the_remedy(run, pets, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert (
        outcome.err == f"framework-bot: {name} is '{value}'; set it to a number from 0 to 1, such as 0.5, or unset it\n"
    )


def test_thresholds_from_the_environment_decide(run, pets, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "1")
    monkeypatch.setenv("FRAMEWORK_BOT_CHOICES_THRESHOLD", "0.98")
    assert "1. Cats" in run("ask", "what is a cat", "--knowledge", pets).out


def test_choices_above_answers_are_refused(run, pets, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.4")
    monkeypatch.setenv("FRAMEWORK_BOT_CHOICES_THRESHOLD", "0.6")
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert "choices would start at 0.6, above answers at 0.4" in outcome.err


def test_an_empty_setting_is_no_setting(run, pets, monkeypatch):
    for name in ("OVERLAY", "ANSWER_THRESHOLD", "CHOICES_THRESHOLD"):
        monkeypatch.setenv(f"FRAMEWORK_BOT_{name}", "")
    assert run("ask", "what is a cat", "--knowledge", pets).out == "Cats sleep a lot.\n"


def test_the_parser_of_a_command_that_was_not_named_is_empty():
    whole = cli.parser()
    (commands,) = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    assert all(len(parser._actions) == 1 for parser in commands.choices.values())


def test_nothing_is_written_beside_the_knowledge(run, pets):
    before = sorted(file.name for file in pets.iterdir())
    run("ask", "what is a cat", "--knowledge", pets)
    assert sorted(file.name for file in pets.iterdir()) == before

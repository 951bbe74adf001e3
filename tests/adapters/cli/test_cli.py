"""What holds for every command."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.cli import main as cli

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_a_help_with_examples(run, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    outcome = run(command, "--help")
    assert outcome.code == 0
    assert f"usage: framework-bot {command}" in outcome.out
    assert f"examples:\n  framework-bot {command}" in outcome.out


def test_the_help_lists_every_command(run):
    shown = run("--help").out
    assert all(
        re.search(rf"^  {name} +{re.escape(what)}$", shown, re.MULTILINE) for name, (_, what) in cli.COMMANDS.items()
    )


def test_without_a_command_the_help_is_shown(run):
    outcome = run()
    assert outcome.code == 2
    assert "examples:" in outcome.err


def test_an_unknown_command_is_refused(run):
    outcome = run("bake")
    assert outcome.code == 2
    assert "invalid choice: 'bake'" in outcome.err


def test_the_version_is_printed(run):
    assert run("--version").out.startswith("framework-bot ")


def test_only_the_command_that_runs_is_loaded():
    program = "import sys; import adapters.cli.main; sys.exit(sum('adapters.terminal.' + n in sys.modules for n in %r))"
    names = [module.rpartition(".")[2] for module, _ in cli.COMMANDS.values()]
    done = subprocess.run([sys.executable, "-c", program % names], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_it_runs_as_a_module(pets):
    command = [sys.executable, "-m", "adapters.cli.main", "ask", "what is a cat", "--knowledge", pets]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout == "Cats sleep a lot.\n"


def test_a_mistake_in_the_knowledge_names_file_line_field_and_remedy(run, pets):
    (pets / "pets.yaml").write_text((pets / "pets.yaml").read_text().replace("title: Dogs", "titel: Dogs"))
    outcome = run("ask", "what is a cat", "--knowledge", pets)
    assert (outcome.code, outcome.out) == (1, "")
    assert f'{pets}/pets.yaml:6: titel: is not a field of the model -> did you mean "title"?' in outcome.err


def test_a_missing_knowledge_folder_is_named(run, tmp_path):
    outcome = run("ask", "x", "--knowledge", tmp_path / "none")
    assert outcome.code == 1
    assert str(tmp_path / "none") in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_an_unreadable_file_gives_one_line(run, monkeypatch):
    def fail(*_):
        raise PermissionError(13, "Permission denied", "some.yaml")

    monkeypatch.setattr("adapters.cli.ask.make_bot", fail)
    outcome = run("ask", "x")
    assert (outcome.code, outcome.err) == (1, "framework-bot: some.yaml: Permission denied\n")


def test_a_file_name_cannot_steer_the_terminal(run, tmp_path):
    assert "\x1b" not in run("ask", "x", "--knowledge", tmp_path / "\x1b[2J").err


def test_ctrl_c_ends_a_command_quietly(run, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("adapters.cli.ask.make_bot", interrupt)
    outcome = run("ask", "x")
    assert (outcome.code, outcome.err) == (130, "")


def test_a_closed_pipe_is_no_accident(pets):
    command = [sys.executable, "-m", "adapters.cli.main", "ask", "--jsonl", "--knowledge", pets]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        _, error = process.communicate(b'{"q": "what is a cat"}\n' * 100)
    assert (process.returncode, error) == (141, b"")


def test_a_full_disk_gives_one_line(pets):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    command = [sys.executable, "-m", "adapters.cli.main", "ask", "what is a cat", "--knowledge", pets]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "framework-bot: output: No space left on device"
    assert "Traceback" not in done.stderr


def test_a_platform_whose_packages_are_missing_says_how_to_get_them(run, monkeypatch):
    def missing(_):
        raise ModuleNotFoundError("No module named 'slack_bolt'", name="slack_bolt")

    monkeypatch.setattr("adapters.cli.ask.make_bot", missing)
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
    assert outcome.err == (
        f"framework-bot: {named} must be a folder that exists, with the team's own entries as YAML files\n"
    )


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan", "inf", "half", "0,5"])
@pytest.mark.parametrize("name", ["FRAMEWORK_BOT_ANSWER_THRESHOLD", "FRAMEWORK_BOT_CHOICES_THRESHOLD"])
def test_a_threshold_out_of_range_is_refused_with_the_remedy_and_without_its_value(run, pets, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert outcome.err.startswith(f"framework-bot: {name} must be a number from 0 to 1: how sure the bot is before it ")
    assert value not in outcome.err


def test_thresholds_from_the_environment_decide(run, pets, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "1")
    monkeypatch.setenv("FRAMEWORK_BOT_CHOICES_THRESHOLD", "0.98")
    assert "1. Cats" in run("ask", "what is a cat", "--knowledge", pets).out


def test_choices_above_answers_are_refused(run, pets, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0.4")
    monkeypatch.setenv("FRAMEWORK_BOT_CHOICES_THRESHOLD", "0.6")
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert "FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD" in outcome.err


def test_a_threshold_that_contradicts_the_fitted_one_is_refused(run, pets, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ANSWER_THRESHOLD", "0")
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert "FRAMEWORK_BOT_CHOICES_THRESHOLD must not be above FRAMEWORK_BOT_ANSWER_THRESHOLD" in outcome.err


@pytest.fixture(params=["environment", ".env", "a folder of secrets"])
def configure(request, tmp_path, monkeypatch):
    """Sets something in each of the places that settings come from."""
    monkeypatch.chdir(tmp_path)

    def configure(name, value):
        if request.param == "environment":
            monkeypatch.setenv(name, value)
        elif request.param == ".env":
            (tmp_path / ".env").write_text(f'{name}="{value}"\n')
        else:
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "secrets"))
            (tmp_path / "secrets").mkdir()
            (tmp_path / "secrets" / name).write_text(f"{value}\n")

    return configure


@pytest.mark.parametrize("words", [["ask", "what is a fish"], ["chat"]], ids=["ask", "chat"])
def test_a_command_reads_its_settings_wherever_the_service_does(run, pets, overlay, configure, words):
    configure("FRAMEWORK_BOT_OVERLAY", str(overlay))
    assert "Fish swim." in run(*words, "--knowledge", pets, given=b"what is a fish\n").out


def test_a_check_covers_the_overlay_of_the_settings(run, pets, overlay, configure):
    configure("FRAMEWORK_BOT_OVERLAY", str(overlay))
    (overlay / "fish.yaml").write_text(OWN.replace("title:", "titel:"))
    assert "fish.yaml:2" in run("check", "--knowledge", pets).out


def test_the_cache_folder_is_read_where_the_others_are(pets, tmp_path):
    (tmp_path / ".env").write_text(f"FRAMEWORK_BOT_CACHE={tmp_path / 'cache'}\n")
    environment = {name: value for name, value in os.environ.items() if name != "FRAMEWORK_BOT_CACHE"}
    command = [sys.executable, "-m", "adapters.cli.main", "ask", "what is a cat", "--knowledge", pets]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env={**environment, "PYTHONPATH": str(ROOT)})
    assert list((tmp_path / "cache").iterdir())


def test_a_settings_file_that_is_no_text_is_named(run, pets, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    outcome = run("ask", "x", "--knowledge", pets)
    assert outcome.code == 1
    assert outcome.err.startswith("framework-bot: .env is not in UTF-8")


def test_an_empty_setting_is_no_setting(run, pets, monkeypatch):
    for name in ("OVERLAY", "ANSWER_THRESHOLD", "CHOICES_THRESHOLD"):
        monkeypatch.setenv(f"FRAMEWORK_BOT_{name}", "")
    assert run("ask", "what is a cat", "--knowledge", pets).out == "Cats sleep a lot.\n"


def test_the_parser_of_a_command_that_was_not_named_is_empty():
    whole = cli.parser()
    (commands,) = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    assert all(len(parser._actions) == 1 for parser in commands.choices.values())


def test_nothing_is_written_next_to_the_knowledge(run, pets):
    before = sorted(file.name for file in pets.iterdir())
    run("ask", "what is a cat", "--knowledge", pets)
    assert sorted(file.name for file in pets.iterdir()) == before


def test_explain_says_where_the_encoder_is_off(run, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ENCODER", "off")
    assert "by words alone: the encoder is off" in run("ask", "does my telephone like torch", "--explain").out


def test_explain_names_the_evidence_of_both_scorers(run):
    shown = run("ask", "does my telephone like torch", "--explain").out
    assert "encoder: likelihood " in shown
    assert " near to: " in shown
    assert "coverage " in shown


def test_an_encoder_neither_on_nor_off_is_refused(run, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_BOT_ENCODER", "maybe")
    outcome = run("ask", "x")
    assert outcome.code == 1
    assert outcome.err.strip() == "framework-bot: FRAMEWORK_BOT_ENCODER must be on or off"

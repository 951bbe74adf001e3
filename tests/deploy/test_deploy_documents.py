"""What the documents under deploy/ say is there."""

from __future__ import annotations

import argparse
import re
from importlib import import_module

import pytest

from adapters.cli.main import COMMANDS, parser
from tests.deploy.files import DEPLOY, ROOT, SECRETS, anchors, documents, text_of

NOT_COMMANDS = {"-n", "..."}
"""What may follow the name where it is that of the unit, or stands for any command."""

DOCUMENTS = sorted(file.name for file in DEPLOY.glob("*.md"))

every_document = pytest.mark.parametrize("name", DOCUMENTS)


@every_document
def test_every_link_leads_somewhere(name):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(name)):
        file, _, place = target.partition("#")
        assert not file or (DEPLOY / file).exists(), target
        if place:
            assert place in anchors(file or name), target


def shown(text):
    """The command lines of ours that a text shows: the words after the program's name."""
    lines = re.findall(r"(?:^|[\s`/])framework-bot((?: (?:--?)?[\w:.=-]+)+)", text, re.MULTILINE)
    return [line.split() for line in lines]


@every_document
def test_every_command_it_shows_exists_with_its_options(name):
    written = "\n".join(re.findall(r"```.*?```|`[^`]+`", text_of(name), re.DOTALL))
    for words in shown(written):
        if words[0] not in COMMANDS:
            assert words[0] in NOT_COMMANDS, words
            continue
        known = parser(words[0]).format_help() + subparser(words[0]).format_help()
        assert [word for word in words if word.startswith("--") and word not in known] == [], words


def subparser(command):
    """The parser of one command."""
    module = import_module(COMMANDS[command][0])
    made = argparse.ArgumentParser(epilog=module.__doc__)
    module.add_arguments(made)
    return made


def test_actions_of_keys_that_the_runbook_shows_exist():
    actions = set(re.findall(r"framework-bot keys (\w+)", text_of("runbook.md")))
    assert actions == {"new", "rotate", "check"}
    help_ = subparser("keys").format_help()
    assert [action for action in actions if f"    {action} " not in help_] == []


def test_the_secrets_to_make_are_all_there_are():
    listed = [set(words.replace("\\", " ").split()) for words in re.findall(r"^touch ((?:.*\\\n)?.*)$", text_of(
        "README.md"), re.MULTILINE)]  # fmt: skip
    assert listed == [SECRETS, SECRETS | {"POSTGRES_PASSWORD"}]


def test_what_the_documents_name_in_the_cluster_is_there():
    made = {
        f"{found['kind'].lower()}/{found['metadata']['name']}"
        for file in (DEPLOY / "kubernetes").glob("*.yaml")
        if file.name not in {"kustomization.yaml", "podmonitor.example.yaml"}
        for found in documents(f"kubernetes/{file.name}")
    }
    text = text_of("runbook.md") + text_of("README.md")
    named = set(re.findall(r"\b(deploy|statefulset|secret|configmap)/(framework-bot[\w-]*)", text))
    assert named
    assert {f"{kind.replace('deploy', 'deployment')}/{name}" for kind, name in named} <= made


def test_every_file_is_mentioned_in_the_index():
    text = text_of("README.md")
    hidden = {"README.md", "alive.py", "Containerfile.dockerignore"}
    files = [file.name for file in DEPLOY.iterdir() if file.is_file() and not file.name.startswith(".")]
    assert [name for name in files if name not in hidden and f"({name})" not in text] == []


def test_reasons_that_the_runbook_explains_are_ones_the_service_gives():
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "adapters").rglob("*.py"))
    for reason in (
        "Slack refuses the token: ",
        "the token has not been checked yet",
        "Discord does not take DISCORD_TOKEN",
        "Discord does not let the bot read messages",
        "Discord does not know this shard",
        "Discord wants more shards",
        "Discord allows no more sessions for now",
        "a shard has lost its connection",
        "the process is overloaded",
    ):
        assert reason in code, reason

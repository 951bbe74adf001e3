"""Registering the commands."""

from __future__ import annotations

import argparse

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.cli import discord as sync_command
from adapters.cli.output import CommandError
from adapters.discord.commands import fingerprint, payload
from adapters.server.setting_values import SettingsError
from adapters.server.settings import Settings
from tests.discord_double.loopback import GUILD, TOKEN, answer, loopback


@pytest.fixture(autouse=True)
def _discord_again(monkeypatch):
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


async def test_the_fingerprint_changes_with_the_commands_only(make):
    first, second = make(), make()
    assert fingerprint(first.tree) == fingerprint(second.tree)
    second.tree.remove_command("topics")
    assert fingerprint(first.tree) != fingerprint(second.tree)


async def test_the_commands_people_know_stay_as_they_are(make):
    options = {
        command["name"]: [option["name"] for option in command.get("options", ())] for command in payload(make().tree)
    }
    assert options == {
        "ask": ["question", "private"],
        "compare": ["aspect", "frameworks", "private"],
        "recommend": ["situation", "private"],
        "topics": [],
        "help": [],
        "privacy": [],
        "settings": ["answers", "follow-ups", "unasked", "keep-words", "ask-here", "keep-threads", "where"],
        "Answer this": [],
        "teach": ["question"],
        "answers": ["search"],
        "teachers": [],
        "Save as answer": [],
    }


async def test_commands_are_within_discords_limits(make):
    for command in payload(make().tree):
        assert len(str(command)) < 8_000
        assert 1 <= len(command["name"]) <= 32
        assert all(1 <= len(option["description"]) <= 100 for option in command.get("options", ()))


def run(double, monkeypatch, tmp_path, *words, **settings):
    """The command line, against the double."""
    values = {
        **Settings(discord_token=TOKEN, **settings).__dict__,
        "discord_api_url": double.api if double else None,
        "database_url": None,
    }
    settings = Settings.model_construct(**values)
    monkeypatch.setattr(sync_command, "load_settings", lambda: settings)
    monkeypatch.setattr(Settings, "store_url", property(lambda _self: f"sqlite:///{tmp_path}/sync.sqlite3"))
    parser = argparse.ArgumentParser()
    sync_command.add_arguments(parser)
    return sync_command.run(parser.parse_args(words)) or 0


@pytest.fixture
async def double():
    async with loopback() as running:
        yield running


async def in_thread(call, *arguments, **more):
    import asyncio

    return await asyncio.to_thread(call, *arguments, **more)


async def test_sync_registers_everywhere(double, monkeypatch, tmp_path, capsys):
    assert await in_thread(run, double, monkeypatch, tmp_path, "sync") == 0
    assert capsys.readouterr().out == "12 commands are registered everywhere.\n"
    [(_, path, _)] = [request for request in double.requests if request[0] == "PUT"]
    assert "guilds" not in path


async def test_sync_registers_in_one_server_and_says_how_to_remove_what_shows_twice(
    double, monkeypatch, tmp_path, capsys
):
    assert await in_thread(run, double, monkeypatch, tmp_path, "sync", "--guild", GUILD) == 0
    [(_, path, _)] = [request for request in double.requests if request[0] == "PUT"]
    assert f"/guilds/{GUILD}/" in path
    said = capsys.readouterr().out
    assert "twice" in said
    assert f"framework-bot discord sync --remove-guild {GUILD}" in said


async def test_the_commands_of_one_server_are_removed_and_those_registered_everywhere_stay(
    double, monkeypatch, tmp_path, capsys
):
    assert await in_thread(run, double, monkeypatch, tmp_path, "sync", "--remove-guild", GUILD) == 0
    [(_, path, body)] = [request for request in double.requests if request[0] == "PUT"]
    assert f"/guilds/{GUILD}/" in path
    assert body == []
    assert capsys.readouterr().out == f"0 commands are registered in the server {GUILD}.\n"


@pytest.mark.parametrize(
    ("where", "status", "hint"),
    [
        (("GET", "/users/@me"), 401, "Reset Token"),
        (("PUT", "/commands"), 403, "applications.commands"),
        (("GET", "/users/@me"), 418, "try again later"),
    ],
)
async def test_what_keeps_it_from_registering_is_said_with_a_hint(double, monkeypatch, tmp_path, where, status, hint):
    double.faults[where] = [answer({"message": "no", "code": 0}, status=status)]
    with pytest.raises(CommandError, match=hint):
        await in_thread(run, double, monkeypatch, tmp_path, "sync")


def test_without_a_token_it_says_where_to_get_one(monkeypatch):
    monkeypatch.setattr(sync_command, "load_settings", Settings)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    with pytest.raises(CommandError, match="DISCORD_TOKEN is not set"):
        sync_command.run(argparse.Namespace(action="sync", guild=None, remove_guild=None))


def test_settings_that_cannot_be_used_are_an_error(monkeypatch):
    def bad():
        raise SettingsError("DISCORD_TOKEN is bad")

    monkeypatch.setattr(sync_command, "load_settings", bad)
    with pytest.raises(SettingsError, match="DISCORD_TOKEN is bad"):
        sync_command.run(argparse.Namespace(action="sync", guild=None, remove_guild=None))


@pytest.mark.parametrize("guild", ["x", "", "-1", "1" * 21])
def test_a_server_is_named_by_its_number(guild):
    parser = argparse.ArgumentParser(exit_on_error=False)
    sync_command.add_arguments(parser)
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parser.parse_args(["sync", "--guild", guild])

"""Registers the commands with Discord, and at the start only where they have changed."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from bot.storage.errors import StoreUnavailable
from bot.storage.key_value import KeyValue

_log = logging.getLogger(__name__)


def payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """The commands in the form in which they are registered."""
    return [command.to_dict(tree) for command in tree.get_commands()]


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes exactly when the commands do."""
    return hashlib.blake2s(json.dumps(payload(tree), sort_keys=True).encode()).hexdigest()


async def sync(
    tree: app_commands.CommandTree[Any], marks: KeyValue, guild: int | None = None, *, remove: bool = False
) -> int:
    """Register the commands, everywhere or in one server; how many. The client must be logged in.

    `remove`: the server is to have none of its own, so that only those registered everywhere show there.

    Raises discord.HTTPException. Works also while the store is away: what was registered is not remembered then.
    """
    where = discord.Object(guild) if guild is not None else None
    if where is not None and not remove:
        tree.copy_global_to(guild=where)
    registered = await tree.sync(guild=where)
    if where is None:
        try:
            await marks.put(_mark(tree), fingerprint(tree))
        except StoreUnavailable:
            _log.info("the commands are registered, but the store is away, so this is not remembered")
    return len(registered)


async def sync_if_changed(tree: app_commands.CommandTree[Any], marks: KeyValue) -> bool:
    """Register the commands where they differ from those last registered; whether it did. Only logs what fails."""
    try:
        if await marks.get(_mark(tree)) == fingerprint(tree):
            return False
    except StoreUnavailable:
        _log.info("the store is away, so the commands are left as they are")
        return False
    try:
        await sync(tree, marks)
    except discord.HTTPException as error:
        _log.error("the commands could not be registered: %s, code %s", error.status, error.code)
        return False
    _log.info("the commands have changed and were registered")
    return True


async def command_mentions(tree: app_commands.CommandTree[Any]) -> dict[str, str]:
    """The slash commands registered everywhere, as Discord shows them to click: {"ask": "</ask:ID>"}. Empty where they
    cannot be read."""
    try:
        registered = await tree.fetch_commands()
    except discord.HTTPException as error:
        _log.info("the ids of the commands could not be read: %s", error.status)
        return {}
    return {one.name: one.mention for one in registered if one.type is discord.AppCommandType.chat_input}


def _mark(tree: app_commands.CommandTree[Any]) -> str:
    return f"discord commands {tree.client.application_id}"

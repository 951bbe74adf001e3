"""Telling Discord which commands there are, and only when they have changed."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from adapters.discord.serving import ServingClient
from bot.storage.errors import StoreUnavailable
from bot.storage.marks import Marks

_log = logging.getLogger(__name__)


async def payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """The commands as Discord is told them."""
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in tree.get_commands()]
    return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]


async def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Changes exactly when the commands do."""
    text = json.dumps(await payload(tree), sort_keys=True)
    return hashlib.blake2s(text.encode()).hexdigest()


async def sync(client: ServingClient, marks: Marks, guild: int | None = None) -> int:
    """Register the commands, everywhere or in one server; how many.

    Raises discord.HTTPException. Works also where the store is away: the mark is then not kept.
    """
    where = discord.Object(guild) if guild is not None else None
    if where is not None:
        client.tree.copy_global_to(guild=where)
    registered = await client.tree.sync(guild=where)
    if where is None:
        try:
            await marks.put(_mark(client), await fingerprint(client.tree))
        except StoreUnavailable:
            _log.info("the commands are registered, but the store is away, so this is not remembered")
    return len(registered)


async def sync_if_changed(client: ServingClient, marks: Marks) -> bool:
    """Register the commands where they differ from those last registered; whether it did. Never raises for Discord."""
    now = await fingerprint(client.tree)
    try:
        if await marks.get(_mark(client)) == now:
            return False
    except StoreUnavailable:
        _log.info("the store is away, so the commands are left as they are")
        return False
    try:
        await sync(client, marks)
    except discord.HTTPException as error:
        _log.error("the commands could not be registered: %s, code %s", error.status, error.code)
        return False
    _log.info("the commands have changed and were registered")
    return True


def _mark(client: ServingClient) -> str:
    return f"discord commands {client.application_id}"

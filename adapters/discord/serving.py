"""What a connection gives those who serve over it, whatever is wired to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import discord
from discord import app_commands

from adapters.discord.work import Work
from bot.storage.retention import Retention


class Presser(Protocol):
    """Serves presses on buttons and menus."""

    async def press(self, kind: str, interaction: Interaction, fields: Mapping[str, str]) -> None:
        """Serve a press of one kind, with what its custom_id carries; whatever goes wrong, the person is told."""


class ServingClient(discord.AutoShardedClient):
    """A connection over which commands, presses and messages are served; who serves them is set where it is made."""

    presses: Presser
    tree: app_commands.CommandTree[Any]

    def __init__(self, *, listening: bool, retention: Retention, **options: Any) -> None:
        """`listening`: messages that are not to the bot are read too. `options` are discord.py's own."""
        super().__init__(**options)
        self.listening = listening
        self.retention = retention
        self.accepting = True
        """Whether anything new is begun; not while stopping."""
        self.work = Work()


Interaction: TypeAlias = discord.Interaction[ServingClient]

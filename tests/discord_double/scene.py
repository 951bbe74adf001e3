"""A server of a simulated Discord with people in it, and what they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.results import ResponseMessage, to_discord_message

from bot.recommendation.token import owner_mark

SECRET = "a secret of the tests"


class Scene:
    """A server with a channel and two people in it."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann"))
        self.bob = self.guild.add_member(env.create_user("bob"))

    def mark(self, actor: MemberActor) -> str:
        """The owner's mark on the buttons of somebody in the server."""
        return owner_mark(f"{self.tenant}:{actor.id}", self.env.bot.dispatcher.chat._mark_keys[0])

    @property
    def tenant(self) -> str:
        """The name under which data of the server is stored."""
        return f"discord:{self.guild.id}"

    def manager(self, *, server: bool = False) -> MemberActor:
        """Somebody who may manage the channels, and with `server` the whole server."""
        permissions = discord.Permissions(manage_channels=True, manage_guild=server)
        role = self.guild.create_role("managers", permissions=permissions)
        return self.guild.add_member(self.env.create_user("manager"), roles=[role])

    async def thread(self, name: str = "a thread") -> ChannelHandle:
        """A thread in the channel."""
        channel = self.env.bot.get_channel(self.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.create_thread(name=name, type=discord.ChannelType.public_thread)
        return self.channel.threads[0]

    def posted(
        self, *custom_ids: str, private: bool = False, channel: int | None = None, reply_to: int | None = None
    ) -> discord.Message:
        """A message of the bot with these buttons, as an earlier version of it may have left them."""
        buttons = [{"type": 2, "style": 2, "label": f"button {n}", "custom_id": i} for n, i in enumerate(custom_ids)]
        flags = discord.MessageFlags(components_v2=True, ephemeral=private)
        referred = {"channel_id": str(channel or self.channel.id), "message_id": str(reply_to)}
        message = self.env.backend.create_message(
            channel or self.channel.id,
            self.env.bot.user.id,
            reference=referred if reply_to is not None else None,
            components=[{"type": 1, "components": buttons}],
            flags=flags.value,
        )
        return to_discord_message(self.env, message)

    def last(self) -> str:
        """What the last message in the channel shows."""
        return shown(self.raw_last().components)

    def raw_last(self) -> ResponseMessage:
        """The last message in the channel."""
        messages = self.env.backend.messages[self.channel.id]
        return ResponseMessage(self.env, messages[max(messages)])


def said(text: str) -> str:
    """The words of a text, whatever their markup and line breaks."""
    return "".join(character for character in text if character.isalnum())


def shown(components: list[dict[str, Any]]) -> str:
    """Every word that a message of these components shows, buttons included."""
    found: list[str] = []
    for component in walk(components):
        found += [str(component[part]) for part in ("content", "label") if component.get(part)]
        found += [option["label"] for option in component.get("options", ())]
    return "\n".join(found)


def buttons(components: list[dict[str, Any]]) -> dict[str, str]:
    """The custom_id of every button and menu by its label or placeholder."""
    return {
        component.get("label") or component.get("placeholder", ""): component["custom_id"]
        for component in walk(components)
        if "custom_id" in component
    }


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All components, nested ones included."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        if component.get("accessory"):
            yield component["accessory"]

"""A server of a simulated Discord with people in it, and what they are shown."""

from __future__ import annotations

from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.results import ResponseMessage, to_discord_message

SECRET = b"a secret of the tests"


class Scene:
    """A server with a channel and two people in it."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.guild = env.create_guild()
        self.channel = self.guild.create_text_channel("general")
        self.ann = self.guild.add_member(env.create_user("ann"))
        self.bob = self.guild.add_member(env.create_user("bob"))

    def manager(self) -> MemberActor:
        """Somebody who may manage the channels."""
        role = self.guild.create_role("managers", permissions=discord.Permissions(manage_channels=True))
        return self.guild.add_member(self.env.create_user("manager"), roles=[role])

    async def thread(self) -> ChannelHandle:
        """A thread in the channel."""
        channel = self.env.bot.get_channel(self.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.create_thread(name="a thread", type=discord.ChannelType.public_thread)
        return self.channel.threads[0]

    def posted(self, *custom_ids: str, private: bool = False) -> discord.Message:
        """A message of the bot with these buttons, as an earlier version of it may have left them."""
        buttons = [{"type": 2, "style": 2, "label": f"button {n}", "custom_id": i} for n, i in enumerate(custom_ids)]
        flags = discord.MessageFlags(components_v2=True, ephemeral=private)
        message = self.env.backend.create_message(
            self.channel.id,
            self.env.bot.user.id,
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
    for component in components:
        found += [str(component[part]) for part in ("content", "label") if component.get(part)]
        found += [option["label"] for option in component.get("options", ())]
        found += [item.get("description") or "" for item in component.get("items", ())]
        found.append(shown(component.get("components", [])))
    return "\n".join(part for part in found if part)


def buttons(components: list[dict[str, Any]]) -> dict[str, str]:
    """The custom_id of every button and menu by its label or placeholder."""
    found: dict[str, str] = {}
    for component in components:
        if "custom_id" in component:
            found[component.get("label") or component.get("placeholder", "")] = component["custom_id"]
        found |= buttons(component.get("components", []))
    return found

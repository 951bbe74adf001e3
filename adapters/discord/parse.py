"""Events of Discord -> what was said, and where."""

from __future__ import annotations

import re
from typing import Any, Final

import discord

from bot.desk import Place
from bot.feedback import ChannelKind

_PLATFORM: Final = "discord"


def place_of_message(message: discord.Message, *, thread: str | None = None) -> Place:
    """Where a message stands. In a thread or a direct message the place itself is the conversation."""
    channel = message.channel
    team = str(message.guild.id) if message.guild is not None else None
    if isinstance(channel, discord.Thread):
        return Place(_PLATFORM, team, str(channel.parent_id), "thread", str(channel.id))
    if message.guild is None:
        kind: ChannelKind = "group" if isinstance(channel, discord.GroupChannel) else "direct"
        return Place(_PLATFORM, None, str(channel.id), kind, str(channel.id))
    return Place(_PLATFORM, team, str(channel.id), "channel", thread)


def place_of_interaction(interaction: discord.Interaction[Any], *, message: int | None = None) -> Place:
    """Where a command was given or a button pressed; `message` is the answer, where others can reply to it.

    A server that did not install the bot, but one of its members did, is not where data is kept: it
    could never be told to forget it.
    """
    team = str(interaction.guild_id) if interaction.guild_id and interaction.is_guild_integration() else None
    channel = interaction.channel
    in_thread = isinstance(channel, discord.Thread)
    parent = channel.parent_id if isinstance(channel, discord.Thread) else interaction.channel_id
    thread = interaction.channel_id if in_thread or interaction.guild_id is None else message
    told = str(thread) if message is not None and thread is not None else None
    return Place(_PLATFORM, team, str(parent or ""), "command", told)


def asked(message: discord.Message, me: int) -> str:
    """What was said to the bot: the message without its mentions."""
    return re.sub(rf"<@!?{me}>", " ", message.content).strip()


def is_ours_to_read(message: discord.Message) -> bool:
    """Whether a person wrote it, rather than a bot, a webhook or Discord itself."""
    return (
        not message.author.bot
        and message.webhook_id is None
        and message.type in (discord.MessageType.default, discord.MessageType.reply)
    )


def replied_to(message: discord.Message) -> int | None:
    """The id of the message that this one answers in the same channel."""
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return None
    return reference.message_id if reference.channel_id == message.channel.id else None


def mentions(message: discord.Message, me: int) -> bool:
    """Whether the bot itself is mentioned, not everyone or a role; a reply with a ping does so too."""
    return any(user.id == me for user in message.mentions)


def is_to_the_bot_alone(interaction: discord.Interaction[Any]) -> bool:
    """Whether nobody else is there: the direct message with the bot."""
    return interaction.context.dm_channel

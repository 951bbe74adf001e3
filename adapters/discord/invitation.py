"""The link that adds the bot to a server, with no more permissions than it uses."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

import discord

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,  # the chart of a recommendation
    read_message_history=True,  # Discord lets nobody reply to a message without it
)

SCOPES = ("bot", "applications.commands")

_ID = re.compile(rb"[0-9]{15,20}")


def invitation(application: int) -> str:
    """The address that asks where to add the bot."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


def id_in(token: str) -> int | None:
    """The bot's id, with which a token begins; None where it does not.

    It is the application's id as well, but for applications that are older than 2017: Discord itself tells it
    once the bot has logged in.
    """
    first = token.partition(".")[0]
    try:
        found = urlsafe_b64decode(first + "=" * (-len(first) % 4))
    except ValueError:
        return None
    return int(found) if _ID.fullmatch(found) else None

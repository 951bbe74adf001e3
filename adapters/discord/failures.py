"""What a person is told when something goes wrong, and what the operator reads about it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord

from adapters.discord.serving import Interaction
from bot.storage.errors import StoreUnavailable

SORRY = "Something went wrong on my side, and I could not answer that. Please try again in a moment."
STORE_AWAY = "I cannot reach my records right now, so this was not saved. Please try again in a few minutes."

TOO_LATE = 10_062
"""The interaction is unknown: it was answered too late, or its token has expired."""

ANSWERED = 40_060
"""The interaction was answered already, by another process or a moment ago."""

_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """Discord turned the bot away, and would again: the settings need mending first.

    Whoever runs the bot must not start it over and over: Discord counts, and resets tokens.
    """


@asynccontextmanager
async def handling(interaction: Interaction, what: str) -> AsyncIterator[None]:
    """Serves one interaction: counted as work in flight, and never without a word where it fails."""
    with interaction.client.work.one():
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the one place where an interaction's errors end
            await apologise(interaction, error, what)


async def apologise(interaction: discord.Interaction[Any], error: BaseException, what: str) -> None:
    """Tell the person, if they can still be told, and log the kind of error without anything they said."""
    while isinstance(error, discord.app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.HTTPException) and error.code in (TOO_LATE, ANSWERED):
        _log.info("%s: answered too late or twice (%s)", what, error.code)
        return
    if isinstance(error, StoreUnavailable):
        text = STORE_AWAY
    else:
        interaction.client.work.failed += 1
        # The traceback without the error's own text, which may quote a message.
        trace = Exception(type(error).__name__).with_traceback(error.__traceback__)
        _log.error("%s failed: %s", what, summary(error), exc_info=trace)
        text = SORRY
    with suppress(discord.HTTPException):
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)


def summary(error: BaseException) -> str:
    """The kind of error, and Discord's code for it; its text may quote a message."""
    if isinstance(error, discord.HTTPException):
        return f"{type(error).__name__} {error.status}, code {error.code}"
    return type(error).__name__

"""Who is let in: whoever has asked too often is told when to try again, once, and then left without an answer."""

from __future__ import annotations

from typing import Any

import discord

from adapters.discord.failures import handling
from adapters.discord.help import said_pages
from adapters.discord.parse import place_of_interaction
from adapters.discord.serving import Interaction
from adapters.discord.showing import reply, respond
from adapters.limiting import Act, Limiter
from bot.desk import Place

_QUESTIONS = frozenset({"ask", "compare", "Answer this"})
"""Commands that ask something. The others show what stands ready."""


class Door:
    """Lets in what stays within the bounds. All of it from memory, before any acknowledgement."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def admits_command(self, interaction: Interaction) -> bool:
        """Whether to serve a command."""
        data: Any = interaction.data or {}
        return await self.admits(interaction, "question" if data.get("name") in _QUESTIONS else "click")

    async def admits(self, interaction: Interaction, act: Act) -> bool:
        """Whether to serve a press, a form or a command. Never raises."""
        admission = self._limiter.admit(place_of_interaction(interaction), str(interaction.user.id), act)
        words = self._limiter.notice(admission)
        if words is not None:
            async with handling(interaction, "telling to wait"):
                await respond(interaction, said_pages(words), private=True)
        return admission.granted

    async def admits_message(self, message: discord.Message, place: Place) -> bool:
        """Whether to answer a message to the bot. The words go below it, where all can read them."""
        admission = self._limiter.admit(place, str(message.author.id), once=f"discord:{message.id}")
        words = self._limiter.notice(admission, aloud=message.guild is not None)
        if words is not None:
            await reply(message, said_pages(words))
        return admission.granted

    def admits_overheard(self, place: Place, user: int | None) -> bool:
        """Whether to answer what was not said to the bot; nobody is told where not. `user`: whose follow-up it is."""
        return self._limiter.admit(place, str(user) if user is not None else None).granted

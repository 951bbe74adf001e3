"""Messages: mentions, direct messages, replies to the bot, and, where switched on, questions nobody asked it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from adapters.discord import ids
from adapters.discord.counter import Counter
from adapters.discord.door import Door
from adapters.discord.failures import SORRY, summary
from adapters.discord.parse import asked, is_ours_to_read, mentions, place_of_message, replied_to
from adapters.discord.recommending import Recommending
from adapters.discord.render import reply_pages
from adapters.discord.showing import reply as show_below
from bot.answering import turn_after
from bot.desk import Place
from bot.question import Turn
from bot.reply import Reply

if TYPE_CHECKING:
    from adapters.discord.work import Work

SURE = 0.9
"""Confidence (0..1) from which the bot answers what nobody asked it."""

_FORBIDDEN = 403

_log = logging.getLogger(__name__)


class Messages:
    """Answers messages, each once."""

    def __init__(
        self,
        counter: Counter,
        recommending: Recommending,
        work: Work,
        door: Door,
        *,
        me: Callable[[], int],
        listening: bool,
    ) -> None:
        """`me` gives the bot's own id; `listening`: messages that are not to the bot carry their words too."""
        self._counter = counter
        self._recommending = recommending
        self._work = work
        self._door = door
        self._me = me
        self._listening = listening

    async def receive(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot; never raises."""
        # Direct messages belong to no server: each person stands for themselves.
        home = str((message.guild or message.author).id)
        if not is_ours_to_read(message) or not self._work.has_room(home):
            return
        with self._work.one(home):
            try:
                await self._receive(message)
            except Exception as error:  # noqa: BLE001 - the one place where a message's errors end
                await self._fail(message, error)

    async def _receive(self, message: discord.Message) -> None:
        before = replied_to(message)
        place = place_of_message(message)
        thread = place.thread or (str(before) if before is not None else None)
        if message.guild is None or mentions(message, self._me()):
            if await self._door.admits_message(message, place):
                await self._once(message, place, lambda: self._answer(message, place, thread))
        elif self._listening and message.content:
            settings = await self._counter.store.channels.settings(place.tenant, place.channel)
            if settings.follow_ups and place.kind == "thread" and await self._counter.turn(place, thread) is not None:
                if self._door.admits_overheard(place, message.author.id):
                    await self._once(message, place, lambda: self._answer(message, place, thread))
            elif settings.passive:
                reply = self._counter.desk.would_answer(message.content, at_least=SURE)
                if reply is not None and self._door.admits_overheard(place, None):
                    await self._once(message, place, lambda: self._show(message, reply, place, None))

    async def _answer(self, message: discord.Message, place: Place, thread: str | None) -> None:
        text = asked(message, self._me())
        if await self._goes_on_with_flow(message, text):
            return
        reply = self._counter.ask(text, await self._counter.turn(place, thread))
        await self._show(message, reply, place, text)

    async def _show(self, message: discord.Message, reply: Reply, place: Place, text: str | None) -> None:
        owner = self._counter.owner(message.author.id)
        sent = await show_below(message, reply_pages(reply, title=self._counter.title(reply), owner=owner))
        kept = place if place.thread is not None else place_of_message(message, thread=str(sent.id))
        if reply.outcome == "social" and turn_after(reply) == Turn():
            kept = replace(kept, thread=None)  # a thank-you in between does not end the subject
        await self._counter.keep(reply, kept, text)

    async def _goes_on_with_flow(self, message: discord.Message, text: str) -> bool:
        """Answer a step of the guided recommendation that the message replies to."""
        reference = message.reference
        step = reference.resolved if reference is not None else None
        if not isinstance(step, discord.Message) or step.author.id != self._me():
            return False
        token = next((token for name in _custom_ids(step.components) if (token := ids.token_in(name))), None)
        if token is None:
            return False
        pages = await self._recommending.hear_reply(token, message.author.id, text)
        if pages is None:
            return False
        await show_below(message, pages)
        return True

    async def _once(self, message: discord.Message, place: Place, answer: Callable[[], Awaitable[None]]) -> None:
        """Do it where no other process has, and this one has not before."""
        deliveries = self._counter.store.deliveries
        key = f"discord:{message.id}"
        if not (await deliveries.claim(key, place.tenant)).ours:
            return
        try:
            await answer()
        except BaseException:
            await deliveries.release(key)
            raise
        await deliveries.done(key)

    async def _fail(self, message: discord.Message, error: Exception) -> None:
        if isinstance(error, discord.HTTPException) and error.status == _FORBIDDEN:
            _log.info("a message could not be answered: no permission to write there")
            return
        self._work.failed += 1
        _log.error("answering a message failed: %s", summary(error))
        try:
            await message.channel.send(SORRY, reference=message.to_reference(fail_if_not_exists=False))
        except discord.HTTPException:
            _log.info("and the person could not be told")


def _custom_ids(components: list[discord.Component]) -> list[str]:
    """Every custom_id in a message's components."""
    found: list[str] = []
    for component in components:
        name = getattr(component, "custom_id", None)
        if name:
            found.append(name)
        found += _custom_ids(getattr(component, "children", []))
    return found

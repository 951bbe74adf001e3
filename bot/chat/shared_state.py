"""What several processes must agree on between two events: recommendations that run, and the messages of an answer.

Kept as an exchange of a conversation, in the table that every process reads: ids and tokens alone, nobody's words.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.chat.incoming import Place
from bot.chat.records import Records
from bot.dialog.question import Turn

RUNNING = 900.0
"""Seconds after its last step in which a recommendation that is not finished counts as running."""


class SharedState:
    """Over the conversations of a store."""

    def __init__(self, records: Records, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds, the same in every process."""
        self._threads, self._clock = records.threads, clock

    async def running(self, place: Place, owner: str) -> str | None:
        """The state of the recommendation that a person, by their mark, has running in this thread; None where none."""
        turn = await self._threads.turn(_running(place, place.thread or place.channel, owner))
        if turn is None or len(turn.offered) != 2:
            return None
        token, since = turn.offered
        return token if self._clock() - int(since) < RUNNING else None

    async def step(self, place: Place, owner: str, token: str) -> None:
        """A person's recommendation is at this state now; where it ended ("") it runs nowhere in this channel."""
        here = place.thread or place.channel
        turn = Turn(offered=(token, str(int(self._clock())))) if token else Turn()
        for where in (here,) if token else dict.fromkeys((here, place.channel)):
            await self._threads.remember(_running(place, where, owner), place.tenant, turn)

    async def parts(self, place: Place, message: str) -> tuple[str, ...]:
        """The messages of the answer that `message` is a part of, itself among them; none where it is all of it."""
        turn = await self._threads.turn(_parts(place, message))
        return turn.offered if turn is not None else ()

    async def answered(self, place: Place, messages: Sequence[str]) -> None:
        """These messages are one answer."""
        turn, parts = Turn(offered=tuple(messages)), messages if len(messages) > 1 else ()
        await asyncio.gather(*(self._threads.remember(_parts(place, message), place.tenant, turn) for message in parts))

    async def answer_to(self, key: str) -> tuple[str, ...]:
        """The messages that answer the message `key`; none where it was not answered."""
        turn = await self._threads.turn(_answer(key))
        return turn.offered if turn is not None else ()

    async def answer(self, key: str, tenant: str, messages: Sequence[str]) -> None:
        """These messages answer the message `key`."""
        await self._threads.remember(_answer(key), tenant, Turn(offered=tuple(messages)))


def _answer(key: str) -> str:
    return f"answer:{key}"


def _running(place: Place, where: str, owner: str) -> str:
    return f"{place.platform}:running:{place.tenant}:{where}:{owner}"


def _parts(place: Place, message: str) -> str:
    return f"{place.platform}:parts:{place.channel}:{message}"

"""Suggestions from the knowledge base as of now, for fields that suggest while somebody types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from bot.dialog.answering import Bot
from bot.retrieval.autocomplete import MOST, Suggester, Suggestion
from knowledge.model import KnowledgeBase


class Suggestions:
    """A suggester that is rebuilt in a thread when the knowledge changes; until then the one before serves."""

    def __init__(
        self, bot: Callable[[], Bot], *, among: Callable[[KnowledgeBase], Iterable[str]] | None = None
    ) -> None:
        """`among` gives the entries to suggest; all that answer where left out."""
        self._bot = bot
        self._among = among
        self._ready: Suggester | None = None
        self._building: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Build it for the knowledge base as of now, where that has not been done."""
        knowledge = self._bot().knowledge
        if self._ready is None or self._ready.knowledge is not knowledge:
            among = None if self._among is None else self._among(knowledge)
            self._ready = await asyncio.to_thread(Suggester, knowledge, among=among)

    def suggest(self, text: str, limit: int = MOST) -> tuple[Suggestion, ...]:
        """As `Suggester.suggest`; nothing before the first is ready. Needs a running event loop."""
        knowledge = self._bot().knowledge
        outdated = self._ready is None or self._ready.knowledge is not knowledge
        if outdated and (self._building is None or self._building.done()):
            self._building = asyncio.create_task(self.prepare())
        if self._ready is None:
            return ()
        return tuple(one for one in self._ready.suggest(text, limit) if one.entry in knowledge.entries)

    def entry(self, title: str) -> str | None:
        """The entry of exactly this title or id, in any case."""
        return self._ready.entry(title) if self._ready is not None else None

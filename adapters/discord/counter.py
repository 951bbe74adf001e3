"""The desk as Discord needs it: the reply at once, for it is the acknowledgement; what is kept comes after."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from adapters.request import since_request
from bot.answering import Bot
from bot.desk import Desk, Place
from bot.feedback import Feedback
from bot.question import Question, Turn
from bot.recommendation.flow import Flow
from bot.recommendation.token import owner_mark
from bot.reply import Reply, Visibility
from bot.storage.resilience import ResilientStore
from knowledge.model import KnowledgeBase

PATIENCE = 0.25
"""Seconds a command waits to learn whether its channel wants answers in public; then it answers in private."""

_log = logging.getLogger(__name__)


class Counter:
    """Answers without waiting for anything, and keeps what is to be kept."""

    def __init__(self, desk: Desk, store: ResilientStore, secret: bytes) -> None:
        """`secret` makes the marks by which a button knows its owner: the same in every process."""
        self.desk = desk
        self.store = store
        self._secret = secret
        self._flow: tuple[KnowledgeBase, Flow | None] | None = None

    @property
    def bot(self) -> Bot:
        """The bot as of now."""
        return self.desk.bot()

    @property
    def flow(self) -> Flow | None:
        """The guided recommendation as of now, if the knowledge base has one."""
        knowledge = self.bot.knowledge
        if self._flow is None or self._flow[0] is not knowledge:
            self._flow = knowledge, Flow.of(knowledge)
        return self._flow[1]

    def owner(self, user: int) -> str:
        """The mark of a person on buttons."""
        return owner_mark(f"discord:{user}", self._secret)

    def ask(self, text: str, turn: Turn | None = None) -> Reply:
        """The reply to a question."""
        return self.desk.answer(Question(text, turn), "discord")

    def show(self, entry: str) -> Reply:
        """The reply that a button carrying `entry` leads to."""
        return self.bot.show(entry)

    def title(self, reply: Reply) -> str:
        """What stands above an answer: the entry's title, where there is one entry."""
        if reply.outcome != "answer" or len(reply.entries) != 1:
            return ""
        entry = self.bot.knowledge.entries.get(reply.entries[0])
        return entry.title if entry is not None else ""

    def titles(self) -> dict[str, str]:
        """The title of every entry."""
        return {entry.id: entry.title for entry in self.bot.knowledge.entries.values()}

    async def turn(self, place: Place, thread: str | None) -> Turn | None:
        """The previous exchange of a conversation at `place`: its thread, or the message replied to."""
        return await self.desk.turn(replace(place, thread=thread))

    async def keep(self, reply: Reply, place: Place, text: str | None = None) -> None:
        """Remember the exchange, and a question that found no answer. Never raises: an answer does not fail for it.

        To be called as soon as the answer was posted, for that moment is told too.
        """
        self.desk.observer.shown("discord", since_request())
        try:
            await self.desk.keep(reply, place, text)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person has the answer
            # Only the kind of error: its text may quote what somebody said.
            _log.error("an exchange could not be kept: %s", type(error).__name__)

    async def judge(
        self,
        place: Place,
        user: int,
        message: int,
        entry: str,
        *,
        helpful: bool,
        reason: str | None = None,
        suggested: str | None = None,
    ) -> None:
        """Keep what somebody thought of the answer in a message, and where they said more, their words and topic."""
        await self.desk.judge(
            Feedback(
                platform=place.platform,
                tenant=place.tenant,
                user=str(user),
                answer=str(message),
                entry=entry,
                helpful=helpful,
                knowledge_version=self.bot.knowledge.version,
                channel=place.channel,
                reason=reason,
                suggested=suggested,
            )
        )

    async def visibility(self, place: Place) -> Visibility:
        """Who sees the answer to a command at `place`. Answers in time, whatever the database does."""
        try:
            async with asyncio.timeout(PATIENCE):
                return (await self.store.channels.settings(place.tenant, place.channel)).visibility
        except TimeoutError:
            return "private"

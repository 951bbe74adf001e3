"""The desk: a question from somewhere, its answer, and what is remembered of it.

What every chat adapter does between reading an event and showing a reply stands here once: the
thread's previous turn is looked up, the bot answers, the turn is remembered, and what may not have been
answered is kept for the curators. An answer never waits for, or fails with, what is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answering import Bot, turn_after
from bot.feedback import ChannelKind, Feedback, Platform, Tally, Unanswered, tenant_of
from bot.observing import Observer, Observers
from bot.question import Question, Turn
from bot.reply import Reply
from bot.storage.resilience import ResilientStore

SURE_OF_SMALL_TALK = 0.8
"""Confidence (0..1) below which what was taken for small talk may have been a question: greetings get 0.99."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said. Ids are the platform's own."""

    platform: Platform
    team: str | None
    """Workspace, organisation or server; None in a direct message that belongs to none."""
    channel: str
    kind: ChannelKind
    thread: str | None = None
    """The conversation that follow-ups refer to, unique within the platform; None where there is none."""

    @property
    def tenant(self) -> str:
        """Under which name data of this place is kept and forgotten."""
        return tenant_of(self.platform, self.team)


class Desk:
    """Answers for one platform or several; safe to share between tasks."""

    def __init__(self, bot: Callable[[], Bot], store: ResilientStore, observers: Sequence[Observer] = ()) -> None:
        """`bot` gives the bot as of now: it is another one after the knowledge was reloaded."""
        self.bot = bot
        self.store = store
        self.observer = Observers(observers)

    async def ask(self, text: str, place: Place) -> Reply:
        """The reply to what somebody said at `place`, read with the thread's previous turn, and kept."""
        reply = self.answer(Question(text, await self.turn(place)), place.platform)
        await self.keep(reply, place, text)
        return reply

    def answer(self, question: Question, platform: Platform) -> Reply:
        """The reply to a question, at once; `keep` it when it was shown."""
        began = time.perf_counter()
        reply = self.bot().answer(question)
        self.observer.answered(platform, time.perf_counter() - began)
        return reply

    async def show(self, entry: str, place: Place) -> Reply:
        """The reply that a button carrying `entry` leads to, and kept."""
        reply = self.bot().show(entry)
        await self.keep(reply, place)
        return reply

    async def turn(self, place: Place) -> Turn | None:
        """The previous exchange of the place's thread; None where it has none, or the bot took no part in it."""
        return await self.store.threads.turn(_key(place)) if place.thread is not None else None

    async def keep(self, reply: Reply, place: Place, text: str | None = None) -> None:
        """Remember an exchange, and where `text` was asked and found no answer, the question."""
        if place.thread is not None:
            await self.store.threads.remember(_key(place), place.tenant, turn_after(reply))
        entry = reply.entries[0] if reply.entries else ""
        self.store.tallies.count(Tally(place.tenant, place.platform, reply.outcome, entry))
        self.observer.exchanged(place.platform, reply)
        if text is not None and is_open(reply):
            await self.store.unanswered.record(
                Unanswered(
                    platform=place.platform,
                    tenant=place.tenant,
                    channel_kind=place.kind,
                    channel=place.channel,
                    text=text,
                    outcome=reply.outcome,
                    candidates=reply.candidates,
                    knowledge_version=reply.knowledge_version,
                )
            )

    def would_answer(self, text: str, *, at_least: float) -> Reply | None:
        """The answer to something nobody asked the bot, where its confidence (0..1) is `at_least`; else None."""
        reply = self.bot().answer(Question(text))
        return reply if reply.outcome == "answer" and reply.confidence >= at_least else None

    async def judge(self, feedback: Feedback) -> None:
        """Keep what somebody thought of an answer."""
        await self.store.feedback.record(feedback)
        if feedback.reason is None and feedback.suggested is None:  # words come after a judgement that was told
            self.observer.judged(feedback.platform, helpful=feedback.helpful)


def is_open(reply: Reply) -> bool:
    """Whether a question may have been left without its answer."""
    doubtful = reply.outcome == "social" and reply.confidence < SURE_OF_SMALL_TALK
    return doubtful or reply.outcome in ("choices", "decline")


def _key(place: Place) -> str:
    return f"{place.platform}:{place.thread}"

"""What is posted or edited in the background, a message a second in one workspace or server.

Corrections: where an entry's headlines say something else now, the messages that showed it are edited. A curator says
so (`corrects: true`), or the weekly check of facts found a claim to be wrong. Nobody is notified again. The work of a
workspace or server is under one claim, so that of several processes one does it, and another goes on where that one
dies.

Later answers: where a question found none, it gets the one that people taught since. Each workspace is looked at again
when it changed what it taught. A question is taken before its answer is posted, so that of several processes one does
it, and nobody gets an answer twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.answers import reply_view
from bot.chat.conversations import CONFIDENT
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.chat.view import View
from bot.dialog.composition import spelled
from bot.dialog.question import Question
from bot.dialog.reply import Reply, Small
from bot.insights.report import FRESHNESS
from bot.storage.masking import digest
from bot.storage.repeating import repeat

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.dialog.answering import Bot
    from bot.storage.records import AskedQuestion, ShownAnswer
    from bot.storage.resilience import ResilientStore
    from bot.teaching.tenant_bots import TenantBots

CORRECTING = 60.0
"""Seconds between two looks for answers to correct."""

RETURNING = 2.0
"""Seconds between two looks for what was taught."""

PACE = 1.0
"""Seconds between two messages in one workspace or server."""

CORRECTED = "Corrected on {}: what this answer said before no longer holds."
WRONG = "Corrected on {}: a fact that this rests on has changed ({})."
ASKED_HERE = 'Asked here before: "{}". There is an answer now:'

Edit = Callable[["ShownAnswer", View], Awaitable[None]]
"""Shows something in place of an answer. Raises PostRefusedError where that is no longer possible, or what failed."""

_log = logging.getLogger(__name__)


class Corrections:
    """The corrections of one platform."""

    def __init__(self, chat: ChatService, store: ResilientStore, edit: Edit, *, pace: float = PACE) -> None:
        self._chat, self._store, self._edit, self._pace = chat, store, edit, pace
        self._wrong: dict[str, str] = {}
        """What the last check of facts found to be wrong, by entry id."""

    async def run(self) -> None:
        """Correct what is to be corrected, until cancelled."""
        await repeat(self.correct, CORRECTING, "correcting answers")

    async def correct(self) -> int:
        """Correct every answer that is outdated now, as far as it is ours to do; how many. Raises StoreUnavailable."""
        bot, store = self._chat.bot, self._store.store
        self._wrong = json.loads(await store.key_values.get(FRESHNESS) or "{}").get("wrong", {})
        tenants = dict.fromkeys(one.tenant for one in await self._outdated(bot))
        done = sum(await asyncio.gather(*(self._in_tenant(bot, tenant) for tenant in tenants)))
        if done:
            _log.info("%d answers were corrected", done)
        return done

    async def _outdated(self, bot: Bot) -> list[ShownAnswer]:
        entries = [name for name, entry in bot.knowledge.entries.items() if entry.corrects or name in self._wrong]
        shown = self._store.store.shown_answers
        return await shown.outdated(self._chat.capabilities.name, self._said(bot, entries))

    async def _in_tenant(self, bot: Bot, tenant: str) -> int:
        claimed = f"corrections:{self._chat.capabilities.name}:{tenant}"
        if not (await self._store.deliveries.claim(claimed, tenant)).ours:
            return 0
        done = 0
        try:
            # Looked for again: another process may have corrected some before it gave the claim back.
            for answer in [one for one in await self._outdated(bot) if one.tenant == tenant]:
                done += await self._one(bot, answer)
                await self._store.deliveries.renew(claimed)
                await asyncio.sleep(self._pace)
        except Exception as error:  # noqa: BLE001 - the platform is away: the rest is done at the next look
            _log.warning("correcting answers stopped: %s", type(error).__name__)
        finally:
            await self._store.deliveries.release(claimed)
        return done

    async def _one(self, bot: Bot, answer: ShownAnswer) -> bool:
        """Whether it could be edited."""
        reply = bot.show(*answer.headlines, frameworks=answer.frameworks)
        if reply.outcome != "answer":
            await self._store.store.shown_answers.forget(answer)
            return False
        today = spelled(self._store.store.clock().date())
        found = next((self._wrong[name] for name in answer.headlines if name in self._wrong), "")
        note = WRONG.format(today, found) if found else CORRECTED.format(today)
        try:
            await self._edit(answer, _view(bot, reply, note))
        except PostRefusedError as error:
            _log.info("an answer could not be corrected: %s", error)
            await self._store.store.shown_answers.forget(answer)
            return False
        await self._store.store.shown_answers.corrected(answer, self._said(bot, answer.headlines))
        return True

    def _said(self, bot: Bot, entries: Iterable[str]) -> dict[str, str]:
        """A digest of what each entry says now, with what is known to be wrong in it."""
        now = bot.headlines(entries)
        return {
            name: digest(f"{said} {self._wrong[name]}") if name in self._wrong else said for name, said in now.items()
        }


class Returns:
    """The answers that come later on one platform."""

    def __init__(self, chat: ChatService, bots: TenantBots, *, pace: float = PACE) -> None:
        self._chat, self._bots, self._pace = chat, bots, pace
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Post what there is to post, until cancelled."""
        await repeat(self.post, RETURNING, "posting later answers")

    async def post(self) -> int:
        """Answer every question that waits and has an answer now; how many. Raises StoreUnavailable."""
        prefix = f"{self._chat.capabilities.name}:"
        work = []
        for tenant in self._bots.tenants:
            version = self._bots.settings(tenant).version
            if tenant.startswith(prefix) and self._seen.get(tenant) != version:
                if waiting := await self._bots.asked.waiting(tenant):
                    work.append(self._in_tenant(tenant, version, waiting))
                else:
                    self._seen[tenant] = version
        return sum(await asyncio.gather(*work))

    async def _in_tenant(self, tenant: str, version: int, waiting: Sequence[AskedQuestion]) -> int:
        bot, done = await self._bots.changed(tenant), 0
        if not self._bots.is_current(tenant):
            return 0  # it is still being made: next time
        _, answers = await self._bots.answers.current(tenant)
        taught = {one.entry for one in answers if one.kind != "hidden"}
        replies = await asyncio.to_thread(lambda: [_reply(bot, question) for question in waiting])
        for question, reply in zip(waiting, replies, strict=True):
            if reply.outcome != "answer" or not taught.issuperset(reply.entries):
                continue
            if not await self._bots.asked.take(question):
                continue
            try:
                done += await self._one(bot, question, reply)
            except Exception as error:  # noqa: BLE001 - the platform is away: the rest at the next look
                _log.warning("posting a later answer failed: %s", type(error).__name__)
                await self._bots.asked.give_back(question)
                return done
            await asyncio.sleep(self._pace)
        self._seen[tenant] = version
        return done

    async def _one(self, bot: Bot, question: AskedQuestion, reply: Reply) -> bool:
        """Whether it could be posted."""
        assert self._chat.post_to is not None  # noqa: S101 - the platform runs
        platform, _, team = question.tenant.partition(":")
        place = Place(platform, team, question.channel, "channel", question.thread or None)
        view = _view(bot, reply, ASKED_HERE.format(question.text))
        posted = True
        try:
            await self._chat.post_to(place, question.message, view)
        except PostRefusedError as error:
            _log.info("a later answer could not be posted: %s", error)
            posted = False
        await self._bots.asked.remove(question)
        return posted


def _reply(bot: Bot, question: AskedQuestion) -> Reply:
    """What a teacher answered the question with, else what it finds where that is sure."""
    if question.entry:
        return bot.show(question.entry)
    reply = bot.answer(Question(question.text))
    sure = reply.confidence >= max(CONFIDENT, bot.thresholds.answer)
    return reply if sure else replace(reply, outcome="choices")


def _view(bot: Bot, reply: Reply, note: str) -> View:
    """A reply with a note before it."""
    return reply_view(replace(reply, blocks=(Small(note), *reply.blocks)), bot, "")

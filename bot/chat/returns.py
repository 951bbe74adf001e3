"""Answers that come later: where a question found none, it gets the one that people taught since.

Each workspace is looked at again when it changed what it taught. A question is taken before its answer is posted, so
that of several processes one does it, and nobody gets an answer twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.answers import reply_view
from bot.chat.conversations import CONFIDENT
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.dialog.question import Question
from bot.dialog.reply import Reply, Small
from bot.storage.outages import repeat

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.dialog.answering import Bot
    from bot.storage.records import AskedQuestion
    from bot.teaching.tenant_bots import TenantBots

INTERVAL = 2.0
"""Seconds between two looks for what was taught."""

PACE = 1.0
"""Seconds between two answers in one workspace or server."""

ASKED_HERE = 'Asked here before: "{}". There is an answer now:'

_log = logging.getLogger(__name__)


class Returns:
    """The answers that come later on one platform."""

    def __init__(self, chat: ChatService, bots: TenantBots, *, pace: float = PACE) -> None:
        self._chat, self._bots, self._pace = chat, bots, pace
        self._seen: dict[str, int] = {}

    async def run(self) -> None:
        """Post what there is to post, until cancelled."""
        await repeat(self.post, INTERVAL, "posting later answers")

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
        note = Small(ASKED_HERE.format(question.text))
        view = reply_view(replace(reply, blocks=(note, *reply.blocks)), bot, "")
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

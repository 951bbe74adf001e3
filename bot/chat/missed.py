"""Questions without an answer, for those who teach: what was asked alike, and what to do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat.actions import NotDoneError, action, button, expand
from bot.chat.incoming import Press
from bot.chat.own_answers import bots_to_teach
from bot.chat.people import NO_LONGER
from bot.chat.teaching import MOST_TYPED, NEW, teach_form
from bot.chat.view import Buttons, Form, Outgoing, SelectInput, TextInput, ViewBlock
from bot.dialog.question import Question
from bot.dialog.reply import Heading, Text
from bot.insights.clusters import Cluster, alike
from bot.teaching.drafts import MOST_PHRASINGS

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.teaching.tenant_bots import TenantBots

TITLE = "Questions without an answer"
LEFT_OUT = "Not asked about any more: these questions are deleted."

_MOST_OPTIONS = 25


async def missed_blocks(bots: TenantBots, tenant: str, clusters: Sequence[Cluster]) -> tuple[ViewBlock, ...]:
    """The clusters of a workspace that still have no answer there, with buttons. Raises StoreUnavailable."""
    stored, bot, blocks = set(await bots.missed(tenant)), await bots.of(tenant), list[ViewBlock]()
    for one in clusters:
        asked = one.representative
        if asked in stored and bot.answer(Question(asked)).outcome != "answer":
            names = ("answer_missed", "same_as", "not_for_us")
            words = ", ".join(one.terms) or "no word in common"
            blocks += [
                Text(f"{words}: {one.count} times" if one.count > 1 else f"{words}: once"),
                Buttons(tuple(button(name, asked) for name in names)),
            ]
    return (Heading(TITLE), *blocks) if blocks else ()


@action("Answer")
async def answer_missed(chat: ChatService, press: Press, question: str) -> Outgoing:
    """The form for an answer, with what was asked alike."""
    asked = await _asked(chat, await bots_to_teach(chat, press), press, question)
    return chat.form(press, teach_form(chat, replace(NEW, phrasings=asked)))


@action("Means the same as...")
async def same_as(chat: ChatService, press: Press, question: str) -> Outgoing:
    """The form in which what was asked is added to an answer that there is."""
    asked = await _asked(chat, await bots_to_teach(chat, press), press, question)
    entries = chat.bot.knowledge.entries
    near = [match.entry for match, _ in chat.bot.match(chat.bot.parse(asked[0])) if match.entry in entries]
    fields = (
        TextInput(
            "questions", "Questions, one a line", MOST_TYPED, multiline=True, required=True, value="\n".join(asked)
        ),
        SelectInput(
            "instead",
            "The answer they have",
            tuple((name, entries[name].title) for name in near[:_MOST_OPTIONS]),
            search="topic",
            required=True,
        ),
    )
    return chat.form(press, Form("Means the same as...", fields, "Save", button("teach", "", "0", "").action))


@action("Not for us")
async def not_for_us(chat: ChatService, press: Press, question: str) -> Outgoing:
    """What was asked alike is deleted, and asked about no more."""
    bots = await bots_to_teach(chat, press)
    asked = await _asked(chat, bots, press, question)
    await bots.leave_out(press.place.tenant, asked)
    return chat.notice(press, LEFT_OUT)


async def _asked(chat: ChatService, bots: TenantBots, press: Press, question: str) -> tuple[str, ...]:
    """What was asked alike, the question of the button first. Raises NotDoneError where there is nothing to do."""
    texts = await bots.missed(press.place.tenant)
    text = expand(question, texts)
    if text not in texts:
        raise NotDoneError(chat.notice(press, NO_LONGER))
    return (await asyncio.to_thread(alike, text, texts, chat.bot))[:MOST_PHRASINGS]

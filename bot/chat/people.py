"""Questions that people answer where the bot cannot: those passed on to a channel that the workspace has named, and
those that found no answer, listed for who teaches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat import screens
from bot.chat.actions import NotDoneError, action, button, expand
from bot.chat.incoming import FormSubmission, Incoming, Message, Place, Press
from bot.chat.own_answers import bots_to_teach
from bot.chat.teaching import MOST_TYPED, NEW, teach_form
from bot.chat.view import Button, Buttons, DoneBy, Form, Outgoing, SelectInput, TextInput, View, ViewBlock
from bot.dialog.question import Question
from bot.dialog.reply import Heading, Text
from bot.insights.clusters import Cluster, alike
from bot.storage.errors import StoreUnavailable
from bot.storage.masking import masked
from bot.storage.records import MOST_QUESTION, AskedQuestion
from bot.teaching.own_knowledge import MOST_PHRASINGS

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.teaching.tenant_bots import TenantBots

PASSED_ON = "I passed your question on to our people, with your name. {}"
HERE = "What they answer comes here."
THERE = "What they answer comes below it."
PASSED_ON_BEFORE = "This question was passed on already."
NOBODY = (
    "No channel is named here any more in which people can be asked. Who manages this place can name one in settings."
)
NOT_PASSED_ON = (
    "I could not post in the channel in which our people are asked, so nobody has your question. Try again later, or "
    "have somebody who manages it check that I may write there."
)
NO_LONGER = "This question was answered meanwhile, or it is too old."

MISSED_TITLE = "Questions without an answer"
NOT_ASKED_ABOUT = "Not asked about any more: these questions are deleted."

_MOST_OPTIONS = 25

_log = logging.getLogger(__name__)


def ways_to_people(chat: ChatService, incoming: Incoming, question: str | None) -> tuple[Button, ...]:
    """The button below a question without an answer, where the workspace has named a channel for it. It carries the
    question, and the thread where that began with a message that others can see too."""
    automated = isinstance(incoming, Message) and incoming.automated
    if automated or chat.post_to is None or not chat.teaching(incoming.place).ask_channel:
        return ()
    text = masked(question or "", MOST_QUESTION)
    chat.passed_on.put(text, text)
    return (button("ask_people", thread_of(incoming.place) if isinstance(incoming, Message) else "", text),)


def thread_of(place: Place) -> str:
    """The thread by its name within the channel; "" where there is none."""
    return (place.thread or "").rpartition(":")[2]


@action("Ask our people")
async def ask_people(chat: ChatService, press: Press, thread: str, question: str) -> Outgoing:
    """The question is posted where people are asked, once; a form asks for it where it is no longer known."""
    place = press.place
    channel = chat.teaching(place).ask_channel
    if chat.post_to is None or not channel:
        return chat.notice(press, NOBODY)
    if isinstance(press, FormSubmission):
        text = masked(press.value("question"), MOST_QUESTION)
    else:
        text = await _known(chat, press, question)
    if not text:
        field = TextInput("question", "Your question", MOST_QUESTION, multiline=True, required=True)
        return chat.form(press, Form("Ask our people", (field,), "Ask", button("ask_people", thread, "").action))
    claimed = await chat.shares(press, "people", PASSED_ON_BEFORE)
    # What one person alone saw has no place where others could see an answer.
    asked = AskedQuestion(
        tenant=place.tenant,
        channel=place.channel,
        thread=thread or ("" if press.private else thread_of(place)),
        message="" if press.private else press.message,
        text=text,
        user=press.user,
    )
    url = await press.question_url() if press.question_url is not None and not place.direct else ""
    shown = DoneBy(press.user, text, url, "asks our people:")
    view = View((shown, Buttons((button("answer_asked", asked.id),))), text)
    try:
        posted = await chat.post_to(Place(place.platform, place.team, channel, "channel"), "", view)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person must learn that nobody has the question
        _log.warning("a question could not be passed on: %s", type(error).__name__)
        if claimed:
            await chat.records.deliveries.release(claimed)
        return chat.notice(press, NOT_PASSED_ON)
    has_place = bool(asked.thread or asked.message)
    if not has_place:
        asked = replace(asked, channel=channel, message=posted)
    await chat.records.asked_questions.record(asked)
    view = screens.notice(PASSED_ON.format(HERE if has_place else THERE))
    return replace(chat.screen(press, view, replace=press.surface == "modal"), claimed=claimed)


@action("Answer")
async def answer_asked(chat: ChatService, press: Press, name: str) -> Outgoing:
    """The form in which a teacher answers a question that was passed on."""
    bots = await bots_to_teach(chat, press)
    asked = await bots.asked.get(press.place.tenant, name)
    if asked is None:
        return chat.notice(press, NO_LONGER, button("teach", "", "0", "", label="Teach an answer"))
    return chat.form(press, teach_form(chat, replace(NEW, phrasings=(asked.text,)), name))


async def _known(chat: ChatService, press: Press, question: str) -> str:
    """The question that a button carries, or its hash; "" where that is of none that is known."""
    found = expand(question, chat.passed_on.values())
    if found.startswith("~") and chat.bots is not None:
        try:
            found = expand(found, await chat.bots.missed(press.place.tenant))
        except StoreUnavailable:
            return ""
    return "" if found.startswith("~") else masked(found, MOST_QUESTION)


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
    return (Heading(MISSED_TITLE), *blocks) if blocks else ()


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
    titles, text = tuple((name, entries[name].title) for name in near[:_MOST_OPTIONS]), "\n".join(asked)
    questions = TextInput("questions", "Questions, one a line", MOST_TYPED, multiline=True, required=True, value=text)
    instead = SelectInput("instead", "The answer they have", titles, search="topic", required=True)
    form = Form("Means the same as...", (questions, instead), "Save", button("teach", "", "0", "").action)
    return chat.form(press, form)


@action("Not for us")
async def not_for_us(chat: ChatService, press: Press, question: str) -> Outgoing:
    """What was asked alike is deleted, and asked about no more."""
    bots = await bots_to_teach(chat, press)
    asked = await _asked(chat, bots, press, question)
    await bots.leave_out(press.place.tenant, asked)
    return chat.notice(press, NOT_ASKED_ABOUT)


async def _asked(chat: ChatService, bots: TenantBots, press: Press, question: str) -> tuple[str, ...]:
    """What was asked alike, the question of the button first. Raises NotDoneError where there is nothing to do."""
    texts = await bots.missed(press.place.tenant)
    text = expand(question, texts)
    if text not in texts:
        raise NotDoneError(chat.notice(press, NO_LONGER))
    return (await asyncio.to_thread(alike, text, texts, chat.bot))[:MOST_PHRASINGS]

"""What each button and form does. The name of a function is the name of its action, see `bot.chat.actions`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat import answers, screens
from bot.chat.actions import action, button
from bot.chat.comparing import aspects, compare_form, named
from bot.chat.incoming import Command, FormSubmission, Press
from bot.chat.recommending import NOT_YOURS, SHARED_BEFORE
from bot.chat.view import Outgoing, View
from bot.dialog.question import Question, Turn
from bot.storage.records import Feedback

if TYPE_CHECKING:
    from bot.chat.service import ChatService

NOT_YOUR_ANSWER = "Only the person who asked can delete this answer."
NOTHING_ASKED = "Type a question first."
FORGOTTEN = "Done: what I kept about you is deleted."


@action()
async def show(chat: ChatService, press: Press, owner: str, entry: str) -> Outgoing:
    """An entry next to what is there, for the person who pressed."""
    del owner
    return chat.reply(press, chat.bot.show(chat.entry(entry)), private=True)


@action()
async def choose(chat: ChatService, press: Press, owner: str, entry: str) -> Outgoing:
    """An entry in place of the choices, where their owner pressed; else next to them."""
    own = chat.owns(owner, press)
    return chat.reply(press, chat.bot.show(chat.entry(entry)), private=press.private or not own, replace=own)


@action("None of these")
async def none_fits(chat: ChatService, press: Press, owner: str) -> Outgoing:
    """The choices are turned down by the person they were offered to."""
    if owner and not chat.owns(owner, press):
        return chat.notice(press, NOT_YOURS, *screens.ways_on(chat.owner(press), flow=chat.flow is not None))
    reply = chat.bot.answer(Question("none of these", Turn(offered=("-",))))
    return chat.reply(press, reply, private=press.private, replace=bool(owner))


@action("Details")
async def details(chat: ChatService, press: Press, owner: str, frameworks: str, *entries: str) -> Outgoing:
    """The rest of an answer: in its place where nobody else sees it, else for the person who pressed."""
    reply = chat.bot.show(*map(chat.entry, entries), frameworks=tuple(filter(None, frameworks.split(","))))
    if not reply.details:
        return chat.older(press)
    shareable = press.private and press.surface == "message"
    view = answers.details_view(reply, owner, in_place=press.alone, shareable=shareable)
    return chat.screen(press, view, replace=press.alone)


@action("Delete")
async def delete(chat: ChatService, press: Press, owner: str) -> Outgoing:
    """The answer is deleted by the person who asked for it."""
    if not chat.owns(owner, press):
        return chat.notice(press, NOT_YOUR_ANSWER)
    parts = await chat.shared_state.parts(press.place, press.message)
    others = tuple(part for part in parts if part != press.message)
    return Outgoing(press.place, press.user, View((), "", "thread", "delete"), also_deleted=others)


@action("Show everyone")
async def share(chat: ChatService, press: Press, *entries: str) -> Outgoing:
    """An answer that one person saw, for everybody: once, with who shared it and what it answers."""
    reply = chat.bot.show(*map(chat.entry, entries))
    claimed = await chat.shares(press, "share", SHARED_BEFORE)
    outgoing = replace(chat.reply(press, reply, private=False, shareable=False), claimed=claimed)
    titles = [chat.bot.knowledge.entries[name].title for name in reply.entries]
    return await chat.attributed(outgoing, press, " / ".join(titles)) if titles else outgoing


@action()
async def vote(chat: ChatService, press: Press, which: str, entry: str, version: str) -> Outgoing:
    """Somebody says whether an answer helped."""
    name = chat.entry(entry)
    if which not in ("y", "n") or name not in chat.bot.knowledge.entries or not chat.is_version(version):
        return chat.older(press)
    feedback = _feedback(chat, press, press.message, name, version, helpful=which == "y")
    if feedback.helpful:
        return chat.notice(press, answers.THANKS, feedback=feedback)
    further = (button("reason", press.message, entry, version),) if chat.capabilities.forms and press.message else ()
    return chat.notice(press, answers.THANKS_REASON, *further, feedback=feedback)


@action("Say what was wrong")
async def reason(chat: ChatService, press: Press, answer: str, entry: str, version: str) -> Outgoing:
    """The form that asks what was wrong with an answer, and what was written into it."""
    name, entries = chat.entry(entry), chat.bot.knowledge.entries
    if name not in entries or not chat.is_version(version):
        return chat.older(press)
    if not isinstance(press, FormSubmission):
        return chat.form(press, answers.reason_form(chat.bot, answer, name, version))
    words, right = press.value("words"), chat.entry(press.value("right"))
    if right and (right not in entries or entries[right].kind != "answer"):
        return chat.notice(press, answers.UNKNOWN_TOPIC)
    if not words and not right:
        return chat.notice(press, answers.NOTHING_SAID)
    voted = _feedback(chat, press, answer, name, version, helpful=False)
    feedback = replace(voted, reason=words or None, suggested=right or None)
    if not right:
        return chat.notice(press, answers.THANKS_REASON, feedback=feedback)
    text = f"{answers.THANKS_REASON}\n{answers.SUGGESTED.format(entries[right].title)}"
    return chat.notice(press, text, button("show", "", right, label="Open it"), feedback=feedback)


@action("Topics")
async def topics(chat: ChatService, press: Press, owner: str, group: str, page: str) -> Outgoing:
    """The topics of a group, in place of the list that was pressed where that is one's own."""
    number = screens.page_number(page)
    in_place = press.private or press.surface != "message" or (bool(owner) and chat.owns(owner, press))
    view = chat.topics(press, group, number)
    return chat.screen(press, view, replace=in_place and bool(group or number or press.surface == "message"))


@action("Compare frameworks")
async def compare(chat: ChatService, press: Press) -> Outgoing:
    """The form that compares frameworks, and what it leads to."""
    if not isinstance(press, FormSubmission):
        return chat.form(press, compare_form(chat.bot.knowledge))
    entry = chat.entry(press.value("aspect"))
    if not entry:
        return chat.notice(press, "Choose what to compare by.", button("compare"))
    frameworks = named(chat.bot.knowledge, ", ".join(press.values.get("frameworks", ())))
    reply = chat.bot.show(entry, frameworks=tuple(term.id for term in frameworks))
    # A modal shows its outcome itself; a message that offered the form stays as it is.
    return chat.reply(press, reply, private=True, replace=press.surface == "modal")


@action("Ask")
async def ask(chat: ChatService, press: Press) -> Outgoing:
    """What was typed into the field of the start page, answered for the person alone."""
    question = press.value("question") if isinstance(press, FormSubmission) else ""
    if not question:
        return chat.notice(press, NOTHING_ASKED)
    return chat.reply(press, chat.answer(Question(question)), private=True, question=question)


@action("Help")
async def help_(chat: ChatService, incoming: Press | Command) -> Outgoing:
    """How to ask."""
    owner, compares = chat.owner(incoming), bool(aspects(chat.bot.knowledge))
    view = screens.help_view(chat.capabilities, owner, flow=chat.flow is not None, compares=compares)
    return chat.screen(incoming, view)


@action("Privacy")
async def privacy(chat: ChatService, incoming: Press | Command) -> Outgoing:
    """What is stored."""
    return chat.screen(incoming, screens.privacy_view(chat.capabilities, chat.retention))


@action("Delete my data")
async def forget(chat: ChatService, press: Press) -> Outgoing:
    """What the person who presses it gave is deleted, no matter who asked for the button. Raises StoreUnavailable."""
    await chat.records.forget_user(press.place.platform, press.user)
    return chat.notice(press, FORGOTTEN)


def _feedback(chat: ChatService, press: Press, answer: str, entry: str, version: str, *, helpful: bool) -> Feedback:
    """A vote on `entry` as the answer in the message `answer`."""
    return Feedback(
        platform=press.place.platform,
        tenant=press.place.tenant,
        user=press.user,
        answer=answer,
        entry=entry,
        helpful=helpful,
        knowledge_version=version or chat.bot.knowledge.version,
        channel=press.place.channel,
    )

"""What each button and form does. The name of a function is the name of its action, see `bot.chat.actions`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.chat import answers, flow, screens
from bot.chat.actions import action, button
from bot.chat.comparing import compare_form, named
from bot.chat.incoming import FormSubmission, Press
from bot.chat.view import Outgoing, View
from bot.dialog.question import Question, Turn
from bot.storage.records import Feedback

if TYPE_CHECKING:
    from bot.chat.service import ChatService

NOT_YOURS = "Somebody else started this. You can start one of your own:"
NOT_YOUR_ANSWER = "Only the person who asked can delete this answer."
NOTHING_ASKED = "Type a question first."
SHARED_BEFORE = "You have shared this already."
FORGOTTEN = "Done: what I kept about you is deleted."


@action()
async def show(chat: ChatService, press: Press, owner: str, entry: str) -> Outgoing:
    """An entry next to what is there, for the person who pressed."""
    del owner
    reply = chat.bot.show(chat.entry(entry))
    return chat.reply(press, reply, private=True)


@action()
async def choose(chat: ChatService, press: Press, owner: str, entry: str) -> Outgoing:
    """An entry in place of the choices, where their owner pressed; else next to them."""
    reply = chat.bot.show(chat.entry(entry))
    if not chat.owns(owner, press):
        return chat.reply(press, reply, private=True)
    return chat.reply(press, reply, private=press.private, replace=True)


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
    in_place = press.private or press.place.direct or press.surface != "message"
    shareable = press.private and press.surface == "message"
    view = answers.details_view(reply, owner, in_place=in_place, shareable=shareable)
    return chat.screen(press, view, replace=in_place)


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
    claimed = await chat.shares(press)
    if claimed is None:
        return chat.notice(press, SHARED_BEFORE)
    outgoing = replace(chat.reply(press, reply, private=False, shareable=False), claimed=claimed)
    titles = [chat.bot.knowledge.entries[name].title for name in reply.entries]
    return await chat.attributed(outgoing, press, " / ".join(titles)) if titles else outgoing


@action()
async def vote(chat: ChatService, press: Press, which: str, entry: str, version: str) -> Outgoing:
    """Somebody says whether an answer helped."""
    name = chat.entry(entry)
    if which not in ("y", "n") or name not in chat.bot.knowledge.entries or not chat.is_version(version):
        return chat.older(press)
    feedback = Feedback(
        platform=press.place.platform,
        tenant=press.place.tenant,
        user=press.user,
        answer=press.message,
        entry=name,
        helpful=which == "y",
        knowledge_version=version or chat.bot.knowledge.version,
        channel=press.place.channel,
    )
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
    feedback = Feedback(
        platform=press.place.platform,
        tenant=press.place.tenant,
        user=press.user,
        answer=answer,
        entry=name,
        helpful=False,
        knowledge_version=version or chat.bot.knowledge.version,
        channel=press.place.channel,
        reason=words or None,
        suggested=right or None,
    )
    if not right:
        return chat.notice(press, answers.THANKS_REASON, feedback=feedback)
    text = f"{answers.THANKS_REASON}\n{answers.SUGGESTED.format(entries[right].title)}"
    return chat.notice(press, text, button("show", "", right, label="Open it"), feedback=feedback)


@action("Guided recommendation")
async def start(chat: ChatService, press: Press, owner: str) -> Outgoing:
    """The first question of the guided recommendation."""
    return await chat.start_flow(press, private=press.private or not chat.owns(owner, press))


@action()
async def move(chat: ChatService, press: Press, which: str, token: str) -> Outgoing:
    """A step of the guided recommendation."""
    restored = chat.restored(press, token)
    if isinstance(restored, Outgoing):
        return restored
    flow_ = restored.flow
    # A token of other rules is shown where it can go on, not moved by an old button.
    state = restored.state if restored.hint else flow_.do(restored.state, which)
    return chat.flow_step(press, flow_, state, hint=restored.hint)


@action("In your own words")
async def words(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The form for an answer in somebody's own words, and where such an answer leads."""
    restored = chat.restored(press, token)
    if isinstance(restored, Outgoing):
        return restored
    flow_ = restored.flow
    if not isinstance(press, FormSubmission):
        return chat.form(press, flow.words_form(flow_, restored.state, token))
    result = flow_.interpret(restored.state, press.value("answer")[: flow.MOST_TYPED])
    understood = flow.UNDERSTOOD if result.several else ""
    return chat.flow_step(press, flow_, result.state, hint=result.hint or restored.hint or understood)


@action("Why do you ask?")
async def why(chat: ChatService, press: Press, token: str) -> Outgoing:
    """What the answers to a question would change, for the person who pressed."""
    if chat.flow is None:
        return chat.notice(press, flow.NO_FLOW)
    said = chat.flow.why(chat.flow.at(token).state)
    return chat.notice(press, said) if said else chat.older(press)


@action()
async def alternative(chat: ChatService, press: Press, letters: str, token: str) -> Outgoing:
    """The stack that one other answer leads to, next to that of an outcome, for anybody who sees it."""
    if chat.flow is None:
        return chat.notice(press, flow.NO_FLOW)
    found = chat.flow.at(token)
    in_place = press.private or press.place.direct or press.surface != "message"
    mine = chat.owns(found.owner, press) or (not found.owner and in_place)
    view = flow.alternative_view(chat.flow, found.state, found.owner, letters, mine=mine)
    if view is None or found.notice:
        return chat.notice(press, flow.OUTDATED, button("start", chat.owner(press)))
    return chat.screen(press, view, replace=in_place)


@action("Take along")
async def take_along(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation to keep or to pass on, for the person who pressed."""
    if chat.flow is None:
        return chat.notice(press, flow.NO_FLOW)
    found = chat.flow.at(token)
    view = flow.take_along_view(chat.flow, found.state)
    if view is None or found.notice:
        return chat.notice(press, flow.OUTDATED, button("start", chat.owner(press)))
    return chat.screen(press, view)


@action("Details")
async def outcome_details(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The rest of a recommendation, for anybody who sees it: in its place where nobody else does."""
    if chat.flow is None:
        return chat.notice(press, flow.NO_FLOW)
    found = chat.flow.at(token)
    in_place = press.private or press.place.direct or press.surface != "message"
    shareable = press.private and not press.place.direct
    view = flow.details_view(chat.flow, found.state, found.owner, in_place=in_place, shareable=shareable)
    if view is None or found.notice:
        return chat.notice(press, flow.OUTDATED, button("start", chat.owner(press)))
    return chat.screen(press, view, replace=in_place)


@action("Show everyone")
async def share_outcome(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation that one person saw, for the channel."""
    restored = chat.restored(press, token)
    if isinstance(restored, Outgoing):
        return restored
    view = None if restored.hint else flow.shared_view(restored.flow, restored.state, chat.owner(press))
    if view is None:
        return chat.notice(press, flow.OUTDATED)
    claimed = await chat.shares(press)
    if claimed is None:
        return chat.notice(press, SHARED_BEFORE)
    outgoing = Outgoing(press.place, press.user, view, claimed=claimed)
    return await chat.attributed(outgoing, press, "the guided recommendation")


@action("Topics")
async def topics(chat: ChatService, press: Press, owner: str, group: str, page: str) -> Outgoing:
    """The topics of a group, in place of the list that was pressed where that is one's own."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 0
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
async def help_(chat: ChatService, press: Press) -> Outgoing:
    """How to ask."""
    return chat.screen(press, chat.help(press))


@action("Privacy")
async def privacy(chat: ChatService, press: Press) -> Outgoing:
    """What is stored."""
    return chat.screen(press, screens.privacy_view(chat.capabilities, chat.retention))


@action("Delete my data")
async def forget(chat: ChatService, press: Press) -> Outgoing:
    """What the person who presses it gave is deleted, no matter who asked for the button. Raises StoreUnavailable."""
    await chat.records.forget_user(press.place.platform, press.user)
    return chat.notice(press, FORGOTTEN)

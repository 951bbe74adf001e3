"""A workspace's own answers, for those who teach them: who that is, the list, each answer with its versions, and back
to one of those; and reviews: the owner of an answer is asked in a direct message whether it is still right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.chat.actions import NotDoneError, action, button, expand
from bot.chat.incoming import Command, FormSubmission, Incoming, Press
from bot.chat.screens import notice, page_number
from bot.chat.view import Button, Buttons, Form, Menu, Outgoing, PeopleInput, View, ViewBlock
from bot.dialog.composition import spelled
from bot.dialog.reply import Bullets, Heading, Markdown, Small, Text
from bot.storage.errors import ChangedMeanwhileError
from bot.storage.records import OwnAnswer
from bot.teaching.own_knowledge import PREFIX

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.teaching.tenant_bots import TenantBots

NOT_A_TEACHER = (
    "Only people who manage this workspace or server, and the teachers they name, can do that. Ask one of them to name "
    "you with the command `teachers`, or to save it."
)
NOT_A_MANAGER = "Only people who manage the whole workspace or server can name teachers."
MEANWHILE_SHOWN = "Somebody else changed this answer meanwhile, so nothing was done. This is how it is now."
TEACHERS_SAVED = "Saved. Teachers named besides those who manage all of it: {}."

REVIEW_AFTER = timedelta(days=90)
"""From the day on which a person saves an answer to its review."""

REVIEW = "review:"
"""Begins what a form has in place of an asked question where a review led to it; then comes the workspace, which a
direct message does not show on every platform."""

NOT_THE_OWNER = "Only the owner of an answer is asked about it, and this one is not yours (any more)."
CHANGED_SINCE = "This answer was changed since I asked you, so nothing was done. Edit shows it as it is now."
HIDDEN = "Hidden: nobody gets this answer any more."
STILL_RIGHT = "Thank you. I will ask you again on {}."

PAGE = 25
"""Answers in one list."""

_MOST_VERSIONS = 10


async def may_teach(chat: ChatService, incoming: Incoming) -> bool:
    """Whether somebody manages the workspace or is named a teacher there. Raises StoreUnavailable."""
    if chat.bots is None or incoming.place.team is None:
        return False
    if await incoming.known_rights() == "all":
        return True
    return incoming.user in (await chat.bots.answers.settings(incoming.place.tenant)).teachers


async def bots_to_teach(chat: ChatService, incoming: Incoming) -> TenantBots:
    """The bots of workspaces, for somebody who may teach theirs. Raises NotDoneError for anybody else, and
    StoreUnavailable."""
    if chat.bots is None or not await may_teach(chat, incoming):
        raise NotDoneError(chat.notice(incoming, NOT_A_TEACHER))
    return chat.bots


@action("Our answers")
async def answers(chat: ChatService, press: Press, search: str, page: str) -> Outgoing:
    """The workspace's own answers."""
    bots = await bots_to_teach(chat, press)
    return chat.screen(press, await list_view(chat, bots, press.place.tenant, search, page_number(page)), replace=True)


@action()
async def own_answer(chat: ChatService, press: Press, entry: str) -> Outgoing:
    """One answer with its versions, its own or a shipped one."""
    bots = await bots_to_teach(chat, press)
    return chat.screen(press, _answer_view(chat, await history(chat, bots, press, entry)), replace=True)


@action("Teachers")
async def teachers(chat: ChatService, incoming: Press | Command) -> Outgoing:
    """Who may teach besides those who manage the workspace: the form, and who was chosen in it."""
    if chat.bots is None or incoming.place.team is None or await incoming.known_rights() != "all":
        return chat.notice(incoming, NOT_A_MANAGER)
    tenant = incoming.place.tenant
    if isinstance(incoming, FormSubmission):
        named = incoming.values.get("teachers", ())
        await chat.bots.answers.configure(tenant, teachers=named)
        return chat.screen(incoming, notice(TEACHERS_SAVED.format(len(named))), replace=incoming.surface == "modal")
    chosen = (await chat.bots.answers.settings(tenant)).teachers
    field = PeopleInput("teachers", "Who else may teach me", chosen, "Those who manage all of it always may.")
    return chat.form(incoming, Form("Teachers", (field,), "Save", button("teachers").action))


@action("Undo")
async def revise(chat: ChatService, press: Press, entry: str, version: str, how: str) -> Outgoing:
    """An answer is undone, hidden, used again or deleted (`how`), where nobody made another version since; what is
    there now."""
    bots, tenant = await bots_to_teach(chat, press), press.place.tenant
    versions = await history(chat, bots, press, entry)
    now, said = versions[0], _DONE.get(how, "")
    if str(now.version) != version or not said:
        return chat.screen(press, _answer_view(chat, versions, MEANWHILE_SHOWN), replace=True)
    if how == "undo":
        new = replace(versions[1] if len(versions) > 1 else replace(now, removed=True), version=now.version)
    elif how == "hide":
        new = replace(now, kind="hidden", removed=False)
    elif how == "use":
        new = replace(now, kind="phrasings", removed=not now.phrasings)
    else:
        new = replace(now, removed=True)
    try:
        await bots.answers.save(press.place.platform, tenant, press.user, [new])
    except ChangedMeanwhileError:
        said = MEANWHILE_SHOWN
    await chat.changed(tenant)
    return chat.screen(press, _answer_view(chat, await history(chat, bots, press, now.entry), said), replace=True)


_DONE = {
    "undo": "Undone: this is how it was before.",
    "hide": "Hidden: it is not used here any more.",
    "use": "Used again.",
    "delete": "Deleted.",
}


async def history(chat: ChatService, bots: TenantBots, press: Press, entry: str) -> Sequence[OwnAnswer]:
    """All versions of an answer, the newest first; of one that never was, what it would be."""
    tenant = press.place.tenant
    if entry.startswith("~"):
        entry = expand(entry, (*await bots.answers.names(tenant), *chat.shipped.knowledge.entries))
    return await bots.answers.history(tenant, entry) or (OwnAnswer(entry=entry, kind="phrasings", removed=True),)


async def list_view(chat: ChatService, bots: TenantBots, tenant: str, search: str = "", page: int = 0) -> View:
    """Own answers that have all words of `search`, and shipped ones that it suggests."""
    _, current = await bots.answers.current(tenant)
    words = search.casefold().split()
    titles = {one.entry: title_of(chat, one) for one in current}
    texts = {one.entry: " ".join((titles[one.entry], one.text, *one.phrasings)).casefold() for one in current}
    found = [one for one in current if all(word in texts[one.entry] for word in words)]
    found.sort(key=lambda one: (titles[one.entry].casefold(), one.entry))
    page = min(page, max(len(found) - 1, 0) // PAGE)
    shown = found[page * PAGE : (page + 1) * PAGE]
    what = f' with "{search}"' if search else ""
    blocks: list[ViewBlock] = [
        Heading("Our answers"),
        Text(f"{len(found) or 'No'} {'answer' if len(found) == 1 else 'answers'} of your own{what}."),
    ]
    if shown:
        labels = [f"{titles[one.entry]}{'' if one.kind == 'answer' else f' ({_state(one)})'}" for one in shown]
        opened = (button("own_answer", one.entry, label=label) for one, label in zip(shown, labels, strict=True))
        blocks.append(Menu("Open an answer", tuple(opened)))
    others = [one for one in chat.suggest("topic", search, tenant) if search and not one.entry.startswith(PREFIX)]
    options = tuple(button("own_answer", one.entry, label=one.label) for one in others if one.entry not in titles)
    if options:
        blocks.append(Menu("Shipped answers: hide, or add a wording", options))
    moves = [button("answers", search, str(page - 1), label="Earlier")] if page else []
    moves += [button("answers", search, str(page + 1), label="More")] if (page + 1) * PAGE < len(found) else []
    moves += [button("answers", "", "0", label="All of them")] if search else []
    return View(
        (*blocks, Buttons((*moves, button("teach", "", "0", "", label="New answer")))), "Our answers.", "private"
    )


def title_of(chat: ChatService, one: OwnAnswer) -> str:
    """Its own title, or that of the shipped entry that it stands for."""
    shipped = chat.shipped.knowledge.entries.get(one.entry)
    return one.title or (shipped.title if shipped is not None else one.entry)


def _answer_view(chat: ChatService, history: Sequence[OwnAnswer], said: str = "") -> View:
    """An answer as it is now, what can be done with it, and its versions."""
    now = history[0]
    own, fields = now.entry.startswith(PREFIX), (now.entry, str(now.version))
    there = chat.shipped.knowledge.entries.get(now.entry)
    small = [f"Link: {now.link}"] if now.link else []
    small += [f"Last day: {spelled(now.expires_on)}"] if now.expires_on else []
    versions = [f"{one.version}: {_when(one)}, {_state(one)}" for one in history if one.version][:_MOST_VERSIONS]
    blocks = (
        Heading(title_of(chat, now)),
        *((Text(said, strong=True),) if said else ()),
        *((Markdown(now.text),) if now.text else (Text(there.answer.text),) if there is not None else ()),
        *((Bullets(now.phrasings, "Questions" if own else "Your own wordings"),) if now.phrasings else ()),
        *((Small(". ".join(small)),) if small else ()),
        *((Bullets(tuple(versions), "Versions"),) if versions else ()),
    )
    buttons: list[Button] = []
    if now.kind == "hidden" and not now.removed:
        buttons.append(button("revise", *fields, "use", label="Use again"))
    elif not own and there is not None:
        buttons += [button("teach", *fields, "", label="Wordings"), button("revise", *fields, "hide", label="Hide")]
    elif not now.removed:
        sure = "Nobody gets this answer any more. Undo brings it back."
        buttons.append(button("teach", *fields, ""))
        buttons.append(button("revise", *fields, "delete", label="Delete", style="danger", confirm=sure))
    buttons += [button("revise", *fields, "undo")] if now.version else []
    shown = (*blocks, Buttons((*buttons, button("answers", "", "0"))))
    return View(shown, said or title_of(chat, now), "private")


def _state(one: OwnAnswer) -> str:
    if one.removed:
        return "deleted" if one.entry.startswith(PREFIX) else "as shipped"
    return {"answer": "saved", "phrasings": "own wordings", "hidden": "hidden"}[one.kind]


def _when(one: OwnAnswer) -> str:
    return f"{spelled(one.changed_at.date())} {one.changed_at:%H:%M} UTC" if one.changed_at is not None else ""


def with_review(answer: OwnAnswer, user: str, today: date) -> OwnAnswer:
    """An answer that a person saves today: with an owner, and the day of its review."""
    if answer.kind != "answer":
        return answer
    return replace(answer, owner=answer.owner or user, review_on=today + REVIEW_AFTER)


def review_view(team: str, answer: OwnAnswer) -> View:
    """What the owner of an answer in this workspace is asked."""
    asked = f"Is this answer still right? {answer.title}"
    days = [f"Saved {spelled(answer.changed_at.date())}"] if answer.changed_at is not None else []
    days += [f"review due since {spelled(answer.review_on)}"] if answer.review_on is not None else []
    fields = (team, answer.entry, str(answer.version))
    buttons = (
        button("review", "keep", *fields, label="Still right", style="primary"),
        button("teach", *fields[1:], f"{REVIEW}{team}"),
        button("review", "hide", *fields, label="Hide"),
    )
    return View((Heading(asked), Markdown(answer.text), Small(" · ".join(days)), Buttons(buttons)), asked)


async def owned(chat: ChatService, press: Press, team: str, entry: str) -> tuple[Press, OwnAnswer | None]:
    """What the owner of an answer pressed, as if in the workspace, and the answer; None where it is not theirs."""
    if chat.bots is None or press.place.team not in (None, team):
        return press, None
    press = replace(press, place=replace(press.place, team=team))
    now = (await history(chat, chat.bots, press, entry))[0]
    return press, now if now.owner == press.user else None


@action()
async def review(  # noqa: PLR0917 - an action's fields
    chat: ChatService, press: Press, how: str, team: str, entry: str, version: str
) -> Outgoing:
    """An answer is still right, or used again (`how`: "keep"), or hidden ("hide")."""
    at_home, now = await owned(chat, press, team, entry)
    if chat.bots is None or now is None or how not in ("keep", "hide"):
        return chat.notice(press, NOT_THE_OWNER)
    tenant, asked_about = at_home.place.tenant, int(version) if version.isdecimal() else 0
    new = replace(with_review(now, press.user, chat.bots.today), removed=how == "hide", version=asked_about)
    try:
        [saved] = await chat.bots.answers.save(press.place.platform, tenant, press.user, [new])
    except ChangedMeanwhileError as error:
        edit = button("teach", now.entry, str(error.now.version), f"{REVIEW}{team}")
        return chat.notice(press, CHANGED_SINCE, edit)
    await chat.changed(tenant)
    if how == "keep":
        return chat.notice(press, STILL_RIGHT.format(spelled(saved.review_on or chat.bots.today)))
    again = button("review", "keep", team, saved.entry, str(saved.version), label="Use it again")
    return chat.notice(press, HIDDEN, again)

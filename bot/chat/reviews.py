"""Reviews of a workspace's own answers: their owner is asked whether one is still right, in a direct message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.chat.actions import action, button, expand
from bot.chat.incoming import Press
from bot.chat.view import Buttons, Outgoing, View
from bot.dialog.composition import spelled
from bot.dialog.reply import Heading, Markdown, Small
from bot.storage.errors import ChangedMeanwhileError
from bot.storage.records import OwnAnswer

if TYPE_CHECKING:
    from bot.chat.service import ChatService

AFTER = timedelta(days=90)
"""From the day on which a person saves an answer to its review."""

REVIEW = "review:"
"""Begins what a form has in place of an asked question where a review led to it; then comes the workspace, which a
direct message does not show on every platform."""

NOT_THE_OWNER = "Only the owner of an answer is asked about it, and this one is not yours (any more)."
CHANGED_SINCE = "This answer was changed since I asked you, so nothing was done. Edit shows it as it is now."
HIDDEN = "Hidden: nobody gets this answer any more."
STILL_RIGHT = "Thank you. I will ask you again on {}."


def with_review(answer: OwnAnswer, user: str, today: date) -> OwnAnswer:
    """An answer that a person saves today: with an owner, and the day of its review."""
    if answer.kind != "answer":
        return answer
    return replace(answer, owner=answer.owner or user, review_on=today + AFTER)


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
    tenant = press.place.tenant
    if entry.startswith("~"):
        entry = expand(entry, await chat.bots.answers.names(tenant))
    history = await chat.bots.answers.history(tenant, entry)
    return press, history[0] if history and history[0].owner == press.user else None


@action()
async def review(  # noqa: PLR0917 - an action's fields
    chat: ChatService, press: Press, how: str, team: str, entry: str, version: str
) -> Outgoing:
    """An answer is still right, or used again (`how`: "keep"), or hidden ("hide")."""
    at_home, now = await owned(chat, press, team, entry)
    if chat.bots is None or now is None or how not in ("keep", "hide"):
        return chat.notice(press, NOT_THE_OWNER)
    tenant, fields = at_home.place.tenant, (now.entry, str(now.version))
    if str(now.version) != version:
        return chat.notice(press, CHANGED_SINCE, button("teach", *fields, f"{REVIEW}{team}"))
    new = replace(with_review(now, press.user, chat.bots.today), removed=how == "hide")
    try:
        [saved] = await chat.bots.answers.save(press.place.platform, tenant, press.user, [new])
    except ChangedMeanwhileError:
        return chat.notice(press, CHANGED_SINCE, button("teach", *fields, f"{REVIEW}{team}"))
    await chat.changed(tenant)
    if how == "keep":
        return chat.notice(press, STILL_RIGHT.format(spelled(saved.review_on or chat.bots.today)))
    again = button("review", "keep", team, saved.entry, str(saved.version), label="Use it again")
    return chat.notice(press, HIDDEN, again)

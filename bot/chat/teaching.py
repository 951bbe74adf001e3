"""Teaching in chat: the forms, what is saved, and what a change leads to. Lists are in `bot.chat.own_answers`.

People who manage the workspace teach, and the teachers they name. An answer is theirs alone; so is what they hide of
the shipped ones, and the phrasings that they add to those.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.chat.actions import action, button, expand
from bot.chat.incoming import Command, FormSubmission, Incoming, Place, Press
from bot.chat.own_answers import (
    NOT_A_TEACHER,
    NOT_THE_OWNER,
    REVIEW,
    bots_to_teach,
    history,
    list_view,
    may_teach,
    owned,
    teachers,
    title_of,
    with_review,
)
from bot.chat.view import Buttons, DoneBy, Form, Input, Outgoing, SelectInput, TextInput, View, ViewBlock
from bot.dialog.question import Question
from bot.dialog.reply import Bullets, Heading, Markdown, Text
from bot.storage.errors import ChangedMeanwhileError, StoreUnavailable, TooManyAnswersError
from bot.storage.records import OwnAnswer
from bot.teaching.own_knowledge import MOST_PHRASING, PREFIX, own_id, problem_of, variants
from knowledge.fields import MAX_BODY, MAX_TITLE

if TYPE_CHECKING:
    from bot.chat.service import ChatService
    from bot.dialog.answering import Bot

_log = logging.getLogger(__name__)

SUGGESTED = "Thank you. I posted your suggestion where the people who teach here see it; they can save it."
NOT_SENT = "I could not post your suggestion, so nobody has it. Send it again in a few minutes."
NOT_SAVED = "I cannot reach my records right now, so nothing was saved. Send it again in a few minutes."
MEANWHILE = "Somebody else changed this answer meanwhile. Theirs is below yours: take over what you need, then save."
FORM_GONE = "I do not have that form any more, as I was restarted. Please write it once more."
GONE = "That answer no longer exists."
BAD_DAY = "the last day is no day: write it as YYYY-MM-DD, such as 2027-03-31"

PATIENCE = 1.2
"""Seconds that somebody waits for the store: a form must be answered within two."""

MOST_TYPED = 3_000
"""Characters of a field."""

NEW = OwnAnswer(entry="")
"""An answer of which nothing is written yet."""

_NEAREST = 5
_MOST_CHECKED = 20
"""Phrasings of each of the nearest entries that are asked before and after a change."""
_MOST_SHOWN = 5


def teach_form(
    chat: ChatService, given: OwnAnswer = NEW, ask: str = "", *, expires: str = "", theirs: OwnAnswer | None = None
) -> Form:
    """The form in which an answer is written, with what is `given` of it. `ask`: the asked question that it answers;
    `expires`: its last day as it was typed; `theirs`: what somebody else saved meanwhile. What its question finds today
    is its first hint.

    Where a platform shows five fields, the last ones are left to a later edit.
    """
    entry, asked = given.entry, _fitting(given.phrasings)
    hint = f"Finds today: {_finds(chat.bot, asked[0])}." if asked else "Two or three ways to ask are enough."
    saved: list[Input] = []
    if theirs is not None:
        hint = MEANWHILE
        there = "This answer was deleted." if theirs.removed else "\n".join((*theirs.phrasings, "", theirs.text))
        saved = [TextInput("theirs", "Saved meanwhile", MOST_TYPED, multiline=True, value=there[:MOST_TYPED])]
    label, value = "Questions it answers, one a line", "\n".join(asked)
    fields: list[Input] = [TextInput("questions", label, MOST_TYPED, hint, multiline=True, required=True, value=value)]
    if entry and not entry.startswith(PREFIX):
        fields += saved
    else:
        is_cut = len(given.text) > MAX_BODY
        cut = f"Cut after {MAX_BODY:,} characters." if is_cut else "**bold**, - lists, [links](https://)"
        day = given.expires_on.isoformat() if given.expires_on else expires
        fields += [
            TextInput("answer", "Answer", MAX_BODY, cut, multiline=True, value=given.text[:MAX_BODY]),
            *saved,
            *(_choices(chat.bot, asked) if not entry else ()),
            TextInput("title", "Title", MAX_TITLE, "The first question where left out.", value=given.title),
            TextInput("link", "Link", 300, "Where more is written.", value=given.link),
            TextInput("expires", "Last day (YYYY-MM-DD)", 10, "Not used after it.", value=day),
        ]
    return Form("Save as answer", tuple(fields), "Save", button("teach", entry, str(given.version), ask).action)


async def command(chat: ChatService, given: Command) -> Outgoing:
    """The commands "save" (a message as the answer to what its thread began with), "teach", "answers", "teachers"."""
    if given.name not in ("save", "teach") or not may_suggest(chat, given):
        bots = await bots_to_teach(chat, given)
        if given.name == "answers":
            return chat.screen(given, await list_view(chat, bots, given.place.tenant, given.text))
        if given.name == "teachers":
            return await teachers(chat, given)
    if given.name == "teach":
        return chat.form(given, teach_form(chat, replace(NEW, phrasings=_lines(given.text))))
    answer = next(filter(None, (given.text, *given.attached)), "")
    return chat.form(given, teach_form(chat, replace(NEW, phrasings=await _asked(given, answer), text=answer)))


@action("Edit")
async def teach(chat: ChatService, press: Press, entry: str, version: str, ask: str) -> Outgoing:
    """The form for an answer, and what was written into it: saved, with what that changes."""
    now = None
    if ask.startswith(REVIEW):
        press, now = await owned(chat, press, ask.removeprefix(REVIEW), entry)
        if now is None:
            return chat.notice(press, NOT_THE_OWNER)
        await chat.enter(press.place.tenant)
    if isinstance(press, FormSubmission):
        number = int(version) if version.isdecimal() else 0
        return await _submitted(chat, press, entry, number, ask, owner=now is not None)
    if now is None:
        bots = await bots_to_teach(chat, press)
        if not entry:
            return chat.form(press, teach_form(chat, NEW, ask))
        now = (await history(chat, bots, press, entry))[0]
    return chat.form(press, teach_form(chat, now, ask))


async def _submitted(
    chat: ChatService, press: FormSubmission, entry: str, version: int, ask: str, *, owner: bool
) -> Outgoing:
    """Save what is in the form. Whatever hinders that, the form keeps its words. `owner`: of the answer, who may change
    it without teaching anything else."""
    tenant = press.place.tenant
    title, text, link, expires = map(press.value, ("title", "answer", "link", "expires"))
    given = OwnAnswer(entry=entry, version=version, title=title, phrasings=_typed(press), text=text, link=link)
    again = teach_form(chat, given, ask, expires=expires)
    try:
        async with asyncio.timeout(PATIENCE):
            if chat.bots is None or not (owner or await may_teach(chat, press)):
                return await _suggested(chat, press, again)
            _, current = await chat.bots.answers.current(tenant)
            entry = expand(entry, (*(one.entry for one in current), *chat.bot.knowledge.entries))
            taken = await chat.bots.answers.names(tenant)
            draft = _draft(press, {one.entry: one for one in current}, entry, version, taken)
            problem = BAD_DAY if draft is None else problem_of(draft, chat.bots.today)
            if draft is None or problem:
                return chat.notice(press, f"Not saved: {problem}.", chat.kept(again))
            reviewed = with_review(draft, press.user, chat.bots.today)
            [saved] = await chat.bots.answers.save(press.place.platform, tenant, press.user, [reviewed])
    except ChangedMeanwhileError as error:
        now = error.now
        given = replace(given, entry=now.entry, version=now.version)
        both = teach_form(chat, given, ask, expires=expires, theirs=now)
        follows = chat.capabilities.forms_follow_forms  # else a button opens it
        return chat.form(press, both) if follows else chat.notice(press, MEANWHILE, chat.kept(both))
    except TooManyAnswersError as error:
        return chat.notice(press, f"Not saved: {error}.", chat.kept(again))
    except (StoreUnavailable, TimeoutError):
        return chat.notice(press, NOT_SAVED, chat.kept(again))
    view = await _saved_view(chat, tenant, saved)
    if ask:
        with suppress(StoreUnavailable):  # the answer is saved, and may be found by the question's words
            await chat.bots.asked.answered(tenant, ask, saved.entry)  # it is posted where that was asked
    # A modal shows its outcome itself; a message that offered the form stays as it is.
    return chat.screen(press, view, replace=press.surface == "modal")


def may_suggest(chat: ChatService, given: Incoming) -> bool:
    """Whether people who may not teach can suggest an answer: where a channel was named in which people are asked."""
    return chat.post_to is not None and bool(chat.teaching(given.place).ask_channel)


async def _suggested(chat: ChatService, press: FormSubmission, again: Form) -> Outgoing:
    """What somebody who may not teach has written, posted where people are asked, for who teaches to save."""
    place, text = press.place, press.value("answer")
    questions = tuple(filter(None, map(str.strip, press.value("questions").splitlines())))
    if chat.bots is None or chat.post_to is None or not may_suggest(chat, press):
        return chat.notice(press, NOT_A_TEACHER, chat.kept(again))
    draft = OwnAnswer(entry="", title="-", phrasings=questions, text=text, link=press.value("link"))
    if problem := problem_of(draft, chat.bots.today):
        return chat.notice(press, f"Not sent: {problem}.", chat.kept(again))
    shown = DoneBy(press.user, questions[0], did="suggests an answer to:")
    view = View((shown, Markdown(text), Buttons((chat.kept(again),))), questions[0])
    try:
        await chat.post_to(Place(place.platform, place.team, chat.teaching(place).ask_channel, "channel"), "", view)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person must learn that nobody has it
        _log.warning("a suggestion could not be posted: %s", type(error).__name__)
        return chat.notice(press, NOT_SENT, chat.kept(again))
    return chat.notice(press, SUGGESTED)


@action("Open the form again")
async def reopen(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A form that could not be saved, with what was typed."""
    form = chat.forms.get(token)
    return chat.form(press, form) if form is not None else chat.notice(press, FORM_GONE)


@action("Try it")
async def try_(chat: ChatService, press: Press, entry: str) -> Outgoing:
    """What a question that was just taught is answered with."""
    found = chat.bot.knowledge.entries.get(chat.entry(entry))
    if found is None:
        return chat.notice(press, GONE)
    question = found.phrasings[0 if found.id.startswith(PREFIX) else -1]
    return chat.reply(press, chat.answer(Question(question)), private=True)


def _draft(
    press: FormSubmission, current: Mapping[str, OwnAnswer], entry: str, version: int, taken: Iterable[str]
) -> OwnAnswer | None:
    """What a form says: an answer, or further phrasings of one that exists. None where its last day is no day."""
    typed, other = _typed(press), press.value("instead")
    if other in current or (other and not other.startswith(PREFIX)):
        now = current.get(other, OwnAnswer(entry=other, kind="phrasings"))
        return replace(now, phrasings=tuple(dict.fromkeys((*now.phrasings, *typed))))
    before = current.get(entry, OwnAnswer(entry=entry, owner=press.user))
    phrasings = tuple(dict.fromkeys((*typed, *before.phrasings[len(_fitting(before.phrasings)) :])))
    if entry and not entry.startswith(PREFIX):
        return replace(before, kind="phrasings", phrasings=phrasings, version=version)
    given = {name: press.value(name) for name in ("title", "answer", "link", "expires") if name in press.values}
    title = given.get("title", before.title) or next(iter(phrasings), "")[:MAX_TITLE]
    try:
        expires = date.fromisoformat(given["expires"]) if given.get("expires") else None
    except ValueError:
        return None
    return replace(
        before,
        entry=entry or own_id(title, taken),
        title=title,
        phrasings=phrasings,
        text=given.get("answer", before.text),
        link=given.get("link", before.link),
        expires_on=expires if "expires" in given else before.expires_on,
        version=version,
    )


def _choices(bot: Bot, asked: Sequence[str]) -> list[SelectInput]:
    """What else there is to do with a question: to add it to what answers it today, and other ways to ask it."""
    if not asked:
        return []
    fields = []
    reply = bot.answer(Question(asked[0]))
    if reply.outcome == "answer":
        known = bot.knowledge.entries[reply.entries[0]]
        label = "An answer exists. Add the questions to it?"
        fields.append(SelectInput("instead", label, ((known.id, known.title),), hint="Nothing else is saved then."))
    terms = {term.id: term for term in bot.knowledge.vocabulary.terms}
    named = [terms[name] for name in bot.parse(asked[0]).frameworks if name in terms]
    names = [name for term in named for name in (term.name, *term.aliases)]
    others = [one for one in variants(asked[0], names) if len(one) <= MAX_TITLE]
    if others:
        options = tuple((one, one) for one in others)
        fields.append(SelectInput("variants", "Other ways to ask it", options, multiple=True))
    return fields


def _finds(bot: Bot, text: str) -> str:
    """What a question finds, in a few words."""
    reply = bot.answer(Question(text))
    titles = [bot.knowledge.entries[name].title for name in reply.entries]
    if reply.outcome == "answer":
        return f"{' and '.join(titles)} ({reply.confidence:.0%})"
    return f"a choice of {len(titles)}" if reply.outcome == "choices" else "no answer"


def _effect(before: Bot, after: Bot, saved: OwnAnswer) -> list[str]:
    """What a change does: to its questions, and to the phrasings of the shipped entries that are nearest to them."""
    asked = saved.phrasings[0 if saved.kind == "answer" else -1]
    lines = [f"{asked} Before: {_finds(before, asked)}. Now: {_finds(after, asked)}."]
    near = [match.entry for match, _ in before.match(before.parse(asked)) if match.entry != saved.entry][:_NEAREST]
    known = [text for name in near for text in before.knowledge.entries[name].phrasings[:_MOST_CHECKED]]
    was = {text: before.answer(Question(text)) for text in known}
    other = [text for text in known if after.answer(Question(text)).entries != was[text].entries]
    lines += [f"{text} Before: {_finds(before, text)}. Now: {_finds(after, text)}." for text in other[:_MOST_SHOWN]]
    if len(other) > _MOST_SHOWN:
        lines.append(f"And {len(other) - _MOST_SHOWN} further known questions.")
    return lines if other else [*lines, f"None of the {len(known)} nearest known questions is answered otherwise."]


async def _saved_view(chat: ChatService, tenant: str, saved: OwnAnswer) -> View:
    """That it was saved, and what that changes."""
    before = chat.bot
    after = await chat.changed(tenant)
    fields = (saved.entry, str(saved.version))
    blocks: tuple[ViewBlock, ...] = (
        Heading("Saved"),
        Text(title_of(chat, saved), strong=True),
        Bullets(tuple(await asyncio.to_thread(_effect, before, after, saved)), "What people find"),
        Buttons((button("try", saved.entry), button("teach", *fields, ""), button("revise", *fields, "undo"))),
    )
    return View(blocks, "Saved.", "private")


async def _asked(given: Command, answer: str) -> tuple[str, ...]:
    """The message that the one to be saved answers, as far as that can be read in time."""
    if given.earlier is None:
        return ()
    try:
        async with asyncio.timeout(PATIENCE):
            found = await given.earlier()
    except TimeoutError:
        return ()
    question = " ".join(next(filter(None, found), "").split())
    return (question[:MOST_PHRASING],) if question and question != " ".join(answer.split()) else ()


def _typed(press: FormSubmission) -> tuple[str, ...]:
    """The questions in a form, with the variants that were chosen."""
    return tuple(dict.fromkeys((*_lines(press.value("questions")), *press.values.get("variants", ()))))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _fitting(questions: tuple[str, ...]) -> tuple[str, ...]:
    """As many of the questions as a field holds."""
    while len("\n".join(questions)) > MOST_TYPED:
        questions = questions[:-1]
    return questions

"""Reviews of own answers: who decides, and what each button does, also where a direct message names no workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.incoming import Action, FormSubmission
from bot.chat.own_answers import CHANGED_SINCE, NOT_THE_OWNER, REVIEW_AFTER, review_view
from bot.chat.service import ChatService
from bot.chat.view import Form, Outgoing
from bot.dialog.question import Question
from bot.dialog.text_renderer import plain_text
from bot.storage.records import OwnAnswer, utc_now
from bot.teaching.own_knowledge import bot_over
from bot.teaching.tenant_bots import TenantBots
from tests.bot.chat_scene import BOT, CAPABILITIES, CHANNEL, DIRECT, NOW, buttons, pressed, text

DUE = OwnAnswer(
    entry="own.office",
    title="Our office",
    phrasings=("where is our office",),
    text="In **Kiel**.",
    owner="U1",
    review_on=NOW.date(),
)
AT_HOME = replace(DIRECT, team="T1")


@pytest.fixture
def chat(store):
    return ChatService(lambda: BOT, store, CAPABILITIES, secrets=["a secret"], bots=TenantBots(lambda: BOT, store))


@pytest.fixture
def answers(store):
    return store.store.own_answers


@pytest.fixture
async def asked(answers):
    """The buttons that the owner was sent."""
    [saved] = await answers.save("chat", "chat:T1", "U1", [DUE])
    return buttons(Outgoing(DIRECT, "U1", review_view("T1", saved)))


async def newest(answers):
    return (await answers.history("chat:T1", DUE.entry))[0]


@pytest.fixture(params=[DIRECT, AT_HOME], ids=["without a workspace", "with one"])
def place(request):
    return request.param


async def test_an_answer_that_is_still_right_is_asked_about_again_later(chat, answers, asked, place):
    await chat.handle(pressed(asked["Still right"], place))
    now = await newest(answers)
    assert (now.review_on, now.owner, now.text) == (NOW.date() + REVIEW_AFTER, "U1", DUE.text)


async def test_a_hidden_answer_is_gone_for_everybody_until_its_owner_uses_it_again(chat, answers, asked, place):
    hidden = await chat.handle(pressed(asked["Hide"], place))
    assert (await newest(answers)).removed
    assert DUE.entry not in chat.bots.now("chat:T1").knowledge.entries
    await chat.handle(pressed(buttons(hidden)["Use it again"], place))
    assert DUE.entry in chat.bots.now("chat:T1").knowledge.entries


async def test_the_edit_form_saves_into_the_workspace_that_the_answer_belongs_to(chat, answers, asked, place):
    form = (await chat.handle(pressed(asked["Edit"], place))).view
    assert isinstance(form, Form)
    values = {one.name: (one.value,) for one in form.inputs if hasattr(one, "value")} | {"answer": ("In Hamburg.",)}
    await chat.handle(FormSubmission(place=place, user="U1", action=form.action, values=values))
    now = await newest(answers)
    assert (now.text, now.review_on, now.owner) == ("In Hamburg.", NOW.date() + REVIEW_AFTER, "U1")


async def test_a_form_that_could_not_be_saved_still_belongs_to_that_workspace(chat, answers, asked, place):
    form = (await chat.handle(pressed(asked["Edit"], place))).view
    wrong = {"questions": ("where is our office",), "answer": ("@everyone come to Hamburg",)}
    refused = await chat.handle(FormSubmission(place=place, user="U1", action=form.action, values=wrong))
    again = (await chat.handle(pressed(buttons(refused)["Open the form again"], place))).view
    right = {**wrong, "answer": ("In Hamburg.",)}
    await chat.handle(FormSubmission(place=place, user="U1", action=again.action, values=right))
    assert (await newest(answers)).text == "In Hamburg."


@pytest.mark.parametrize("label", ["Still right", "Hide", "Edit"])
async def test_only_the_owner_reviews(chat, answers, asked, label):
    shown = await chat.handle(pressed(asked[label], DIRECT, user="U2"))
    assert not isinstance(shown.view, Form)
    assert await newest(answers) == replace(await newest(answers), version=1)


async def test_a_button_does_nothing_in_another_workspace(chat, answers, asked):
    shown = await chat.handle(pressed(asked["Hide"], replace(CHANNEL, team="T2")))
    assert text(shown) == NOT_THE_OWNER
    assert not (await newest(answers)).removed


@pytest.mark.parametrize("label", ["Still right", "Hide"])
async def test_an_answer_that_was_changed_meanwhile_stays_as_it_is(chat, answers, asked, label):
    await answers.save("chat", "chat:T1", "U2", [replace(DUE, text="In Hamburg.", version=1)])
    shown = await chat.handle(pressed(asked[label], DIRECT))
    assert text(shown) == CHANGED_SINCE
    assert (await newest(answers)).version == 2


async def test_what_a_person_saves_in_chat_gets_an_owner_and_a_review(chat, answers):
    values = {"questions": ("where is our office",), "answer": ("In Kiel.",), "title": ("Our office",)}
    action = Action("teach", ("", "0", ""))
    await chat.handle(FormSubmission(place=CHANNEL, user="U7", action=action, values=values, rights="all"))
    _, [now] = await answers.current("chat:T1")
    assert (now.owner, now.review_on) == ("U7", NOW.date() + REVIEW_AFTER)


@pytest.mark.parametrize(("days", "due"), [(-3, True), (0, True), (1, False)])
def test_the_small_line_says_since_when_a_review_is_due(day, days, due):
    answer = replace(DUE, changed_at=utc_now(), review_on=day + timedelta(days=days))
    reply = bot_over(BOT, [answer], day).answer(Question("where is our office"))
    assert ("review due since" in plain_text(reply.blocks)) is due

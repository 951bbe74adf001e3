"""What holds on every platform where an answer turns out to be wrong after it was posted."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace

import pytest

from bot.chat.background import Corrections
from bot.chat.dispatcher import PostRefusedError
from bot.factory import with_encoder
from bot.insights.report import FRESHNESS
from tests.contract.port import needs

pytestmark = needs("channels", "editing")

ASKED = "which framework for production"
WRONG_NOW = "choose.production"
HEADLINE = "Pick whichever your team can operate at night."

MANY = int(os.environ.get("CORRECTED_MESSAGES", "5"))
"""Messages that are corrected together. A run with 500 takes a minute."""


@pytest.fixture
def newer(shipped):
    """The bot with another headline in an entry; with `corrects` it says something else than before."""

    def made(*, corrects=True):
        entry = replace(shipped.knowledge.entries[WRONG_NOW], headline=HEADLINE, headlines={}, corrects=corrects)
        knowledge = replace(shipped.knowledge, version="newer", entries={**shipped.knowledge.entries, WRONG_NOW: entry})
        return with_encoder(knowledge, index=shipped.index)

    return made


@pytest.fixture
def corrections(platform, store, monkeypatch):
    """The corrections of the platform, once its knowledge is that of another bot."""

    def made(bot, edit=None, pace=0.0):
        monkeypatch.setattr(platform.chat, "_bot", lambda: bot)
        monkeypatch.setattr(platform.chat, "bots", None)
        return Corrections(platform.chat, store, edit or platform.edit, pace=pace)

    return made


async def asked(platform, count=1):
    """The messages of answers in a channel."""
    shown = [await platform.say(ASKED, where="channel", mention=True) for _ in range(count)]
    return [one[0].message for one in shown]


async def test_an_answer_that_says_something_else_now_is_edited_and_nobody_is_notified(platform, newer, corrections):
    [message] = await asked(platform)
    posts = platform.posts()
    assert await corrections(newer()).correct() == 1
    said = platform.now_shown(message)
    assert said.index("Corrected on") < said.index(HEADLINE)
    assert platform.posts() == posts


@needs("edits")
async def test_what_took_the_place_of_an_answer_is_not_corrected_to_it(platform, newer, corrections):
    await platform.say(ASKED, where="channel", mention=True, event="E1")
    (changed,) = await platform.change("E1", "what is jax")
    assert await corrections(newer()).correct() == 0
    assert HEADLINE not in platform.now_shown(changed.message)


async def test_what_was_reworded_without_another_meaning_stays(platform, newer, corrections):
    [message] = await asked(platform)
    assert await corrections(newer(corrects=False)).correct() == 0
    assert "Corrected" not in platform.now_shown(message)


async def test_what_the_check_of_facts_found_to_be_wrong_is_said_once(platform, shipped, store, corrections):
    [message] = await asked(platform)
    found = {"wrong": {WRONG_NOW: "advisory lightning: 2.6.6 -> 2.6.7"}}
    await store.store.key_values.put(FRESHNESS, json.dumps(found))
    again = corrections(shipped)
    assert [await again.correct(), await again.correct()] == [1, 0]
    assert "advisory lightning: 2.6.6 -> 2.6.7" in platform.now_shown(message)


async def test_an_answer_is_corrected_once(platform, newer, corrections):
    await asked(platform)
    again = corrections(newer())
    assert [await again.correct(), await again.correct()] == [1, 0]


async def test_an_answer_given_after_the_change_is_not_corrected(platform, newer, corrections):
    later = corrections(newer())
    await asked(platform)
    assert await later.correct() == 0


@needs("private replies")
async def test_what_one_person_alone_saw_is_not_stored_for_correction(platform, newer, corrections):
    await platform.command("ask", ASKED)
    assert await corrections(newer()).correct() == 0


async def test_many_answers_are_all_corrected_at_the_pace_asked_for(platform, newer, corrections):
    messages = await asked(platform, MANY)
    pace = 0.01
    began = asyncio.get_running_loop().time()
    assert await corrections(newer(), pace=pace).correct() == MANY
    assert asyncio.get_running_loop().time() - began >= MANY * pace
    assert all(HEADLINE in platform.now_shown(one) for one in messages)


async def test_after_an_interruption_the_rest_is_corrected(platform, newer, corrections):
    messages = await asked(platform, 3)
    edits = []

    async def failing(answer, view):
        edits.append(answer)
        if len(edits) == 2:
            raise ConnectionResetError
        await platform.edit(answer, view)

    bot = newer()
    assert await corrections(bot, failing).correct() == 1
    assert await corrections(bot).correct() == 2
    assert all(HEADLINE in platform.now_shown(one) for one in messages)


async def test_a_message_that_is_gone_is_not_tried_again(platform, newer, corrections):
    await asked(platform)

    async def gone(answer, view):
        raise PostRefusedError("gone")

    bot = newer()
    assert await corrections(bot, gone).correct() == 0
    assert await corrections(bot).correct() == 0


async def test_of_two_processes_one_corrects(platform, store, newer, corrections):
    await asked(platform, 2)
    bot, edits = newer(), []

    async def counting(answer, view):
        edits.append(answer.message)
        await platform.edit(answer, view)

    both = [corrections(bot, counting), corrections(bot, counting)]
    assert sorted(await asyncio.gather(*(one.correct() for one in both))) == [0, 2]
    assert len(edits) == 2


async def test_what_is_stored_of_an_answer_goes_with_the_workspace(platform, store, newer, corrections):
    await asked(platform)
    [answer] = await store.store.shown_answers.outdated(platform.chat.capabilities.name, {WRONG_NOW: "other"})
    removed = await store.forget_tenant(answer.tenant)
    assert removed["shown_answers"] == 1
    assert await corrections(newer()).correct() == 0

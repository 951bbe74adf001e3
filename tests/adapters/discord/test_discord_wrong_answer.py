"""From "not helpful" to what was wrong and which topic would have been right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord import ids
from adapters.discord.help import OLDER
from adapters.discord.reasons import NOTHING_SAID, OPEN, RIGHT, SAY, UNKNOWN, WORDS, nearby
from tests.discord_double.scene import said, shown

ENTRY, OTHER = "compare.mobile", "compare.debugging"


@pytest.fixture
def judge(scene):
    """Ann judges an answer: what she is thanked with."""

    async def judge(entry=ENTRY, vote="n", message=None):
        message = message or scene.posted(ids.vote(vote, entry))
        return await scene.ann.click(message, label="button 0")

    return judge


@pytest.fixture
def notes(store):
    """What was written or suggested."""

    async def notes():
        since = datetime.now(UTC) - timedelta(days=1)
        found = await store.store.feedback.notes(since, since + timedelta(days=2))
        return [(note.entry, note.helpful, note.reason, note.suggested) for note in found]

    return notes


def fields(form):
    return [label["component"] for label in form.modal["components"]]


async def near(form):
    """An entry that the form offers."""
    return fields(form)[1]["options"][0]["value"]


async def test_the_thanks_for_a_bad_judgement_lead_to_a_form(scene, judge):
    thanks = await judge()
    assert thanks.ephemeral
    form = await scene.ann.click(thanks.response, label=SAY)
    words, right = fields(form)
    assert (words["custom_id"], words["required"]) == (WORDS, False)
    assert (right["custom_id"], right["required"]) == (RIGHT, False)
    assert 1 <= len(right["options"]) <= 25
    assert ENTRY not in [option["value"] for option in right["options"]]


async def test_the_thanks_for_a_good_judgement_do_not(judge):
    assert SAY not in shown((await judge(vote="y")).response.components)


async def test_what_was_wrong_is_kept_masked_with_the_topic_suggested(scene, judge, notes, shipped):
    form = await scene.ann.click((await judge()).response, label=SAY)
    chosen = await near(form)
    sent = await scene.ann.submit_modal(form, {WORDS: "ask ada@example.org", RIGHT: [chosen]})
    assert sent.ephemeral
    assert await notes() == [(ENTRY, False, "ask [email]", chosen)]
    assert said(shipped.knowledge.entries[chosen].title) in said(shown(sent.response.components))


async def test_the_topic_suggested_can_be_opened_in_private(scene, judge, shipped):
    form = await scene.ann.click((await judge()).response, label=SAY)
    chosen = await near(form)
    sent = await scene.ann.submit_modal(form, {RIGHT: [chosen]})
    opened = await scene.ann.click(sent.response, label=OPEN)
    assert opened.ephemeral
    assert said(shipped.knowledge.entries[chosen].answer.text) in said(shown(opened.response.components))


async def test_a_form_sent_after_a_restart_is_still_read(scene, judge, notes, make):
    form = await scene.ann.click((await judge()).response, label=SAY)
    await scene.env.restart_bot(make())
    await scene.ann.submit_modal(form, {WORDS: "too long"})
    assert await notes() == [(ENTRY, False, "too long", None)]


async def test_saying_it_again_replaces_it_and_so_does_a_later_judgement(scene, notes, store):
    message = scene.posted(ids.vote("n", ENTRY), ids.vote("y", ENTRY))
    for words in ("one", "one", "two"):
        thanks = await scene.ann.click(message, label="button 0")
        form = await scene.ann.click(thanks.response, label=SAY)
        await scene.ann.submit_modal(form, {WORDS: words})
    assert await notes() == [(ENTRY, False, "two", None)]
    await scene.ann.click(message, label="button 1")
    since = datetime.now(UTC) - timedelta(days=1)
    [votes] = await store.store.feedback.votes(since, since + timedelta(days=2))
    assert (votes.helpful, votes.unhelpful) == (1, 0)
    assert await notes() == []


async def test_two_people_each_have_their_say(scene, notes):
    message = scene.posted(ids.vote("n", ENTRY))
    for person in (scene.ann, scene.bob):
        form = await person.click((await person.click(message, label="button 0")).response, label=SAY)
        await person.submit_modal(form, {WORDS: "hm"})
    assert len(await notes()) == 2


async def test_it_works_in_a_thread_and_stays_private(scene, notes):
    thread = await scene.thread()
    asked = await scene.ann.slash(thread, "ask", question=ENTRY, private=False)
    thanks = await scene.ann.click(asked.response, label="Not helpful")
    form = await scene.ann.click(thanks.response, label=SAY)
    sent = await scene.ann.submit_modal(form, {WORDS: "hm"})
    assert sent.ephemeral
    assert [note[2] for note in await notes()] == ["hm"]


async def test_an_empty_form_changes_nothing(scene, judge, notes):
    form = await scene.ann.click((await judge()).response, label=SAY)
    sent = await scene.ann.submit_modal(form, {WORDS: " "})
    assert said(NOTHING_SAID) in said(shown(sent.response.components))
    assert await notes() == []


async def test_a_topic_that_is_gone_is_refused(scene, judge, notes, shipped, monkeypatch):
    form = await scene.ann.click((await judge()).response, label=SAY)
    chosen = await near(form)
    entries = {name: entry for name, entry in shipped.knowledge.entries.items() if name != chosen}
    monkeypatch.setattr(shipped, "knowledge", replace(shipped.knowledge, entries=entries))
    sent = await scene.ann.submit_modal(form, {WORDS: "hm", RIGHT: [chosen]})
    assert said(UNKNOWN) in said(shown(sent.response.components))
    assert await notes() == []


async def test_a_button_for_an_entry_that_is_gone_says_it_is_older(scene):
    message = scene.posted(ids.reason(1, "no.such.entry"))
    result = await scene.ann.click(message, label="button 0")
    assert said(OLDER) in said(shown(result.response.components))


async def test_a_form_for_an_entry_that_is_gone_says_it_is_older(scene, judge, notes, shipped, monkeypatch):
    form = await scene.ann.click((await judge()).response, label=SAY)
    entries = {name: entry for name, entry in shipped.knowledge.entries.items() if name != ENTRY}
    monkeypatch.setattr(shipped, "knowledge", replace(shipped.knowledge, entries=entries))
    sent = await scene.ann.submit_modal(form, {WORDS: "hm"})
    assert said(OLDER) in said(shown(sent.response.components))
    assert await notes() == []


def test_the_button_fits_beside_the_longest_entry_and_message():
    longest = ids.reason(2**64 - 1, "x" * 80)
    assert len(longest) <= 100
    found = ids.reason_in(longest)
    assert (ids.message_in(found["answer"]), found["entry"]) == (2**64 - 1, "x" * 80)


def test_what_is_offered_are_other_answers_the_linked_ones_first(shipped):
    found = [entry.id for entry in nearby(shipped, ENTRY)]
    related = [name for name in shipped.knowledge.entries[ENTRY].related if name in found]
    assert found[: len(related)] == related
    assert ENTRY not in found
    assert {shipped.knowledge.entries[name].kind for name in found} == {"answer"}
    assert nearby(shipped, "") == nearby(shipped, "no.such.entry") == []

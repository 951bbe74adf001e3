"""What holds on every platform when things come twice, fail, are slow, or are too many; and what is stored."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot.chat.rate_limit import Limiter, Rate
from bot.storage.database import Database
from tests.contract.port import answers, needs, words

PRODUCTION = "which framework for production"


async def counted(store) -> int:
    """How many exchanges the store has counted today."""
    await (store.maintain if hasattr(store, "maintain") else store.tend)()
    today = datetime.now(UTC).date()
    return sum(one.asked for one in await store.store.tallies.between(today, today + timedelta(days=1)))


# Twice.


@needs("redelivery")
async def test_the_same_event_twice_gives_one_reply(platform, shipped, store):
    assert answers(shipped, await platform.say(PRODUCTION, event="E1"), "choose.production")
    assert await platform.say(PRODUCTION, event="E1") == []
    assert await counted(store) == 1


async def test_the_same_words_in_two_messages_get_two_replies(platform, shipped):
    for _ in range(2):
        assert answers(shipped, await platform.say(PRODUCTION), "choose.production")


# Posts that fail.


@needs("failures")
async def test_a_post_that_fails_and_is_tried_again_is_counted_once(platform, shipped, store):
    platform.fail_next_post(final=False)
    shown = await platform.say(PRODUCTION, event="E1")
    if not answers(shipped, shown, "choose.production"):
        shown = await platform.say(PRODUCTION, event="E1")
    assert answers(shipped, shown, "choose.production")
    assert await counted(store) == 1


@needs("failures")
async def test_a_post_that_is_refused_for_good_is_not_counted_and_not_tried_again(platform, store):
    platform.fail_next_post(final=True)
    await platform.say(PRODUCTION, where="channel", mention=True, event="E1")
    assert await platform.say(PRODUCTION, where="channel", mention=True, event="E1") == []
    assert await counted(store) == 0


# A store that hangs.


@needs("store", "channels", "real time")
async def test_a_store_that_hangs_delays_no_answer_by_more_than_a_second(platform, shipped, observed, monkeypatch):
    await platform.say(PRODUCTION, where="thread", mention=True)
    released, shown_at = asyncio.Event(), []

    def hanging(work):
        @asynccontextmanager
        async def hang(*args, **more):
            await released.wait()
            async with work(*args, **more) as connection:
                yield connection

        return hang

    def seen():
        shown_at.append(time.monotonic())
        released.set()

    monkeypatch.setattr(Database, "reading", hanging(Database.reading))
    monkeypatch.setattr(Database, "writing", hanging(Database.writing))
    observed.on_reply = seen
    began = time.monotonic()
    async with asyncio.timeout(20):
        assert answers(shipped, await platform.say("what is jax", where="thread", mention=True), "beyond.jax")
    assert shown_at[0] - began < 1


# Too many.


@needs("store")
async def test_who_asks_too_often_gets_one_notice_with_the_wait(start):
    platform = await start(limiter=Limiter(user=Rate(1, 60)))
    assert words(await platform.say("what is jax"))
    notice = words(await platform.say("what is keras"))
    assert "That is a lot of questions at once." in notice
    assert "seconds" in notice
    assert await platform.say("what is pytorch") == []


@needs("store", "channels")
async def test_a_command_or_press_too_many_always_gets_a_notice(start):
    platform = await start(limiter=Limiter(user=Rate(1, 60)))
    shown = await platform.command("ask", "what is jax")
    for _ in range(2):
        refused = await platform.command("ask", "what is keras")
        assert "a lot of questions" in words(refused)
        assert all(one.private for one in refused)
    button = shown[-1].buttons["Helpful"]
    while "a lot of clicks" not in words(refused := await platform.press(button)):
        pass
    assert "a lot of clicks" in words(refused := await platform.press(button))
    assert all(one.private and not one.replaced for one in refused)


# What is stored.


async def votes(store):
    now = datetime.now(UTC)
    found = await store.store.feedback.votes(now - timedelta(days=1), now + timedelta(days=1))
    return [(one.entry, one.helpful, one.unhelpful) for one in found]


async def notes(store):
    now = datetime.now(UTC)
    found = await store.store.feedback.notes(now - timedelta(days=1), now + timedelta(days=1))
    return [(one.reason, one.suggested) for one in found]


@needs("store", "channels")
async def test_a_vote_is_stored_and_a_later_one_replaces_it(platform, store):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    assert "Thank you" in words(await platform.press(shown[-1].buttons["Helpful"]))
    assert await votes(store) == [("choose.production", 1, 0)]
    await platform.press(shown[-1].buttons["Not helpful"])
    assert await votes(store) == [("choose.production", 0, 1)]
    await platform.press(shown[-1].buttons["Helpful"], who="bob")
    assert await votes(store) == [("choose.production", 1, 1)]


@needs("store", "forms", "channels")
async def test_what_was_wrong_is_stored_with_the_vote(platform, store):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    voted = await platform.press(shown[-1].buttons["Not helpful"])
    opened = await platform.press(voted[-1].buttons["Say what was wrong"])
    assert opened[-1].form.fields[0] == "words"
    sent = await platform.submit(opened[-1].form, {"words": "ask ann@example.com", "right": "compare.deployment"})
    assert "Thank you" in words(sent)
    assert await votes(store) == [("choose.production", 0, 1)]
    assert await notes(store) == [("ask [email]", "compare.deployment")]


@needs("store", "settings", "channels", "reading channels")
async def test_a_setting_changed_by_a_button_holds(platform):
    shown = await platform.command("settings")
    (changed,) = await platform.press(shown[-1].buttons["○ Answer where I am very sure"])
    assert "● Answer where I am very sure" in changed.buttons
    assert words(await platform.say("what is jax", where="channel"))


@needs("store", "channels")
async def test_what_somebody_gave_is_deleted_for_them_alone(platform, store):
    shown = await platform.say(PRODUCTION, where="channel", mention=True)
    for who in ("ann", "bob"):
        await platform.press(shown[-1].buttons["Helpful"], who=who)
    privacy = await platform.command("privacy", where="direct")
    assert "is deleted" in words(await platform.press(privacy[-1].buttons["Delete my data"]))
    assert await votes(store) == [("choose.production", 1, 0)]


@needs("store")
async def test_a_question_that_we_cannot_answer_is_stored_without_its_author(platform, store):
    await platform.say("zorblax quuxification says ann@example.com")
    now = datetime.now(UTC)
    (kept,) = await store.store.unanswered.between(now - timedelta(days=1), now + timedelta(days=1))
    assert kept.text == "zorblax quuxification says [email]"

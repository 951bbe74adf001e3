"""The desk, over a small bot and a real database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from small_knowledge import ANSWERS_ALL, DECLINES_ALL, OFFERS_ALL, bot, with_thresholds

from bot.answering import Thresholds
from bot.desk import Desk, Place
from bot.feedback import Feedback, Total
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.store import Store

BOT = bot()
SHY = with_thresholds(BOT, DECLINES_ALL)
CHOOSY = with_thresholds(BOT, OFFERS_ALL)
PLACE = Place("slack", "T1", "C1", "thread", "C1:17.5")
ELSEWHERE = Place("slack", "T1", "C1", "thread", "C1:99.5")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "bot.sqlite3"


@pytest.fixture
async def store(file):
    opened = Store(sqlite_address(file), secrets=["a secret"], clock=lambda: NOW)
    async with ResilientStore.open(opened, every=3_600) as resilient:
        yield resilient


@pytest.fixture
def desk(store):
    return Desk(lambda: BOT, store)


async def unanswered(store):
    return await store.store.unanswered.between(NOW - timedelta(days=1), NOW + timedelta(days=1))


async def counted(store):
    await store.tend()
    return await store.store.tallies.between(NOW.date(), NOW.date() + timedelta(days=1))


# Turns.


async def test_a_follow_up_is_read_with_the_threads_previous_turn(desk):
    await desk.ask("what to use in production", PLACE)
    assert (await desk.ask("and for phones?", PLACE)).entries == ("choose.mobile",)


async def test_another_thread_is_another_conversation(desk):
    await desk.ask("what is good about pytorch", PLACE)
    assert (await desk.ask("why?", ELSEWHERE)).entries == ()
    assert (await desk.ask("why?", PLACE)).entries == ("strengths.pytorch",)


async def test_a_place_without_a_thread_has_no_previous_turn(desk):
    alone = Place("slack", "T1", "C1", "command")
    await desk.ask("what is good about pytorch", alone)
    assert (await desk.ask("why?", alone)).entries == ()


async def test_threads_of_two_platforms_with_one_name_are_two(desk):
    await desk.ask("what is jax", PLACE)
    there = Place("discord", "T1", "C1", "thread", PLACE.thread)
    assert (await desk.ask("why?", there)).entries == ()


async def test_what_was_offered_can_be_picked(store):
    desk = Desk(lambda: CHOOSY, store)
    offered = await desk.ask("good choice of training for phones", PLACE)
    assert (await desk.ask("the second one", PLACE)).entries == (offered.entries[1],)


async def test_what_a_button_showed_can_be_followed_up(desk):
    await desk.show("strengths.pytorch", PLACE)
    assert (await desk.ask("and tensorflow?", PLACE)).entries == ("strengths.tensorflow",)


async def test_a_reply_made_elsewhere_can_be_followed_up(desk):
    await desk.keep(BOT.show("strengths.pytorch"), PLACE)
    assert (await desk.ask("and tensorflow?", PLACE)).entries == ("strengths.tensorflow",)


async def test_a_turn_outlives_the_process(desk, store, file):
    await desk.ask("what to use in production", PLACE)
    await store.tend()
    again = Store(sqlite_address(file), secrets=["a secret"], clock=lambda: NOW)
    async with ResilientStore.open(again, every=3_600) as other:
        assert (await Desk(lambda: BOT, other).ask("and for phones?", PLACE)).entries == ("choose.mobile",)


async def test_the_turn_kept_is_ids_alone(desk, store, file):
    await desk.ask("what is good about pytorch for zanzibar", PLACE)
    await store.tend()
    with closing(sqlite3.connect(file)) as connection:
        kept = str(connection.execute("SELECT * FROM threads").fetchall())
    assert "strengths.pytorch" in kept
    assert "zanzibar" not in kept
    assert "17.5" not in kept


async def test_the_bot_is_the_one_of_the_moment(store):
    bots = [BOT]
    desk = Desk(lambda: bots[-1], store)
    assert (await desk.ask("best choice among phones", PLACE)).outcome == "answer"
    bots.append(SHY)
    assert (await desk.ask("best choice among phones", PLACE)).outcome == "decline"


# What could not be answered.


async def test_a_question_that_is_declined_is_kept_for_the_curators(store):
    reply = await Desk(lambda: SHY, store).ask("tensorflow on a telescope", PLACE)
    (kept,) = await unanswered(store)
    assert (kept.text, kept.outcome, kept.platform, kept.channel_kind) == (
        "tensorflow on a telescope", "decline", "slack", "thread"
    )  # fmt: skip
    assert kept.candidates == reply.candidates
    assert (kept.knowledge_version, kept.asked_at) == ("small", NOW)


async def test_a_question_that_got_choices_is_kept_too(store):
    await Desk(lambda: CHOOSY, store).ask("good choice of training for phones", PLACE)
    assert [kept.outcome for kept in await unanswered(store)] == ["choices"]


async def test_what_was_doubtfully_taken_for_small_talk_is_kept_too(store):
    easy = with_thresholds(BOT, Thresholds(answer=0.9, choices=0.1))
    reply = await Desk(lambda: easy, store).ask("hello telescope", PLACE)
    assert reply.entries == ("social.greeting",)
    assert [kept.outcome for kept in await unanswered(store)] == ["social"]


@pytest.mark.parametrize("text", ["what is jax", "hello", ""])
async def test_no_words_are_kept_of_what_was_answered_or_small_talk(desk, store, text):
    assert (await desk.ask(text, PLACE)).outcome in {"answer", "social"}
    assert await unanswered(store) == ()


async def test_what_is_kept_names_nobody(desk, store, file):
    said = "hey <@U012AB3CD>, ann@example.com at https://intra.example.com/x says qwertz +49 170 1234567"
    await desk.ask(said, PLACE)
    (kept,) = await unanswered(store)
    assert kept.text == "hey [mention], [email] at [link] says qwertz [number]"
    everything = b"".join(path.read_bytes() for path in file.parent.glob("bot.sqlite3*"))
    assert b"U012AB3CD" not in everything
    assert b"ann@example.com" not in everything


async def test_a_channel_that_keeps_no_words_keeps_none(desk, store):
    await store.channels.change("slack:T1", "C1", keep_words=False)
    await desk.ask("qwertz asdfgh", PLACE)
    assert await unanswered(store) == ()


# Counts and judgements.


async def test_every_reply_is_counted_by_its_outcome_and_entry(desk, store):
    await desk.ask("what is jax", PLACE)
    await desk.ask("What is JAX?", ELSEWHERE)
    await desk.show("choose.mobile", PLACE)
    await desk.ask("qwertz asdfgh", Place("slack", None, "D1", "direct"))
    assert set(await counted(store)) == {
        Total("slack", "answer", "beyond.jax", 2),
        Total("slack", "answer", "choose.mobile", 1),
        Total("slack", "decline", "", 1),
    }


async def test_a_judgement_is_kept(desk, store):
    given = Feedback(
        platform="slack",
        tenant=PLACE.tenant,
        user="U1",
        answer="C1:17.6",
        entry="beyond.jax",
        helpful=True,
        knowledge_version="small",
    )
    await desk.judge(given)
    votes = await store.store.feedback.votes(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert [(vote.entry, vote.helpful, vote.unhelpful) for vote in votes] == [("beyond.jax", 1, 0)]


def test_data_of_a_place_belongs_to_its_team_or_to_nobodys():
    assert (PLACE.tenant, Place("discord", None, "D1", "direct").tenant) == ("slack:T1", "discord:direct")


# What nobody asked.


async def test_what_nobody_asked_is_answered_only_where_it_is_sure(store):
    desk = Desk(lambda: with_thresholds(BOT, ANSWERS_ALL), store)
    sure, doubtful = "what is jax", "good pizza among phones"
    assert desk.would_answer(sure, at_least=0.9).entries == ("beyond.jax",)
    assert desk.would_answer(doubtful, at_least=0.9) is None
    assert desk.would_answer(doubtful, at_least=0.0) is not None


async def test_small_talk_nobody_addressed_to_the_bot_stays_unanswered(desk):
    assert desk.would_answer("hello", at_least=0.0) is None


async def test_looking_whether_it_would_answer_keeps_nothing(desk, store):
    desk.would_answer("qwertz asdfgh", at_least=0.9)
    desk.would_answer("what is jax", at_least=0.9)
    assert await unanswered(store) == ()
    assert await counted(store) == ()


# While the database is away.


@pytest.fixture
def blocked(tmp_path):
    """A database whose folder cannot be made, for as long as a file is in its place."""
    inplace = tmp_path / "blocked"
    inplace.touch()
    return inplace, Store(sqlite_address(inplace / "bot.sqlite3"), secrets=["a secret"], clock=lambda: NOW)


async def test_an_answer_does_not_fail_with_the_database(blocked):
    async with ResilientStore.open(blocked[1], every=3_600) as store:
        assert not store.state.available
        desk = Desk(lambda: BOT, store)
        assert (await desk.ask("what to use in production", PLACE)).entries == ("choose.production",)
        assert (await desk.ask("and for phones?", PLACE)).entries == ("choose.mobile",)
        assert (await desk.ask("qwertz asdfgh", PLACE)).outcome == "decline"


async def test_what_waited_is_kept_once_the_database_is_back(blocked):
    inplace, late = blocked
    async with ResilientStore.open(late, every=3_600) as store:
        await Desk(lambda: BOT, store).ask("qwertz asdfgh", PLACE)
        assert store.state.waiting > 0
        inplace.unlink()
        assert await store.tend()
        assert [kept.text for kept in await unanswered(store)] == ["qwertz asdfgh"]

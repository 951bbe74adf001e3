"""The store while its database is away: real outages, no mocks."""

import asyncio
import contextvars
import logging
from datetime import timedelta

import pytest

from bot.dialog.question import Turn
from bot.storage.channels import READ_TIME
from bot.storage.errors import StoreTooNew, StoreUnavailable
from bot.storage.records import ChannelSettings, DeliveryClaim, Feedback, Tally, Total, Unanswered, Votes
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store

NEVER = 86_400.0
"""Seconds between rounds of maintenance: these tests start them by hand."""

BUSY = 5.0
"""Seconds that a busy machine may take on top; far fewer than what a database that hangs would."""


@pytest.fixture
def vote():
    def make(**choices):
        return Feedback(
            **{
                "platform": "slack",
                "tenant": "slack:T1",
                "user": "U1",
                "answer": "C1:1.0",
                "entry": "compare.mobile",
                "helpful": True,
                "knowledge_version": "v1",
                **choices,
            }
        )

    return make


@pytest.fixture
def question():
    def make(**choices):
        return Unanswered(
            **{
                "platform": "slack",
                "tenant": "slack:T1",
                "channel_kind": "channel",
                "text": "does torchrec beat tfrs?",
                "outcome": "decline",
                "candidates": (),
                "knowledge_version": "v1",
                **choices,
            }
        )

    return make


async def test_while_the_database_is_there_it_is_the_store(resilient, store, vote, question, clock):
    assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    await resilient.deliveries.done("Ev1")
    await resilient.threads.remember("thread", "slack:T1", Turn(("a",)))
    await resilient.channels.change("slack:T1", "C1", passive=True)
    await resilient.feedback.record(vote())
    await resilient.unanswered.record(question())
    while resilient.state.waiting:  # a busy machine may have been slower than the patience
        await resilient.maintain()
    week = timedelta(days=7)
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE
    assert await store.threads.turn("thread") == Turn(("a",))
    assert (await store.channels.settings("slack:T1", "C1")).passive
    assert await store.feedback.votes(clock() - week, clock() + week) == (Votes("compare.mobile", 1, 0),)
    assert len(await store.unanswered.between(clock() - week, clock() + week)) == 1
    assert resilient.state.waiting == 0


async def test_follow_ups_go_on_in_the_outage_and_are_written_after_it(resilient, store, outage):
    await resilient.threads.remember("old", "slack:T1", Turn(("a",)))
    await outage.begin()
    await resilient.threads.remember("new", "slack:T1", Turn(("b",)))
    assert await resilient.threads.turn("old") == Turn(("a",))
    assert await resilient.threads.turn("new") == Turn(("b",))
    assert await resilient.threads.turn("unknown") is None
    await outage.end()
    await resilient.maintain()
    assert await store.threads.turn("new") == Turn(("b",))


async def test_a_follow_up_goes_on_from_an_exchange_that_is_still_being_written(resilient, store):
    outside = contextvars.copy_context()
    async with store.database.writing():
        await store.threads.remember_all([("thread", "slack:T1", Turn(("old",)))])  # holds up the next write
        remembering = resilient.threads.remember("thread", "slack:T1", Turn(("new",)))
        writing = asyncio.create_task(remembering, context=outside)
        await asyncio.sleep(0)
        assert await resilient.threads.turn("thread") == Turn(("new",))
        assert not writing.done()
    await writing
    assert await store.threads.turn("thread") == Turn(("new",))


async def test_a_thread_goes_quiet_also_while_the_database_is_away(away, clock):
    await away.threads.remember("thread", "slack:T1", Turn(("a",)))
    clock.move(days=14)
    assert await away.threads.turn("thread") is None


async def test_in_an_outage_a_channel_has_the_settings_last_known(resilient, outage, clock):
    await resilient.channels.change("slack:T1", "C1", passive=True)
    await resilient.channels.settings("slack:T1", "C1")
    await outage.begin()
    clock.move(hours=1)
    assert (await resilient.channels.settings("slack:T1", "C1")).passive
    assert await resilient.channels.settings("slack:T1", "C2") == ChannelSettings()


async def test_a_change_on_another_replica_shows_after_half_a_minute_and_an_own_one_at_once(resilient, store, clock):
    await resilient.channels.settings("slack:T1", "C1")
    await store.channels.change("slack:T1", "C1", passive=True)
    clock.move(seconds=30)
    assert (await resilient.channels.settings("slack:T1", "C1")).passive
    await resilient.channels.change("slack:T1", passive=True, follow_ups=True)
    assert (await resilient.channels.settings("slack:T1", "C1")).follow_ups


async def test_a_setting_that_cannot_be_saved_says_so(away):
    with pytest.raises(StoreUnavailable):
        await away.channels.change("slack:T1", "C1", passive=True)


async def test_feedback_waits_and_is_written_with_its_own_time(away, store, outage, vote, clock):
    given_at = clock()
    await away.feedback.record(vote(reason="too short"))
    assert away.state.waiting == 1
    clock.move(hours=30)
    await outage.end()
    assert await away.maintain()
    (note,) = await store.feedback.notes(given_at, given_at + timedelta(seconds=1))
    assert note.reason == "too short"
    assert away.state.waiting == 0


async def test_what_was_not_answered_waits_and_is_written_with_its_own_time(away, store, outage, question, clock):
    asked_at = clock()
    await away.unanswered.record(question())
    away.tallies.count(Tally("slack:T1", "slack", "decline"))
    assert away.state.waiting == 1
    clock.move(hours=30)
    await outage.end()
    assert await away.maintain()
    (kept,) = await store.unanswered.between(asked_at, asked_at + timedelta(seconds=1))
    assert kept.text == "does torchrec beat tfrs?"
    assert await store.tallies.between(asked_at.date(), asked_at.date() + timedelta(days=1)) == (
        Total("slack", "decline", "", 1),
    )
    assert away.state.waiting == 0


async def test_a_vote_changed_in_the_outage_counts_once_as_it_was_last(away, store, outage, vote, clock):
    await away.feedback.record(vote(helpful=True))
    await away.feedback.record(vote(helpful=False))
    assert away.state.waiting == 1
    await outage.end()
    await away.maintain()
    week = timedelta(days=7)
    assert await store.feedback.votes(clock() - week, clock() + week) == (Votes("compare.mobile", 0, 1),)


async def test_what_waits_is_bounded_and_what_was_lost_is_counted(away, vote, question):
    for number in range(1_010):
        await away.feedback.record(vote(answer=str(number)))
    for _ in range(505):
        await away.unanswered.record(question())
    for number in range(20_007):
        away.tallies.count(Tally("slack:T1", "slack", "answer", str(number)))
    assert away.state.waiting == 1_500
    assert away.state.dropped == 10 + 5 + 7


async def test_counts_are_written_together_at_maintenance(resilient, store, clock):
    for _ in range(3):
        resilient.tallies.count(Tally("slack:T1", "slack", "answer", "compare.mobile"))
    await resilient.maintain()
    await resilient.maintain()
    today = clock().date()
    assert [total.asked for total in await store.tallies.between(today, today + timedelta(days=1))] == [3]


async def test_counts_that_could_not_be_written_are_kept(resilient, store, outage, clock):
    resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    await outage.begin()
    assert not await resilient.maintain()
    resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    await outage.end()
    await resilient.maintain()
    today = clock().date()
    assert [total.asked for total in await store.tallies.between(today, today + timedelta(days=1))] == [2]


async def test_the_state_says_since_when_and_why(resilient, outage, clock):
    assert resilient.state.available
    assert resilient.state.reason == ""
    clock.move(minutes=1)
    await outage.begin()
    await resilient.deliveries.claim("Ev1", "slack:T1")
    clock.move(minutes=1)
    await resilient.deliveries.claim("Ev2", "slack:T1")
    assert not resilient.state.available
    assert resilient.state.since == clock() - timedelta(minutes=1)
    assert resilient.state.reason
    clock.move(minutes=1)
    await outage.end()
    assert await resilient.maintain()
    assert resilient.state.available
    assert resilient.state.since == clock()


async def test_once_known_to_be_away_nothing_waits_for_it(away):
    """Thousands of claims pass in the time that one query would take."""
    before = asyncio.all_tasks()
    for number in range(5_000):
        await away.deliveries.claim(f"Ev{number}", "slack:T1")
    assert asyncio.all_tasks() == before


async def test_a_tenant_is_forgotten_here_and_there(resilient):
    await resilient.threads.remember("thread", "slack:T1", Turn(("a",)))
    await resilient.channels.change("slack:T1", passive=True)
    await resilient.channels.settings("slack:T1", "C1")
    removed = await resilient.forget_tenant("slack:T1")
    assert removed["threads"] == 1
    assert await resilient.threads.turn("thread") is None
    assert await resilient.channels.settings("slack:T1", "C1") == ChannelSettings()


async def test_a_tenant_to_forget_in_the_outage_is_forgotten_after_it_with_all_that_waited(
    resilient, outage, vote, question, execute
):
    await resilient.threads.remember("before", "slack:T1", Turn(("a",)))
    await outage.begin()
    await resilient.deliveries.claim("Ev1", "slack:T1")
    await resilient.deliveries.done("Ev1")
    await resilient.threads.remember("during", "slack:T1", Turn(("a",)))
    await resilient.feedback.record(vote())
    await resilient.unanswered.record(question())
    resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    with pytest.raises(StoreUnavailable):
        await resilient.forget_tenant("slack:T1")
    assert resilient.state.waiting == 0
    await outage.end()
    async with asyncio.timeout(30):
        while not await resilient.maintain():  # a busy machine may be slower than the time limit
            await asyncio.sleep(0.05)
    for table in ("deliveries", "threads", "feedback", "unanswered", "tallies"):
        assert execute(f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_a_user_to_forget_in_the_outage_is_forgotten_after_it(resilient, outage, vote, execute):
    await resilient.feedback.record(vote())
    await resilient.feedback.record(vote(user="U2"))
    await outage.begin()
    await resilient.feedback.record(vote(answer="C1:2.0"))
    with pytest.raises(StoreUnavailable):
        await resilient.forget_user("slack", "U1")
    await outage.end()
    await resilient.maintain()
    assert execute("SELECT count(*) FROM feedback") == [(1,)]


async def test_it_starts_while_the_database_is_away_and_makes_the_tables_when_it_is_back(hanging, clock):
    await hanging.begin()
    store = Store(hanging.url, clock=clock, time_limit=0.5)
    async with ResilientStore.open(store, time_limit=0.5, every=3_600) as resilient:
        assert not resilient.state.available
        assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
        await resilient.deliveries.done("Ev1")
        await hanging.end()
        assert await resilient.maintain()
        assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


@pytest.mark.usefixtures("store")
async def test_it_does_not_start_on_tables_of_a_newer_version(open_through, execute):
    execute("UPDATE alembic_version SET version_num = ?", "9999")
    with pytest.raises(StoreTooNew):
        async with open_through():
            pass


@pytest.mark.usefixtures("store")
async def test_by_itself_it_finds_out_that_the_database_is_back(open_through, outage, vote):
    async with open_through(every=0.01) as resilient:
        await outage.begin()
        await resilient.feedback.record(vote())
        assert not resilient.state.available
        await outage.end()
        async with asyncio.timeout(30):
            while resilient.state.waiting or not resilient.state.available:
                await asyncio.sleep(0.01)


async def test_what_waits_is_written_before_it_closes(store, open_through, clock):
    async with open_through() as resilient:
        resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    today = clock().date()
    assert len(await store.tallies.between(today, today + timedelta(days=1))) == 1


async def test_words_past_their_time_are_purged_by_the_hour(resilient, question, clock, raw):
    await resilient.unanswered.record(question())
    clock.move(days=90, minutes=-30)
    await resilient.maintain()
    assert "torchrec" in raw()
    clock.move(minutes=59)
    await resilient.maintain()
    assert "torchrec" in raw()
    clock.move(minutes=1)
    await resilient.maintain()
    assert "torchrec" not in raw()


async def test_a_write_that_can_never_succeed_is_dropped_and_counted_and_the_rest_is_written(
    away, store, outage, question, clock, caplog
):
    from bot.dialog.reply import Candidate

    poison = question()
    object.__setattr__(poison, "candidates", (Candidate("a", object()),))
    await away.unanswered.record(poison)
    await away.unanswered.record(question())
    await outage.end()
    assert await away.maintain()
    assert (away.state.waiting, away.state.dropped) == (0, 1)
    assert "a pending write was dropped: " in caplog.text
    week = timedelta(days=7)
    assert len(await store.unanswered.between(clock() - week, clock() + week)) == 1


async def test_a_server_that_hangs_holds_nobody_up(hanging, clock, vote):
    store = Store(hanging.url, clock=clock, time_limit=0.3)
    async with ResilientStore.open(store, time_limit=0.3, every=3_600) as resilient:
        hanging.hang()
        async with asyncio.timeout(30):
            assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
            await resilient.deliveries.done("Ev1")
            await resilient.feedback.record(vote())
            assert not await resilient.maintain()
        assert resilient.state.reason == "the database did not answer in time"
        await hanging.end()
        async with asyncio.timeout(30):
            while not await resilient.maintain():
                await asyncio.sleep(0.05)
        assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_coming_and_going_is_logged_without_what_people_wrote(resilient, outage, vote, question, caplog):
    caplog.set_level(logging.DEBUG)
    await outage.begin()
    await resilient.feedback.record(vote(user="U024BE7LH", reason="confidential"))
    await resilient.unanswered.record(question(text="confidential"))
    await outage.end()
    await resilient.maintain()
    assert "the store is unavailable: " in caplog.text
    assert "the store is back" in caplog.text
    assert "confidential" not in caplog.text
    assert "U024BE7LH" not in caplog.text


async def test_a_count_that_cannot_be_written_does_not_spoil_the_end(store, open_through):
    async with open_through() as resilient:
        resilient.tallies.count(Tally("slack:T1", "slack", "decline", object()))
    await store.database.ping()


@pytest.fixture
async def hung(hanging, clock):
    """A resilient store whose database answered until now and has just begun to hang; it would wait for minutes."""
    store = Store(hanging.url, clock=clock, time_limit=300)
    async with ResilientStore.open(store, time_limit=300, every=NEVER) as resilient:
        await resilient.threads.remember("thread", "slack:T1", Turn(("a",)))
        await resilient.channels.change("slack:T1", "C1", passive=True)
        await resilient.channels.settings("slack:T1", "C1")
        hanging.hang()
        yield resilient
        await hanging.end()


async def test_a_follow_up_waits_a_quarter_of_a_second_for_a_database_that_hangs(hung):
    async with asyncio.timeout(READ_TIME + BUSY):
        assert await hung.threads.turn("thread") == Turn(("a",))
    async with asyncio.timeout(READ_TIME + BUSY):
        assert await hung.threads.turn("unknown") is None


async def test_settings_are_waited_for_a_quarter_of_a_second_where_the_database_hangs(hung, clock):
    clock.move(hours=1)
    async with asyncio.timeout(READ_TIME + BUSY):
        assert (await hung.channels.settings("slack:T1", "C1")).passive
    async with asyncio.timeout(READ_TIME + BUSY):
        assert await hung.channels.settings("slack:T1", "C2") == ChannelSettings()


def test_an_answer_waits_a_quarter_of_a_second_for_what_it_could_do_without():
    assert READ_TIME == 0.25


async def test_settings_that_come_too_late_are_there_for_the_next_question(hung, hanging, clock):
    clock.move(hours=1)
    assert await hung.channels.settings("slack:T2", "C1") == ChannelSettings()
    assert hung.state.available, "one slow query is no outage"
    await hanging.end()
    async with asyncio.timeout(30):
        while ("slack:T2", "C1") not in hung.channels._cache:
            await asyncio.sleep(0.01)


async def test_settings_changed_meanwhile_are_not_replaced_by_those_that_come_too_late(hung, hanging):
    assert await hung.channels.settings("slack:T1", "C2") == ChannelSettings()
    hung.channels.forget_tenant("slack:T1")
    late = next(iter(hung._breaker._background))
    await hanging.end()
    async with asyncio.timeout(30):
        assert await late == ChannelSettings()
    assert ("slack:T1", "C2") not in hung.channels._cache


async def test_several_exchanges_are_remembered_together_also_in_an_outage(resilient, store, outage):
    exchanges = [(f"thread {number}", "slack:T1", Turn((str(number),))) for number in range(3)]
    await asyncio.gather(*(resilient.threads.remember(*exchange) for exchange in exchanges[:2]))
    await resilient.maintain()  # a busy machine may have been slower than the time limit
    assert await store.threads.turn("thread 1") == Turn(("1",))
    await outage.begin()
    await asyncio.gather(*(resilient.threads.remember(*exchange) for exchange in exchanges))
    assert resilient.state.waiting == 3
    await outage.end()
    assert await resilient.maintain()
    assert await store.threads.turn("thread 2") == Turn(("2",))


async def test_counts_on_top_of_those_that_wait_are_written_together(resilient, store, clock):
    tally = Tally("slack:T1", "slack", "decline")
    resilient.tallies.count(tally)
    resilient.tallies.enqueue()
    resilient.tallies.count(tally)
    assert await resilient.maintain()
    today = clock().date()
    assert [total.asked for total in await store.tallies.between(today, today + timedelta(days=1))] == [2]

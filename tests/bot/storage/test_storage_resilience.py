"""The store while its database is away: real outages, no mocks."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.feedback import Feedback, Tally, Total, Unanswered, Votes
from bot.question import Turn
from bot.storage.link import Link
from bot.storage.resilience import ResilientStore
from bot.store import ChannelSettings, Claim, Store, StoreTooNew, StoreUnavailable


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
    assert await resilient.deliveries.claim("Ev1", "slack:T1") is Claim.NEW
    await resilient.deliveries.done("Ev1")
    await resilient.threads.remember("thread", "slack:T1", Turn(("a",)))
    await resilient.channels.change("slack:T1", "C1", passive=True)
    await resilient.feedback.record(vote())
    await resilient.unanswered.record(question())
    while resilient.state.waiting:  # a busy machine may have been slower than the patience
        await resilient.tend()
    week = timedelta(days=7)
    assert await store.deliveries.claim("Ev1", "slack:T1") is Claim.DONE
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
    await resilient.tend()
    assert await store.threads.turn("new") == Turn(("b",))


async def test_a_thread_goes_quiet_also_while_the_database_is_away(away, clock):
    await away.threads.remember("thread", "slack:T1", Turn(("a",)))
    clock.move(days=14)
    assert await away.threads.turn("thread") is None


async def test_a_channel_goes_by_what_was_last_known(resilient, outage, clock):
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


async def test_what_people_think_waits_and_is_written_with_its_own_time(away, store, outage, vote, clock):
    given_at = clock()
    await away.feedback.record(vote(reason="too short"))
    assert away.state.waiting == 1
    clock.move(hours=30)
    await outage.end()
    assert await away.tend()
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
    assert await away.tend()
    (kept,) = await store.unanswered.between(asked_at, asked_at + timedelta(seconds=1))
    assert kept.text == "does torchrec beat tfrs?"
    assert await store.tallies.between(asked_at.date(), asked_at.date() + timedelta(days=1)) == (
        Total("slack", "decline", "", 1),
    )
    assert away.state.waiting == 0


async def test_a_view_changed_in_the_outage_counts_once_as_it_was_last(away, store, outage, vote, clock):
    await away.feedback.record(vote(helpful=True))
    await away.feedback.record(vote(helpful=False))
    assert away.state.waiting == 1
    await outage.end()
    await away.tend()
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


async def test_counts_are_written_together_when_the_store_is_tended(resilient, store, clock):
    for _ in range(3):
        resilient.tallies.count(Tally("slack:T1", "slack", "answer", "compare.mobile"))
    await resilient.tend()
    await resilient.tend()
    today = clock().date()
    assert [total.asked for total in await store.tallies.between(today, today + timedelta(days=1))] == [3]


async def test_counts_that_could_not_be_written_are_kept(resilient, store, outage, clock):
    resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    await outage.begin()
    assert not await resilient.tend()
    resilient.tallies.count(Tally("slack:T1", "slack", "decline"))
    await outage.end()
    await resilient.tend()
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
    assert await resilient.tend()
    assert resilient.state.available
    assert resilient.state.since == clock()


async def test_once_known_to_be_away_nothing_waits_for_it(away):
    """Thousands of claims pass in the time that one look at the database would take."""
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
    await resilient.tend()
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
    await resilient.tend()
    assert execute("SELECT count(*) FROM feedback") == [(1,)]


async def test_it_starts_while_the_database_is_away_and_makes_the_tables_when_it_is_back(hanging, clock):
    await hanging.begin()
    store = Store(hanging.url, clock=clock, patience=0.5)
    async with ResilientStore.open(store, patience=0.5, every=3_600) as resilient:
        assert not resilient.state.available
        assert await resilient.deliveries.claim("Ev1", "slack:T1") is Claim.NEW
        await resilient.deliveries.done("Ev1")
        await hanging.end()
        assert await resilient.tend()
        assert await store.deliveries.claim("Ev1", "slack:T1") is Claim.DONE


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
    await resilient.tend()
    assert "torchrec" in raw()
    clock.move(minutes=59)
    await resilient.tend()
    assert "torchrec" in raw()
    clock.move(minutes=1)
    await resilient.tend()
    assert "torchrec" not in raw()


async def test_one_row_that_cannot_be_written_does_not_hold_up_the_rest(away, store, outage, question, clock):
    from bot.reply import Candidate

    poison = question()
    object.__setattr__(poison, "candidates", (Candidate("a", object()),))
    await away.unanswered.record(poison)
    await away.unanswered.record(question())
    await outage.end()
    with pytest.raises(Exception, match="not JSON serializable"):
        await away.tend()
    assert await away.tend()
    week = timedelta(days=7)
    assert len(await store.unanswered.between(clock() - week, clock() + week)) == 1


async def test_work_that_cannot_even_be_cancelled_is_left_to_itself(clock):
    let_go = asyncio.Event()

    async def stubborn():
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()

    link = Link(clock, patience=0.01)
    async with asyncio.timeout(30):
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            await link.attempt(stubborn)
    let_go.set()
    await link.close()


async def test_a_server_that_hangs_holds_nobody_up(hanging, clock, vote):
    store = Store(hanging.url, clock=clock, patience=0.3)
    async with ResilientStore.open(store, patience=0.3, every=3_600) as resilient:
        hanging.hang()
        async with asyncio.timeout(30):
            assert await resilient.deliveries.claim("Ev1", "slack:T1") is Claim.NEW
            await resilient.deliveries.done("Ev1")
            await resilient.feedback.record(vote())
            assert not await resilient.tend()
        assert resilient.state.reason == "the database did not answer in time"
        await hanging.end()
        async with asyncio.timeout(30):
            while not await resilient.tend():
                await asyncio.sleep(0.05)
        assert await store.deliveries.claim("Ev1", "slack:T1") is Claim.DONE


async def test_coming_and_going_is_logged_without_what_people_wrote(resilient, outage, vote, question, caplog):
    caplog.set_level(logging.DEBUG)
    await outage.begin()
    await resilient.feedback.record(vote(user="U024BE7LH", reason="confidential"))
    await resilient.unanswered.record(question(text="confidential"))
    await outage.end()
    await resilient.tend()
    assert "the store is away: " in caplog.text
    assert "the store is back" in caplog.text
    assert "confidential" not in caplog.text
    assert "U024BE7LH" not in caplog.text


async def test_a_count_that_cannot_be_written_does_not_spoil_the_end(store, open_through):
    async with open_through() as resilient:
        resilient.tallies.count(Tally("slack:T1", "slack", "decline", object()))
    await store.ping()

from datetime import timedelta

import pytest

from bot.storage.records import Feedback, Retention, Votes
from tests.storing import record


@pytest.fixture
def vote():
    def make(**choices):
        return Feedback(
            **{
                "platform": "slack",
                "tenant": "slack:T1",
                "user": "U024BE7LH",
                "answer": "C1:1.0",
                "entry": "compare.mobile",
                "helpful": True,
                "knowledge_version": "v1",
                **choices,
            }
        )

    return make


@pytest.fixture
def votes(clock):
    def read(store, **choices):
        return store.feedback.votes(clock() - timedelta(days=7), clock() + timedelta(seconds=1), **choices)

    return read


@pytest.fixture
def notes(clock):
    def read(store, **choices):
        return store.feedback.notes(clock() - timedelta(days=7), clock() + timedelta(seconds=1), **choices)

    return read


async def test_votes_are_counted_by_entry(store, vote, votes):
    await record(store.feedback, vote())
    await record(store.feedback, vote(user="U2", helpful=False))
    await record(store.feedback, vote(user="U2", answer="C1:2.0", entry="choose.mobile", helpful=False))
    assert await votes(store) == (Votes("choose.mobile", 0, 1), Votes("compare.mobile", 1, 1))


async def test_a_users_second_vote_on_an_answer_replaces_the_first(store, replica, vote, votes):
    await record(store.feedback, vote(helpful=True))
    await record(replica.feedback, vote(helpful=False))
    assert await votes(store) == (Votes("compare.mobile", 0, 1),)


async def test_the_same_user_id_on_another_platform_is_another_user(store, vote, votes):
    await record(store.feedback, vote(user="42"))
    await record(store.feedback, vote(user="42", platform="discord"))
    assert await votes(store) == (Votes("compare.mobile", 2, 0),)


async def test_votes_can_be_counted_for_one_tenant_and_one_period(store, clock, vote):
    await record(store.feedback, vote())
    clock.move(days=1)
    await record(store.feedback, vote(tenant="slack:T2", answer="C2:1.0"))
    now = clock()
    day = timedelta(days=1)
    assert await store.feedback.votes(now - day, now) == (Votes("compare.mobile", 1, 0),)
    assert await store.feedback.votes(now, now + day) == (Votes("compare.mobile", 1, 0),)
    assert await store.feedback.votes(now - day, now + day, tenant="slack:T2") == (Votes("compare.mobile", 1, 0),)
    assert await store.feedback.votes(now - 2 * day, now - day) == ()


async def test_no_user_and_no_answer_id_is_in_any_table(store, vote, raw):
    await record(store.feedback, vote(answer="D0PRIVATE1:1.0", reason="ask <@U024BE7LH> or U024BE7LH"))
    everything = raw()
    assert "compare.mobile" in everything
    assert "U024BE7LH" not in everything
    assert "D0PRIVATE1" not in everything


async def test_without_the_secret_a_guessed_user_cannot_be_checked(store, make_store, vote, execute):
    await record(store.feedback, vote())
    stranger = make_store(secrets=("another secret",))
    await record(stranger.feedback, vote(answer="C1:2.0"))
    await stranger.close()
    assert len({pseudonym for (pseudonym,) in execute("SELECT user_hash FROM feedback")}) == 2


async def test_a_reason_is_kept_on_one_line_without_anyones_address_and_bounded(store, vote, notes):
    await record(store.feedback, vote(reason="wrong\0 since\n2.6, ask bob@example.com " + "x" * 1_000))
    (note,) = await notes(store)
    assert note.reason is not None
    assert note.reason.startswith("wrong since 2.6, ask [email] xxx")
    assert len(note.reason) == 300


async def test_a_reason_of_nothing_is_none(store, vote, notes):
    await record(store.feedback, vote(reason=" \n "))
    assert await notes(store) == ()


async def test_a_suggested_entry_is_a_note_without_words(store, vote, notes):
    await record(store.feedback, vote(helpful=False, suggested="beyond.edge"))
    (note,) = await notes(store)
    assert (note.entry, note.suggested, note.reason) == ("compare.mobile", "beyond.edge", None)


async def test_notes_come_newest_first_and_no_more_than_asked_for(store, vote, notes):
    for number in range(3):
        await record(store.feedback, vote(answer=str(number), reason=f"reason {number}"))
    assert [note.reason for note in await notes(store, limit=2)] == ["reason 2", "reason 1"]


async def test_a_channel_that_wants_no_words_kept_still_votes(store, vote, votes, notes):
    await store.channels.change("slack:T1", "C1", keep_words=False)
    await record(store.feedback, vote(channel="C1", reason="no good", helpful=False))
    assert await notes(store) == ()
    assert await votes(store) == (Votes("compare.mobile", 0, 1),)


async def test_where_no_words_are_kept_at_all_the_vote_is(make_store, vote, votes, notes):
    store = make_store(retention=Retention(words=timedelta(0)))
    await store.prepare()
    await record(store.feedback, vote(reason="no good"))
    assert await notes(store) == ()
    assert await votes(store) == (Votes("compare.mobile", 1, 0),)
    await store.close()


async def test_a_tenant_that_stops_keeping_words_loses_its_reasons_and_keeps_its_votes(store, vote, votes, raw):
    await record(store.feedback, vote(reason="obsolescent advice"))
    await record(store.feedback, vote(tenant="slack:T2", answer="C2:1.0", reason="splendid advice"))
    await store.channels.change("slack:T1", keep_words=False)
    assert "obsolescent" not in raw()
    assert "splendid" in raw()
    assert await votes(store) == (Votes("compare.mobile", 2, 0),)

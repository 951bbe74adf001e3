from datetime import timedelta

import pytest

from bot.dialog.reply import Candidate
from bot.storage.records import Retention, StoredQuestion, Unanswered
from tests.storing import record


@pytest.fixture
def question():
    def make(**choices):
        return Unanswered(
            **{
                "platform": "slack",
                "tenant": "slack:T1",
                "channel_kind": "thread",
                "text": "does torchrec beat tfrs?",
                "outcome": "decline",
                "candidates": (Candidate("beyond.edge", 0.25), Candidate("compare.mobile", 0.125)),
                "knowledge_version": "v1",
                **choices,
            }
        )

    return make


@pytest.fixture
def kept(clock):
    def read(store, **choices):
        return store.unanswered.between(clock() - timedelta(days=7), clock() + timedelta(seconds=1), **choices)

    return read


async def test_a_question_is_kept_with_what_came_nearest_in_order(store, question, kept, clock):
    await record(store.unanswered, question())
    assert await kept(store) == (
        StoredQuestion(
            text="does torchrec beat tfrs?",
            platform="slack",
            channel_kind="thread",
            outcome="decline",
            candidates=(Candidate("beyond.edge", 0.25), Candidate("compare.mobile", 0.125)),
            knowledge_version="v1",
            asked_at=clock(),
        ),
    )


async def test_no_user_id_reaches_the_tables(store, question, raw):
    await record(
        store.unanswered, question(text="<@U024BE7LH> and U024BE7LH ask: mail ann@example.com or call 5551234567")
    )
    everything = raw()
    assert "[mention] and [mention] ask: mail [email] or call [number]" in everything
    assert "U024BE7LH" not in everything
    assert "ann@example" not in everything


async def test_questions_come_newest_first_of_one_period_and_tenant(store, question, clock):
    await record(store.unanswered, question(text="first"))
    clock.move(days=1)
    await record(store.unanswered, question(text="second"))
    await record(store.unanswered, question(text="elsewhere", tenant="discord:9"))
    now, day = clock(), timedelta(days=1)

    async def texts(*period, **choices):
        return [one.text for one in await store.unanswered.between(*period, **choices)]

    assert await texts(now - day, now + day) == ["elsewhere", "second", "first"]
    assert await texts(now - day, now + day, limit=1) == ["elsewhere"]
    assert await texts(now - day, now) == ["first"]
    assert await texts(now, now + day, tenant="slack:T1") == ["second"]


@pytest.mark.parametrize("channel", [None, "C1"])
async def test_a_tenant_or_channel_can_refuse_to_have_words_kept(store, question, kept, channel):
    await store.channels.change("slack:T1", channel, keep_words=False)
    await record(store.unanswered, question(channel="C1"))
    assert await kept(store) == ()
    await record(store.unanswered, question(tenant="slack:T2", channel="C1"))
    assert len(await kept(store)) == 1


async def test_refusing_deletes_what_was_kept_until_then(store, question, raw):
    await record(store.unanswered, question(text="a confidential plan"))
    await store.channels.change("slack:T1", keep_words=False)
    assert "confidential" not in raw()


async def test_a_channels_refusal_leaves_the_tenants_earlier_questions(store, question, kept):
    await record(store.unanswered, question(channel="C1"))
    await store.channels.change("slack:T1", "C1", keep_words=False)
    assert len(await kept(store)) == 1


async def test_a_question_with_no_words_left_is_not_kept(store, question, kept):
    await record(store.unanswered, question(text=" \n\0 "))
    assert await kept(store) == ()


async def test_zero_days_keep_nothing(make_store, question, raw):
    store = make_store(retention=Retention(words=timedelta(0)))
    await store.prepare()
    await record(store.unanswered, question())
    assert "torchrec" not in raw()
    await store.close()


async def test_a_question_that_waited_past_its_time_is_not_kept(store, question, clock, raw):
    asked_at = clock()
    clock.move(days=90)
    await record(store.unanswered, question(), at=asked_at)
    assert "torchrec" not in raw()


async def test_of_many_at_once_each_is_kept_as_its_own_place_wants(store, question, kept, clock):
    await store.channels.change("slack:T1", "C1", keep_words=False)
    await store.channels.change("slack:T2", keep_words=False)
    await store.channels.change("slack:T2", "C1", keep_words=True)
    places = [("slack:T1", "C1"), ("slack:T1", "C2"), ("slack:T2", "C1"), ("slack:T3", "C1")]
    asked = [
        (question(text=f"{tenant} {channel}", tenant=tenant, channel=channel), clock()) for tenant, channel in places
    ]
    await store.unanswered.record_all(asked)
    await store.unanswered.record_all([])
    assert {one.text for one in await kept(store)} == {"slack:T1 C2", "slack:T3 C1"}

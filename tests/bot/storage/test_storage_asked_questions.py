import asyncio
from datetime import timedelta

from bot.storage.records import AskedQuestion, Retention
from tests.storing import record

TENANT = "slack:T1"
BY_HAND = AskedQuestion(tenant=TENANT, channel="C1", thread="T1:C1:1", text="where do we train?", user="U1")
OF_NOBODY = AskedQuestion(tenant=TENANT, channel="C1", thread="T1:C1:2", text="who pays for the cluster?")


async def texts(store, tenant=TENANT):
    return [one.text for one in await store.asked_questions.waiting(tenant)]


async def test_what_waits_is_given_back_as_it_was_without_who_asked(store):
    await record(store.asked_questions, BY_HAND)
    [found] = await store.asked_questions.waiting(TENANT)
    assert (found.id, found.channel, found.thread, found.user) == (BY_HAND.id, "C1", "T1:C1:1", "")
    assert await store.asked_questions.get(TENANT, BY_HAND.id) == found


async def test_another_workspace_sees_nothing_of_it(store):
    await record(store.asked_questions, BY_HAND)
    assert await texts(store, "slack:T2") == []
    assert await store.asked_questions.get("slack:T2", BY_HAND.id) is None
    await store.asked_questions.answered("slack:T2", BY_HAND.id, "own.theirs")
    assert (await store.asked_questions.get(TENANT, BY_HAND.id)).entry == ""


async def test_of_two_processes_one_takes_a_question(store, replica):
    await record(store.asked_questions, BY_HAND)
    [question] = await store.asked_questions.waiting(TENANT)
    took = await asyncio.gather(store.asked_questions.take(question), replica.asked_questions.take(question))
    assert sorted(took) == [False, True]
    assert await texts(store) == []


async def test_what_was_given_back_waits_again_and_what_was_removed_does_not(store):
    await record(store.asked_questions, BY_HAND)
    await store.asked_questions.take(BY_HAND)
    await store.asked_questions.give_back(BY_HAND)
    assert await store.asked_questions.take(BY_HAND)
    await store.asked_questions.remove(BY_HAND)
    await store.asked_questions.give_back(BY_HAND)
    assert await texts(store) == []


async def test_a_channel_without_words_stores_only_what_somebody_passed_on(store):
    await store.channels.change(TENANT, "C1", keep_words=False)
    for question in (BY_HAND, OF_NOBODY):
        await record(store.asked_questions, question)
    assert await texts(store) == [BY_HAND.text]


async def test_a_service_without_words_stores_only_what_somebody_passed_on(store, make_store):
    wordless = make_store(retention=Retention(words=timedelta(0)))
    for question in (BY_HAND, OF_NOBODY):
        await record(wordless.asked_questions, question)
    await wordless.tenants.purge()
    assert await texts(store) == [BY_HAND.text]
    await wordless.close()


async def test_where_no_words_are_wanted_any_more_those_of_nobody_are_deleted(store, raw):
    for question in (BY_HAND, OF_NOBODY):
        await record(store.asked_questions, question)
    await store.channels.change(TENANT, keep_words=False)
    assert await texts(store) == [BY_HAND.text]
    assert OF_NOBODY.text not in raw()


async def test_after_thirty_days_nothing_waits_and_nothing_is_left(store, clock, raw):
    for question in (BY_HAND, OF_NOBODY):
        await record(store.asked_questions, question)
    clock.move(days=29)
    await store.tenants.purge()
    assert len(await texts(store)) == 2
    clock.move(days=1)
    assert await texts(store) == []
    await store.tenants.purge()
    assert not [text for text in (BY_HAND.text, OF_NOBODY.text, "T1:C1:1") if text in raw()]

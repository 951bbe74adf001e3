import asyncio
from dataclasses import replace

import pytest

from bot.storage.errors import ChangedMeanwhileError, TooManyAnswersError
from bot.storage.records import OwnAnswer

TENANT = "slack:T1"
CLUSTER = OwnAnswer(entry="own.cluster", title="Our cluster", phrasings=("where do I train",), text="On the cluster.")


async def save(store, *answers, tenant=TENANT, user="U1"):
    return await store.own_answers.save("slack", tenant, user, answers)


async def texts(store, tenant=TENANT):
    _, answers = await store.own_answers.current(tenant)
    return [one.text for one in answers]


async def test_the_newest_version_is_in_force_and_all_are_kept(store):
    [first] = await save(store, CLUSTER)
    await save(store, replace(first, text="In the cloud."))
    assert await texts(store) == ["In the cloud."]
    assert [one.version for one in await store.own_answers.history(TENANT, "own.cluster")] == [2, 1]


async def test_the_ids_of_removed_answers_stay_known(store):
    await save(store, CLUSTER, replace(CLUSTER, entry="own.lunch", removed=True))
    await save(store, replace(CLUSTER, entry="own.elsewhere"), tenant="slack:T2")
    assert await store.own_answers.names(TENANT) == {"own.cluster", "own.lunch"}


async def test_another_workspace_sees_nothing_of_it(store):
    await save(store, CLUSTER)
    assert await texts(store, "slack:T2") == []


async def test_each_change_raises_the_number_of_its_workspace(store):
    await save(store, CLUSTER)
    await save(store, replace(CLUSTER, entry="own.other"))
    await save(store, CLUSTER, tenant="slack:T2")
    await store.own_answers.configure("slack:T2", ask_channel="C1")
    settings = await store.own_answers.versions()
    assert {tenant: one.version for tenant, one in settings.items()} == {TENANT: 2, "slack:T2": 2}
    assert settings["slack:T2"].ask_channel == "C1"


async def test_of_two_changes_to_one_version_the_second_learns_what_is_there_now(store):
    [first] = await save(store, CLUSTER)
    await save(store, replace(first, text="one"))
    with pytest.raises(ChangedMeanwhileError) as error:
        await save(store, replace(first, text="two"))
    assert error.value.now.text == "one"
    assert await texts(store) == ["one"]


async def test_of_two_changes_at_once_one_is_saved(store):
    [first] = await save(store, CLUSTER)
    both = [save(store, replace(first, text=text)) for text in ("one", "two")]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(one, ChangedMeanwhileError) for one in results) == [False, True]


async def test_undoing_goes_back_a_version_and_the_first_one_is_removed(store):
    [first] = await save(store, CLUSTER)
    await save(store, replace(first, text="In the cloud."))
    await store.own_answers.undo("slack", TENANT, "U1", "own.cluster")
    assert await texts(store) == ["On the cluster."]
    other = replace(CLUSTER, entry="own.other")
    await save(store, other)
    assert (await store.own_answers.undo("slack", TENANT, "U1", "own.other")).removed
    assert await texts(store) == ["On the cluster."]


async def test_a_removed_answer_comes_back_when_that_is_undone(store):
    [first] = await save(store, CLUSTER)
    await save(store, replace(first, removed=True))
    assert await texts(store) == []
    await store.own_answers.undo("slack", TENANT, "U1", "own.cluster")
    assert await texts(store) == ["On the cluster."]


async def test_undoing_what_never_was_gives_nothing(store):
    assert await store.own_answers.undo("slack", TENANT, "U1", "own.none") is None


async def test_beyond_the_bound_nothing_is_saved(store, monkeypatch):
    monkeypatch.setattr("bot.storage.own_answers.MOST_ENTRIES", 2)
    await save(store, CLUSTER, replace(CLUSTER, entry="own.b"))
    with pytest.raises(TooManyAnswersError, match="remove some first"):
        await save(store, replace(CLUSTER, entry="own.c"))
    assert len(await texts(store)) == 2


async def test_a_person_who_is_forgotten_leaves_their_answers(store, execute):
    await save(store, replace(CLUSTER, owner="U1"))
    await store.own_answers.configure(TENANT, teachers=("U1", "U2"))
    await store.tenants.forget_user("slack", "U1")
    assert await texts(store) == ["On the cluster."]
    assert execute("SELECT user_hash, owner FROM own_answers") == [("", "")]
    assert (await store.own_answers.settings(TENANT)).teachers == ("U2",)


async def test_what_is_configured_stays_until_it_is_changed(store):
    await store.own_answers.configure(TENANT, ask_channel="C1")
    found = await store.own_answers.configure(TENANT, keeps_threads=True)
    assert (found.ask_channel, found.keeps_threads, found.version) == ("C1", True, 2)

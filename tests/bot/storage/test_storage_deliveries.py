import asyncio

import pytest

from bot.storage.records import DeliveryClaim
from tests.storing import done


async def test_the_first_claim_is_new_and_the_next_finds_it_in_progress(store):
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS


async def test_a_delivery_that_is_done_stays_done(store, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    await done(store.deliveries, "Ev1")
    await done(store.deliveries, "Ev1")
    clock.move(minutes=5)
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_another_replica_knows_what_was_claimed_and_done(store, replica):
    await store.deliveries.claim("Ev1", "slack:T1")
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    await done(store.deliveries, "Ev1")
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_of_many_that_claim_at_once_exactly_one_wins(store, replica):
    keys = [f"Ev{number}" for number in range(25)]
    claims = await asyncio.gather(
        *(one.deliveries.claim(key, "slack:T1") for key in keys for one in (store, replica, store, replica))
    )
    for first in range(0, len(claims), 4):
        assert sorted(claims[first : first + 4]) == [DeliveryClaim.IN_PROGRESS] * 3 + [DeliveryClaim.NEW]


async def test_a_claim_is_left_alone_for_a_minute_and_then_one_may_take_it(store, replica, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    clock.move(seconds=59)
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    clock.move(seconds=1)
    claims = await asyncio.gather(*(one.deliveries.claim("Ev1", "slack:T1") for one in (store, replica) * 4))
    assert sorted(claims) == [DeliveryClaim.IN_PROGRESS] * 7 + [DeliveryClaim.RETAKEN]


async def test_a_claim_retaken_is_its_new_owners_for_a_minute(store, replica, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    clock.move(seconds=60)
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.RETAKEN
    clock.move(seconds=59)
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    await done(replica.deliveries, "Ev1")
    clock.move(seconds=1)
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_what_is_known_of_a_delivery_is_given_without_claiming_it(store, clock):
    known = store.deliveries.known
    assert await known("Ev1") is DeliveryClaim.UNKNOWN
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    clock.move(seconds=59)
    assert await known("Ev1") is DeliveryClaim.IN_PROGRESS
    clock.move(seconds=1)
    assert await known("Ev1") is DeliveryClaim.UNKNOWN  # its owner has died, perhaps having answered
    await done(store.deliveries, "Ev1")
    assert await known("Ev1") is DeliveryClaim.DONE


@pytest.mark.parametrize(
    ("claim", "ours"),
    [
        (DeliveryClaim.NEW, True),
        (DeliveryClaim.RETAKEN, True),
        (DeliveryClaim.DONE, False),
        (DeliveryClaim.IN_PROGRESS, False),
        (DeliveryClaim.UNKNOWN, False),
    ],
)
def test_only_what_nobody_else_may_be_answering_is_ours(claim, ours):
    assert claim.ours is ours


async def test_a_claim_that_is_renewed_is_left_alone_for_another_minute(store, replica, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    clock.move(seconds=59)
    await store.deliveries.renew_all(["Ev1", "never claimed"])
    clock.move(seconds=59)
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    clock.move(seconds=1)
    assert await replica.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.RETAKEN


async def test_a_claim_given_back_can_be_taken_at_once(store):
    await store.deliveries.claim("Ev1", "slack:T1")
    await store.deliveries.release("Ev1")
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW


async def test_what_is_done_cannot_be_given_back(store):
    await store.deliveries.claim("Ev1", "slack:T1")
    await done(store.deliveries, "Ev1")
    await store.deliveries.release("Ev1")
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_what_was_answered_without_a_claim_can_be_recorded_afterwards(store):
    await store.deliveries.claim("claimed", "slack:T1")
    for key in ("claimed", "never seen"):
        await done(store.deliveries, key, "slack:T1")
        assert await store.deliveries.claim(key, "slack:T1") is DeliveryClaim.DONE


async def test_deliveries_outlive_the_last_redelivery_and_are_gone_soon_after(store, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    await done(store.deliveries, "Ev1")
    clock.move(hours=25)
    await store.tenants.purge()
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE
    clock.move(hours=1)
    assert (await store.tenants.purge())["deliveries"] == 1
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW


@pytest.mark.parametrize("key", ["", "x" * 10_000, "null\0byte", "\ud800", "it's; DROP TABLE deliveries"])
async def test_any_text_can_be_a_key(store, key):
    assert await store.deliveries.claim(key, "slack:T1") is DeliveryClaim.NEW
    assert await store.deliveries.claim(key, "slack:T1") is DeliveryClaim.IN_PROGRESS


async def test_many_claimed_together_each_get_their_own_answer_in_order(store, clock):
    await store.deliveries.claim_all([("stale", "slack:T1"), ("staler", "slack:T1")])
    clock.move(seconds=60)
    await store.deliveries.claim("held", "slack:T1")
    await done(store.deliveries, "done", "slack:T1")
    asked = [
        ("z", "slack:T2"),
        ("staler", "slack:T1"),
        ("done", "slack:T1"),
        ("a", "slack:T1"),
        ("held", "slack:T1"),
        ("z", "slack:T2"),
        ("stale", "slack:T1"),
        ("stale", "slack:T1"),
    ]
    assert await store.deliveries.claim_all(asked) == [
        DeliveryClaim.NEW,
        DeliveryClaim.RETAKEN,
        DeliveryClaim.DONE,
        DeliveryClaim.NEW,
        DeliveryClaim.IN_PROGRESS,
        DeliveryClaim.IN_PROGRESS,
        DeliveryClaim.RETAKEN,
        DeliveryClaim.IN_PROGRESS,
    ]
    await store.deliveries.done_all([("a", ""), ("z", ""), ("a", ""), ("unknown", "")])
    assert await store.deliveries.claim_all([("a", ""), ("z", ""), ("unknown", "")]) == [
        DeliveryClaim.DONE,
        DeliveryClaim.DONE,
        DeliveryClaim.NEW,
    ]
    assert await store.deliveries.claim_all([]) == []
    await store.deliveries.done_all([])


async def test_many_recorded_together_are_all_done_and_belong_to_their_tenant(store):
    await store.deliveries.claim("claimed", "slack:T1")
    await store.deliveries.done_all([("claimed", "slack:T1"), ("z", "slack:T2"), ("a", "slack:T1")])
    await store.deliveries.done_all([])
    assert [await store.deliveries.known(key) for key in ("a", "claimed", "z")] == [DeliveryClaim.DONE] * 3
    assert (await store.tenants.forget_tenant("slack:T1"))["deliveries"] == 2


async def test_the_same_deliveries_in_another_order_on_another_replica_do_not_block_each_other(store, replica):
    for turn in range(5):
        keys = [(f"Ev{turn}.{number}", "slack:T1") for number in range(200)]
        one, other = await asyncio.gather(store.deliveries.claim_all(keys), replica.deliveries.claim_all(keys[::-1]))
        assert all(
            (mine is DeliveryClaim.NEW) != (theirs is DeliveryClaim.NEW)
            for mine, theirs in zip(one, other[::-1], strict=True)
        )
        await asyncio.gather(
            store.deliveries.done_all([(key, "") for key, _ in keys]),
            replica.deliveries.done_all([(key, "") for key, _ in keys[::-1]]),
        )


async def test_the_same_stale_deliveries_on_two_replicas_are_each_retaken_once(store, replica, clock):
    for turn in range(3):
        keys = [(f"Ev{turn}.{number}", "slack:T1") for number in range(100)]
        await store.deliveries.claim_all(keys)
        clock.move(seconds=60)
        one, other = await asyncio.gather(store.deliveries.claim_all(keys), replica.deliveries.claim_all(keys[::-1]))
        for mine, theirs in zip(one, other[::-1], strict=True):
            assert sorted((mine, theirs)) == [DeliveryClaim.IN_PROGRESS, DeliveryClaim.RETAKEN]

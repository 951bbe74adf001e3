"""Claims while the database is away: what this process knows, and what only the others know."""

import asyncio
from datetime import timedelta

from bot.storage.outages import MOST
from bot.storage.records import DeliveryClaim
from bot.storage.resilience import GRACE, INTERVAL, TIME_LIMIT
from tests.storing import done


async def test_a_redelivery_is_recognised_also_in_an_outage(away):
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    await away.deliveries.done("Ev1")
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.DONE


async def test_in_the_outage_a_redelivery_is_unknown_where_another_process_may_have_answered(resilient, store, outage):
    await store.deliveries.claim("answered elsewhere", "slack:T1")
    await done(store.deliveries, "answered elsewhere")
    await outage.begin()
    assert resilient.state.available  # nobody has noticed
    for _ in range(2):
        assert await resilient.deliveries.claim("answered elsewhere", "slack:T1", again=True) is DeliveryClaim.UNKNOWN
        assert await resilient.deliveries.claim("of the outage", "slack:T1", again=True) is DeliveryClaim.UNKNOWN
    assert not resilient.state.available
    assert await resilient.deliveries.claim("of the outage", "slack:T1") is DeliveryClaim.NEW  # the last time it comes


async def test_in_the_outage_a_redelivery_of_what_this_process_took_is_known(away):
    await away.deliveries.claim("Ev1", "slack:T1")
    assert await away.deliveries.claim("Ev1", "slack:T1", again=True) is DeliveryClaim.IN_PROGRESS
    await away.deliveries.done("Ev1")
    assert await away.deliveries.claim("Ev1", "slack:T1", again=True) is DeliveryClaim.DONE


async def test_after_the_outage_a_redelivery_waits_until_the_others_have_written_what_they_answered(
    away, store, outage, clock
):
    await outage.end()
    assert await away.maintain()
    clock.move(seconds=GRACE.total_seconds() - 1)
    assert await away.deliveries.claim("Ev1", "slack:T1", again=True) is DeliveryClaim.UNKNOWN
    assert await away.deliveries.claim("Ev2", "slack:T1", again=True) is DeliveryClaim.UNKNOWN
    await done(store.deliveries, "Ev1", "slack:T1")
    assert await away.deliveries.claim("Ev1", "slack:T1", again=True) is DeliveryClaim.DONE
    clock.move(seconds=1)
    assert await away.deliveries.claim("Ev2", "slack:T1", again=True) is DeliveryClaim.NEW


async def test_after_the_outage_what_comes_for_the_first_time_waits_for_nothing(away, outage):
    await outage.end()
    assert await away.maintain()
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW


async def test_without_an_outage_a_redelivery_waits_for_nothing(resilient):
    assert await resilient.deliveries.claim("Ev1", "slack:T1", again=True) is DeliveryClaim.NEW


def test_the_grace_is_long_enough_for_a_process_that_probes_just_too_early_and_in_vain():
    assert timedelta(seconds=TIME_LIMIT + INTERVAL) < GRACE < timedelta(minutes=1)


async def test_however_much_was_answered_in_the_outage_is_written_together(away, store, outage):
    keys = [f"Ev{number}" for number in range(2 * MOST + 1)]
    for key in keys:
        await away.deliveries.claim(key, "slack:T1")
        await away.deliveries.done(key)
    await away.deliveries.done("never claimed here")
    assert away.state.waiting == len(keys) + 1
    await outage.end()
    assert await away.maintain()
    assert away.state.waiting == 0
    assert set(await store.deliveries.claim_all([(key, "slack:T1") for key in keys])) == {DeliveryClaim.DONE}
    assert await store.deliveries.known("never claimed here") is DeliveryClaim.UNKNOWN


async def test_what_was_claimed_before_the_outage_is_not_answered_again_in_it(resilient, outage):
    await resilient.deliveries.claim("Ev1", "slack:T1")
    await resilient.deliveries.claim("Ev2", "slack:T1")
    await resilient.deliveries.done("Ev2")
    await outage.begin()
    assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    assert await resilient.deliveries.claim("Ev2", "slack:T1") is DeliveryClaim.DONE


async def test_a_claim_goes_stale_also_while_the_database_is_away(away, clock):
    await away.deliveries.claim("Ev1", "slack:T1")
    clock.move(seconds=59)
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    clock.move(seconds=1)
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW


async def test_a_claim_given_back_can_be_taken_again_also_while_the_database_is_away(away):
    await away.deliveries.claim("Ev1", "slack:T1")
    await away.deliveries.release("Ev1")
    assert await away.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW


async def test_what_was_answered_in_the_outage_is_known_to_all_replicas_after_it(resilient, store, outage):
    await resilient.deliveries.claim("before", "slack:T1")
    await outage.begin()
    await resilient.deliveries.done("before")
    await resilient.deliveries.claim("during", "slack:T1")
    await resilient.deliveries.done("during")
    assert resilient.state.waiting == 2
    await outage.end()
    assert await resilient.maintain()
    assert resilient.state.waiting == 0
    for key in ("before", "during"):
        assert await store.deliveries.claim(key, "slack:T1") is DeliveryClaim.DONE


async def test_what_is_still_being_answered_after_the_outage_is_claimed_then(away, store, outage):
    for key in ("waits", "failed", "answered"):
        await away.deliveries.claim(key, "slack:T1")
    await away.deliveries.release("failed")
    await away.deliveries.done("answered")
    assert away.state.waiting == 2
    await outage.end()
    assert await away.maintain()
    assert away.state.waiting == 0
    assert await store.deliveries.claim("waits", "slack:T1") is DeliveryClaim.IN_PROGRESS
    assert await store.deliveries.claim("failed", "slack:T1") is DeliveryClaim.NEW
    assert await store.deliveries.claim("answered", "slack:T1") is DeliveryClaim.DONE
    await away.deliveries.done("waits")
    assert await store.deliveries.claim("waits", "slack:T1") is DeliveryClaim.DONE


async def test_a_claim_given_back_in_the_outage_is_not_taken_from_another_process(away, store, outage):
    await away.deliveries.claim("Ev1", "slack:T1")
    await outage.end()
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.NEW
    await away.deliveries.release("Ev1")
    assert await store.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS


async def test_two_tasks_that_claim_the_same_at_once_never_both_win(resilient):
    claims = await asyncio.gather(*(resilient.deliveries.claim("Ev1", "slack:T1") for _ in range(8)))
    assert sorted(claims) == [DeliveryClaim.IN_PROGRESS] * 7 + [DeliveryClaim.NEW]


async def test_what_another_replica_holds_can_be_retaken_once_it_is_stale(resilient, store, clock):
    await store.deliveries.claim("Ev1", "slack:T1")
    clock.move(seconds=50)
    assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.IN_PROGRESS
    clock.move(seconds=10)
    assert await resilient.deliveries.claim("Ev1", "slack:T1") is DeliveryClaim.RETAKEN


async def test_a_claim_whose_task_was_cancelled_is_not_held_here(resilient):
    task = asyncio.create_task(resilient.deliveries.claim("Ev1", "slack:T1"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "Ev1" not in resilient.deliveries._seen

import asyncio
from datetime import date, timedelta

from bot.storage.records import Tally, Total
from tests.storing import add

MOBILE = Tally("slack:T1", "slack", "answer", "compare.mobile")
DECLINED = Tally("slack:T1", "slack", "decline")


async def test_counts_add_up(store):
    await add(store.tallies, {MOBILE: 2, DECLINED: 1})
    await add(store.tallies, {MOBILE: 3})
    await add(store.tallies, {})
    assert await store.tallies.between(date(2026, 11, 2), date(2026, 11, 3)) == (
        Total("slack", "answer", "compare.mobile", 5),
        Total("slack", "decline", "", 1),
    )


async def test_replicas_that_count_at_once_lose_nothing(store, replica):
    await asyncio.gather(*(add(one.tallies, {MOBILE: 1, DECLINED: 2}) for one in (store, replica) * 10))
    totals = await store.tallies.between(date(2026, 11, 2), date(2026, 11, 3))
    assert {total.outcome: total.asked for total in totals} == {"answer": 20, "decline": 40}


async def test_totals_are_of_a_period_and_over_all_tenants_or_one(store, clock):
    today = clock().date()
    await add(store.tallies, {MOBILE: 1, Tally("slack:T2", "slack", "answer", "compare.mobile"): 4})
    await add(store.tallies, {MOBILE: 8}, day=today - timedelta(days=1))
    tomorrow = today + timedelta(days=1)

    async def asked(since, until, **choices):
        return [total.asked for total in await store.tallies.between(since, until, **choices)]

    assert await asked(today, tomorrow) == [5]
    assert await asked(today, tomorrow, tenant="slack:T1") == [1]
    assert await asked(today - timedelta(days=1), tomorrow) == [13]
    assert await asked(today - timedelta(days=1), today) == [8]

from bot.dialog.question import Turn
from tests.storing import remember


async def test_a_thread_comes_back_with_its_last_exchange_in_order(store, replica):
    turn = Turn(("compare.mobile",), ("b", "a"), ("jax", "pytorch"))
    await remember(store.threads, "T1:C1:1.0", "slack:T1", turn)
    assert await replica.threads.turn("T1:C1:1.0") == turn


async def test_a_later_exchange_replaces_the_one_before(store):
    await remember(store.threads, "thread", "slack:T1", Turn(("compare.mobile",)))
    await remember(store.threads, "thread", "slack:T1", Turn((), ("choose.mobile",)))
    assert await store.threads.turn("thread") == Turn((), ("choose.mobile",))


async def test_a_thread_the_bot_takes_no_part_in_has_no_turn(store):
    await remember(store.threads, "thread", "slack:T1", Turn())
    assert await store.threads.turn("another") is None


async def test_an_exchange_with_nothing_in_it_still_counts_as_taking_part(store):
    await remember(store.threads, "thread", "slack:T1", Turn())
    assert await store.threads.turn("thread") == Turn()


async def test_a_thread_that_was_quiet_for_two_weeks_is_over_also_before_the_purge(store, clock):
    await remember(store.threads, "thread", "slack:T1", Turn(("a",)))
    clock.move(days=13)
    assert await store.threads.turn("thread") is not None
    clock.move(days=1)
    assert await store.threads.turn("thread") is None
    assert (await store.tenants.purge())["threads"] == 1


async def test_each_exchange_gives_the_thread_its_full_time_again(store, clock):
    await remember(store.threads, "thread", "slack:T1", Turn(("a",)))
    clock.move(days=10)
    await remember(store.threads, "thread", "slack:T1", Turn(("b",)))
    clock.move(days=10)
    assert await store.threads.turn("thread") == Turn(("b",))


async def test_a_thread_is_stored_under_a_pseudonym(store, raw):
    await remember(store.threads, "D0PRIVATE1:1.0", "slack:T1", Turn(("a",)))
    assert "D0PRIVATE1" not in raw()


async def test_a_turn_keeps_no_more_ids_than_anyone_could_refer_to(store):
    await remember(store.threads, "thread", "slack:T1", Turn(tuple(f"entry.{number}" for number in range(1_000))))
    turn = await store.threads.turn("thread")
    assert turn is not None
    assert len(turn.answered) == 20


async def test_of_several_exchanges_of_a_thread_written_together_the_last_counts(store):
    await store.threads.remember_all(
        [("b", "slack:T1", Turn(("1",))), ("a", "slack:T1", Turn(("2",))), ("b", "slack:T1", Turn(("3",)))]
    )
    assert await store.threads.turn("a") == Turn(("2",))
    assert await store.threads.turn("b") == Turn(("3",))

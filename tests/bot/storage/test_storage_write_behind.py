"""The queue of pending writes alone."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.storage.errors import StoreUnavailable
from bot.storage.outages import MOST, BoundedDict, CircuitBreaker, PendingWrite, WriteBehindQueue


class Memory:
    """A store that notes what is written, and can be unavailable."""

    def __init__(self):
        self.available = True
        self.transactions = []

    @asynccontextmanager
    async def transaction(self):
        self.transactions.append([])
        yield

    async def write(self, values):
        if not self.available:
            raise StoreUnavailable("away")
        if "poison" in values:
            raise ValueError("never")
        self.transactions[-1].extend(values)

    @property
    def written(self):
        return [value for transaction in self.transactions for value in transaction]


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def breaker(clock):
    return CircuitBreaker(clock, time_limit=5)


@pytest.fixture
def queue(memory, breaker):
    return WriteBehindQueue(memory.transaction, breaker)


@pytest.fixture
def kind(queue, memory):
    return queue.kind(memory.write, 250)


def item(key, value=None, **choices):
    return PendingWrite(key, value or key, **{"tenant": "T1", **choices})


@pytest.fixture
def end(memory, breaker):
    """Ends the outage."""

    async def ended():
        memory.available = True
        await breaker.probe(lambda: asyncio.sleep(0))

    return ended


async def test_a_write_that_can_be_made_does_not_wait(queue, kind, memory):
    await queue.write(kind, item("a"))
    assert (memory.written, len(queue)) == (["a"], 0)


async def test_pending_writes_are_made_oldest_first_and_many_in_a_transaction(queue, kind, memory, end):
    memory.available = False
    names = [str(number) for number in range(MOST + 10)]
    for name in names:
        await queue.write(kind, item(name))
    with pytest.raises(StoreUnavailable):
        await queue.flush()
    assert len(queue) == len(names)
    await end()
    await queue.flush()
    assert [len(transaction) for transaction in memory.transactions if transaction] == [MOST, 10]
    assert memory.written == names
    assert len(queue) == 0


async def test_kinds_are_flushed_in_the_order_they_were_added(queue, kind, memory, end):
    other = queue.kind(memory.write, 10)
    memory.available = False
    await queue.write(other, item("second"))
    await queue.write(kind, item("first"))
    await end()
    await queue.flush()
    assert memory.written == ["first", "second"]


async def test_a_later_write_under_the_same_key_replaces_the_pending_one(queue, kind, memory, end):
    memory.available = False
    await queue.write(kind, item("key", "old"))
    await queue.write(kind, item("key", "new"))
    await end()
    await queue.write(kind, item("key", "newest"))
    await queue.flush()
    assert memory.written == ["newest"]


async def test_each_kind_has_its_bound_and_the_oldest_writes_are_dropped_and_counted(queue, kind, memory, end):
    memory.available = False
    for number in range(253):
        await queue.write(kind, item(str(number)))
    assert (len(queue), queue.dropped) == (250, 3)
    await end()
    await queue.flush()
    assert memory.written[0] == "3"


async def test_a_write_that_can_never_succeed_is_dropped_and_counted(queue, kind, memory, end):
    memory.available = False
    for name in ("a", "poison", "b"):
        await queue.write(kind, item(name))
    await end()
    await queue.flush()
    assert (memory.written, len(queue), queue.dropped) == (["a", "b"], 0, 1)


async def test_what_is_discarded_is_neither_written_nor_counted(queue, kind, memory, end):
    memory.available = False
    await queue.write(kind, item("a", tenant="T1"))
    await queue.write(kind, item("b", tenant="T2"))
    queue.discard_where(lambda pending: pending.tenant == "T1")
    await end()
    await queue.flush()
    assert (memory.written, queue.dropped) == (["b"], 0)


async def test_what_is_replaced_during_a_flush_is_written_too(queue, kind, memory, end):
    memory.available = False
    await queue.write(kind, item("key", "old"))
    await end()
    flush = asyncio.create_task(queue.flush())
    await asyncio.sleep(0)
    kind.pending.put("key", item("key", "new"))
    await flush
    assert memory.written == ["old", "new"]
    assert len(queue) == 0


def test_a_bounded_dict_drops_the_value_that_was_put_first():
    values = BoundedDict(2)
    for key in "aba":
        values.put(key, key.upper())
    values.put("c", "C")
    assert ([*values.values()], values.dropped) == (["A", "C"], 1)
    assert values.get("b") is None

"""Request bodies: their size, their time, and how many are read at once. Over real sockets."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.web import requests
from adapters.web.application import listening
from adapters.web.requests import read_body

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@asynccontextmanager
async def reading(*, limit=1_000, timeout=5.0):  # noqa: ASYNC109 - as in the function under test
    """A server that answers with the length of each body; sends bytes and gives the status and the answer."""

    async def handler(request):
        return web.Response(text=str(len(await read_body(request, limit=limit, timeout=timeout))))

    application = web.Application()
    application.router.add_post("/", handler)
    async with listening(application, "127.0.0.1", 0, lingering=0.1) as address:
        port = int(address.rpartition(":")[2])

        async def send(*pieces, end=False):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
            if end:
                writer.write_eof()
            async with asyncio.timeout(10):
                answer = await reader.read()
            writer.close()
            head, _, text = answer.partition(b"\r\n\r\n")
            return int(head.split()[1]) if head else 0, text.decode()

        yield send


def sized(length, content):
    return HEAD + b"Content-Length: %d\r\n\r\n" % length + content


@pytest.fixture
def most(monkeypatch):
    """Bounds the bodies that are not complete: how many there are, and what they hold together."""

    def most(reads=requests.MOST_READS, held=requests.MOST_HELD):
        monkeypatch.setattr(requests, "MOST_READS", reads)
        monkeypatch.setattr(requests, "MOST_HELD", held)

    return most


async def begun(count, held=0):
    """Until so many bodies are under way, holding so many bytes."""
    async with asyncio.timeout(5):
        while len(requests._reads) < count or sum(map(len, requests._reads.values())) < held:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("length", [0, 1, 1_000])
async def test_a_body_up_to_the_limit_is_read(length):
    async with reading() as send:
        assert await send(sized(length, b"x" * length)) == (200, str(length))


async def test_a_body_that_comes_in_pieces_is_read_whole():
    async with reading() as send:
        assert await send(sized(9, b"abc"), b"def", b"ghi") == (200, "9")


async def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read():
    async with reading() as send:
        assert (await send(sized(1_001, b"")))[0] == 413


async def test_a_body_that_turns_out_too_large_is_refused():
    async with reading() as send:
        chunks = (b"100\r\n" + b"x" * 256 + b"\r\n") * 5
        assert (await send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks))[0] == 413


async def test_a_body_that_takes_too_long_is_refused():
    async with reading(timeout=0.2) as send:
        assert (await send(sized(10, b"abc")))[0] == 408
        assert not requests._reads


@pytest.mark.parametrize("chunks", [b"zz\r\nquux\r\n0\r\n\r\n", b"ffffffffffffffffffff\r\nx"])
async def test_a_malformed_body_is_refused(chunks):
    async with reading() as send:
        assert (await send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks, end=True))[0] in (400, 0)
        assert not requests._reads


async def test_of_more_bodies_than_the_bound_the_oldest_are_asked_to_come_again(most):
    most(reads=2)
    async with reading(timeout=1.0) as send:
        slow = []
        for number in (1, 2):
            slow.append(asyncio.create_task(send(sized(10, b"abc"))))
            await begun(number)
        assert await send(sized(10, b"abc"), b"defghij") == (200, "10")
        assert [status for status, _ in await asyncio.gather(*slow)] == [503, 408]
        assert not requests._reads


async def test_of_bodies_that_hold_more_than_the_budget_the_oldest_are_given_up_and_hold_nothing(most):
    most(held=2_000)
    async with reading(timeout=1.0) as send:
        slow = []
        for number in (1, 2):
            slow.append(asyncio.create_task(send(sized(1_000, b"x" * 900))))
            await begun(number, 900 * number)
        assert await send(sized(1_000, b"x" * 500), b"x" * 500) == (200, "1000")
        assert [status for status, _ in await asyncio.gather(*slow)] == [503, 408]


async def test_a_body_that_was_given_up_is_never_taken_for_a_whole_one(most):
    most(reads=1)
    async with reading() as send:
        first = asyncio.create_task(send(sized(6, b"abc"), b"", b"", b"", b"def"))
        await begun(1)
        assert (await send(sized(3, b"abc")))[0] == 200
        assert (await first)[0] == 503


async def test_one_whose_time_is_up_at_that_very_moment_is_given_up_and_fails_nobody(most):
    loop = asyncio.get_running_loop()
    looked = loop.create_future()

    def look():
        most(reads=1)
        try:
            looked.set_result(requests._make_room())
        except RuntimeError as error:
            looked.set_exception(error)

    async with reading(timeout=0.3) as send:
        idle = [asyncio.create_task(send(sized(1_000, b""))) for _ in range(2)]
        await begun(2)
        up = next(iter(requests._reads)).when()
        loop.call_at(up - 0.001, time.sleep, 0.05)  # so that both come in one turn of the loop: first its timer,
        loop.call_at(up + 0.001, look)  # then this, and only then its task
        await looked
        assert {status for status, _ in await asyncio.gather(*idle)} <= {408, 503}
    assert requests._reads == {}


async def test_next_to_many_that_send_no_body_others_are_read(most):
    async with reading(timeout=2.0) as send:
        idle = [asyncio.create_task(send(sized(1_000, b""))) for _ in range(300)]
        await begun(requests.MOST_READS)
        others = await asyncio.gather(*(send(sized(10, b"abc"), b"defghij") for _ in range(20)))
        assert others == [(200, "10")] * 20
        assert {status for status, _ in await asyncio.gather(*idle)} <= {408, 503}


async def test_a_body_that_arrives_with_its_head_is_read_however_many_are_slow(most):
    most(reads=0, held=0)
    async with reading() as send:
        assert await send(sized(10, b"abcdefghij")) == (200, "10")

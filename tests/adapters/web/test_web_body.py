"""Request bodies: their size, their time, and how many are read at once. Over real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.web import body
from adapters.web.application import listening
from adapters.web.body import read_body

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
def reads(monkeypatch):
    """Bounds how many bodies are read at once; the semaphore that counts them."""

    def reads(most):
        monkeypatch.setattr(body, "_reading", asyncio.Semaphore(most))
        return body._reading

    return reads


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


async def test_a_body_that_takes_too_long_is_refused(reads):
    one = reads(1)
    async with reading(timeout=0.2) as send:
        assert (await send(sized(10, b"abc")))[0] == 408
        assert not one.locked()


@pytest.mark.parametrize("chunks", [b"zz\r\nquux\r\n0\r\n\r\n", b"ffffffffffffffffffff\r\nx"])
async def test_a_malformed_body_is_refused(reads, chunks):
    one = reads(1)
    async with reading() as send:
        assert (await send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks, end=True))[0] in (400, 0)
        assert not one.locked()


async def test_more_slow_bodies_than_the_bound_are_asked_to_come_again(reads):
    two = reads(2)
    async with reading(timeout=1.0) as send:
        slow = [asyncio.create_task(send(sized(10, b"abc"))) for _ in range(2)]
        async with asyncio.timeout(5):
            while not two.locked():
                await asyncio.sleep(0.01)
        assert (await send(sized(10, b"abc")))[0] == 503
        assert [status for status, _ in await asyncio.gather(*slow)] == [408, 408]
        assert await send(sized(10, b"abc"), b"defghij") == (200, "10")


async def test_a_body_that_arrives_with_its_head_is_read_however_many_are_slow(reads):
    reads(0)
    async with reading() as send:
        assert await send(sized(10, b"abcdefghij")) == (200, "10")

"""Slow, greedy and malformed clients, over real sockets. The times are short; only their order matters."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.server.service import running
from adapters.web.application import listening
from tests.slack_double.loopback import signed

HEAD = b"GET / HTTP/1.1\r\nHost: bot.example\r\n\r\n"


class Client:
    """One connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """Status and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:"))
        return int(head.split()[1]), await self.reader.readexactly(length)

    async def gone(self, within=10.0):
        """Wait until it is closed."""
        async with asyncio.timeout(within):
            try:
                while await self.reader.read(65_536):
                    pass
            except ConnectionError:
                pass


@asynccontextmanager
async def server(*, idle=1.5, lingering=0.3):
    """A server with a page and one that takes its time; how to connect, and how to release the slow one."""
    application = web.Application()
    released = asyncio.Event()

    async def page(_):
        return web.Response(text="a page")

    async def slow(_):
        await released.wait()
        return web.Response(text="at last")

    application.add_routes([web.get("/", page), web.post("/", page), web.get("/slow", slow)])
    clients = []
    async with listening(application, "127.0.0.1", 0, idle=idle, lingering=lingering) as address:
        port = int(address.rpartition(":")[2])

        async def connect():
            clients.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
            return clients[-1]

        yield connect, released
        for client in clients:
            client.writer.transport.abort()


class TestSlow:
    async def test_a_connection_that_nobody_uses_is_closed_in_the_end(self):
        async with server(idle=0.3) as (connect, _):
            client = await connect()
            await client.send(HEAD)
            assert await client.answer() == (200, b"a page")
            await client.gone()

    async def test_a_request_that_takes_longer_than_that_to_answer_is_not_cut_off(self):
        async with server(idle=0.2) as (connect, released):
            client = await connect()
            await client.send(HEAD.replace(b"/ ", b"/slow "))
            await asyncio.sleep(0.6)
            released.set()
            assert await client.answer() == (200, b"at last")

    async def test_next_to_many_slow_clients_the_service_answers(self, made, slack_settings):
        async with running(made(**slack_settings)) as service:
            port = int(service.address.rpartition(":")[2])
            slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(150)]
            for _, writer in slow[-30:]:
                writer.write(b"GET / HTTP/1.1\r\nHost:")
            for path in ("/", "/healthz", "/privacy"):  # readiness depends on the load of the machine
                client = Client(*await asyncio.open_connection("127.0.0.1", port))
                await client.send(HEAD.replace(b"/ ", path.encode() + b" "))
                assert (await client.answer())[0] == 200
                client.writer.close()
            for _, writer in slow:
                writer.transport.abort()


class TestGreedy:
    @pytest.mark.parametrize(
        "request_",
        [
            b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a" * 20_000 + b": x\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(500)) + b"\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Endless: " + b"a" * 3_000_000,
        ],
        ids=["line", "value", "name", "number", "endless"],
    )
    async def test_a_head_of_giants_is_refused(self, request_, caplog):
        async with server() as (connect, _):
            client = await connect()
            client.writer.write(request_)
            assert b" 400 " in (await client.reader.readline())
            await client.gone()
        assert caplog.records == []

    @pytest.mark.parametrize("method", [b"GET", b"POST"])
    async def test_a_body_without_end_is_not_read_for_long(self, method):
        async with server() as (connect, _):
            client = await connect()
            await client.send(method + b" / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")

            async def pour():
                while True:
                    await client.send(b"400\r\n" + b"x" * 1_024 + b"\r\n")
                    await asyncio.sleep(0.005)

            pouring = asyncio.create_task(pour())
            assert await client.answer() == (200, b"a page")
            await client.gone()
            pouring.cancel()
            await asyncio.gather(pouring, return_exceptions=True)

    async def test_a_compressed_body_is_not_unpacked_anywhere(self, caplog):
        async with server() as (connect, _):
            client = await connect()
            await client.send(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot zipped"[:-1]
            )
            assert await client.answer() == (200, b"a page")
        assert caplog.records == []


class TestMalformed:
    @pytest.mark.parametrize(
        "request_",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
            b"quuxsecretword\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.1\r\nquuxsecretword\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00quuxsecretword\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"G\xc3\xa9T / HTTP/1.1\r\nHost: x\r\n\r\n",
        ],
    )
    async def test_what_is_no_request_is_refused_and_leaves_no_trace_in_the_log(self, request_, caplog):
        caplog.set_level(logging.DEBUG)
        async with server() as (connect, _):
            client = await connect()
            await client.send(request_)
            answer = (await client.reader.read()).decode()
            assert " 400 " in answer.partition("\r\n")[0]
        head, _, text = answer.partition("\r\n\r\n")
        for header in ("X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Cache-Control: no-store"):
            assert header in head
        assert "Content-Security-Policy: " in head
        assert "Server: framework-bot\r\n" in head + "\r\n"
        assert not [word for word in ("aiohttp", "Python", "/3.") if word in answer]
        assert text == "Bad Request"  # and nothing of what came
        assert [record for record in caplog.records if record.name != "asyncio"] == []

    @pytest.mark.parametrize("body", [b"zz\r\nquux\r\n0\r\n\r\n", b"5\r\nquux", b"ffffffffffffffffffff\r\nx"])
    async def test_a_body_that_is_malformed_or_cut_off_is_refused(self, made, slack_settings, body, caplog):
        caplog.set_level(logging.DEBUG, "adapters")
        async with running(made(**slack_settings)) as service:
            client = Client(*await asyncio.open_connection("127.0.0.1", int(service.address.rpartition(":")[2])))
            lines = "".join(f"{name}: {value}\r\n" for name, value in signed("").items()).encode()
            await client.send(
                b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n" + lines + b"\r\n" + body
            )
            client.writer.write_eof()
            answered = await client.reader.readline()
            assert b" 400 " in answered or answered == b""
            await client.gone()
            client.writer.close()
        assert "Traceback" not in caplog.text
        assert "quux" not in caplog.text
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]

    async def test_an_error_of_ours_is_logged_without_who_asked(self, caplog):
        application = web.Application()

        async def broken(_):
            raise RuntimeError("broken")

        application.add_routes([web.get("/", broken)])
        async with listening(application, "127.0.0.1", 0) as address:
            client = Client(*await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2])))
            await client.send(HEAD)
            assert (await client.answer())[0] == 500
            client.writer.close()
        assert [record.getMessage() for record in caplog.records] == ["answering a request failed"]
        assert "127.0.0.1" not in caplog.text

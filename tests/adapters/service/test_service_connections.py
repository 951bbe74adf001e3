"""Slow, silent, greedy and malformed clients, over real sockets. The times are short; only their order matters."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.service import running
from adapters.web.connections import Bounds, Connections
from adapters.web.listening import listening
from tests.slack_double.loopback import signed

HEAD = b"GET / HTTP/1.1\r\nHost: bot.example\r\n\r\n"
QUICK = Bounds(head=0.6, idle=1.5, unread=0.3, leftover=0.3, look=0.03)


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
async def server(bounds=QUICK):
    """A server with a page, one that takes its time and one that is large; how to connect, and its connections."""
    connections = Connections(bounds)
    application = web.Application(middlewares=[connections.middleware])
    released = asyncio.Event()

    async def page(_):
        return web.Response(text="a page")

    async def slow(_):
        await released.wait()
        return web.Response(text="at last")

    async def large(_):
        return web.Response(body=b"x" * 30_000_000)

    application.add_routes([web.get("/", page), web.post("/", page), web.get("/slow", slow), web.get("/large", large)])
    clients = []
    async with listening(application, "127.0.0.1", 0, connections) as address:
        port = int(address.rpartition(":")[2])

        async def connect():
            clients.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
            return clients[-1]

        yield connect, connections, released
        for client in clients:
            client.writer.transport.abort()


async def until(reached):
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.01)


class TestSlow:
    async def test_whoever_says_nothing_is_let_go(self):
        async with server() as (connect, connections, _):
            client = await connect()
            await client.gone()
            assert (len(connections), connections.closed) == (0, 1)

    async def test_a_head_that_trickles_in_does_not_hold_a_connection(self):
        async with server() as (connect, connections, _):
            client = await connect()

            async def trickle():
                for byte in HEAD.strip() + b"\r\nX-Slow: " + b"y" * 10_000:
                    await client.send(bytes([byte]))
                    await asyncio.sleep(0.02)

            trickling = asyncio.create_task(trickle())
            await client.gone()
            trickling.cancel()
            await asyncio.gather(trickling, return_exceptions=True)
            assert connections.closed == 1

    async def test_neither_does_that_of_a_further_request(self):
        async with server() as (connect, connections, _):
            client = await connect()
            await client.send(HEAD)
            assert await client.answer() == (200, b"a page")
            await asyncio.sleep(0.8)  # longer than a head may take: idle it may be
            await client.send(HEAD)
            assert await client.answer() == (200, b"a page")
            await client.send(b"GET / HT")
            await client.gone()
            assert connections.closed == 1

    async def test_a_connection_that_nobody_uses_is_closed_in_the_end(self):
        async with server() as (connect, connections, _):
            client = await connect()
            await client.send(HEAD)
            assert await client.answer() == (200, b"a page")
            await client.gone()
            assert connections.closed == 0  # that is aiohttp's doing

    async def test_who_is_being_answered_is_left_in_peace(self):
        async with server() as (connect, connections, released):
            client = await connect()
            await client.send(HEAD.replace(b"/ ", b"/slow "))
            await asyncio.sleep(0.8)
            released.set()
            assert await client.answer() == (200, b"at last")
            assert connections.closed == 0

    async def test_an_answer_that_nobody_reads_does_not_lie_about_for_ever(self):
        async with server() as (connect, connections, _):
            address = (await connect()).writer.get_extra_info("peername")
            with socket.socket() as line:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                line.setblocking(False)
                loop = asyncio.get_running_loop()
                await loop.sock_connect(line, address)
                await loop.sock_sendall(line, HEAD.replace(b"/ ", b"/large "))
                await until(lambda: connections.closed == 2)  # that one, and the one that says nothing
                assert len(connections) == 0


class TestMany:
    async def test_the_one_that_waited_longest_makes_room(self):
        async with server(Bounds(most=5, look=0.03)) as (connect, connections, _):
            silent = [await connect() for _ in range(5)]
            await until(lambda: len(connections) == 5)
            for _ in range(3):
                client = await connect()
                await client.send(HEAD)
                assert await client.answer() == (200, b"a page")
            for early in silent[:3]:
                await early.gone()
            assert (len(connections), connections.closed) == (5, 3)

    async def test_nobody_who_is_being_answered_has_to(self):
        async with server(Bounds(most=3, look=0.03)) as (connect, connections, released):
            busy = [await connect() for _ in range(3)]
            for client in busy:
                await client.send(HEAD.replace(b"/ ", b"/slow "))
            await until(lambda: sum(one.busy for one in connections._open.values()) == 3)
            await (await connect()).gone()
            released.set()
            assert [await client.answer() for client in busy] == [(200, b"at last")] * 3

    async def test_it_is_said_once_in_the_log_and_without_addresses(self, caplog):
        async with server(Bounds(most=2, look=0.03)) as (connect, connections, _):
            for _ in range(6):
                await connect()
            await until(lambda: connections.closed == 4)
            await asyncio.sleep(0.1)
        told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(told) == 1
        assert "more than 2 connections" in told[0]
        assert "127.0.0.1" not in caplog.text

    async def test_under_many_slow_ones_the_service_answers(self, made, slack_settings):
        bounds = Bounds(head=0.5, most=40, look=0.05)
        async with running(made(**slack_settings), bounds=bounds) as service:
            port = int(service.address.rpartition(":")[2])
            slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(150)]
            for _, writer in slow[-30:]:
                writer.write(b"GET / HTTP/1.1\r\nHost:")
            for path in ("/", "/healthz", "/readyz"):
                client = Client(*await asyncio.open_connection("127.0.0.1", port))
                await client.send(HEAD.replace(b"/ ", path.encode() + b" "))
                assert (await client.answer())[0] == 200
                client.writer.close()
            for reader, writer in slow:
                await Client(reader, writer).gone()
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
        async with server(Bounds()) as (connect, _, _):
            client = await connect()
            client.writer.write(request_)
            assert b" 400 " in (await client.reader.readline())
            await client.gone()
        assert caplog.records == []

    @pytest.mark.parametrize("method", [b"GET", b"POST"])
    async def test_a_body_without_end_is_not_read_for_long(self, method):
        async with server(Bounds(leftover=0.3, look=0.03)) as (connect, _, _):
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
        async with server() as (connect, _, _):
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
        async with server(Bounds()) as (connect, _, _):
            client = await connect()
            await client.send(request_)
            assert b" 400 " in (await client.reader.readline())
            await client.gone()
        assert [record for record in caplog.records if record.name != "asyncio"] == []

    @pytest.mark.parametrize("body", [b"zz\r\nquux\r\n0\r\n\r\n", b"5\r\nquux", b"ffffffffffffffffffff\r\nx"])
    async def test_a_body_that_is_malformed_or_cut_off_is_refused(self, made, slack_settings, body, caplog):
        caplog.set_level(logging.DEBUG, "adapters")
        async with running(made(**slack_settings), bounds=QUICK) as service:
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
        connections = Connections(QUICK)
        application = web.Application()

        async def broken(_):
            raise RuntimeError("broken")

        application.add_routes([web.get("/", broken)])
        async with listening(application, "127.0.0.1", 0, connections) as address:
            client = Client(*await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2])))
            await client.send(HEAD)
            assert (await client.answer())[0] == 500
            client.writer.close()
        assert [record.getMessage() for record in caplog.records] == ["answering a request failed"]
        assert "127.0.0.1" not in caplog.text

"""A line to PostgreSQL that can be cut and that can hang, without a hand on the server itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from sqlalchemy import make_url

State = Literal["up", "cut", "hung"]


class Line:
    """Passes bytes on while it is up. Cut: connections break and none is taken. Hung: nothing moves."""

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.state: State = "up"
        self.connections = 0

    def set(self, state: State) -> None:
        """From now on. What hung is passed on when the line is up again."""
        self.state = state
        if state == "hung":
            self._flowing.clear()
        else:
            self._flowing.set()
        if state == "cut":
            for writer in list(self._writers):
                writer.transport.abort()

    async def taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        self.connections += 1
        try:
            await self._taken(reader, writer)
        finally:
            self.connections -= 1

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state == "cut":
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._there)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        if self.state == "cut":  # meanwhile
            self.set("cut")
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        finally:
            self._writers -= both
            for end in both:
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def lined(url: str) -> AsyncIterator[tuple[Line, str]]:
    """A line to the database at `url`, and the address of its near end."""
    there = make_url(url)
    line = Line(there.host or "127.0.0.1", there.port or 5432)
    server = await asyncio.start_server(line.taken, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield line, there.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    finally:
        server.close()
        line.set("cut")
        while line.connections:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)

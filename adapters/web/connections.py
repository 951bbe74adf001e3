"""Connections from clients that are slow, silent or too many.

aiohttp bounds the size of what a request may have; how long its head may take, how long an answer may lie
unread and how many connections there may be is bounded here, around aiohttp's own protocol. A service
that is open to the world still belongs behind a proxy: who floods the line is stopped there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from aiohttp import web

_TELL_AGAIN = 60.0
"""Seconds between two lines in the log about too many connections."""

_log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a client may take. Times are seconds."""

    head: float = 10.0
    """From the connection, or from the first byte of a further request, until the request's head is there whole."""
    idle: float = 75.0
    """Between two requests. Longer than proxies keep a connection, so that none sends into a closed one."""
    unread: float = 20.0
    """For which an answer may wait to be read."""
    leftover: float = 2.0
    """For which what is left of a request is read, so that its answer arrives, before the connection is closed."""
    most: int = 500
    """Connections at once: half of the files that a process may open by default."""
    look: float = 1.0
    """Between two looks at them."""


class Connections:
    """Every open connection. Runs on one event loop."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.clock = asyncio.get_running_loop().time
        self._open: dict[asyncio.BaseProtocol, _Connection] = {}
        self._crowded_out = 0
        self._told_at = -_TELL_AGAIN
        self.closed = 0
        """How many were closed for their slowness or their number since the start."""

    def __len__(self) -> int:
        return len(self._open)

    def around(self, server: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """The protocols that `server` makes, each looked after here."""
        return lambda: _Connection(server(), self)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Notes which connections are being answered: those are nobody's to close."""
        connection = self._open.get(request.protocol)
        if connection is None:
            return await handler(request)
        connection.begin()
        try:
            return await handler(request)
        finally:
            connection.end()

    async def watch(self) -> None:
        """Look on until cancelled."""
        while True:
            await asyncio.sleep(self.bounds.look)
            now = self.clock()
            for connection in list(self._open.values()):
                if connection.is_overdue(now):
                    self._close(connection)
            if self._crowded_out and now - self._told_at >= _TELL_AGAIN:
                _log.warning(
                    "more than %d connections at once: %d that waited longest were closed",
                    self.bounds.most,
                    self._crowded_out,
                )
                self._told_at, self._crowded_out = now, 0

    def opened(self, connection: _Connection) -> None:
        """One more. Where that is too many, the one that has waited longest for a request goes; it may be this one."""
        self._open[connection.inner] = connection
        if len(self._open) > self.bounds.most:
            waiting = [one for one in self._open.values() if not one.busy]
            self._crowded_out += 1
            self._close(min(waiting, key=lambda one: one.quiet_since))

    def lost(self, connection: _Connection) -> None:
        """One less."""
        self._open.pop(connection.inner, None)

    def _close(self, connection: _Connection) -> None:
        self.lost(connection)
        self.closed += 1
        connection.transport.abort()


class _Connection(asyncio.Protocol):
    """One connection, seen on its way to aiohttp and back."""

    def __init__(self, inner: asyncio.Protocol, connections: Connections) -> None:
        self.inner = inner
        self.busy = False
        self.quiet_since = connections.clock()
        self._connections = connections
        self._clock = connections.clock
        self._head_since: float | None = self.quiet_since
        self._unread_since: float | None = None

    def begin(self) -> None:
        """A request's head is there, and it is being answered."""
        self.busy = True
        self._head_since = None

    def end(self) -> None:
        """It was answered."""
        self.busy = False
        self.quiet_since = self._clock()

    def is_overdue(self, now: float) -> bool:
        """Whether a head, or the reading of an answer, takes too long."""
        bounds = self._connections.bounds
        if not self.transport.get_write_buffer_size():
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        elif now - self._unread_since > bounds.unread:
            return True
        return self._head_since is not None and now - self._head_since > bounds.head

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.inner.connection_made(transport)
        self._connections.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.lost(self)
        self.inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # The rest of a body that was answered before it was read counts as the beginning of a request, too:
        # that costs a connection nobody uses, and nothing else.
        if not self.busy and self._head_since is None:
            self._head_since = self._clock()
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self.inner.eof_received()

    def pause_writing(self) -> None:
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        self.inner.resume_writing()

"""The HTTP server: where it listens, and what it takes from a client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http import HttpProcessingError

from adapters.terminal.errors import CommandError
from adapters.web.connections import Connections

LONGEST_LINE = 8_190
"""Bytes of a request line or of one header."""

MOST_HEADERS = 100

_log = logging.getLogger(__name__)
_protocol_log = logging.getLogger(f"{__name__}.protocol")


@asynccontextmanager
async def listening(application: web.Application, host: str, port: int, connections: Connections) -> AsyncIterator[str]:
    """Serves `application` until the end; gives its address. Raises CommandError where the port cannot be had.

    `application` should have the middleware of `connections`.
    """
    runner = web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=2,
        logger=_protocol_log,
        keepalive_timeout=connections.bounds.idle,
        lingering_time=connections.bounds.leftover,
        max_line_size=LONGEST_LINE,
        max_field_size=LONGEST_LINE,
        max_headers=MOST_HEADERS,
        auto_decompress=False,  # nobody has a reason to compress what is sent here, and some have one to
    )
    await runner.setup()
    watching = asyncio.create_task(connections.watch())
    try:
        assert runner.server is not None  # noqa: S101 - it was just set up
        try:
            server = await asyncio.get_running_loop().create_server(connections.around(runner.server), host, port)
        except OSError as error:
            raise CommandError(f"cannot listen: {error.strerror or error}; set HOST and PORT to a free one") from None
        try:
            name, number = server.sockets[0].getsockname()[:2]
            yield f"http://{f'[{name}]' if ':' in name else name}:{number}"
        finally:
            server.close()
    finally:
        watching.cancel()
        await runner.cleanup()


class _Calm(logging.Filter):
    """Leaves out what is no request at all, who hung up before the answer, and who asked for what failed.

    The open network does the first two all day; errors of our own are told by whoever catches them.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (HttpProcessingError, ConnectionError)):
            return False
        record.msg, record.args = "answering a request failed", ()
        return True


_protocol_log.addFilter(_Calm())

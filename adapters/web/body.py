"""Request bodies within bounds: their size, the time they take, and how many are read at once."""

from __future__ import annotations

import asyncio

from aiohttp import web

MAX_READS = 64
"""Bodies of this process that are read at once. With bodies of 1 MB they hold at most 64 MB."""


_reading = asyncio.Semaphore(MAX_READS)


async def read_body(request: web.Request, *, limit: int, timeout: float) -> bytes:  # noqa: ASYNC109 - part of the rule
    """The whole body, at most `limit` bytes in at most `timeout` seconds.

    Raises HTTPRequestEntityTooLarge (413), HTTPRequestTimeout (408), HTTPBadRequest (400, cut off or malformed), or
    HTTPServiceUnavailable (503) where MAX_READS others are being read. A body that has arrived with its head is never
    refused for that: clients that send slowly do not hinder the others.
    """
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length or 0)
    try:
        if request.content.is_eof():
            return await _read(request, limit)
        if _reading.locked():  # nobody waits: the sender is asked to come again
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "1"})
        async with _reading, asyncio.timeout(timeout):
            return await _read(request, limit)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest from None


async def _read(request: web.Request, limit: int) -> bytes:
    found = bytearray()
    async for chunk in request.content.iter_any():
        found += chunk
        if len(found) > limit:
            raise web.HTTPRequestEntityTooLarge(limit, len(found))
    return bytes(found)

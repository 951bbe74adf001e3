"""Request bodies within bounds: their size, the time they take, and what all that are not complete may hold together.

A body is read before anybody knows who sent it, so strangers must not be able to take the room. A body that is complete
in a moment, as those of the platforms are, is never refused: where there are too many, or they hold too much, the one
that has been under way for longest is given up.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

MOST_READS = 128
"""Bodies of this process that are not complete."""

MOST_HELD = 8_000_000
"""Bytes that they hold together."""


_reads: dict[asyncio.Timeout, bytearray] = {}
"""What has come of each body that is not complete, by the time that it has; the oldest first."""


async def read_body(request: web.Request, *, limit: int, timeout: float) -> bytes:  # noqa: ASYNC109 - part of the rule
    """The whole body, at most `limit` bytes in at most `timeout` seconds.

    Raises HTTPRequestEntityTooLarge (413), HTTPRequestTimeout (408), HTTPBadRequest (400, cut off or malformed), or
    HTTPServiceUnavailable (503) where it was given up for newer ones.
    """
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(limit, request.content_length or 0)
    deadline, found = asyncio.timeout(timeout), bytearray()
    try:
        async with deadline:
            _reads[deadline] = found
            _make_room()
            async for chunk in request.content.iter_any():
                found += chunk
                if len(found) > limit:
                    raise web.HTTPRequestEntityTooLarge(limit, len(found))
                _make_room()
    except TimeoutError:
        if deadline in _reads:
            raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest from None
    finally:
        given_up = _reads.pop(deadline, None) is None
    if given_up:  # the sender is asked to come again
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "1"})
    return bytes(found)


def _make_room() -> None:
    """Give up the oldest while there are too many, or they hold too much."""
    held = sum(map(len, _reads.values()))
    while len(_reads) > 1 and (len(_reads) > MOST_READS or held > MOST_HELD):
        oldest = next(iter(_reads))
        given_up = _reads.pop(oldest)
        held -= len(given_up)
        given_up.clear()
        if not oldest.expired():  # its task may not have noticed yet
            oldest.reschedule(0)

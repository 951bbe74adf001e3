"""Requests: who sends one, as far as that can be known, how often one address may, and its body within bounds.

A body is read before anybody knows who sent it, so strangers must not be able to take the room: its size, the time it
takes, and what all that are not complete may hold together are bounded. One that is complete in a moment, as those of
the platforms are, is never refused: where there are too many, or they hold too much, the one that has been under way
for longest is given up.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import hdrs, web

from bot.chat.rate_limit import Rate, Windows

_FORWARDED = ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP")
"""What proxies add to requests that they pass on."""

_SHARED = 64
"""Bits of an IPv6 address that one subscriber has: the rest is theirs to change."""

MOST_READS = 128
"""Bodies of this process that are not complete."""

MOST_HELD = 8_000_000
"""Bytes that they hold together."""

_reads: dict[asyncio.Timeout, bytearray] = {}
"""What has come of each body that is not complete, by the time that it has; the oldest first."""


def sender_address(request: web.Request) -> str:
    """The address that a limit goes by; an IPv6 network for an IPv6 address.

    Where a proxy of one's own network passed the request on, the address that this proxy saw: the last one in
    X-Forwarded-For. What stands before it may be made up.
    """
    peer = _address(request.remote or "")
    if peer is not None and peer.is_private:
        last = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2]
        peer = _address(last.strip()) or peer
    if isinstance(peer, IPv6Address):
        return str(ip_network((peer, _SHARED), strict=False))
    return str(peer or "")


def is_local(request: web.Request) -> bool:
    """Whether it comes from this machine itself, and not through a proxy on it."""
    peer = _address(request.remote or "")
    return peer is not None and peer.is_loopback and not any(name in request.headers for name in _FORWARDED)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def has_token(request: web.Request, token: bytes) -> bool:
    """Whether it presents the bearer token `token`, or there is none to present."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(errors="surrogateescape"), token)
    return not token or (right and scheme.lower() == "bearer")


class AddressLimit:
    """How often one address may ask. It is in this process's memory, and only while it counts."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._windows = Windows(rate, time.monotonic) if rate.bounded else None

    def count(self, request: web.Request) -> None:
        """Count a request. Raises HTTPTooManyRequests (429), with the seconds to wait, where it is one too many."""
        if self._windows is None:
            return
        sender = sender_address(request)
        if wait := self._windows.wait(sender):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(wait)})
        self._windows.count(sender)

    def wider(self, times: int) -> AddressLimit:
        """One of its own that takes `times` as many requests."""
        return AddressLimit(Rate(self._rate.count * times, self._rate.seconds))


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

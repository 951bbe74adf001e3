"""A semaphore that tenants share fairly, so that one that floods or is slow leaves enough for the others.

The rule: a tenant never holds more than is still free. One alone gets half of all places, two get a third each,
and a tenant that comes next always finds some.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FairSemaphore:
    """`most` places. `take` and `give_back` count without waiting; `of` waits for a place, tenants taking turns."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str | None] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self.taken = 0
        """How many places are taken."""

    def has_room(self, tenant: str) -> bool:
        """Whether `tenant` may take one more."""
        return self._held[tenant] < self._most - self.taken

    def take(self, tenant: str | None) -> None:
        """Take a place for `tenant`; one for None leaves less to all tenants."""
        self._held[tenant] += 1
        self.taken += 1

    def give_back(self, tenant: str | None) -> None:
        """Give a place of `tenant` back, and let in those who wait, a tenant after the other."""
        self._held[tenant] -= 1
        self.taken -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        while (following := next(filter(self.has_room, self._waiting), None)) is not None:
            queue = self._waiting.pop(following)
            place = queue.popleft()
            if queue:
                self._waiting[following] = queue  # now it comes last
            if not place.done():  # else it is no longer wanted
                self.take(following)
                place.set_result(None)

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[None]:
        """A place for `tenant`, once there is one."""
        if self.has_room(tenant):
            self.take(tenant)
        else:
            await self._wait(tenant)
        try:
            yield
        finally:
            self.give_back(tenant)

    async def _wait(self, tenant: str) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give_back(tenant)  # it was taken just when it was no longer wanted
            raise

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
        """Give a place of `tenant` back, and let in those who wait."""
        self._held[tenant] -= 1
        self.taken -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        while (following := self._next()) is not None:
            tenant, place = following
            self.take(tenant)
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

    def _next(self) -> tuple[str, asyncio.Future[None]] | None:
        """The tenant that is let in next, if any; it then comes last."""
        for tenant in list(self._waiting):
            queue = self._waiting[tenant]
            while queue and queue[0].done():
                queue.popleft()  # no longer wanted
            if queue and not self.has_room(tenant):
                continue
            del self._waiting[tenant]
            if queue:
                place = queue.popleft()
                self._waiting[tenant] = queue
                return tenant, place
        return None

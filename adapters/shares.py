"""What tenants share, so that one that floods, or is slow, leaves enough for the others.

The rule is that a tenant never holds more than is still free. One alone has half of it, two have a
third each, and whoever comes next always finds some.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Shares:
    """`most` pieces of something, held by tenants. What is held for no tenant (None) leaves less to all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str | None] = Counter()
        self.taken = 0
        """How many pieces are held."""

    def has_room(self, tenant: str) -> bool:
        """Whether `tenant` may have one more."""
        return self._held[tenant] < self._most - self.taken

    def take(self, tenant: str | None) -> None:
        """Hold one more for `tenant`."""
        self._held[tenant] += 1
        self.taken += 1

    def give_back(self, tenant: str | None) -> None:
        """`tenant` holds one less."""
        self._held[tenant] -= 1
        self.taken -= 1
        if not self._held[tenant]:
            del self._held[tenant]


class Turns:
    """`most` turns at a time, waited for: of those who wait, one tenant after the other has the next."""

    def __init__(self, most: int) -> None:
        self._shares = Shares(most)
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def taken(self) -> int:
        """How many have their turn."""
        return self._shares.taken

    @asynccontextmanager
    async def of(self, tenant: str) -> AsyncIterator[None]:
        """One turn of `tenant`, from when it has come."""
        await self._come(tenant)
        try:
            yield
        finally:
            self._go(tenant)

    async def _come(self, tenant: str) -> None:
        # Who waits has no room: whoever had some was let in when it was given back.
        if self._shares.has_room(tenant):
            self._shares.take(tenant)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._go(tenant)  # it had come, just when it was no longer wanted
            raise

    def _go(self, tenant: str) -> None:
        self._shares.give_back(tenant)
        while (following := self._next()) is not None:
            whose, turn = following
            self._shares.take(whose)
            turn.set_result(None)

    def _next(self) -> tuple[str, asyncio.Future[None]] | None:
        """Whose turn is next, if there is one; that tenant then stands last."""
        for tenant in list(self._waiting):
            queue = self._waiting[tenant]
            while queue and queue[0].done():
                queue.popleft()  # no longer wanted
            if queue and not self._shares.has_room(tenant):
                continue
            del self._waiting[tenant]
            if queue:
                turn = queue.popleft()
                self._waiting[tenant] = queue
                return tenant, turn
        return None

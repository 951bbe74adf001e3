"""Makes digests: beside the event loop, one at a time, and not again for some minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.digest.document import Digest, digest
from bot.answering import Bot
from bot.curation.days import Days
from bot.curation.gathering import gather
from bot.curation.report import build
from bot.storage.bounded import Bounded
from bot.storage.errors import StoreUnavailable
from bot.storage.resilience import ResilientStore
from bot.storage.retention import Retention

FRESH = timedelta(minutes=10)
"""How long a digest is shown again as it is."""

MOST = 200
"""Digests that are remembered."""

_Key = tuple[str | None, Days, str]


class Digests:
    """The digests of one store and one knowledge."""

    def __init__(self, bot: Callable[[], Bot], store: ResilientStore, retention: Retention) -> None:
        """`bot` gives the bot as of now."""
        self._bot = bot
        self._store = store
        self._retention = retention
        self._ready: Bounded[_Key, tuple[Digest, datetime]] = Bounded(MOST)
        self._making: dict[_Key, asyncio.Task[Digest]] = {}
        self._one = asyncio.Lock()

    @property
    def now(self) -> datetime:
        """What time it is for the store."""
        return self._store.store.clock()

    async def of(self, tenant: str | None, period: Days) -> Digest:
        """The digest of a period, of one workspace or of all. Raises StoreUnavailable.

        Whoever gives up waiting leaves it to be made for the next one who asks.
        """
        bot = self._bot()
        key = (tenant, period, bot.knowledge.version)
        ready = self._ready.get(key)
        if ready is not None and self.now - ready[1] < FRESH:
            return ready[0]
        making = self._making.get(key)
        if making is None:
            if not self._store.state.available:
                raise StoreUnavailable(self._store.state.reason)
            making = self._making[key] = asyncio.create_task(self._make(key, bot))
            making.add_done_callback(lambda task: self._made(key, task))
        return await asyncio.shield(making)

    async def _make(self, key: _Key, bot: Bot) -> Digest:
        tenant, period, _ = key
        async with self._one:
            now = self.now
            material = await gather(self._store.store, period, now=now, retention=self._retention, tenant=tenant)
            made = digest(await asyncio.to_thread(build, material, bot))
        self._ready.put(key, (made, now))
        return made

    def _made(self, key: _Key, task: asyncio.Task[Digest]) -> None:
        self._making.pop(key, None)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains it was not

"""Whether the database answers, and trying it without ever waiting long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from bot.storage.clock import Clock
from bot.storage.errors import StoreUnavailable

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Link:
    """The way to a store that may be away.

    Once a try has failed, further ones fail at once, so that nobody waits for a database that is
    known to be away; whoever owns the link finds out when it is back, and calls `up`.
    """

    def __init__(self, clock: Clock, patience: float) -> None:
        """`patience`: seconds a try may take."""
        self._clock = clock
        self._patience = patience
        self._abandoned: set[asyncio.Task[Any]] = set()
        self.available = True
        self.since: datetime = clock()
        self.reason = ""
        self.returned: datetime | None = None
        """When the database last came back from an outage that was noticed here."""

    async def attempt(
        self,
        work: Callable[[], Coroutine[Any, Any, T]],
        *,
        patience: float | None = None,
        although_away: bool = False,
    ) -> T:
        """What `work` gives. Raises StoreUnavailable within the patience, whatever the driver does.

        A driver may wait for a hung server even after it was cancelled; it is then left to itself.
        """
        if not self.available and not although_away:
            raise StoreUnavailable(self.reason)
        task = asyncio.ensure_future(work())
        try:
            done, _ = await asyncio.wait({task}, timeout=self._patience if patience is None else patience)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            self._abandon(task)
            self.down("the database did not answer in time")
            raise StoreUnavailable(self.reason)
        try:
            return task.result()
        except StoreUnavailable as error:
            self.down(str(error))
            raise

    def up(self) -> None:
        """The database answers."""
        if not self.available:
            self.available, self.since, self.reason = True, self._clock(), ""
            self.returned = self.since
            _log.info("the store is back")

    def down(self, reason: str) -> None:
        """The database does not answer."""
        if self.available:
            self.available, self.since = False, self._clock()
            _log.warning("the store is away: %s", reason)
        self.reason = reason

    async def close(self) -> None:
        """Wait a moment for what was left to itself."""
        if self._abandoned:
            await asyncio.wait(self._abandoned, timeout=1)

    def _abandon(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._abandoned.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains it was not

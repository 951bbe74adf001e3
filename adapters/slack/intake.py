"""What came in and is being worked on: each delivery answered once, nothing forgotten, all of it counted.

Slack sends an event again until it is acknowledged, and never again after that. So an event is
acknowledged when it is answered and not before: whoever dies meanwhile has not acknowledged, and the
redelivery is answered by another process. Slack gives up after three seconds. What takes longer is left
to be delivered again, at once, after a minute and after five; the redelivery finds it answered, or under way.

Where nobody can tell whether it was answered, an answer twice is weighed against none:

- While the database is away, and until the others have written down what they answered in the meantime, what
  comes for the first time is answered. A redelivery that this process does not know is left for Slack's next
  try, when the database can tell; but the last one is answered.
- Who dies between posting and noting it leaves a claim behind. Who retakes it looks whether the answer stands
  in Slack, and answers where it does not, or where that cannot be seen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from adapters.shares import Shares, Turns
from bot.storage.deliveries import STALE, Claim
from bot.storage.resilience import ResilientStore

HOLD = 2.5
"""Seconds that Slack waits for an answer to be posted, at most; the rest of its three is for the way. More than
an answer waits for a database that hangs, so that such an answer is not asked for again elsewhere."""

RENEWING = STALE.total_seconds() / 3
"""Seconds between two signs that a delivery is still being worked on."""

AT_ONCE = 8
"""Pieces of work that use the store at once, half of them for one workspace. In a rush the others wait here,
not at the database, where waiting looks as if it were away."""

ANSWERING = 32
"""Questions that are being answered at once, half of them for one workspace. What they keep goes to the database
together, so there may be more of them than AT_ONCE."""

CALLING = 100
"""Pieces of work that call Slack at once, half of them for one workspace: as many as an HTTP session keeps
connections. Whoever is told to come back later waits with the turn."""

LAST_TRY = 3
"""The number of Slack's last redelivery: a first delivery has 0."""

MOST_IN_FLIGHT = 1_000
"""Pieces of work, half of them for one workspace. Beyond that, events are left for Slack to deliver again."""

Work = Callable[[], Awaitable[object]]
Told = Callable[[], Awaitable[bool]]

_log = logging.getLogger(__name__)


class Intake:
    """Starts work, keeps it from being lost, and knows how much there is."""

    def __init__(self, store: ResilientStore, *, hold: float = HOLD) -> None:
        self._store = store
        self._hold = hold
        self._tasks: set[asyncio.Task[Any]] = set()
        self._claimed: dict[str, asyncio.Task[bool]] = {}
        self._kept: dict[str, asyncio.Task[None]] = {}
        self._shares = Shares(MOST_IN_FLIGHT)
        self.at_once = Turns(AT_ONCE)
        """Turns at the store. Nobody waits for Slack with one."""
        self.answering = Turns(ANSWERING)
        """Turns at answering. Nobody waits for Slack with one; a turn at the store may be taken within."""
        self.calling = Turns(CALLING)
        """Turns at Slack's Web API."""
        self.open = True
        self.failed = 0
        """How many pieces of work ended in an error since the start."""

    @property
    def in_flight(self) -> int:
        """How much is being worked on."""
        return len(self._tasks)

    def has_room(self, tenant: str) -> bool:
        """Whether more of `tenant` can be worked on: no workspace has more in flight than is left for the others."""
        return self._shares.has_room(tenant)

    async def deliver(
        self,
        key: str,
        tenant: str,
        work: Work,
        *,
        wanted: Told | None = None,
        stands: Told | None = None,
        number: int = 0,
    ) -> bool:
        """Do `work` for the delivery `key`, unless it was done; whether to acknowledge it now.

        Where `wanted` says no there is nothing to do, and nothing is kept of the delivery. `stands` says whether
        the work of somebody who died was done all the same; never asked otherwise. `number` counts redeliveries.
        """
        if not self.open or not self.has_room(tenant):
            return False
        task = self._claimed.get(key)
        if task is None:
            again = 0 < number < LAST_TRY
            task = self.start(self._once(key, tenant, work, wanted, stands, again=again), tenant)
            self._claimed[key] = task
            task.add_done_callback(lambda _: self._claimed.pop(key, None))
        else:
            self._store.deliveries.join(tenant)
        done, _ = await asyncio.wait({task}, timeout=self._hold)
        if not done and key not in self._kept:
            self._kept[key] = asyncio.create_task(self._keep(key, task))
        return task.result() if done else False

    async def once(self, key: str, tenant: str, work: Work) -> bool:
        """Do `work` unless `key` was done before or is being done; whether it was done now."""
        if not (await self._store.deliveries.claim(key, tenant)).ours:
            return False
        try:
            await work()
        except BaseException:
            await self._store.deliveries.release(key)
            raise
        await self._store.deliveries.done(key)
        return True

    def start(self, work: Coroutine[Any, Any, Any], tenant: str | None = None) -> asyncio.Task[Any]:
        """Work on something beside whoever asks for it; it counts for `tenant`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        self._shares.take(tenant)
        task.add_done_callback(lambda _: self._shares.give_back(tenant))
        task.add_done_callback(self._ended)
        return task

    async def drain(self, seconds: float) -> int:
        """Wait until all is done, for at most `seconds`; how much was not."""
        own = {task for task in self._tasks if task is not asyncio.current_task()}
        if own:
            await asyncio.wait(own, timeout=seconds)
        return sum(not task.done() for task in own)

    async def close(self) -> None:
        """Cancel what is still being worked on."""
        self.open = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._kept.values(), return_exceptions=True)

    async def _once(
        self, key: str, tenant: str, work: Work, wanted: Told | None, stands: Told | None, *, again: bool
    ) -> bool:
        """Whether Slack may take the delivery for done."""
        if wanted is not None and not await wanted():
            return True
        # Claims need no turn, nor does what is done: all that come meanwhile go to the database together.
        claim = await self._store.deliveries.claim(key, tenant, again=again)
        if not claim.ours:
            # Under way in another process, which may have died, or not known to be answered: let it come again.
            return claim is Claim.DONE
        try:
            if claim is Claim.NEW or stands is None or not await stands():
                await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the delivery must be free for another try
            self.failed += 1
            # Only the kind: its text may quote a message.
            _log.error("answering failed: %s", type(error).__name__)
            await self._store.deliveries.release(key)
            return False
        await self._store.deliveries.done(key)
        return True

    async def _keep(self, key: str, task: asyncio.Task[bool]) -> None:
        """Keep the claim from going stale: Slack may ask us to wait for longer than that."""
        try:
            while not task.done():
                await self._store.deliveries.renew(key)
                await asyncio.wait({task}, timeout=RENEWING)
        finally:
            del self._kept[key]

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.failed += 1
            _log.error("working on something from Slack failed: %s", type(task.exception()).__name__)

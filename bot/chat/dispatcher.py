"""From something that came in to something that was shown: once each, within bounds, whatever fails.

    came in -> admission -> claim -> handle -> post -> store -> done

A delivery is claimed before it is worked on, so that of several processes one answers it, and marked done after it
was posted. A platform that delivers again what was not acknowledged uses `deliver`: an event is acknowledged once it
was answered, so that one whose process dies is answered by another, and stored after that. All other things use
`serve`: nobody delivers them again, so that a failure is said to the person.

Where nobody can tell whether something was answered, answering twice is weighed against not answering:

- While the database is away, and until other processes have written what they answered meanwhile, a first delivery
  is answered. A redelivery that this process does not know waits for the next one, except the last.
- A process that dies between posting and marking leaves a claim behind, or none where the database was slow (see
  CLAIMING). A process that takes the claim over, or claims a redelivery, looks whether the answer was posted, and
  answers where it was not, or where that cannot be seen.
- An answer that did not wait for its claim is given up where another process turns out to have it. As it may be on its
  way to the platform by then, who claims a redelivery looks only after SETTLING.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.chat.incoming import Incoming
from bot.chat.service import FAILED, STOPPING, ChatService
from bot.chat.view import Outgoing
from bot.storage.records import DeliveryClaim

HOLD = 2.5
"""Seconds that `deliver` waits for an answer before it leaves the event to be delivered again, which
happens after three; a database that hangs is given up after two."""

CLAIMING = 0.4
"""Seconds that a first delivery waits for its claim. A store that takes longer is treated as one that is away."""

SETTLING = 1.0
"""Seconds that who claims a redelivery which nobody had claimed waits before it looks whether the answer was posted:
the first delivery may be posting without a claim now. Platforms show a message within a second of taking it."""

RENEWING = 20.0
"""Seconds between two signs that a delivery is still being worked on: a third of the time a claim lasts."""

LAST_RETRY = 3
"""The number of the last redelivery; a first delivery has 0."""

ANSWERING = 100
"""Deliveries that are handled and posted at once, half of them for one tenant: as many as an aiohttp session has
connections. In a rush the others wait here, not at the database, where waiting looks as if it were away; and a tenant
whose platform is slow, or asks for later, leaves the others their share."""

MOST_IN_FLIGHT = 1_000
"""Deliveries in flight, half of them for one tenant; more are left to be delivered again, or not answered."""

Post = Callable[[Outgoing], Awaitable[Sequence[str]]]
"""Shows something; the ids of the messages, where they are known. Raises PostRefusedError, or what failed."""

Posted = Callable[[], Awaitable[bool]]
"""Whether the answer was posted already, as far as that can be seen."""

_Claiming = asyncio.Task[DeliveryClaim | None]
"""A claim under way; its result is None where making it failed."""

_Shown = tuple[Outgoing, Sequence[str]]
"""What was posted, and the ids of its messages."""

_log = logging.getLogger(__name__)


class PostRefusedError(Exception):
    """The platform does not take the message, and would not later: no permission, no channel, too old. The message
    of the error is the platform's code for it."""


class FairSemaphore:
    """`most` places that tenants share fairly, so that one that floods or is slow leaves enough for the others. `take`
    and `give_back` count without waiting; `of` waits for a place, tenants taking turns.

    A tenant never holds more than is still free: one alone gets half of all places, two get a third each, and a tenant
    that comes next always finds some.
    """

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
            while queue and queue[0].done():  # no longer wanted
                queue.popleft()
            if queue:
                self.take(following)
                queue.popleft().set_result(None)
            if queue:
                self._waiting[following] = queue  # now it comes last

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


class Dispatcher:
    """One platform's deliveries."""

    def __init__(self, chat: ChatService, *, hold: float = HOLD) -> None:
        """`hold`: seconds that `deliver` waits."""
        self.chat = chat
        self.open = True
        """Whether anything new is begun."""
        self.failed = 0
        """How many deliveries ended in an error since the start."""
        self._hold = hold
        self._in_flight = FairSemaphore(MOST_IN_FLIGHT)
        self._answering = FairSemaphore(ANSWERING)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._claimed: dict[str, asyncio.Task[Any]] = {}

    @property
    def in_flight(self) -> int:
        """How many deliveries are being worked on."""
        return len(self._tasks)

    async def deliver(self, incoming: Incoming, post: Post, *, posted: Posted | None = None, retry: int = 0) -> bool:
        """Answer an event that comes again until it is acknowledged; whether to acknowledge it now.

        `posted` is asked only where another process may have answered and died. `retry` counts redeliveries.
        """
        tenant = incoming.place.tenant
        if not self.open or not self._in_flight.has_room(tenant):
            return False
        key = incoming.key or ""
        task = self._claimed.get(key)
        if task is None:
            task = self.start(self._process(incoming, post, posted, retry, early=True), tenant)
            if key:
                self._claimed[key] = task
                task.add_done_callback(lambda _: self._claimed.pop(key, None))
        else:
            self.chat.records.deliveries.join(tenant)
        done, _ = await asyncio.wait({task}, timeout=self._hold)
        return bool(done and task.result())  # where it failed, it is delivered again

    async def serve(self, incoming: Incoming, post: Post) -> None:
        """Answer something that comes once. Never raises: what fails is said to the person. Cancelled by `close`."""
        if (task := self.begin(incoming, post)) is not None:
            await task

    def begin(self, incoming: Incoming, post: Post) -> asyncio.Task[Any] | None:
        """The same in the background; None where there is no room for it."""
        tenant = incoming.place.tenant
        return self.start(self._serve(incoming, post), tenant) if self._in_flight.has_room(tenant) else None

    def start(self, work: Coroutine[Any, Any, Any], tenant: str | None = None) -> asyncio.Task[Any]:
        """Do something in the background; from now on it counts as in flight for `tenant`. Its result is None where it
        fails."""
        task = asyncio.create_task(self._started(work))
        self._tasks.add(task)
        self._in_flight.take(tenant)

        def ended(_: asyncio.Task[Any]) -> None:
            self._tasks.discard(task)
            self._in_flight.give_back(tenant)
            work.close()  # it never began where the task was cancelled at once

        task.add_done_callback(ended)
        return task

    async def drain(self, seconds: float) -> int:
        """Wait until nothing is in flight, for at most `seconds`; how much is left."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            pass
        return self.in_flight

    async def close(self) -> None:
        """Begin nothing more, and cancel what is in flight."""
        self.open = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _process(
        self, incoming: Incoming, post: Post, posted: Posted | None = None, retry: int = 0, *, early: bool = False
    ) -> bool:
        """Whether the delivery is dealt with: `early`, once it was posted and before it is stored. Raises what handling
        or posting it raised."""
        tenant = incoming.place.tenant
        admission = self.chat.admit(incoming)
        if admission is not None and not admission.granted:
            refusal = self.chat.refusal(incoming, admission)
            if refusal is not None:
                await post(refusal)
            return True
        outgoing = None
        if admission is None:  # overheard: nothing is stored of what is not for us
            async with self._answering.of(tenant):
                outgoing = await self.chat.handle(incoming)
            if outgoing is None:
                return True
        if incoming.key is None:
            await self._store(await self._answer(incoming, outgoing, post))
            return True
        again = 0 < retry < LAST_RETRY
        claiming: _Claiming = self.start(self.chat.records.deliveries.claim(incoming.key, tenant, again=again))
        await asyncio.wait({claiming}, timeout=None if again else CLAIMING)
        claim = _result(claiming) or (DeliveryClaim.UNKNOWN if again else DeliveryClaim.NEW)
        if not claim.ours:
            # In progress in another process, which may have died, or not known to be answered: let it come again.
            return claim is DeliveryClaim.DONE

        async def answer() -> _Shown | None:
            if posted is not None and (retry or claim is DeliveryClaim.RETAKEN):
                await asyncio.sleep(SETTLING if claim is DeliveryClaim.NEW else 0)
                if await posted():
                    return None
            return await self._answer(incoming, outgoing, post)

        return await self._hold_claim(incoming.key, claiming, answer, early=early)

    async def _hold_claim(
        self, key: str, claiming: _Claiming, answer: Callable[[], Awaitable[_Shown | None]], *, early: bool
    ) -> bool:
        """Answer under a claim that `claiming` has made, or goes on making; whether the delivery is dealt with, as in
        `_process`. Where another process turns out to have the claim, the answer is given up."""
        overtaken = asyncio.timeout(None)
        renewing = asyncio.create_task(self._renew(key, claiming, overtaken))
        shown = None
        try:
            try:
                async with overtaken:
                    shown = await answer()
            finally:
                renewing.cancel()
        except PostRefusedError as error:
            _log.warning("an answer was refused: %s", error)
        except BaseException:
            if overtaken.expired():
                return _result(claiming) is DeliveryClaim.DONE
            await self.chat.records.deliveries.release(key)
            raise
        keeping = self.start(self._keep(key, shown))
        if not early:
            await keeping
        return True

    async def _keep(self, key: str, shown: _Shown | None) -> None:
        """Mark the delivery as done, and store what was shown: in one transaction."""
        await asyncio.gather(self.chat.records.deliveries.done(key), self._store(shown))

    async def _store(self, shown: _Shown | None) -> None:
        if shown is not None:
            await self.chat.posted(*shown)

    async def _answer(self, incoming: Incoming, outgoing: Outgoing | None, post: Post) -> _Shown | None:
        """What was posted; None where there was nothing to say."""
        async with self._answering.of(incoming.place.tenant):
            found = outgoing or await self.chat.handle(incoming)
            if found is None:
                return None
            try:
                return found, await post(found)
            finally:  # it holds, whatever the person gets to see of it
                if found.announcement is not None:
                    await post(Outgoing(found.place, found.user, found.announcement))

    async def _serve(self, incoming: Incoming, post: Post) -> None:
        try:
            if self.open:
                await self._process(incoming, post)
                return
            words = STOPPING
        except PostRefusedError as error:
            _log.info("an answer was refused: %s", error)
            return
        except Exception as error:  # noqa: BLE001 - the person must learn of it, whatever it was
            self._fail(error)
            words = FAILED
        if not self.chat.expects_answer(incoming):
            return
        try:
            await post(self.chat.notice(incoming, words))
        except Exception as error:  # noqa: BLE001 - it was tried
            _log.info("and the person could not be notified: %s", type(error).__name__)

    async def _started(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except Exception as error:  # noqa: BLE001 - nobody waits for it
            self._fail(error)
            return None

    async def _renew(self, key: str, claiming: _Claiming, overtaken: asyncio.Timeout) -> None:
        """Keep the claim from going stale: a platform may ask us to wait for longer than that. `overtaken` ends where
        another process turns out to have it."""
        await asyncio.wait({claiming})
        claim = _result(claiming)
        if claim is not None and not claim.ours:
            overtaken.reschedule(0)
            return
        while True:
            await asyncio.sleep(RENEWING)
            await self.chat.records.deliveries.renew(key)

    def _fail(self, error: Exception) -> None:
        self.failed += 1
        # The traceback without the error's own text, which may quote a message.
        trace = Exception(type(error).__name__).with_traceback(error.__traceback__)
        _log.error("answering failed: %s", type(error).__name__, exc_info=trace)


def _result(claiming: _Claiming) -> DeliveryClaim | None:
    """None where the store has not answered yet, or failed."""
    return claiming.result() if claiming.done() and not claiming.cancelled() else None

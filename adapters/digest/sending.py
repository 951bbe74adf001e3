"""The weekly digest on its way to each curator: once, whatever restarts and however many replicas there are.

Each digest is claimed in the store like a delivery, so that one process sends it and the others see that it was
sent. What could not be sent is free again and is tried again, a few times within the day. A process that dies in
the very moment between sending and noting it leaves the one case in which a digest comes twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from adapters.curators import Curator
from adapters.digest.audience import home_of, scope
from adapters.digest.document import Digest, week
from adapters.digest.making import Digests
from bot.storage.deliveries import Claim
from bot.storage.errors import StoreUnavailable
from bot.storage.resilience import ResilientStore

HOUR = 8
"""The hour (UTC) of the day from which on digests are sent."""

LOOKING = 60.0
"""Seconds between two looks at whether there is something to send."""

MOST_TRIES = 5
"""How often a process tries to reach one curator on a day."""

FIRST_PAUSE = timedelta(minutes=5)
"""Before the second try; each further pause is twice as long."""

RENEWING = 20.0
"""Seconds after which a claim is renewed while somebody is being told."""

FINISHING = 5.0
"""Seconds that telling somebody may still take when the service stops."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLATFORMS = {"slack": "Slack", "discord": "Discord"}

_log = logging.getLogger(__name__)


class UnreachableError(Exception):
    """The platform does not let this person be told, and would not in an hour. The text has no ids."""


class Courier(Protocol):
    """Takes digests to people on one platform."""

    @property
    def ready(self) -> bool:
        """Whether the platform can be spoken to."""

    async def deliver(self, curator: Curator, digest: Digest, key: str) -> None:
        """Tell one curator. `key` names this digest for this person. Raises UnreachableError, or what failed."""


@dataclass(slots=True)
class _Trials:
    """How often it was tried, and when it may be again."""

    count: int
    after: datetime


class Sending:
    """Looks every minute whether it is time, and sends what was not sent."""

    def __init__(
        self,
        curators: Sequence[Curator],
        day: str,
        couriers: Mapping[str, Courier],
        digests: Digests,
        store: ResilientStore,
        *,
        many_workspaces: bool = False,
        looking: float = LOOKING,
    ) -> None:
        """`day`: "monday" to "sunday", or "off". `couriers`: by platform, those that are served.

        The time is that of `store`. `many_workspaces`: as in `audience.scope`.
        """
        self._curators = curators
        self._day = day
        self._couriers = couriers
        self._digests = digests
        self._store = store
        self._many_workspaces = many_workspaces
        self._looking = looking
        self._settled: set[str] = set()
        self._trials: dict[str, _Trials] = {}
        self._today = ""

    async def run(self) -> None:
        """Go on until cancelled; returns at once where nobody is to be told anything."""
        if not self._curators or self._day == "off":
            return
        self._warn()
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may go well
                # Only the kind of error: its text may quote a row.
                _log.error("looking for digests to send failed: %s", type(error).__name__)
            await asyncio.sleep(self._looking)

    async def look(self) -> None:
        """Send what is due now. Never raises for one curator."""
        now = self._store.store.clock().astimezone(UTC)
        if _DAYS[now.weekday()] != self._day or now.hour < HOUR:
            return
        if self._today != now.date().isoformat():
            self._today = now.date().isoformat()
            self._settled.clear()
            self._trials.clear()
        await asyncio.gather(*(self._serve(curator, now) for curator in self._curators))

    async def _serve(self, curator: Curator, now: datetime) -> None:
        key = f"digest:{self._today}:{curator.platform}:{curator.team or ''}:{curator.user}"
        courier, seen = self._couriers.get(curator.platform), scope(curator, many_workspaces=self._many_workspaces)
        trials = self._trials.get(key)
        if key in self._settled or courier is None or seen is None or not courier.ready:
            return
        if trials is not None and (trials.count >= MOST_TRIES or now < trials.after):
            return
        try:
            claim = await self._store.store.deliveries.claim(key, home_of(curator))
        except StoreUnavailable:
            return  # nothing was tried: the next look does
        if claim is Claim.DONE:
            self._settled.add(key)
        elif claim.ours:
            telling = asyncio.create_task(self._tell(curator, courier, seen.tenant, key, now))
            try:
                await asyncio.shield(telling)
            except asyncio.CancelledError:
                await asyncio.wait({telling}, timeout=FINISHING)
                telling.cancel()
                raise

    async def _tell(self, curator: Curator, courier: Courier, tenant: str | None, key: str, now: datetime) -> None:
        platform = _PLATFORMS[curator.platform]
        try:
            async with self._held(key):
                digest = await self._digests.of(tenant, week(now.date() - timedelta(days=1)))
                if not digest.quiet:
                    await courier.deliver(curator, digest, key)
        except UnreachableError as error:
            _log.warning("a curator on %s cannot be told the digest: %s", platform, error)
        except Exception as error:  # noqa: BLE001 - whatever it was, it may go better later
            self._failed(key, now)
            _log.warning("a digest did not get through to a curator on %s: %s", platform, type(error).__name__)
            with suppress(StoreUnavailable):
                await self._store.store.deliveries.release(key)
            return
        self._settled.add(key)
        await self._store.deliveries.done(key)  # written later where it cannot be now

    def _failed(self, key: str, now: datetime) -> None:
        before = self._trials.get(key)
        count = before.count + 1 if before is not None else 1
        self._trials[key] = _Trials(count, now + FIRST_PAUSE * 2 ** (count - 1))

    @asynccontextmanager
    async def _held(self, key: str) -> AsyncIterator[None]:
        """Keeps the claim from going stale."""
        renewing = asyncio.create_task(self._renew(key))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, key: str) -> None:
        while True:
            await asyncio.sleep(RENEWING)
            await self._store.deliveries.renew(key)

    def _warn(self) -> None:
        """Say of whom nobody will be told, and why."""
        for name, platform in _PLATFORMS.items():
            named = [curator for curator in self._curators if curator.platform == name]
            if named and name not in self._couriers:
                _log.warning("FRAMEWORK_BOT_CURATORS names people on %s, which is not served", platform)
            elif any(scope(curator, many_workspaces=self._many_workspaces) is None for curator in named):
                _log.warning(
                    "FRAMEWORK_BOT_CURATORS names people on %s without their workspace, who are told nothing: many "
                    "workspaces install the app, so write slack:TEAM/USER",
                    platform,
                )

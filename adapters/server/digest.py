"""Sends the weekly digest to each curator, once a week across restarts and replicas; and who may see what.

Each digest is claimed in the store like a delivery, so one process sends it and the others see that it was sent.
A failed attempt releases the claim and is repeated, a few times within the day. A process that dies between
sending and marking it done is the one case in which a digest arrives twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from adapters.platform import Curator
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.chat.missed import missed_blocks
from bot.chat.view import View, ViewBlock
from bot.dialog.reply import Heading, Text
from bot.insights.digest import DigestBuilder, week
from bot.storage.errors import StoreUnavailable
from bot.storage.records import DeliveryClaim as Claim
from bot.storage.records import tenant_of
from bot.storage.repeating import repeat
from bot.storage.resilience import ResilientStore
from bot.teaching.tenant_bots import TenantBots

HOUR = 8
"""The hour (UTC) of the day from which digests are sent."""

INTERVAL = 60.0
"""Seconds between two checks whether there is something to send."""

MOST_ATTEMPTS = 5
"""How often a process tries to reach one curator on a day."""

FIRST_PAUSE = timedelta(minutes=5)
"""Before the second attempt; the back-off doubles each time."""

SENDING = 40.0
"""Seconds that one attempt may take: less than after which another process takes over the claim."""

GRACE = 5.0
"""Seconds that a delivery may still take when the service stops."""

PAGE_WAIT = 1.0
"""Seconds that a start page waits for its figures."""

NOT_YET = "This week's figures are being put together. Open this page again in a moment."
RECORDS_AWAY = "I cannot reach my records right now, so there are no figures. Everything below works."

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_log = logging.getLogger(__name__)


def entitled(curators: Iterable[Curator], many_workspaces: Collection[str]) -> tuple[Curator, ...]:
    """The curators who may see something; logs on which platforms others are named.

    `many_workspaces`: platforms whose app any workspace can install. There a user id alone does not say whose person
    it is, so a person named without a workspace sees nothing.
    """
    found = tuple(one for one in curators if one.team is not None or one.platform not in many_workspaces)
    for name in dict.fromkeys(one.platform for one in curators if one not in found):
        _log.warning(
            "FRAMEWORK_BOT_CURATORS names people on %s without their workspace, who are sent nothing: many "
            "workspaces install the app, so write %s:TEAM/USER",
            name.capitalize(),
            name,
        )
    return found


def visible_tenant(curator: Curator) -> str | None:
    """The one workspace whose questions a curator sees; None for everything, which the operator's own people see."""
    return tenant_of(curator.platform, curator.team) if curator.team is not None else None


class DirectMessenger(Protocol):
    """Sends direct messages on one platform."""

    @property
    def ready(self) -> bool:
        """Whether the platform is served and connected."""

    async def deliver(self, curator: Curator, view: View, key: str) -> None:
        """Send `view`. `key` is its idempotency key for this person. Raises PostRefusedError, or what failed."""


class DigestScheduler:
    """Checks every minute whether digests are due, and sends those that were not sent."""

    def __init__(
        self,
        curators: Sequence[Curator],
        day: str,
        messengers: Mapping[str, DirectMessenger],
        builder: DigestBuilder,
        store: ResilientStore,
        *,
        bots: TenantBots,
        interval: float = INTERVAL,
    ) -> None:
        """`curators`: those `entitled`. `day`: "monday" to "sunday", or "off". `messengers`: by platform, of those
        that are served. The time is that of `store`.
        """
        self._curators = curators
        self._day = day
        self._messengers = messengers
        self._builder = builder
        self._store = store
        self._bots = bots
        self._interval = interval
        self._attempts: dict[str, tuple[int, datetime]] = {}
        """How often each digest was tried, MOST_ATTEMPTS where it is done; and when to try again."""

    async def run(self) -> None:
        """Run until cancelled; returns at once where there is nobody to send to."""
        if not self._curators or self._day == "off":
            return
        for name in dict.fromkeys(curator.platform for curator in self._curators):
            if name not in self._messengers:
                _log.warning("FRAMEWORK_BOT_CURATORS names people on %s, which is not served", name.capitalize())
        await repeat(self.send_due, self._interval, "checking for digests to send")

    async def send_due(self) -> None:
        """Send what is due now. A failure for one curator does not affect the others."""
        now = self._store.store.clock().astimezone(UTC)
        if _DAYS[now.weekday()] != self._day or now.hour < HOUR:
            return
        await asyncio.gather(*(self._send(curator, now) for curator in self._curators))

    async def _send(self, curator: Curator, now: datetime) -> None:
        key = f"digest:{now.date()}:{curator.platform}:{curator.team or ''}:{curator.user}"
        messenger = self._messengers.get(curator.platform)
        count, next_at = self._attempts.get(key, (0, now))
        if messenger is None or not messenger.ready or count >= MOST_ATTEMPTS or now < next_at:
            return
        try:
            claim = await self._store.store.deliveries.claim(key, tenant_of(curator.platform, curator.team))
        except StoreUnavailable:
            return  # nothing was attempted: the next check does
        if claim is Claim.DONE:
            self._attempts[key] = MOST_ATTEMPTS, now
        elif claim.ours:
            sending = asyncio.create_task(self._deliver(curator, messenger, key, now))
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait({sending}, timeout=GRACE)
                sending.cancel()
                raise

    async def _deliver(self, curator: Curator, messenger: DirectMessenger, key: str, now: datetime) -> None:
        platform = curator.platform.capitalize()
        try:
            async with asyncio.timeout(SENDING):
                tenant = visible_tenant(curator)
                digest = await self._builder.build(tenant, week(now.date() - timedelta(days=1)))
                if not digest.quiet:
                    missed = await missed_blocks(self._bots, tenant, digest.clusters) if tenant is not None else ()
                    await messenger.deliver(curator, View((*digest.blocks, *missed), digest.summary), key)
        except PostRefusedError as error:
            _log.warning("a curator on %s cannot be sent the digest: %s", platform, error)
        except Exception as error:  # noqa: BLE001 - it may succeed later
            count, _ = self._attempts.get(key, (0, now))
            self._attempts[key] = count + 1, now + FIRST_PAUSE * 2**count
            _log.warning("sending a digest to a curator on %s failed: %s", platform, type(error).__name__)
            with suppress(StoreUnavailable):
                await self._store.store.deliveries.release(key)
            return
        self._attempts[key] = MOST_ATTEMPTS, now
        await self._store.deliveries.done(key)  # written later where the database is away


class CuratorSection:
    """What is first on a start page: for curators the digest of the last seven days, for who teaches in a workspace
    what was asked there and not answered."""

    def __init__(self, curators: Sequence[Curator], builder: DigestBuilder, bots: TenantBots) -> None:
        """`curators`: those `entitled`."""
        self._curators, self._builder, self._bots = curators, builder, bots

    async def __call__(self, place: Place, user: str, teaches: bool = False) -> Sequence[ViewBlock]:  # noqa: FBT001, FBT002 - as called
        """Nothing for anybody else. Takes PAGE_WAIT at most."""
        own = (one for one in self._curators if (one.platform, one.user) == (place.platform, user))
        tenants = [tenant for tenant in map(visible_tenant, own) if tenant in (None, place.tenant)]
        if not tenants and not teaches:
            return ()
        try:
            async with asyncio.timeout(PAGE_WAIT):
                period = week(self._builder.now.date())
                shown = (await self._builder.build(tenants[0], period)).blocks if tenants else ()
                here = (await self._builder.build(place.tenant, period)).clusters if teaches else ()
                return *(await missed_blocks(self._bots, place.tenant, here)), *shown
        except StoreUnavailable:
            return Heading("For curators"), Text(RECORDS_AWAY)
        except Exception as error:  # noqa: BLE001 - the rest of the page does not fail for it
            if not isinstance(error, TimeoutError):
                _log.error("the figures for a curator could not be made: %s", type(error).__name__)
            return Heading("For curators"), Text(NOT_YET)

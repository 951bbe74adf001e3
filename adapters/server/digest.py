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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from adapters.platform import Curator
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.chat.screens import digest_view
from bot.chat.view import View, ViewBlock
from bot.dialog.reply import Heading, Text
from bot.insights.digest import DigestBuilder, week
from bot.storage.errors import StoreUnavailable
from bot.storage.records import DeliveryClaim as Claim
from bot.storage.records import tenant_of
from bot.storage.resilience import ResilientStore

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


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may see."""

    tenant: str | None
    """The one workspace; None for everything."""


def access_of(curator: Curator, *, many_workspaces: bool) -> Access | None:
    """What a curator may see; None for nothing.

    A curator named with a workspace sees that workspace only; one named without belongs to the operator and sees
    everything. `many_workspaces`: any workspace can install the app of that platform, so a user id alone does not
    say whose person it is, and the latter see nothing.
    """
    if curator.team is not None:
        return Access(tenant_of(curator.platform, curator.team))
    return None if many_workspaces else Access(None)


def access_in(
    tenant: str, user: str, curators: Iterable[Curator], *, platform: str, many_workspaces: bool
) -> Access | None:
    """What `user` may see who is in `tenant`, a workspace or server of `platform`; None unless a curator there."""
    for curator in curators:
        if (curator.platform, curator.user) == (platform, user):
            found = access_of(curator, many_workspaces=many_workspaces)
            if found is not None and (curator.team is None or found.tenant == tenant):
                return found
    return None


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
        many_workspaces: Collection[str] = (),
        interval: float = INTERVAL,
    ) -> None:
        """`day`: "monday" to "sunday", or "off". `messengers`: by platform, of those that are served.

        `many_workspaces`: platforms whose app any workspace can install. The time is that of `store`.
        """
        self._curators = curators
        self._day = day
        self._messengers = messengers
        self._builder = builder
        self._store = store
        self._many_workspaces = many_workspaces
        self._interval = interval
        self._done: set[str] = set()
        self._attempts: dict[str, tuple[int, datetime]] = {}
        """How often each digest of today was tried, and when to try again."""
        self._today = ""

    async def run(self) -> None:
        """Run until cancelled; returns at once where there is nobody to send to."""
        if not self._curators or self._day == "off":
            return
        self._warn()
        while True:
            try:
                await self.send_due()
            except Exception as error:  # noqa: BLE001 - the next check may succeed
                # Only the kind of error: its text may quote a row.
                _log.error("checking for digests to send failed: %s", type(error).__name__)
            await asyncio.sleep(self._interval)

    async def send_due(self) -> None:
        """Send what is due now. A failure for one curator does not affect the others."""
        now = self._store.store.clock().astimezone(UTC)
        if _DAYS[now.weekday()] != self._day or now.hour < HOUR:
            return
        if self._today != now.date().isoformat():
            self._today = now.date().isoformat()
            self._done.clear()
            self._attempts.clear()
        await asyncio.gather(*(self._send(curator, now) for curator in self._curators))

    async def _send(self, curator: Curator, now: datetime) -> None:
        key = f"digest:{self._today}:{curator.platform}:{curator.team or ''}:{curator.user}"
        messenger, access = self._messengers.get(curator.platform), self._access(curator)
        count, next_at = self._attempts.get(key, (0, now))
        if key in self._done or messenger is None or access is None or not messenger.ready:
            return
        if count >= MOST_ATTEMPTS or now < next_at:
            return
        try:
            claim = await self._store.store.deliveries.claim(key, tenant_of(curator.platform, curator.team))
        except StoreUnavailable:
            return  # nothing was attempted: the next check does
        if claim is Claim.DONE:
            self._done.add(key)
        elif claim.ours:
            sending = asyncio.create_task(self._deliver(curator, messenger, access.tenant, key, now))
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.wait({sending}, timeout=GRACE)
                sending.cancel()
                raise

    async def _deliver(
        self, curator: Curator, messenger: DirectMessenger, tenant: str | None, key: str, now: datetime
    ) -> None:
        platform = curator.platform.capitalize()
        try:
            async with asyncio.timeout(SENDING):
                digest = await self._builder.build(tenant, week(now.date() - timedelta(days=1)))
                if not digest.quiet:
                    await messenger.deliver(curator, digest_view(digest), key)
        except PostRefusedError as error:
            _log.warning("a curator on %s cannot be sent the digest: %s", platform, error)
        except Exception as error:  # noqa: BLE001 - it may succeed later
            count, _ = self._attempts.get(key, (0, now))
            self._attempts[key] = count + 1, now + FIRST_PAUSE * 2**count
            _log.warning("sending a digest to a curator on %s failed: %s", platform, type(error).__name__)
            with suppress(StoreUnavailable):
                await self._store.store.deliveries.release(key)
            return
        self._done.add(key)
        await self._store.deliveries.done(key)  # written later where the database is away

    def _access(self, curator: Curator) -> Access | None:
        return access_of(curator, many_workspaces=curator.platform in self._many_workspaces)

    def _warn(self) -> None:
        """Log of whom nobody will be sent anything, and why."""
        for name in dict.fromkeys(curator.platform for curator in self._curators):
            named = [curator for curator in self._curators if curator.platform == name]
            if name not in self._messengers:
                _log.warning("FRAMEWORK_BOT_CURATORS names people on %s, which is not served", name.capitalize())
            elif any(self._access(curator) is None for curator in named):
                _log.warning(
                    "FRAMEWORK_BOT_CURATORS names people on %s without their workspace, who are sent nothing: many "
                    "workspaces install the app, so write %s:TEAM/USER",
                    name.capitalize(),
                    name,
                )


class CuratorSection:
    """What curators see first on their start page: the digest of the last seven days."""

    def __init__(
        self, curators: Sequence[Curator], builder: DigestBuilder, *, many_workspaces: Collection[str]
    ) -> None:
        self._curators = curators
        self._builder = builder
        self._many_workspaces = many_workspaces

    async def __call__(self, place: Place, user: str) -> Sequence[ViewBlock]:
        """Nothing for anybody else. Takes PAGE_WAIT at most."""
        many = place.platform in self._many_workspaces
        access = access_in(place.tenant, user, self._curators, platform=place.platform, many_workspaces=many)
        if access is None:
            return ()
        try:
            async with asyncio.timeout(PAGE_WAIT):
                digest = await self._builder.build(access.tenant, week(self._builder.now.date()))
        except StoreUnavailable:
            return Heading("For curators"), Text(RECORDS_AWAY)
        except Exception as error:  # noqa: BLE001 - the rest of the page does not fail for it
            if not isinstance(error, TimeoutError):
                _log.error("the figures for a curator could not be made: %s", type(error).__name__)
            return Heading("For curators"), Text(NOT_YET)
        return digest_view(digest).blocks

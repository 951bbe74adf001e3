"""What the service does by itself: it checks once a week whether the facts that claims rest on still hold, and sends
curators their digest and owners of answers their reviews.

Each message is claimed in the store like a delivery, so one process sends it and the others see that it was sent.
A failed attempt releases the claim and is repeated. A process that dies between sending and marking it done is the one
case in which a message arrives twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adapters.freshness.checker import check_facts
from adapters.freshness.facts import CheckedFact, Fact, counts, facts
from adapters.platform import Curator, Platform
from bot.chat.dispatcher import PostRefusedError
from bot.chat.incoming import Place
from bot.chat.own_answers import review_view
from bot.chat.people import missed_blocks
from bot.chat.view import View, ViewBlock
from bot.dialog.answering import Bot
from bot.dialog.reply import Heading, Text
from bot.insights.digest import DigestBuilder, week
from bot.insights.report import FRESHNESS
from bot.storage.errors import StoreUnavailable
from bot.storage.records import DeliveryClaim, OwnAnswer, tenant_of
from bot.storage.repeating import repeat
from bot.storage.resilience import ResilientStore
from bot.teaching.tenant_bots import TenantBots

HOUR = 8
"""The hour (UTC) of the day from which digests are sent."""

DIGEST_INTERVAL = 300.0
REVIEW_INTERVAL = 3_600.0
FRESHNESS_INTERVAL = 3_600.0
"""Seconds between two looks whether there is something to send or to check."""

WEEK = timedelta(days=7)

MOST_FACTS = 5
"""Facts that a digest names."""

FALSIFIED = ("archived", "deprecated", "advisory")
"""Kinds of facts of which another value makes a claim wrong, and not only older: answers that rest on it are
corrected."""

SENDING = 40.0
"""Seconds that one attempt may take: less than after which another process takes over the claim."""

GRACE = 5.0
"""Seconds that a message may still take when the service stops."""

PAGE_WAIT = 1.0
"""Seconds that a start page waits for its figures."""

NOT_YET = "This week's figures are being put together. Open this page again in a moment."
RECORDS_AWAY = "I cannot reach my records right now, so there are no figures. Everything below works."

REVIEWED = "reviews asked until"
"""The key of the day up to which all owners were asked."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_log = logging.getLogger(__name__)


async def _send_once(
    store: ResilientStore, key: str, tenant: str, send: Callable[[], Awaitable[None]], what: str
) -> bool:
    """Send what no process has sent yet. True where it was sent now or before, or never can be; False where it failed,
    or another process is at it.

    `what` it is and to whom, for the log. Raises StoreUnavailable where nothing was attempted.
    """
    claim = await store.store.deliveries.claim(key, tenant)
    if not claim.ours:
        return claim is DeliveryClaim.DONE

    async def attempt() -> bool:
        try:
            async with asyncio.timeout(SENDING):
                await send()
        except PostRefusedError as error:
            _log.warning("%s cannot be sent: %s", what, error)
        except Exception as error:  # noqa: BLE001 - it may succeed later
            _log.warning("sending %s failed: %s", what, type(error).__name__)
            with suppress(StoreUnavailable):
                await store.store.deliveries.release(key)
            return False
        await store.deliveries.done(key)  # written later where the database is away
        return True

    sending = asyncio.create_task(attempt())
    try:
        return await asyncio.shield(sending)
    except asyncio.CancelledError:
        await asyncio.wait({sending}, timeout=GRACE)
        sending.cancel()
        raise


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


@dataclass(frozen=True, slots=True, eq=False)
class DigestScheduler:
    """Checks every five minutes whether digests are due, and sends those that were not sent, until the end of their
    day. The time is that of `store`."""

    curators: Sequence[Curator]
    """Those `entitled`."""
    day: str
    """From "monday" to "sunday", or "off"."""
    platforms: Mapping[str, Platform]
    """Those that are served, by name."""
    builder: DigestBuilder
    store: ResilientStore
    bots: TenantBots

    async def run(self) -> None:
        """Run until cancelled; returns at once where there is nobody to send to."""
        if not self.curators or self.day == "off":
            return
        for name in dict.fromkeys(curator.platform for curator in self.curators):
            if name not in self.platforms:
                _log.warning("FRAMEWORK_BOT_CURATORS names people on %s, which is not served", name.capitalize())
        await repeat(self.send_due, DIGEST_INTERVAL, "checking for digests to send")

    async def send_due(self) -> None:
        """Send what is due now. A failure for one curator does not affect the others."""
        now = self.store.store.clock().astimezone(UTC)
        if _DAYS[now.weekday()] != self.day or now.hour < HOUR:
            return
        await asyncio.gather(*(self._send(curator, now) for curator in self.curators))

    async def _send(self, curator: Curator, now: datetime) -> None:
        key = f"digest:{now.date()}:{curator.platform}:{curator.team or ''}:{curator.user}"
        platform = self.platforms.get(curator.platform)
        if platform is None or not platform.ready:
            return

        async def send() -> None:
            tenant = visible_tenant(curator)
            digest = await self.builder.build(tenant, week(now.date() - timedelta(days=1)))
            if not digest.quiet:
                missed = await missed_blocks(self.bots, tenant, digest.clusters) if tenant is not None else ()
                await platform.deliver(curator, View((*digest.blocks, *missed), digest.summary), key)

        tenant = tenant_of(curator.platform, curator.team)
        with suppress(StoreUnavailable):  # nothing was attempted: the next check does
            what = f"a digest to a curator on {curator.platform.capitalize()}"
            await _send_once(self.store, key, tenant, send, what)


@dataclass(frozen=True, slots=True, eq=False)
class ReviewJob:
    """Asks the owners of workspaces' own answers whether they are still right, once on the day of each review.

    What cannot be sent is tried again every hour, until the end of the next day: after that the claims of others, which
    were sent, are no longer known.
    """

    platforms: Mapping[str, Platform]
    """Those that are served, by name."""
    store: ResilientStore
    """Its time counts."""

    async def run(self) -> None:
        """Run until cancelled."""
        await repeat(self.run_due, REVIEW_INTERVAL, "asking for reviews")

    async def run_due(self) -> None:
        """Ask every owner who was not asked yet."""
        store = self.store.store
        today = store.clock().date()
        before = date.fromisoformat(await store.key_values.get(REVIEWED) or date.min.isoformat())
        due = await store.own_answers.due(before, today)
        done = [await self._ask(tenant, answer) for tenant, answer in due]
        asked = today if all(done) else max(before, today - timedelta(days=1))
        if asked > before:
            await store.key_values.put(REVIEWED, asked.isoformat())

    async def _ask(self, tenant: str, answer: OwnAnswer) -> bool:
        """Whether the owner was asked, or cannot be."""
        name, _, team = tenant.partition(":")
        platform = self.platforms.get(name)
        if platform is None or not platform.ready:
            return False
        key = f"review:{tenant}:{answer.entry}:{answer.review_on}"

        async def send() -> None:
            await platform.deliver(Curator(name, answer.owner, team), review_view(team, answer), key)

        return await _send_once(self.store, key, tenant, send, f"a review to an owner on {name.capitalize()}")


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


@dataclass(frozen=True, slots=True, eq=False)
class FreshnessJob:
    """Checks a week after the last check, whichever process made that. Two that begin at once both check. The time is
    that of `store`."""

    bot: Callable[[], Bot]
    """Gives the current one."""
    store: ResilientStore
    weekly: bool
    """Whether to check at all."""
    check: Callable[[Sequence[Fact]], Awaitable[Sequence[CheckedFact]]] = check_facts

    async def run(self) -> None:
        """Run until cancelled; returns at once where nothing is to be checked."""
        if self.weekly:
            await repeat(self.run_due, FRESHNESS_INTERVAL, "checking the facts that claims rest on")

    async def run_due(self) -> None:
        """Check, and store what was found, if that is due."""
        store = self.store.store
        before = await store.key_values.get(FRESHNESS)
        if before and store.clock() - datetime.fromisoformat(json.loads(before)["checked_at"]) < WEEK:
            return
        checked = await self.check(facts(self.bot().knowledge))
        stale = [one for one in checked if one.stale]
        missed = {kind: number["not_checked"] for kind, number in counts(checked).items() if number["not_checked"]}
        _log.info("facts that claims rest on: %d checked, %d stale", len(checked) - sum(missed.values()), len(stale))
        lines = [f"{one} ({', '.join({claim.entry.id: 0 for claim in one.fact.claims})})" for one in stale[:MOST_FACTS]]
        if len(stale) > MOST_FACTS:
            lines.append(f"and {len(stale) - MOST_FACTS:,} more: framework-bot freshness lists them")
        if stale and missed:
            lines.append(f"Not checked: {', '.join(f'{count:,} {kind}' for kind, count in missed.items())}")
        wrong = {claim.entry.id: str(one) for one in stale if one.fact.kind in FALSIFIED for claim in one.fact.claims}
        found = {"checked_at": store.clock().isoformat(), "lines": lines, "wrong": wrong}
        await store.key_values.put(FRESHNESS, json.dumps(found))

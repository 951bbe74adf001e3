"""Asks the owners of workspaces' own answers whether they are still right, once on the day of each review."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta

from adapters.platform import Curator
from adapters.server.digest import SENDING, DirectMessenger
from bot.chat.dispatcher import PostRefusedError
from bot.chat.reviews import review_view
from bot.storage.errors import StoreUnavailable
from bot.storage.records import DeliveryClaim, OwnAnswer
from bot.storage.repeating import repeat
from bot.storage.resilience import ResilientStore

INTERVAL = 3_600.0
"""Seconds between two looks for reviews that are due."""

ASKED = "reviews asked until"
"""The key of the day up to which all owners were asked."""

_log = logging.getLogger(__name__)


class ReviewJob:
    """One process asks, by a claim like that of a delivery. What cannot be sent is tried again every hour, until the
    end of the next day: after that the claims of others, which were sent, are no longer known."""

    def __init__(self, messengers: Mapping[str, DirectMessenger], store: ResilientStore) -> None:
        """`messengers`: by platform, of those that are served. The time is that of `store`."""
        self._messengers, self._store = messengers, store

    async def run(self) -> None:
        """Run until cancelled."""
        await repeat(self.run_due, INTERVAL, "asking for reviews")

    async def run_due(self) -> None:
        """Ask every owner who was not asked yet."""
        store = self._store.store
        today = store.clock().date()
        before = date.fromisoformat(await store.key_values.get(ASKED) or date.min.isoformat())
        due = await store.own_answers.due(before, today)
        done = [await self._ask(tenant, answer) for tenant, answer in due]
        asked = today if all(done) else max(before, today - timedelta(days=1))
        if asked > before:
            await store.key_values.put(ASKED, asked.isoformat())

    async def _ask(self, tenant: str, answer: OwnAnswer) -> bool:
        """Whether the owner was asked, or cannot be."""
        platform, _, team = tenant.partition(":")
        messenger = self._messengers.get(platform)
        if messenger is None or not messenger.ready:
            return False
        key = f"review:{tenant}:{answer.entry}:{answer.review_on}"
        claim = await self._store.store.deliveries.claim(key, tenant)
        if not claim.ours:
            return claim is DeliveryClaim.DONE
        try:
            async with asyncio.timeout(SENDING):
                await messenger.deliver(Curator(platform, answer.owner, team), review_view(team, answer), key)
        except PostRefusedError as error:
            _log.warning("the owner of an answer on %s cannot be asked: %s", platform.capitalize(), error)
        except Exception as error:  # noqa: BLE001 - it may succeed later
            _log.warning("asking the owner of an answer failed: %s", type(error).__name__)
            with suppress(StoreUnavailable):
                await self._store.store.deliveries.release(key)
            return False
        await self._store.deliveries.done(key)
        return True

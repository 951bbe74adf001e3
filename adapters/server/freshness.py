"""Checks once a week whether the facts outside that claims rest on still hold, for the curators' digest."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.freshness.checker import check_facts
from adapters.freshness.facts import CheckedFact, Fact, counts, facts
from bot.dialog.answering import Bot
from bot.insights.report import FRESHNESS
from bot.storage.repeating import repeat
from bot.storage.resilience import ResilientStore

INTERVAL = 3_600.0
"""Seconds between two looks whether a check is due."""

WEEK = timedelta(days=7)

MOST = 5
"""Facts that a digest names."""

_log = logging.getLogger(__name__)


FALSIFIED = ("archived", "deprecated", "advisory")
"""Kinds of facts of which another value makes a claim wrong, and not only older: answers that rest on it are
corrected."""


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
            await repeat(self.run_due, INTERVAL, "checking the facts that claims rest on")

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
        lines = [f"{one} ({', '.join({claim.entry.id: 0 for claim in one.fact.claims})})" for one in stale[:MOST]]
        if len(stale) > MOST:
            lines.append(f"and {len(stale) - MOST:,} more: framework-bot freshness lists them")
        if stale and missed:
            lines.append(f"Not checked: {', '.join(f'{count:,} {kind}' for kind, count in missed.items())}")
        wrong = {claim.entry.id: str(one) for one in stale if one.fact.kind in FALSIFIED for claim in one.fact.claims}
        found = {"checked_at": store.clock().isoformat(), "lines": lines, "wrong": wrong}
        await store.key_values.put(FRESHNESS, json.dumps(found))

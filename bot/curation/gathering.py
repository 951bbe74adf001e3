"""What a report is made from, read from the store in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.curation.days import Days
from bot.feedback import KeptQuestion, Note, Total, Votes
from bot.storage.retention import Retention
from bot.store import Store

MOST_QUESTIONS = 10_000
"""Unanswered questions that are looked at, the newest ones; as many of the period before."""

MOST_NOTES = 1_000
"""Reasons and suggestions that are looked at, the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What was asked and thought in a period, and in the one before it."""

    period: Days
    now: datetime
    """When it was read."""
    retention: Retention
    tenant: str | None = None
    """The one workspace or server it is about; None for all."""
    totals: tuple[Total, ...] = ()
    totals_before: tuple[Total, ...] = ()
    votes: tuple[Votes, ...] = ()
    notes: tuple[Note, ...] = ()
    questions: tuple[KeptQuestion, ...] = ()
    """Unanswered ones, the newest first."""
    questions_before: tuple[KeptQuestion, ...] = ()


async def gather(
    store: Store, period: Days, *, now: datetime, retention: Retention, tenant: str | None = None
) -> Material:
    """Read it. Raises StoreUnavailable."""
    before = period.before
    return Material(
        period=period,
        now=now,
        retention=retention,
        tenant=tenant,
        totals=await store.tallies.between(period.since, period.after, tenant=tenant),
        totals_before=await store.tallies.between(before.since, before.after, tenant=tenant),
        votes=await store.feedback.votes(period.starts, period.ends, tenant=tenant),
        notes=await store.feedback.notes(period.starts, period.ends, tenant=tenant, limit=MOST_NOTES),
        questions=await store.unanswered.between(period.starts, period.ends, tenant=tenant, limit=MOST_QUESTIONS),
        questions_before=await store.unanswered.between(
            before.starts, before.ends, tenant=tenant, limit=MOST_QUESTIONS
        ),
    )

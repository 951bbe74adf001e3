"""Which days a report is about: the options --since and --until."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from adapters.curation.period import period
from bot.curation.days import Days

MOST = 1_000
"""Days of a report."""


def days(since: str, until: str | None, now: datetime) -> Days:
    """Whole days (UTC) up to `until`, a day that belongs to them, or up to today.

    `since` is the first day, or how long the time is: 7d and 2w are so many days with the last one.
    Raises ValueError with the remedy.
    """
    last = now.astimezone(UTC).date()
    if until is not None:
        try:
            last = date.fromisoformat(until)
        except ValueError:
            raise ValueError(f"--until: {until!r} is no day: write it as 2026-11-08") from None
        if last > now.astimezone(UTC).date():
            raise ValueError(f"--until: {until} is still to come: name today or a day that is past")
    if until is not None and _is_after(since, last):
        raise ValueError(f"--since: {since} comes after --until: name an earlier day")
    end = datetime.combine(last, time.max, UTC)
    try:
        first = period(since, end).since
    except ValueError as error:
        raise ValueError(f"--since: {error}") from None
    start = first.date() if first.time() == time.min else min(first.date() + timedelta(days=1), last)
    if (last - start).days >= MOST:
        raise ValueError(
            f"--since: {since} is more than {MOST:,} days before the last day: counts are not kept so long"
        )
    return Days(start, last)


def _is_after(since: str, last: date) -> bool:
    try:
        return date.fromisoformat(since) > last
    except ValueError:
        return False

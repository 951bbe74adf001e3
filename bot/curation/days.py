"""The days a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days (UTC), from `since` to `last`, both included. Raises ValueError where `last` is the earlier one."""

    since: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.since:
            raise ValueError("the last day comes no earlier than the first")

    @property
    def count(self) -> int:
        """How many days, 1 or more."""
        return (self.last - self.since).days + 1

    @property
    def after(self) -> date:
        """The day after the last."""
        return self.last + timedelta(days=1)

    @property
    def starts(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.since, time(), UTC)

    @property
    def ends(self) -> datetime:
        """When the last day is over."""
        return datetime.combine(self.after, time(), UTC)

    @property
    def before(self) -> Days:
        """As many days right before."""
        return Days(self.since - timedelta(days=self.count), self.since - timedelta(days=1))

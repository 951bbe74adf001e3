"""How long a claim may go without a check. Versions change in weeks, judgement in years."""

from __future__ import annotations

from datetime import date, timedelta

from knowledge.model import Entry, Statement

VERSION = timedelta(days=45)
"""For what rests on a version or a release."""

STATUS = timedelta(days=120)
"""For every other fact."""

JUDGEMENT = timedelta(days=365)

_VERSION_KINDS = frozenset({"pypi", "npm", "python", "release"})


def overdue(entry: Entry, statement: Statement, today: date) -> date | None:
    """The day on which one of the entry's statements was checked, where that is too long before `today`; else None."""
    checked = statement.checked_on or entry.checked_on
    return checked if checked is not None and today - checked > limit(statement) else None


def limit(statement: Statement) -> timedelta:
    """How long it may go without a check."""
    if any(watch.kind in _VERSION_KINDS for watch in statement.watch):
        return VERSION
    return JUDGEMENT if statement.confidence == "J" and not statement.watch else STATUS

"""What time it is, as a value to hand in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Tells the time, aware of its zone."""


def utc_now() -> datetime:
    """The time of the machine's clock."""
    return datetime.now(UTC)

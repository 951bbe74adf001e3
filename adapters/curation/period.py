"""Of what time and of whom a command tells: the options --since, --until and --tenant."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_AGO = re.compile(r"([1-9]\d{0,3})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_TENANT = re.compile(r"(?:slack|discord|terminal):[A-Za-z0-9_-]{1,64}")

DEFAULT = "7d"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, in UTC: `since` belongs to it, `until` does not."""

    since: datetime
    until: datetime


def period(written: str, now: datetime) -> Period:
    """From what is `written` until `now`: 7d, 2w or 36h ago, or a day such as 2026-11-01, which begins in UTC.

    Raises ValueError with the remedy.
    """
    ago = _AGO.fullmatch(written)
    if ago is not None:
        return Period(now - int(ago[1]) * _UNITS[ago[2]], now)
    try:
        since = datetime.combine(date.fromisoformat(written), time(), UTC)
    except ValueError:
        raise ValueError(f"{written!r} is no time: write 7d, 2w, 36h, or a day such as 2026-11-01") from None
    if since >= now:
        raise ValueError(f"{written} is still to come: name a day that is past")
    return Period(since, now)


def add_period(parser: argparse.ArgumentParser) -> None:
    """The options --since and --until, as they are written, and --tenant."""
    parser.add_argument(
        "--since",
        default=DEFAULT,
        metavar="WHEN",
        help="the first day, such as 2026-11-01, or how long: 7d, 2w (default: %(default)s)",
    )
    parser.add_argument("--until", metavar="DAY", help="the last day, such as 2026-11-30 (default: today)")
    add_tenant(parser)


def add_tenant(parser: argparse.ArgumentParser) -> None:
    """The option --tenant."""
    parser.add_argument(
        "--tenant",
        type=_tenant,
        metavar="TENANT",
        help="only one workspace or server, such as slack:T024BE7LD (default: all)",
    )


def _tenant(written: str) -> str:
    if _TENANT.fullmatch(written) is None:
        raise argparse.ArgumentTypeError(
            f"{written!r} is no tenant: write slack:T024BE7LD or discord:80351110224678912"
        )
    return written

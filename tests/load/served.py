"""`framework-bot serve`, with waiting times and memories scaled down where a run has less time than Slack does.

LOAD_STALE: seconds until a claim is stale. LOAD_MEMORIES: most deliveries and threads that a process remembers.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from adapters import cli, limiting
from adapters.slack import intake
from bot.storage import deliveries, recent


def scale() -> None:
    """Put the scaled bounds in place of the product's own."""
    if stale := os.environ.pop("LOAD_STALE", ""):
        deliveries.STALE = recent.STALE = timedelta(seconds=float(stale))
        intake.RENEWING = float(stale) / 3
    if memories := os.environ.pop("LOAD_MEMORIES", ""):
        recent.MOST_DELIVERIES = recent.MOST_THREADS = limiting._MOST_DELIVERIES = int(memories)


if __name__ == "__main__":
    scale()
    sys.exit(cli.main(["serve"]))

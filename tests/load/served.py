"""`framework-bot serve`, with waiting times and memories scaled down where a run has less time than Slack does.

LOAD_STALE: seconds until a claim is stale. LOAD_MEMORIES: most deliveries and threads that a process remembers.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from adapters.cli import main as cli
from bot.chat import dispatcher
from bot.chat import rate_limit as limiting
from bot.storage import channels, deliveries


def scale() -> None:
    """Put the scaled bounds in place of the product's own."""
    if stale := os.environ.pop("LOAD_STALE", ""):
        deliveries.STALE = timedelta(seconds=float(stale))
        dispatcher.RENEWING = float(stale) / 3
    if memories := os.environ.pop("LOAD_MEMORIES", ""):
        deliveries.MOST_DELIVERIES = channels.MOST_THREADS = limiting._MOST_DELIVERIES = int(memories)


if __name__ == "__main__":
    scale()
    sys.exit(cli.main(["serve"]))

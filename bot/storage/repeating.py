"""Work that a process does again and again, whatever fails: a store that is away, or a fault of the work itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from bot.storage.errors import StoreUnavailable

Work = Callable[[], Coroutine[Any, Any, object]]

_log = logging.getLogger(__name__)


async def repeat(work: Work, seconds: float, name: str) -> None:
    """Do it until cancelled, with `seconds` in between. `name` begins the line that says it failed."""
    while True:
        await attempt(work, name)
        await asyncio.sleep(seconds)


async def attempt(work: Work, name: str) -> None:
    """Do it once. A store that is away is no failure: the next time may find it."""
    try:
        await work()
    except StoreUnavailable:
        return
    except Exception as error:  # noqa: BLE001 - neither the work nor the process ends for it
        # Only the kind of error: its text may quote a row.
        _log.error("%s failed: %s", name, type(error).__name__)

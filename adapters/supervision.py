"""Keeping a platform running: started again when it fails, left alone where it is refused, stopped in order.

What happens to one platform never reaches another.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from adapters.health import Part

DRAIN = 10.0
"""Seconds for what is being answered when the service stops."""

GOODBYE = 5.0
"""Seconds for leaving a connection, and for closing it."""

_log = logging.getLogger(__name__)


class RefusedForGood(Exception):  # noqa: N818 - named for what happened
    """A platform does not take our credentials; trying again would not help. The message says what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A platform in numbers, for metrics."""

    in_flight: int
    """How much is being answered right now."""
    failed: int
    """How much ended in an error. Starts anew with a platform that was started again."""
    refused: int = 0
    """How many requests were not let in, because the platform had not signed them."""
    latency: float | None = None
    """Seconds between a heartbeat and its answer; None where there are no heartbeats."""


class Platform(Protocol):
    """A chat platform, as the service sees it."""

    def part(self) -> Part:
        """How it is, for readiness."""

    def figures(self) -> Figures:
        """The same in numbers."""

    async def run(self) -> None:
        """Serve. May be called again after it ended. Raises RefusedForGood where that is no use."""

    async def stop_intake(self) -> None:
        """Take nothing new."""

    async def drain(self, seconds: float) -> None:
        """Wait for what is being answered, for `seconds` at the most."""

    async def close(self) -> None:
        """End."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon something that failed is started again, in seconds."""

    first: float = 1.0
    longest: float = 60.0
    """The pause doubles up to here."""
    steady: float = 300.0
    """Whatever ran for so long starts again after the first pause."""


class Supervised:
    """A platform that is kept running."""

    def __init__(self, name: str, platform: Platform, pace: Pace | None = None) -> None:
        self.name = name
        self._platform = platform
        self._pace = pace or Pace()
        self._failure = ""
        self._stopping = asyncio.Event()

    def part(self) -> Part:
        """How it is, for readiness."""
        return Part("not ready", self._failure) if self._failure else self._platform.part()

    def figures(self) -> Figures:
        """The same in numbers."""
        return self._platform.figures()

    async def run(self) -> None:
        """Keep it running until it is stopped or refused for good."""
        clock = asyncio.get_running_loop().time
        wait = self._pace.first
        while not self._stopping.is_set():
            began, self._failure = clock(), ""
            kind = "it ended by itself"
            try:
                await self._platform.run()
            except RefusedForGood as refusal:
                self._failure = str(refusal)
                _log.error("%s stays off until that is mended and the service started again: %s", self.name, refusal)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach the other platform
                kind = type(error).__name__
                _log.error("%s failed", self.name, exc_info=error)
            if self._stopping.is_set():
                return
            if clock() - began >= self._pace.steady:
                wait = self._pace.first
            self._failure = f"failed ({kind}), starting again in {wait:.0f} s"
            _log.warning("%s %s", self.name, self._failure)
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - nothing secret
            wait = min(wait * 2, self._pace.longest)

    async def stop(self) -> None:
        """Take nothing new, finish what is begun, say goodbye; for little longer than DRAIN."""
        self._stopping.set()
        await self._within(GOODBYE, self._platform.stop_intake())
        await self._within(DRAIN + 1, self._platform.drain(DRAIN))
        await self._within(GOODBYE, self._platform.close())

    async def _within(self, seconds: float, work: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(seconds):
                await work
        except TimeoutError:
            _log.warning("%s was not done in time", self.name)
        except Exception as error:  # noqa: BLE001 - the rest must still be stopped
            _log.error("stopping %s failed", self.name, exc_info=error)

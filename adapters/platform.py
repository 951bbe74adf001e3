"""What a chat platform is to the service that runs it, and how any of them is kept running.

A platform is restarted when it fails, left off when it is refused, and stopped in order. The failure of one never
affects another.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from bot.chat.dispatcher import Dispatcher
    from bot.chat.view import View
    from bot.storage.records import ShownAnswer

DRAIN = 10.0
"""Seconds for the answers under way when the service stops."""

GOODBYE = 5.0
"""Seconds for ending the intake, and for closing."""

_log = logging.getLogger(__name__)

Status = Literal["ready", "degraded", "not ready", "off"]
"""degraded: serves, but less well. off: not configured."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """The state of one part of the service, as readiness reports it."""

    status: Status
    reason: str = ""
    """Why it is not simply ready. Anyone who can reach the port reads it: no host names, no error texts."""
    details: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def serves(self) -> bool:
        """Whether questions can be answered as far as this part is concerned."""
        return self.status != "not ready"

    def as_json(self) -> dict[str, Any]:
        """The form in which /readyz shows it."""
        return {"status": self.status, **({"reason": self.reason} if self.reason else {}), **self.details}


NotTaken = Counter[tuple[str, str]]
"""How often a platform did not take something, by its code and "final" or "passing"."""


class PlatformRefusedError(Exception):
    """A platform does not accept our credentials; trying again would not help. The message says what to change."""


class PlatformUnreachableError(Exception):
    """A platform cannot be reached now; trying again may help. The message says what happened, in a few words."""


@dataclass(frozen=True, slots=True)
class Curator:
    """A person who maintains the answers and gets the digest."""

    platform: str
    user: str
    """The platform's user id."""
    team: str | None = None
    """The workspace or organisation, where the platform's user ids are not unique; None elsewhere."""


@dataclass(frozen=True, slots=True)
class RestartBackoff:
    """How soon a platform that failed is restarted, in seconds."""

    first: float = 1.0
    longest: float = 60.0
    """The pause doubles up to here."""
    steady: float = 300.0
    """After a run of this length the first pause applies again."""


class Platform(ABC):
    """A chat platform, as the service runs it: by `keep_running`, until `stop`."""

    name: str
    """Short and lower case: in metrics, addresses and the store."""
    title: str
    """As people write it."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.not_taken: NotTaken = Counter()
        self._failure = ""
        self._stopping = asyncio.Event()

    @property
    @abstractmethod
    def not_ready_reason(self) -> str:
        """Why questions cannot come in, or answers cannot go out; "" where they can."""

    @abstractmethod
    def own_metrics(self) -> Sequence[Metric]:
        """Metrics that it has and others have not, as of now. Their names begin with framework_bot_ and its own."""

    @abstractmethod
    async def run(self) -> None:
        """Serve. May be called again after it ended. Raises PlatformRefusedError where that is no use, and
        PlatformUnreachableError where it is."""

    @abstractmethod
    async def deliver(self, curator: Curator, view: View, key: str) -> None:
        """Send `view` to a person. `key` is its idempotency key for them. Raises PostRefusedError, or what failed."""

    @abstractmethod
    async def edit(self, answer: ShownAnswer, view: View) -> None:
        """Show something in place of an answer, without notifying anybody. Raises PostRefusedError where that is no
        longer possible, or what failed."""

    def status(self) -> PartStatus:
        """Whether questions come in and answers go out."""
        reason = self._failure or (self.not_ready_reason if self.dispatcher.open else "stopping")
        return PartStatus("not ready", reason) if reason else PartStatus("ready")

    @property
    def ready(self) -> bool:
        """Whether `deliver` can be called."""
        return self.status().serves

    async def stop_intake(self) -> None:
        """Begin nothing more: events are left to be delivered again, people are asked to try again."""
        self.dispatcher.open = False

    async def drain(self, seconds: float) -> None:
        """Wait for answers under way, at most `seconds`."""
        if left := await self.dispatcher.drain(seconds):
            _log.warning("%s: %d answers were not finished in time", self.title, left)

    async def close(self) -> None:
        """Cancel what is still under way. What `run` holds open ends when it is cancelled."""
        await self.dispatcher.close()

    async def keep_running(self, backoff: RestartBackoff | None = None) -> None:
        """Run until it is stopped or refused for good."""
        backoff = backoff or RestartBackoff()
        clock = asyncio.get_running_loop().time
        wait = backoff.first
        while not self._stopping.is_set():
            began, self._failure = clock(), ""
            reason = "failed (it ended by itself)"
            try:
                await self.run()
            except PlatformRefusedError as refusal:
                self._failure = str(refusal)
                _log.error("%s stays off until that is corrected and the service restarted: %s", self.title, refusal)
                return
            except PlatformUnreachableError as error:
                reason = str(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not reach the other platform
                reason = f"failed ({type(error).__name__})"
                _log.error("%s failed", self.title, exc_info=error)
            if self._stopping.is_set():
                return
            if clock() - began >= backoff.steady:
                wait = backoff.first
            self._failure = f"{reason}, starting again in {wait:.0f} s"
            _log.warning("%s: %s", self.title, self._failure)
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, backoff.longest)

    async def stop(self) -> None:
        """Stop the intake, finish what has begun, close. Takes at most DRAIN + 2 * GOODBYE + 1 seconds."""
        self._stopping.set()
        await self._within(GOODBYE, self.stop_intake())
        await self._within(DRAIN + 1, self.drain(DRAIN))
        await self._within(GOODBYE, self.close())

    async def _within(self, seconds: float, work: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(seconds):
                await work
        except TimeoutError:
            _log.warning("%s was not done in time", self.title)
        except Exception as error:  # noqa: BLE001 - the rest must still be stopped
            _log.error("stopping %s failed", self.title, exc_info=error)

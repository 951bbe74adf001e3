"""Whether a process that has answered many questions needs more memory than one that has answered some."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass

from tests.load.events import asked
from tests.load.processes import Process
from tests.load.sender import Refused, Replica

AT_ONCE = 24
SAMPLES = 40
FLAT = 100.0
"""Bytes an event after the warm-up that count as flat; an event and its answer are some 10,000."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory over a run."""

    events: int
    warm_up: int
    """Events that fill what is bounded."""
    samples: tuple[tuple[int, float], ...]
    """Events so far, and MiB."""
    slope: float
    """Bytes an event after the warm-up."""
    error: float
    """Standard error of the slope."""
    memories: int
    """Most deliveries the bot remembered; 0: as many as it ships with."""

    @property
    def flat(self) -> bool:
        """Whether the slope, less twice its error, is below FLAT."""
        return self.slope - 2 * self.error < FLAT


async def grown(
    process: Process, replica: Replica, chosen: list[str], events: int, warm_up: int, memories: int
) -> Memory:
    """Send `events`, a few at once, and look at the memory in between."""
    coming = itertools.islice(asked(chosen), events)
    samples: list[tuple[int, float]] = []
    every = max(events // SAMPLES, 1)
    sent = 0

    async def one() -> None:
        nonlocal sent
        for event in coming:
            with suppress(Refused, TimeoutError):
                await replica.send(event)
            sent += 1
            if sent % every == 0:
                samples.append((sent, process.resident))

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    slope, error = _slope([sample for sample in samples if sample[0] >= warm_up])
    return Memory(events, warm_up, tuple((at, held / 1024**2) for at, held in samples), slope, error, memories)


def _slope(points: list[tuple[int, float]]) -> tuple[float, float]:
    """Of the straight line nearest to `points`, and its standard error."""
    count = len(points)
    if count < 3:
        return 0.0, 0.0
    x, y = sum(at for at, _ in points) / count, sum(held for _, held in points) / count
    spread = sum((at - x) ** 2 for at, _ in points)
    slope = sum((at - x) * (held - y) for at, held in points) / spread
    rest = sum((held - y - slope * (at - x)) ** 2 for at, held in points)
    return slope, (rest / (count - 2) / spread) ** 0.5

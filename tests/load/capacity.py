"""How much one process answers in a second, next to a Bolt app that does nothing, and how quickly at half of that."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.load.events import asked, channel_of
from tests.load.posts import Posts
from tests.load.processes import Process
from tests.load.sender import Refused, Replica

AT_ONCE = 32
"""Events on the way at once while capacity is measured."""

SETTLING = 10.0
"""Seconds in which the last posts arrive."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a process managed when it was given as much as it took."""

    events: int
    seconds: float
    cpu: float
    """Processor seconds of the process, all of them."""
    unacknowledged: int

    @property
    def per_second(self) -> float:
        """Events acknowledged in a second."""
        return self.events / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds an event."""
        return self.cpu / max(self.events, 1) * 1e3


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from when an event was due, at a steady rate."""

    rate: float
    events: int
    ack_p50: float
    ack_p99: float
    post_p50: float
    post_p99: float
    unposted: int


async def single_post_questions(replica: Replica, posts: Posts, texts: list[str]) -> list[str]:
    """Those of `texts` whose answer is one post, so that a second one is a doubled answer. Warms up, too."""
    sent = dict(zip(texts, asked(texts), strict=False))
    for event in sent.values():
        await replica.send(event)
    await settled(posts, {channel_of(event) for event in sent.values()})
    return [text for text, event in sent.items() if len(posts.by_channel[channel_of(event)]) == 1]


async def settled(posts: Posts, channels: set[str], within: float = SETTLING) -> None:
    """Until each of `channels` has a post, or `within` seconds have passed."""
    ends = time.monotonic() + within
    while True:
        await posts.look()
        if channels <= posts.by_channel.keys() or time.monotonic() > ends:
            return
        await asyncio.sleep(0.1)


async def rate(process: Process, replica: Replica, events: Iterator[dict[str, Any]], seconds: float) -> Rate:
    """Keep AT_ONCE events on the way for `seconds`."""
    taken = failed = 0
    before, began = process.cpu, time.monotonic()

    async def one() -> None:
        nonlocal taken, failed
        while time.monotonic() - began < seconds:
            status = 0
            with suppress(Refused, TimeoutError):
                status = await replica.send(next(events))
            taken += status == 200
            failed += status != 200

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return Rate(taken, time.monotonic() - began, process.cpu - before, failed)


async def waits(replica: Replica, posts: Posts, chosen: list[str], per_second: float, seconds: float) -> Waits:
    """Send at a steady rate, whatever comes back."""
    due: dict[str, float] = {}
    acks: list[float] = []
    began = time.monotonic()

    async def one(event: dict[str, Any], at: float) -> None:
        with suppress(Refused, TimeoutError):
            await replica.send(event)
        acks.append(time.monotonic() - at)

    async with asyncio.TaskGroup() as group:
        for number, event in enumerate(itertools.islice(asked(chosen), int(per_second * seconds))):
            at = began + number / per_second
            await asyncio.sleep(max(at - time.monotonic(), 0))
            due[channel_of(event)] = at
            group.create_task(one(event, at))
    await settled(posts, set(due))
    shown = [posts.by_channel[channel][0][0] - at for channel, at in due.items() if posts.by_channel.get(channel)]
    return Waits(
        per_second, len(due), _ms(acks, 0.5), _ms(acks, 0.99), _ms(shown, 0.5), _ms(shown, 0.99), len(due) - len(shown)
    )


def _ms(values: list[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1e3 if ranked else 0.0

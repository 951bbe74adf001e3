"""`make load`: capacity, faults and memory of the service, each against real processes on a real PostgreSQL.

Linux only. Exits with 1 where an answer was lost or doubled, or where memory grows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import psycopg

from tests.load.capacity import rate, single_post_questions, waits
from tests.load.events import asked, questions
from tests.load.faults import FaultRun, Faults
from tests.load.line import lined
from tests.load.memory import Memory, grown
from tests.load.posts import Posts, slack_api
from tests.load.processes import Process, bot, database, slack_settings
from tests.load.report import lines
from tests.load.sender import Replica

PHASES = ("capacity", "faults", "memory")
STALE = 60.0
"""Seconds until the bot's own claims are stale."""

MOST_SCALE = 12.0
"""A claim is renewed when an acknowledgement has waited for HOLD, and stays good for twice as long at the least."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is done in a run."""

    seconds: float
    """Of measuring each rate."""
    events: int
    per_second: float
    scale: float
    """By which Slack's waiting times are divided."""
    remembered: int
    """Events in the memory phase."""
    memories: int
    """Most deliveries that the bot remembers in the memory phase; 0: as many as it ships with."""


FULL = Extent(seconds=12, events=4_000, per_second=40, scale=10, remembered=10_000, memories=1_000)
QUICK = Extent(seconds=3, events=700, per_second=35, scale=12, remembered=9_000, memories=200)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="about a minute instead of five")
    parser.add_argument("--only", choices=PHASES, action="append", help="only this phase (may be repeated)")
    parser.add_argument("--scale", type=float, help="divide Slack's waiting times by this (1 to 12)")
    parser.add_argument("--events", type=int, help="events in the memory phase, with the bot's own bounds (100000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
    chosen = parser.parse_args(arguments)
    extent = QUICK if chosen.quick else FULL
    scale = chosen.scale or extent.scale
    if not 1 <= scale <= MOST_SCALE:
        parser.error(f"--scale is 1 to {MOST_SCALE:g}: beyond that a claim is stale before it can be renewed")
    remembered, memories = (chosen.events, 0) if chosen.events else (extent.remembered, extent.memories)
    extent = Extent(extent.seconds, extent.events, extent.per_second, scale, remembered, memories)
    try:
        figures = asyncio.run(_run(extent, chosen.only or PHASES))
    except psycopg.OperationalError:
        sys.stderr.write("no PostgreSQL here: start one, or set TEST_DATABASE_URL\n")
        return 2
    text = json.dumps(figures, indent=1, default=_plain) if chosen.json else "\n".join(lines(figures))
    sys.stdout.write(f"{text}\n")
    return int(not passed(figures))


def passed(figures: dict[str, Any]) -> bool:
    """Whether nothing was lost, nothing doubled, and memory is flat."""
    faults: Faults | None = figures.get("faults")
    memory: Memory | None = figures.get("memory")
    unposted = figures["capacity"]["half"].unposted if "capacity" in figures else 0
    return (faults is None or faults.passed) and (memory is None or memory.flat) and not unposted


async def _run(extent: Extent, phases: Sequence[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {"cores": os.cpu_count(), "load": {}}
    with tempfile.TemporaryDirectory() as cache:
        for name, phase in (("capacity", capacity), ("faults", faults), ("memory", memory)):
            if name not in phases:
                continue
            sys.stderr.write(f"{name} ...\n")
            with database() as url:
                async with slack_api() as (api, posts):
                    figures[name] = await phase(extent, api, posts, url, cache)
            figures["load"][name] = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return figures


async def capacity(extent: Extent, api: Process, posts: Posts, url: str, cache: str) -> dict[str, Any]:
    """The no-op app and ours, in turn."""
    noop = Process("no-op app", "tests.load.noop", slack_settings(api, "noop"))
    async with _started(noop), _replica(noop) as replica:
        await rate(noop, replica, asked(questions()), extent.seconds / 6)  # warms up
        idle = await rate(noop, replica, asked(questions()), extent.seconds)
    async with _started(bot("one", api, url, cache)) as process, _replica(process) as replica:
        chosen = await single_post_questions(replica, posts, questions())
        ours = await rate(process, replica, asked(chosen), extent.seconds)
        half = await waits(replica, posts, chosen, ours.per_second / 2, extent.seconds)
    return {"noop": idle, "ours": ours, "half": half}


async def faults(extent: Extent, api: Process, posts: Posts, url: str, cache: str) -> Faults:
    """Two replicas behind a line that is cut."""
    scaled = {"LOAD_STALE": f"{STALE / extent.scale}"} if extent.scale != 1 else {}
    async with (
        lined(url) as (line, near),
        _started(bot("one", api, near, cache, **scaled)) as one,
        _started(bot("two", api, near, cache, **scaled)) as two,
    ):
        async with _replica(one) as replica:
            chosen = await single_post_questions(replica, posts, questions()[:150])
        return await FaultRun([one, two], line, posts, chosen, scale=extent.scale).run(extent.events, extent.per_second)


async def memory(extent: Extent, api: Process, posts: Posts, url: str, cache: str) -> Memory:
    """One replica, many events."""
    scaled = {"LOAD_MEMORIES": str(extent.memories)} if extent.memories else {}
    async with _started(bot("one", api, url, cache, **scaled)) as process, _replica(process) as replica:
        chosen = await single_post_questions(replica, posts, questions())
        warm_up = max(extent.remembered // 3, 2 * extent.memories)
        return await grown(process, replica, chosen, extent.remembered, warm_up, extent.memories)


@asynccontextmanager
async def _started(process: Process):
    try:
        await process.start()
        if process.name != "no-op app":
            await process.ready()
        yield process
    finally:
        await process.end()


@asynccontextmanager
async def _replica(process: Process):
    replica = Replica(process.name, process.port)
    try:
        yield replica
    finally:
        replica.close()


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    sys.exit(main())

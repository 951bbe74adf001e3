"""`python -m tests.bench.own_answers`: what workspaces with answers of their own cost, in memory and in time.

Everything runs as in the service: answers are saved in a SQLite file, and `TenantBots` loads them. Times of questions
are compared with those of a workspace without answers, in the same run and in turn, so that other work on the machine
falls on both.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.dialog.answering import Bot
from bot.dialog.question import Question
from bot.factory import assemble
from bot.storage.records import OwnAnswer
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from bot.teaching.tenant_bots import TenantBots
from tests.bench.speed import MIB

SEED = 20_250_401
ASKED = 400
"""Questions a workspace whose times are measured."""

LAG = 0.005
"""Seconds between two looks at how long the event loop was not free."""

_FRAMES = (
    "how do i {} the {}", "where can i find {} {}", "who is responsible for {} {}", "what is the {} for {}",
    "can we {} a {}", "do i have to {} my {}", "when does the {} {} open", "why is {} {} not allowed",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.own_answers", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--workspaces", type=int, default=1_000, help="with 50 entries each (default 1,000)")
    parser.add_argument("--largest", type=int, default=2_000, help="entries of the largest workspace (default 2,000)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(_measure(Path(folder) / "bot.sqlite3", chosen.workspaces, chosen.largest))
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        print("\n".join(f"{name:<64}{value:>10,.3f}" for name, value in figures.items()))
    return 0


async def _measure(file: Path, workspaces: int, largest: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    below = assemble()
    below.prepare()
    async with ResilientStore.open(
        Store(f"sqlite:///{file}", secrets=["a secret of the benchmark"], time_limit=600)
    ) as store:
        _say(f"saving {workspaces:,} workspaces with 50 entries")
        for number in range(workspaces):
            await _save(store, f"slack:W{number}", 50, 3)
        for name, entries, phrasings in (("500", 500, 3), ("largest", largest, 20)):
            await _save(store, f"slack:{name}", entries, phrasings)
        bots = TenantBots(lambda: below, store)
        watching = asyncio.create_task(bots.watch())
        while not bots._versions:
            await asyncio.sleep(0.01)
        try:
            figures |= await _memory(bots, below, workspaces)
            figures |= await _speed(bots, below)
            figures |= await _largest(bots, largest)
        finally:
            watching.cancel()
    return figures


async def _memory(bots: TenantBots, below: Bot, workspaces: int) -> dict[str, float]:
    """One question in each workspace after the other."""
    _ask(below, [*_questions("none", 20), *_shipped_questions(below, 100)])
    gc.collect()
    before, peak, times = _resident(), 0.0, []
    for number in range(workspaces):
        tenant = f"slack:W{number}"
        took, bot = await _timed(lambda tenant=tenant: bots.changed(tenant))
        times.append(took)
        _ask(bot, [*_questions(tenant, 10), *_shipped_questions(below, 10)])
        peak = max(peak, _resident() - before)
        if number % 50 == 49:
            _say(f"{number + 1:,} workspaces asked: {peak:.0f} MiB more than the shipped knowledge")
    again, _ = await _timed(lambda: bots.changed("slack:W0"))
    return {
        "memory above the shipped knowledge, highest (MiB)": peak,
        "memory above the shipped knowledge, at the end (MiB)": _resident() - before,
        "loading 50 entries of 3 phrasings, p50 (s)": _percentile(times, 0.5),
        "loading 50 entries of 3 phrasings, p99 (s)": _percentile(times, 0.99),
        "loading 50 entries again after they left memory (s)": again,
    }


async def _speed(bots: TenantBots, below: Bot) -> dict[str, float]:
    took, own = await _timed(lambda: bots.changed("slack:500"))
    again, own = await _timed(lambda: bots.changed("slack:500"))
    asked = [*_questions("slack:500", ASKED // 2), *_shipped_questions(below, ASKED // 2)]
    _ask(own, asked[:20])
    _ask(below, asked[:20])
    times: dict[str, list[float]] = {"own": [], "without": []}
    for question in asked[20:]:
        for name, bot in (("own", own), ("without", below)):
            below.meanings._encoder.meaning.cache_clear()  # each encodes the question, as the first one asked would
            times[name] += _ask(bot, [question])
    figures = {"loading 500 entries of 3 phrasings (s)": took, "loading them again (s)": again}
    for share, label in ((0.5, "p50"), (0.99, "p99")):
        with_own, without = (_percentile(times[name], share) for name in ("own", "without"))
        figures[f"a question with 500 entries, {label} (ms)"] = with_own * 1_000
        figures[f"a question without, {label} (ms)"] = without * 1_000
        figures[f"ratio, {label}"] = with_own / without
    return figures


async def _largest(bots: TenantBots, entries: int) -> dict[str, float]:
    """The largest workspace, and how long the event loop was not free while it was loaded."""
    _say(f"loading {entries:,} entries of 20 phrasings")
    loading = asyncio.create_task(_timed(lambda: bots.changed("slack:largest")))
    stops = []
    while not loading.done():
        began = time.perf_counter()
        await asyncio.sleep(LAG)
        stops.append(time.perf_counter() - began - LAG)
    took, bot = await loading
    times = _ask(bot, _questions("slack:largest", 50))
    return {
        f"loading {entries:,} entries of 20 phrasings (s)": took,
        "the event loop meanwhile not free for at most (ms)": max(stops) * 1_000,
        "the event loop meanwhile not free, p99 (ms)": _percentile(stops, 0.99) * 1_000,
        f"a question with {entries:,} entries, p50 (ms)": _percentile(times, 0.5) * 1_000,
    }


async def _save(store: ResilientStore, tenant: str, entries: int, phrasings: int) -> None:
    """Save a FAQ that no other workspace has."""
    asked = _phrasings(tenant, entries * phrasings)
    starts = range(0, len(asked) + 1, phrasings)
    await store.store.own_answers.save("slack", tenant, "U1", [
        OwnAnswer(
            entry=f"own.entry-{first}", title=asked[first].capitalize(), phrasings=tuple(asked[first:last]),
            text=f"Ask in the channel number {first}, or read **our handbook**.",
        )
        for first, last in pairwise(starts)
    ])  # fmt: skip


def _phrasings(tenant: str, most: int) -> list[str]:
    """Questions of frames and two words of the English word list; the same for a tenant on every machine."""
    chance = random.Random(f"{SEED} {tenant}")
    words = [one for one in (files("bot.language") / "english.txt").read_text().split() if 4 < len(one) < 10]
    return [chance.choice(_FRAMES).format(*chance.sample(words, 2)) for _ in range(most)]


def _questions(tenant: str, most: int) -> list[str]:
    """Questions near to the phrasings of a workspace, none of them word for word."""
    return [f"hey, {one} please" for one in _phrasings(tenant, most)]


def _shipped_questions(below: Bot, most: int) -> list[str]:
    every = [one for entry in below.knowledge.entries.values() for one in entry.phrasings]
    return [f"{one} these days" for one in random.Random(SEED).sample(every, most)]


def _ask(bot: Bot, questions: Sequence[str]) -> list[float]:
    return [_clocked(lambda one=one: bot.answer(Question(one))) for one in questions]


def _clocked(work: Callable[[], Any]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


async def _timed(work: Callable[[], Awaitable[Bot]]) -> tuple[float, Bot]:
    began = time.perf_counter()
    found = await work()
    return time.perf_counter() - began, found


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MIB


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())

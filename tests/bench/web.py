"""`python -m tests.bench.web`: the API on one core, and its share of a handler that only sends JSON, in the same run.

Both are asked by the same client over one kept connection, one question after the other, in turns, so that other work
on the machine slows both. The server runs on one core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from adapters.web.api import Api
from adapters.web.application import listening, web_application
from adapters.web.pages import Pages
from adapters.web.requests import AddressLimit
from bot.chat.rate_limit import UNBOUNDED
from bot.factory import assemble
from tests.load.sender import Wire

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "cases" / "unseen.jsonl"
BARE, OURS = "/bare", "/api/v1/answer"
ROUNDS = 6
"""Turns of each; the first one of each is not counted."""


@dataclass(frozen=True, slots=True)
class Served:
    """What one client saw: requests a second, and milliseconds from asking to the whole answer."""

    per_second: float
    p50: float
    p99: float
    cpu_ms: float
    """Processor time of the server for each request, which other work does not stretch."""


async def _serve() -> None:
    """The API, and next to it the handler that only sends an answer of ours, as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    bot = assemble()
    bot.prepare()
    application = web_application(Pages())
    Api(lambda: bot, AddressLimit(UNBOUNDED)).add_to(application)
    bare = web.Application()
    document = json.loads((ROOT / "adapters" / "web" / "openapi.json").read_text(encoding="utf-8"))

    async def send(_: web.Request) -> web.Response:
        return web.json_response(document["components"]["schemas"]["Reply"])

    bare.add_routes([web.get(BARE, send)])
    async with listening(application, "127.0.0.1", 0) as ours, listening(bare, "127.0.0.1", 0) as plain:
        print(json.dumps({OURS: ours, BARE: plain}), flush=True)
        await asyncio.Event().wait()


def _processor(process: int) -> float:
    """Seconds of processor time that a process has had."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _asked(address: str, paths: list[str], seconds: float) -> list[float]:
    """Ask one after the other for a while; the time of each answer in milliseconds."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    wire = Wire(host, int(port))
    times: list[float] = []
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        status, _ = await wire.get(paths[len(times) % len(paths)])
        assert status == 200
        times.append((time.perf_counter() - began) * 1_000)
    wire.close()
    return times


async def measure(seconds: float) -> dict[str, Served]:
    """Both in turns, `seconds` a turn."""
    questions = [json.loads(line)["q"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines() if line.strip()]
    paths = {OURS: [f"{OURS}?q={quote(text[:1_000])}" for text in questions], BARE: [BARE]}
    command = [sys.executable, "-m", "tests.bench.web", "--serve"]
    found: dict[str, list[float]] = {OURS: [], BARE: []}
    cpu = dict.fromkeys(found, 0.0)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:  # noqa: ASYNC220 - nothing else runs yet
        try:
            assert server.stdout is not None
            addresses = json.loads(server.stdout.readline())
            for turn in range(ROUNDS):
                for name in found:
                    before = _processor(server.pid)
                    times = await _asked(addresses[name], paths[name], seconds)
                    if turn:
                        found[name] += times
                        cpu[name] += _processor(server.pid) - before
        finally:
            server.terminate()
    lasted = seconds * (ROUNDS - 1)
    return {
        name: Served(
            len(times) / lasted,
            statistics.median(times),
            statistics.quantiles(times, n=100)[98],
            1_000 * cpu[name] / len(times),
        )
        for name, times in found.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds a turn")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(_serve())
        return
    found = asyncio.run(measure(arguments.seconds))
    ours, bare = found[OURS], found[BARE]
    if arguments.json:
        print(json.dumps({name: asdict(one) for name, one in found.items()}))
        return
    print(f"{'one core':<18}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms':>9}")
    for name, one in (("bare JSON handler", bare), (OURS, ours)):
        print(f"{name:<18}{one.per_second:>12,.0f}{one.p50:>9.2f}{one.p99:>9.2f}{one.cpu_ms:>9.3f}")
    print(
        f"share of the bare handler: {bare.cpu_ms / ours.cpu_ms:.3f} by processor time, "
        f"{bare.p50 / ours.p50:.3f} by p50"
    )


if __name__ == "__main__":
    main()

"""Attacks that need no signature, against one process of the bot: what they cost it, and who is answered meanwhile.

    python -m tests.load.unsigned [--size 999000] [--only stalled idle install]

stalled: connections that send `size` bytes under a made-up signature and stop before the last one.
idle: POSTs whose body never comes, opened again as they are closed, next to signed events whose body comes a moment
after the head, as through a proxy. install: clients that begin one installation after the other, next to signed events.

Bounded in count and time, on the loopback interface alone. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from itertools import islice
from typing import Any

from cryptography.fernet import Fernet

from tests.load.events import asked, questions
from tests.load.processes import Process, bot, database, slack_settings
from tests.load.sender import PATH
from tests.slack_double.loopback import DEADLINE, SIGNING_SECRET, signed

ATTACKS = ("stalled", "idle", "install")
SECONDS = 10.0
EVENTS = 60
"""Signed events during an attack."""

APART = 0.05
"""Seconds between the head of a signed event and its body."""


def head(length: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: slack\r\nContent-Type: application/json\r\n{lines}"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def made_up() -> dict[str, str]:
    return signed("x", secret="made up")


async def event(port: int, body: str, apart: float = APART) -> tuple[str, float]:
    """A signed event over a connection of its own; how it ended, and after how many seconds."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(DEADLINE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(head(len(body.encode()), signed(body)))
                await writer.drain()
                await asyncio.sleep(apart)
                writer.write(body.encode())
                status = (await reader.readline()).split()
            finally:
                writer.transport.abort()
        return status[1].decode() if len(status) > 1 else "cut off", time.monotonic() - began
    except (OSError, TimeoutError) as error:
        return type(error).__name__, time.monotonic() - began


async def events(port: int, bodies: list[str], seconds: float) -> dict[str, Any]:
    """Signed events spread over `seconds`."""

    async def later(number: int, body: str) -> tuple[str, float]:
        await asyncio.sleep(number * seconds / len(bodies))
        return await event(port, body)

    came = await asyncio.gather(*(later(number, body) for number, body in enumerate(bodies)))
    taken = sorted(took for status, took in came if status == "200")
    return {
        "answered": round(len(taken) / len(came), 3),
        "p50_ms": round(1_000 * statistics.median(taken)) if taken else None,
        "worst_ms": round(1_000 * taken[-1]) if taken else None,
        "came": Counter(status for status, _ in came),
    }


async def stalled(process: Process, bodies: list[str], size: int, clients: int = 200) -> dict[str, Any]:
    """Resident memory while `clients` stall, and signed events next to them."""
    before, peak = process.resident, process.resident
    writers: list[asyncio.StreamWriter] = []
    came: Counter[str] = Counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
        writers.append(writer)
        with suppress(OSError):
            writer.write(head(size + 1, made_up()) + b"x" * size)
            await writer.drain()
        with suppress(OSError):
            status = (await reader.readline()).split()
            came[status[1].decode() if len(status) > 1 else "cut off"] += 1

    attack = [asyncio.create_task(one()) for _ in range(clients)]
    answering = asyncio.create_task(events(process.port, bodies, 4))
    end = time.monotonic() + 8
    while time.monotonic() < end:
        peak = max(peak, process.resident)
        await asyncio.sleep(0.02)
    result = await answering
    for writer in writers:
        writer.transport.abort()
    await asyncio.gather(*attack, return_exceptions=True)
    return {"growth_mb": round((peak - before) / 1e6), "peak_mb": round(peak / 1e6), "attack": came, **result}


async def idle(process: Process, bodies: list[str], clients: int = 500) -> dict[str, Any]:
    """Signed events next to `clients` POSTs whose body never comes."""
    before = process.resident
    came: Counter[str] = Counter()

    async def one() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
                try:
                    writer.write(head(1_000, made_up()))
                    status = (await reader.readline()).split()
                    came[status[1].decode() if len(status) > 1 else "cut off"] += 1
                    await reader.read()
                finally:
                    writer.transport.abort()
            await asyncio.sleep(0.05)

    attack = [asyncio.create_task(one()) for _ in range(clients)]
    await asyncio.sleep(1)
    result = await events(process.port, bodies, SECONDS)
    growth = round((process.resident - before) / 1e6)
    for task in attack:
        task.cancel()
    await asyncio.gather(*attack, return_exceptions=True)
    return {"growth_mb": growth, "attack": came, **result}


async def install(process: Process, bodies: list[str], clients: int = 200, *, spread: bool = False) -> dict[str, Any]:
    """Signed events next to `clients` that begin installations; with `spread`, each from an address of its own."""
    came: Counter[str] = Counter()

    async def one(number: int) -> None:
        own = f"X-Forwarded-For: 203.0.{number // 250}.{number % 250}\r\n" if spread else ""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
                try:
                    writer.write(f"GET /slack/install HTTP/1.1\r\nHost: x\r\n{own}Connection: close\r\n\r\n".encode())
                    status = (await reader.readline()).split()
                    came[status[1].decode() if len(status) > 1 else "cut off"] += 1
                    await reader.read()
                finally:
                    writer.transport.abort()
            await asyncio.sleep(0.05)

    attack = [asyncio.create_task(one(number)) for number in range(clients)]
    await asyncio.sleep(1)
    result = await events(process.port, bodies, SECONDS)
    for task in attack:
        task.cancel()
    await asyncio.gather(*attack, return_exceptions=True)
    return {"attack": came, **result}


def installing(api: Process, database_url: str, cache: str) -> Process:
    """The bot for any workspace."""
    settings = {
        **slack_settings(api, "many"),
        "SLACK_BOT_TOKEN": "",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": SIGNING_SECRET,
        "TOKEN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": database_url,
        "FRAMEWORK_BOT_CACHE": cache,
        "LOG_LEVEL": "error",
        **{f"FRAMEWORK_BOT_{bound}_LIMIT": "off" for bound in ("USER", "CHANNEL", "TENANT")},
    }
    return Process("many", "adapters.cli.main", settings, "serve")


async def run(only: list[str], size: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            api = Process("slack", "tests.load.web_api", {})
            await api.start()
            stack.push_async_callback(api.end)

            async def started(process: Process) -> Process:
                await process.start()
                stack.push_async_callback(process.end)
                await process.ready()
                await event(process.port, fresh()[0])
                return process

            lite = f"sqlite:///{folder}/bot.sqlite3"
            if "stalled" in only or "idle" in only:
                process = await started(bot("bot", api, lite, f"{folder}/cache"))
                found["calm"] = await events(process.port, fresh(), 4)
                if "stalled" in only:
                    found["stalled"] = await stalled(process, fresh(), size)
                if "idle" in only:
                    found["idle"] = await idle(process, fresh())
            if "install" in only:
                with database() as postgresql:
                    for name, url in (("SQLite", f"sqlite:///{folder}/many.sqlite3"), ("PostgreSQL", postgresql)):
                        process = await started(installing(api, url, f"{folder}/cache"))
                        found[f"install, calm, {name}"] = await events(process.port, fresh(), 4)
                        found[f"install, one address, {name}"] = await install(process, fresh())
                        found[f"install, many addresses, {name}"] = await install(process, fresh(), spread=True)
                        await process.kill()
    return found


def fresh() -> list[str]:
    """Events that did not come before."""
    return [json.dumps(payload) for payload in islice(asked(questions()), EVENTS)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.unsigned", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", type=int, default=999_000, help="bytes that each stalled connection sends")
    parser.add_argument("--only", choices=ATTACKS, nargs="+", default=ATTACKS)
    chosen = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(run(chosen.only, chosen.size)), indent=1) + "\n")


if __name__ == "__main__":
    main()

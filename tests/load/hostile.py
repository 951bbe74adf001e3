"""Clients that mean no good: heads that never end, and bodies that are too large."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

from tests.load.sender import Refused, Wire
from tests.slack_double.loopback import signed

LARGE = b"x" * 1_500_000


class Hostile:
    """Attacks each port in turn, until cancelled."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self.came: Counter[str] = Counter()
        """How their connections ended."""

    async def run(self, clients: int) -> None:
        """`clients` that send a byte of a head now and then, and one that sends what is too large."""
        async with asyncio.TaskGroup() as group:
            for number in range(clients):
                group.create_task(self._slow(self._ports[number % len(self._ports)]))
            if clients:
                group.create_task(self._large())

    async def _slow(self, port: int) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"POST /slack/events HTTP/1.1\r\nHost: slack\r\nX-Slow: ")
                with suppress(OSError):
                    while not reader.at_eof():
                        writer.write(b"a")
                        with suppress(TimeoutError):
                            async with asyncio.timeout(0.5):
                                await reader.read(100)
                self.came["slow heads closed"] += 1
                writer.transport.abort()
            await asyncio.sleep(0.5)

    async def _large(self) -> None:
        headers = signed("x")
        while True:
            for port in self._ports:
                wire = Wire("127.0.0.1", port)
                came = "cut off"
                with suppress(Refused, TimeoutError):
                    async with asyncio.timeout(5):
                        came = str((await wire.post(LARGE, headers))[0])
                wire.close()
                self.came[f"oversize: {came}"] += 1
            await asyncio.sleep(0.3)

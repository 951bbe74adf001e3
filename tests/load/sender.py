"""Slack's side of the Events API: signed requests over kept connections, and deliveries that come again.

Written on bare sockets: a full HTTP client would use more of the processor than what is measured.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from tests.slack_double.loopback import DEADLINE, again, signed

PATH = "/slack/events"
MINUTE = 60.0


class Refused(Exception):  # noqa: N818 - named for what happened
    """No answer: nobody listens, the connection broke, or what came is no HTTP."""


class Wire:
    """One connection at a time, opened again where it broke."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Refused."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {PATH} HTTP/1.1\r\nHost: slack\r\nContent-Type: application/json\r\n{lines}"
        return await self._exchange(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Refused."""
        return await self._exchange(f"GET {path} HTTP/1.1\r\nHost: slack\r\n\r\n".encode())

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _exchange(self, request: bytes) -> tuple[int, bytes]:
        whole = False
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(*self._address)
            reader, writer = self._streams
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status = int(head.split(" ", 2)[1])
            fields = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if ": " in line)
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            whole = fields.get("connection") != "close"
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError) as error:
            raise Refused(type(error).__name__) from error
        finally:
            if not whole:
                self.close()
        return status, body


class Replica:
    """Where one process listens, and the connections kept to it."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._port = port
        self._idle: list[Wire] = []

    async def send(self, payload: Mapping[str, Any], *, retry: int = 0) -> int:
        """One delivery; the status of the answer. Raises Refused, or TimeoutError after Slack's three seconds."""
        body = json.dumps(payload)
        wire = self._idle.pop() if self._idle else Wire("127.0.0.1", self._port)
        try:
            async with asyncio.timeout(DEADLINE):
                status, _ = await wire.post(body.encode(), {**signed(body), **again(retry, "http_error")})
        except BaseException:
            wire.close()
            raise
        self._idle.append(wire)
        return status

    def close(self) -> None:
        """Hang up everywhere."""
        for wire in self._idle:
            wire.close()
        self._idle.clear()


async def deliver(
    payload: Mapping[str, Any], replicas: Sequence[Replica], scale: float, *, unacknowledged: float | None = None
) -> list[tuple[float, str]]:
    """Deliver as Slack does: again at once, after a minute and after five, each divided by `scale`.

    `replicas`: who is asked in each of the four tries. `unacknowledged`: the first response is lost, and
    Slack takes it for no answer so many seconds after it asked. The outcome of each try, with seconds on the monotonic
    clock; "200" is the last.
    """
    tries: list[tuple[float, str]] = []

    async def one(number: int) -> str:
        with suppress(Refused, TimeoutError):
            return str(await replicas[number].send(payload, retry=number))
        return "no answer"

    async with asyncio.TaskGroup() as group:
        for number, wait in enumerate((0.0, 0.0, MINUTE / scale, 5 * MINUTE / scale)):
            await asyncio.sleep(wait)
            began = time.monotonic()
            if unacknowledged is not None and not number:
                group.create_task(one(number))
                await asyncio.sleep(unacknowledged)
                came = "unacknowledged"
            else:
                came = await one(number)
            tries.append((began, came))
            if came == "200":
                break
    return tries

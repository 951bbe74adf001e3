"""HTTP as bytes: a client that sends whatever it is given, and reads answers with care."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

QUIET = 0.05
"""Seconds without an answer after which none is waited for."""


@dataclass
class Request:
    """A request as it is written down; nothing is added but its length."""

    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    chunked: bool = False

    def written(self) -> bytes:
        """As bytes."""
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: bot.example"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        body = self.body
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
            half = len(body) // 2
            pieces = [piece for piece in (body[:half], body[half:]) if piece]
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        elif body or self.method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


class Wire:
    """A connection that is kept as long as the server does."""

    def __init__(self, host: str, port: int) -> None:
        self._where = host, port
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> Answer | None:
        """The answer; None where the server hung up without one. Asks once more where an old line was shut."""
        kept = self._line is not None
        answer = await self._once(request)
        return await self._once(request) if answer is None and kept else answer

    async def _once(self, request: Request) -> Answer | None:
        if self._line is None:
            self._line = await asyncio.open_connection(*self._where)
        reader, writer = self._line
        try:
            writer.write(request.written())
            await writer.drain()
            answer = await read(reader, head_only=request.method == "HEAD")
        except (ConnectionError, asyncio.IncompleteReadError):
            answer = None
        if answer is None or (answer.header("connection") or "").lower() == "close" or request.method == "CONNECT":
            self.shut()
        return answer

    def shut(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line[1].transport.abort()
            self._line = None

    async def pour(self, data: bytes) -> list[Answer]:
        """Send bytes on a line of their own, and read what comes back until it is closed or quiet; then hang up."""
        reader, writer = await asyncio.open_connection(*self._where)
        answers = []
        try:
            writer.write(data)
            while answer := await asyncio.wait_for(read(reader), QUIET):
                answers.append(answer)
        except TimeoutError:
            pass  # it waits for more
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
        return answers


async def read(reader: asyncio.StreamReader, *, head_only: bool = False) -> Answer | None:
    """The next answer; None at the end."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return None
        first, *lines = head.decode("latin-1").strip("\r\n").split("\r\n")
        version, status, _ = (first + " ").split(" ", 2)
        assert version.startswith("HTTP/"), first
        if not status.startswith("1"):
            break
    pairs = [line.partition(":") for line in lines]
    headers = [(name, value.strip()) for name, _, value in pairs]
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = b"" if head_only else await reader.readexactly(length)
    return Answer(int(status), headers, body)

"""What Slack got to see in a run, by event; and Slack's troubles, made from here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from tests.load.processes import Process


class Posts:
    """Posts by the channel of the event they answer."""

    def __init__(self, session: aiohttp.ClientSession, api: Process) -> None:
        self._session = session
        self._address = f"http://127.0.0.1:{api.port}"
        self.read = 0
        """How many there were so far."""
        self.by_channel: dict[str, list[tuple[float, str]]] = defaultdict(list)
        """When, on the monotonic clock, and by which replica."""

    async def look(self) -> None:
        """Read what was posted since."""
        async with self._session.get(f"{self._address}/posts?since={self.read}") as answer:
            for channel, at, name in await answer.json():
                self.by_channel[channel].append((at, name))
                self.read += 1

    async def looks(self) -> int:
        """How often somebody looked for an answer in a thread."""
        async with self._session.get(f"{self._address}/looks") as answer:
            return int(await answer.json())

    async def trouble(self, share: float, kind: str = "429", seconds: float = 1.0) -> int:
        """From now on, `share` of the posts meet it; how many met one so far."""
        wanted = {"share": share, "kind": kind, "seconds": seconds}
        async with self._session.post(f"{self._address}/trouble", json=wanted) as answer:
            return int((await answer.json())["met"])


@asynccontextmanager
async def slack_api() -> AsyncIterator[tuple[Process, Posts]]:
    """Slack's Web API, started."""
    api = Process("Slack", "tests.load.web_api", {})
    async with aiohttp.ClientSession() as session:
        try:
            await api.start()
            yield api, Posts(session, api)
        finally:
            await api.end()

"""Slack's Web API as a process of its own: counts what is posted, and fails on request.

Each replica calls it under a name of its own (/NAME/api/METHOD), so that it is known who posted what.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.slack_double.loopback import BOT_USER, TEAM

_CHANNEL = re.compile(rb'"channel": ?"([^"]+)"')
_MARK = re.compile(rb'"metadata": ?\{[^{}]*\{[^{}]*\}\}')


@dataclass
class Trouble:
    """What a share (0..1) of the calls that post meets."""

    share: float = 0.0
    kind: str = "429"
    """429, 500, drop (the connection is cut, nothing was taken) or slow."""
    seconds: float = 1.0
    """Retry-After of a 429, and how long a slow answer takes."""


class WebApi:
    """What was posted so far: channel, seconds on the machine's monotonic clock, name of the replica."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, float, str]] = []
        self.marks: dict[str, list[bytes]] = defaultdict(list)
        """The metadata of what was posted, by channel, as it came."""
        self.looks = 0
        """How often somebody read a thread."""
        self.trouble = Trouble()
        self.met = 0

    def application(self) -> web.Application:
        """The calls of a Slack app, and those of the run."""
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{name}/api/{method}", self.call)
        app.router.add_post("/trouble", self.make_trouble)
        app.router.add_get("/posts", self.list_posts)
        app.router.add_get("/looks", self.count_looks)
        return app

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        method = request.match_info["method"]
        if method == "conversations.replies":
            return web.json_response({"ok": True, "messages": self._replies(request.query)})
        body = await request.read()
        if not method.startswith("chat."):
            user = {"team_id": TEAM, "user_id": BOT_USER, "bot_id": "B0BOT00", "url": "http://127.0.0.1"}
            return web.json_response({"ok": True, **user})
        trouble = self.trouble
        if trouble.share and random.random() < trouble.share:
            self.met += 1
            match trouble.kind:
                case "429":
                    wait = {"Retry-After": f"{trouble.seconds:g}"}
                    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=wait)
                case "500":
                    return web.json_response(
                        {"ok": False, "error": "fatal_error"}, status=random.choice((500, 502, 503))
                    )
                case "drop":
                    request.transport.abort()
                    return web.Response()
                case "slow":
                    await asyncio.sleep(trouble.seconds)
        found = _CHANNEL.search(body)
        channel = found[1].decode() if found else ""
        self.posts.append((channel, time.monotonic(), request.match_info["name"]))
        mark = _MARK.search(body)
        if mark is not None:
            self.marks[channel].append(mark[0])
        return web.json_response({"ok": True, "ts": f"{len(self.posts)}.0001", "channel": channel})

    def _replies(self, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        """The messages of a thread, where the app may read them: each event has a thread of its own."""
        self.looks += 1
        said = {"type": "message", "user": "U0ASKER", "ts": asked["ts"]}
        marks = self.marks.get(asked["channel"], []) if asked.get("include_all_metadata") == "1" else []
        return [said, *({"type": "message", "user": BOT_USER, **json.loads(b"{%b}" % mark)} for mark in marks)]

    async def make_trouble(self, request: web.Request) -> web.Response:
        """From now on; how many calls met trouble so far."""
        self.trouble = Trouble(**await request.json())
        return web.json_response({"met": self.met})

    async def list_posts(self, request: web.Request) -> web.Response:
        """What was posted from a number on."""
        return web.json_response(self.posts[int(request.query.get("since", 0)) :])

    async def count_looks(self, request: web.Request) -> web.Response:
        """How often somebody looked for an answer in a thread."""
        return web.json_response(self.looks)


async def _serve() -> None:
    runner = web.AppRunner(WebApi().application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())

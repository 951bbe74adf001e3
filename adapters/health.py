"""Whether the service lives, and whether it can take questions.

`/healthz` answers as long as the event loop turns: whoever gets no answer should start it again.
`/readyz` names each part and how it is: 200 where all are well enough to serve, else 503.
`/readyz/PART` is the same for one part, for a balancer that sends one platform's requests only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Status = Literal["ready", "degraded", "not ready", "off"]
"""degraded: serves all the same, less well. off: not asked for."""

LOOK = 0.5
"""Seconds between two looks at how late the event loop is."""

LOOKS = 10
"""Looks remembered, so that a stall is still seen a while after it."""

LATE = 1.0
"""Seconds late from which the event loop is not ready."""


@dataclass(frozen=True, slots=True)
class Part:
    """How one part of the service is."""

    status: Status
    reason: str = ""
    """Why it is not simply ready. Shown to whoever can reach the port: no names of hosts, no errors' texts."""
    figures: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def serves(self) -> bool:
        """Whether it keeps nobody from being answered."""
        return self.status != "not ready"

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"status": self.status, **({"reason": self.reason} if self.reason else {}), **self.figures}


class LoopLag:
    """How late the event loop is with what is due."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._due = self._clock() + LOOK
        self._late: deque[float] = deque([0.0], maxlen=LOOKS)

    async def run(self) -> None:
        """Look on until cancelled."""
        while True:
            self._due = self._clock() + LOOK
            await asyncio.sleep(LOOK)
            self._late.append(self._clock() - self._due)

    @property
    def seconds(self) -> float:
        """How late it was at worst in the last few seconds, now included."""
        return max(*self._late, self._clock() - self._due)

    def part(self) -> Part:
        """For readiness."""
        late = self.seconds
        figures = {"lag_seconds": round(late, 3)}
        return Part("ready", "", figures) if late < LATE else Part("not ready", "the process is overloaded", figures)


class Health:
    """Answers the probes from what each part says of itself."""

    def __init__(self, parts: Mapping[str, Callable[[], Part]]) -> None:
        self._parts = dict(parts)
        self.stopping = False

    def report(self) -> dict[str, Part]:
        """How each part is now; nothing is ready while the service is being stopped."""
        found = {name: part() for name, part in self._parts.items()}
        if self.stopping:
            return {n: p if p.status == "off" else Part("not ready", "stopping") for n, p in found.items()}
        return found

    def routes(self) -> list[web.RouteDef]:
        """What to add to the service's web application."""
        return [
            web.get("/healthz", self._alive),
            web.get("/readyz", self._ready),
            web.get("/readyz/{part}", self._ready),
        ]

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _ready(self, request: web.Request) -> web.Response:
        report = self.report()
        if (wanted := request.match_info.get("part")) is not None:
            if wanted not in report:
                raise web.HTTPNotFound
            report = {wanted: report[wanted]}
        ready = all(part.serves for part in report.values())
        body = {"ready": ready, "parts": {name: part.told() for name, part in report.items()}}
        return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})

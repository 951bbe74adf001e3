"""Liveness and readiness probes.

`/healthz` answers while the event loop runs: restart the process when it does not.
`/readyz` names each part and its state: 200 where all of them serve, else 503.
`/readyz/PART` is the same for one part, for a balancer that sends one platform's requests only.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from aiohttp import web

from adapters.platform import PartStatus

INTERVAL = 0.5
"""Seconds between two measurements of the event loop's lag."""

SAMPLES = 10
"""Measurements remembered, so that a stall still shows a while after it."""

OVERLOADED = 1.0
"""Seconds of lag from which the event loop is not ready."""


class LoopLag:
    """How late the event loop runs what is due."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._due = self._clock() + INTERVAL
        self._samples: deque[float] = deque([0.0], maxlen=SAMPLES)

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            self._due = self._clock() + INTERVAL
            await asyncio.sleep(INTERVAL)
            self._samples.append(self._clock() - self._due)

    @property
    def seconds(self) -> float:
        """The worst lag of the last few seconds, a stall that still goes on included."""
        return max(*self._samples, self._clock() - self._due)

    def status(self) -> PartStatus:
        """For readiness."""
        lag = self.seconds
        details = {"lag_seconds": round(lag, 3)}
        overloaded = PartStatus("not ready", "the process is overloaded", details)
        return overloaded if lag >= OVERLOADED else PartStatus("ready", "", details)


class Health:
    """Answers the probes from the status of each part."""

    def __init__(self, parts: Mapping[str, Callable[[], PartStatus]]) -> None:
        self._parts = dict(parts)
        self.stopping = False

    def report(self) -> dict[str, PartStatus]:
        """The status of each part now; nothing is ready while the service stops."""
        found = {name: status() for name, status in self._parts.items()}
        if self.stopping:
            return {n: p if p.status == "off" else PartStatus("not ready", "stopping") for n, p in found.items()}
        return found

    def routes(self) -> list[web.RouteDef]:
        """For the service's web application."""
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/readyz/{part}", self._readyz),
        ]

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, request: web.Request) -> web.Response:
        report = self.report()
        if (wanted := request.match_info.get("part")) is not None:
            if wanted not in report:
                raise web.HTTPNotFound
            report = {wanted: report[wanted]}
        ready = all(part.serves for part in report.values())
        body = {"ready": ready, "parts": {name: part.as_json() for name, part in report.items()}}
        return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})

"""What an operator's tools ask over HTTP: probes, and Prometheus metrics.

`/healthz` answers while the event loop runs: restart the process when it does not.
`/readyz` names each part and its state: 200 where all of them serve, else 503.
`/readyz/PART` is the same for one part, for a balancer that sends one platform's requests only.
`/metrics` has counts and durations, never who asked, where, or in which words. The only labels are platforms, outcomes
and the like, and the ids of knowledge entries: nothing that users could multiply.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from aiohttp import hdrs, web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.aiohttp import make_aiohttp_handler
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr

from adapters import version
from adapters.platform import PartStatus, Platform
from adapters.web.requests import has_token, is_local
from bot.chat.events import Observer
from bot.chat.rate_limit import Limiter
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply
from bot.storage.records import DeliveryClaim
from bot.storage.resilience import ResilientStore

INTERVAL = 0.5
"""Seconds between two measurements of the event loop's lag."""

SAMPLES = 10
"""Measurements remembered, so that a stall still shows a while after it."""

OVERLOADED = 1.0
"""Seconds of lag from which the event loop is not ready."""

ADDRESS = "/metrics"

ANSWER_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds that matching and choosing an answer take: upper bounds of the buckets."""

DELIVERY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds from an event to its answer: upper bounds of the buckets."""

_PREFIX = "framework_bot"

# The creation time of each series: twice as many series, for nobody.
disable_created_metrics()  # type: ignore[no-untyped-call]


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


class Metrics(Observer, Collector):
    """Counts what happens in the chat, reads states at each scrape, and serves scrapes."""

    def __init__(self, bot: Callable[[], Bot], store: ResilientStore, lag: LoopLag, limiter: Limiter) -> None:
        """`bot`: the current one; only ids of its entries become labels."""
        self._bot, self._store, self._lag, self._limiter = bot, store, lag, limiter
        self._served: Mapping[str, Platform] = {}
        self._token = b""
        # Not the library's global registry, which the whole process shares.
        registry = CollectorRegistry()
        self._serve = make_aiohttp_handler(registry)
        counter = partial(Counter, namespace=_PREFIX, registry=registry)
        histogram = partial(Histogram, namespace=_PREFIX, registry=registry)
        self._questions = counter(
            "questions",
            "Questions and presses that led to a reply, by the entry shown first.",
            ("platform", "outcome", "entry"),
        )
        self._answering = histogram(
            "answer_seconds", "Time to match a question and choose its answer.", ("platform",), buckets=ANSWER_BUCKETS
        )
        self._delivering = histogram(
            "delivery_seconds",
            "Time from an event until its answer was posted.",
            ("platform",),
            buckets=DELIVERY_BUCKETS,
        )
        self._feedback = counter("feedback", "Judgements of answers.", ("platform", "helpful"))
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        registry.register(self)

    def answered(self, platform: str, seconds: float) -> None:
        self._answering.labels(platform).observe(seconds)

    def exchanged(self, platform: str, reply: Reply, seconds: float) -> None:
        first = reply.entries[0] if reply.entries else ""
        entry = first if first in self._bot().knowledge.entries else ""
        self._questions.labels(platform, reply.outcome, entry).inc()
        self._delivering.labels(platform).observe(seconds)

    def judged(self, platform: str, *, helpful: bool) -> None:
        self._feedback.labels(platform, str(helpful).lower()).inc()

    def add_platforms(self, platforms: Mapping[str, Platform]) -> None:
        """Report on these too, by name. To be called once."""
        self._served = platforms
        for platform in platforms:  # at 0 from the start, so that the first event shows as a rise
            self._answering.labels(platform)
            self._delivering.labels(platform)
            for helpful in ("true", "false"):
                self._feedback.labels(platform, helpful)

    def routes(self, token: SecretStr | None) -> list[web.RouteDef]:
        """For the service's web application. A scrape must present `token`; where there is none, it must come from this
        machine itself."""
        self._token = token.get_secret_value().encode() if token is not None else b""
        return [web.get(ADDRESS, self._scraped)]

    async def _scraped(self, request: web.Request) -> web.StreamResponse:
        if not self._token and not is_local(request):
            raise web.HTTPForbidden
        if not has_token(request, self._token):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="metrics"'})
        return await self._serve(request)

    def collect(self) -> Iterator[Metric]:
        """States, as of now."""
        yield _info("build", "The version that runs.", version() or "unknown")
        yield _gauge("event_loop_lag_seconds", "How late the event loop is with what is due.", self._lag.seconds)
        limited = _count("limited", "Questions and clicks turned away, by the bound reached.", labels=("bound",))
        for bound, count in self._limiter.refused.items():
            limited.add_metric((bound,), count)
        yield limited
        known = self._bot().knowledge
        phrasings = sum(len(entry.phrasings) for entry in known.entries.values())
        yield _info("knowledge", "The knowledge that answers.", known.version)
        yield _gauge("knowledge_entries", "Entries of the knowledge base.", len(known.entries))
        yield _gauge("knowledge_phrasings", "Phrasings of the knowledge base.", phrasings)
        state = self._store.state
        yield _gauge("store_available", "Whether the database answers.", state.available)
        yield _gauge("store_waiting", "What waits to be written to the database.", state.waiting)
        yield _count("store_dropped", "What was lost for want of room while the database was away.", state.dropped)
        deliveries = _count("deliveries", "Events by whether they had come before.", labels=("platform", "result"))
        for (platform, claim), count in self._store.deliveries.claims.items():
            result = "duplicate" if claim is DeliveryClaim.DONE else claim.replace(" ", "_")
            deliveries.add_metric((platform, result), count)
        yield deliveries
        yield from self._platforms()

    def _platforms(self) -> Iterator[Metric]:
        by_platform = ("platform",)
        ready = _gauge("platform_ready", "Whether questions come in and answers go out.", labels=by_platform)
        busy = _gauge("in_flight", "What is being answered right now.", labels=by_platform)
        errors = _count("errors", "What ended in an error instead of an answer.", labels=by_platform)
        codes = ("platform", "code", "kind")
        not_taken = _count("not_taken", "What a platform did not take, by its code for that.", labels=codes)
        for name, platform in self._served.items():
            ready.add_metric((name,), platform.ready)
            busy.add_metric((name,), platform.dispatcher.in_flight)
            errors.add_metric((name,), platform.dispatcher.failed)
            for (code, kind), count in platform.not_taken.items():
                not_taken.add_metric((name, code, kind), count)
            yield from platform.own_metrics()
        yield from (ready, busy, errors, not_taken)


def _info(name: str, help_: str, version_of_it: str) -> InfoMetricFamily:
    return InfoMetricFamily(f"{_PREFIX}_{name}", help_, {"version": version_of_it})


def _gauge(name: str, help_: str, value: float | None = None, labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", help_, value, labels or None)


def _count(name: str, help_: str, value: float | None = None, labels: tuple[str, ...] = ()) -> CounterMetricFamily:
    return CounterMetricFamily(f"{_PREFIX}_{name}", help_, value, labels or None)

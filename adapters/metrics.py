"""What the service tells Prometheus at /metrics: counts and durations, never who asked, where, or in which words.

What happens is counted as it happens (`Metrics` is an observer of the desk); what has a state of its own
is read when somebody looks. The only labels are platforms, outcomes and the like, and the entries of the
knowledge base: nothing that people could make more of.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from aiohttp import hdrs, web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from pydantic import SecretStr

from adapters.supervision import Supervised
from adapters.version import version
from bot.feedback import Platform
from bot.reply import Reply
from bot.storage.deliveries import Claim
from bot.storage.resilience import ResilientStore
from knowledge.model import KnowledgeBase

ADDRESS = "/metrics"

ANSWERING = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds that matching and choosing an answer take: upper bounds of the buckets."""

DELIVERING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds from an event to its answer: upper bounds of the buckets."""

_PREFIX = "framework_bot"

_HELPFUL = {True: "true", False: "false"}
_RESULTS = {
    Claim.NEW: "new",
    Claim.RETAKEN: "retaken",
    Claim.DONE: "duplicate",
    Claim.IN_PROGRESS: "in_progress",
    Claim.UNKNOWN: "unknown",
}

# When each series began: as many series again, and nobody here asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where stands what is read when somebody looks."""

    store: ResilientStore
    platforms: Mapping[str, Supervised]
    """Those that are served."""
    lag: Callable[[], float]
    """Seconds that the event loop is late."""
    limited: Callable[[], Mapping[str, int]] = dict
    """How often each bound turned something away."""


class Metrics:
    """Counts, and answers who looks. An observer of the desk."""

    def __init__(self, knowledge: Callable[[], KnowledgeBase]) -> None:
        """`knowledge` as of now: what is no entry of it becomes no label."""
        self._knowledge = knowledge
        # Not the library's own registry, which is the whole process's.
        self._registry = CollectorRegistry()
        self._token = b""
        self._questions = Counter(
            "questions",
            "Questions and presses that led to a reply, by the entry shown first.",
            ("platform", "outcome", "entry"),
            namespace=_PREFIX,
            registry=self._registry,
        )
        self._answering = Histogram(
            "answer_seconds",
            "Time to match a question and choose its answer.",
            ("platform",),
            namespace=_PREFIX,
            registry=self._registry,
            buckets=ANSWERING,
        )
        self._delivering = Histogram(
            "delivery_seconds",
            "Time from an event until its answer was posted.",
            ("platform",),
            namespace=_PREFIX,
            registry=self._registry,
            buckets=DELIVERING,
        )
        self._feedback = Counter(
            "feedback",
            "Judgements of answers.",
            ("platform", "helpful"),
            namespace=_PREFIX,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def answered(self, platform: Platform, seconds: float) -> None:
        """As `Observer.answered`."""
        self._answering.labels(platform).observe(seconds)

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """As `Observer.exchanged`."""
        first = reply.entries[0] if reply.entries else ""
        entry = first if first in self._knowledge().entries else ""
        self._questions.labels(platform, reply.outcome, entry).inc()

    def shown(self, platform: Platform, seconds: float) -> None:
        """As `Observer.shown`."""
        self._delivering.labels(platform).observe(seconds)

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """As `Observer.judged`."""
        self._feedback.labels(platform, _HELPFUL[helpful]).inc()

    def watch(self, sources: Sources) -> None:
        """Show these states too. To be called once."""
        self._registry.register(_States(self._knowledge, sources))
        for platform in sources.platforms:  # from the start, so that the first one counted is seen as a rise
            self._answering.labels(platform)
            self._delivering.labels(platform)
            for helpful in _HELPFUL.values():
                self._feedback.labels(platform, helpful)

    def routes(self, token: SecretStr | None) -> list[web.RouteDef]:
        """What to add to the service's web application. Whoever asks must know `token`, where there is one."""
        self._token = token.get_secret_value().encode() if token is not None else b""
        return [web.get(ADDRESS, self._shown)]

    async def _shown(self, request: web.Request) -> web.Response:
        if not self._is_known(request.headers.get(hdrs.AUTHORIZATION, "")):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="metrics"'})
        # Read here, where nothing changes meanwhile; written out beside the event loop, for that takes longer.
        now = _Snapshot(list(self._registry.collect()))
        encode, kind = choose_encoder(",".join(request.headers.getall(hdrs.ACCEPT, [])))
        answer = web.Response(body=await asyncio.to_thread(encode, now), headers={hdrs.CONTENT_TYPE: kind})
        answer.enable_compression()
        return answer

    def _is_known(self, header: str) -> bool:
        scheme, _, given = header.partition(" ")
        if not self._token:
            return True
        right = hmac.compare_digest(given.strip().encode(errors="surrogateescape"), self._token)
        return right and scheme.lower() == "bearer"


@dataclass(frozen=True, slots=True)
class _Snapshot(Collector):
    """What a registry held at one moment."""

    found: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.found


@dataclass(frozen=True, slots=True, eq=False)
class _States(Collector):
    """Reads everything anew each time."""

    knowledge: Callable[[], KnowledgeBase]
    sources: Sources

    def collect(self) -> Iterator[Metric]:
        yield from self._service()
        yield from self._knowledge()
        yield from self._store()
        yield from self._platforms()

    def _service(self) -> Iterator[Metric]:
        yield _info("build", "The version that runs.", version() or "unknown")
        yield _gauge("event_loop_lag_seconds", "How late the event loop is with what is due.", self.sources.lag())
        limited = _count("limited", "Questions and clicks turned away, by the bound reached.", labels=("bound",))
        for bound, count in self.sources.limited().items():
            limited.add_metric((bound,), count)
        yield limited

    def _knowledge(self) -> Iterator[Metric]:
        known = self.knowledge()
        phrasings = sum(len(entry.phrasings) for entry in known.entries.values())
        yield _info("knowledge", "The knowledge that answers.", known.version)
        yield _gauge("knowledge_entries", "Entries of the knowledge base.", len(known.entries))
        yield _gauge("knowledge_phrasings", "Phrasings of the knowledge base.", phrasings)

    def _store(self) -> Iterator[Metric]:
        state = self.sources.store.state
        yield _gauge("store_available", "Whether the database answers.", state.available)
        yield _gauge("store_waiting", "What waits to be written to the database.", state.waiting)
        yield _count("store_dropped", "What was lost for want of room while the database was away.", state.dropped)
        deliveries = _count("deliveries", "Events by whether they had come before.", labels=("platform", "result"))
        for (platform, claim), count in self.sources.store.deliveries.claims.items():
            deliveries.add_metric((platform, _RESULTS[claim]), count)
        yield deliveries

    def _platforms(self) -> Iterator[Metric]:
        by_platform = ("platform",)
        ready = _gauge("platform_ready", "Whether questions come in and answers go out.", labels=by_platform)
        busy = _gauge("in_flight", "What is being answered right now.", labels=by_platform)
        errors = _count("errors", "What ended in an error instead of an answer.", labels=by_platform)
        latency = _gauge("discord_latency_seconds", "Time between a heartbeat to Discord and its answer.")
        refused = _count("slack_requests_refused", "HTTP requests that were not let in: not signed by Slack, or odd.")
        for name, platform in self.sources.platforms.items():
            figures = platform.figures()
            ready.add_metric((name,), platform.part().status == "ready")
            busy.add_metric((name,), figures.in_flight)
            errors.add_metric((name,), figures.failed)
            if name == "slack":
                refused.add_metric((), figures.refused)
            if figures.latency is not None:
                latency.add_metric((), figures.latency)
        yield from (ready, busy, errors, latency, refused)


def _info(name: str, told: str, version_of_it: str) -> InfoMetricFamily:
    return InfoMetricFamily(f"{_PREFIX}_{name}", told, {"version": version_of_it})


def _gauge(name: str, told: str, value: float | None = None, labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", told, value, labels or None)


def _count(name: str, told: str, value: float | None = None, labels: tuple[str, ...] = ()) -> CounterMetricFamily:
    return CounterMetricFamily(f"{_PREFIX}_{name}", told, value, labels or None)

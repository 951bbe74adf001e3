"""Prometheus metrics at /metrics: counts and durations, never who asked, where, or in which words.

Events are counted as they happen (`Metrics` is an observer of the chat); states are read at each scrape. The only
labels are platforms, outcomes and the like, and the ids of knowledge entries: nothing that users could multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
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
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from pydantic import SecretStr

from adapters.platform import Platform
from adapters.server.health import LoopLag
from adapters.version import version
from adapters.web.senders import has_token, is_local
from bot.chat.events import Observer
from bot.chat.rate_limit import Limiter
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply
from bot.storage.records import DeliveryClaim
from bot.storage.resilience import ResilientStore

ADDRESS = "/metrics"

ANSWER_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Seconds that matching and choosing an answer take: upper bounds of the buckets."""

DELIVERY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds from an event to its answer: upper bounds of the buckets."""

_PREFIX = "framework_bot"

# The creation time of each series: twice as many series, for nobody.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics(Observer):
    """Counts events and serves scrapes."""

    def __init__(self, bot: Callable[[], Bot]) -> None:
        """`bot`: the current one; only ids of its entries become labels."""
        self._bot = bot
        self._token = b""
        # Not the library's global registry, which the whole process shares.
        self._registry = registry = CollectorRegistry()
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
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def answered(self, platform: str, seconds: float) -> None:
        self._answering.labels(platform).observe(seconds)

    def exchanged(self, platform: str, reply: Reply) -> None:
        first = reply.entries[0] if reply.entries else ""
        entry = first if first in self._bot().knowledge.entries else ""
        self._questions.labels(platform, reply.outcome, entry).inc()

    def shown(self, platform: str, seconds: float) -> None:
        self._delivering.labels(platform).observe(seconds)

    def judged(self, platform: str, *, helpful: bool) -> None:
        self._feedback.labels(platform, str(helpful).lower()).inc()

    def watch(self, states: ServiceStates) -> None:
        """Add these states. To be called once."""
        self._registry.register(states)
        for platform in states.platforms:  # at 0 from the start, so that the first event shows as a rise
            self._answering.labels(platform)
            self._delivering.labels(platform)
            for helpful in ("true", "false"):
                self._feedback.labels(platform, helpful)

    def routes(self, token: SecretStr | None) -> list[web.RouteDef]:
        """For the service's web application. A scrape must present `token`; where there is none, it must come from this
        machine itself."""
        self._token = token.get_secret_value().encode() if token is not None else b""
        return [web.get(ADDRESS, self._scraped)]

    async def _scraped(self, request: web.Request) -> web.Response:
        if not self._token and not is_local(request):
            raise web.HTTPForbidden
        if not has_token(request, self._token):
            return web.Response(status=401, headers={hdrs.WWW_AUTHENTICATE: 'Bearer realm="metrics"'})
        encode, kind = choose_encoder(",".join(request.headers.getall(hdrs.ACCEPT, [])))
        answer = web.Response(body=encode(self._registry), headers={hdrs.CONTENT_TYPE: kind})
        answer.enable_compression()
        return answer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceStates(Collector):
    """What is read at each scrape."""

    bot: Callable[[], Bot]
    """The current one."""
    store: ResilientStore
    platforms: Mapping[str, Platform]
    """Those that are served, by name."""
    lag: LoopLag
    limiter: Limiter

    def collect(self) -> Iterator[Metric]:
        yield _info("build", "The version that runs.", version() or "unknown")
        yield _gauge("event_loop_lag_seconds", "How late the event loop is with what is due.", self.lag.seconds)
        limited = _count("limited", "Questions and clicks turned away, by the bound reached.", labels=("bound",))
        for bound, count in self.limiter.refused.items():
            limited.add_metric((bound,), count)
        yield limited
        known = self.bot().knowledge
        phrasings = sum(len(entry.phrasings) for entry in known.entries.values())
        yield _info("knowledge", "The knowledge that answers.", known.version)
        yield _gauge("knowledge_entries", "Entries of the knowledge base.", len(known.entries))
        yield _gauge("knowledge_phrasings", "Phrasings of the knowledge base.", phrasings)
        state = self.store.state
        yield _gauge("store_available", "Whether the database answers.", state.available)
        yield _gauge("store_waiting", "What waits to be written to the database.", state.waiting)
        yield _count("store_dropped", "What was lost for want of room while the database was away.", state.dropped)
        deliveries = _count("deliveries", "Events by whether they had come before.", labels=("platform", "result"))
        for (platform, claim), count in self.store.deliveries.claims.items():
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
        for name, platform in self.platforms.items():
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

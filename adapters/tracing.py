"""A span for each question, sent to an OpenTelemetry collector over OTLP/HTTP, from a thread of its own."""

from __future__ import annotations

import time

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

from adapters.request import since_request
from adapters.version import PACKAGE, version
from bot.feedback import Platform
from bot.reply import Reply

PATH = "/v1/traces"
"""Where below a collector's address it takes traces."""

EXPORT = 2.0
"""Seconds that sending one batch may take, further tries included."""

_SPAN = "question"


class Tracing:
    """Makes the spans. An observer of the desk; never waits for the collector."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is the collector's address. OpenTelemetry's own variables set the rest, such as headers."""
        about = {SERVICE_NAME: PACKAGE, SERVICE_VERSION: version() or "unknown"}
        # Not the library's global provider: nothing but what stands here makes spans of ours.
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + PATH, timeout=EXPORT)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(__name__)

    def answered(self, platform: Platform, seconds: float) -> None:
        """The span of the exchange says enough."""

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """A span from when the event came in until now, when there is a reply."""
        now = time.time_ns()
        span = self._tracer.start_span(
            _SPAN,
            Context(),
            SpanKind.SERVER,
            {
                "framework_bot.platform": platform,
                "framework_bot.outcome": reply.outcome,
                "framework_bot.entries": reply.entries,
                "framework_bot.confidence": reply.confidence,
                "framework_bot.knowledge_version": reply.knowledge_version,
            },
            start_time=now - int(since_request() * 1e9),
        )
        span.end(now)

    def shown(self, platform: Platform, seconds: float) -> None:
        """Posting is measured by the metrics."""

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """A judgement is no question."""

    def close(self) -> None:
        """Send what is left. Waits for the network."""
        self._provider.shutdown()

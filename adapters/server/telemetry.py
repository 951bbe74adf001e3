"""Traces (OpenTelemetry) and error reports (Sentry) for the operator's own tools, where the settings ask for them.

Neither says who asked, where, or in which words. The libraries are extras, loaded only where they are asked for.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from adapters import PACKAGE, version
from adapters.server.settings import Settings
from bot.chat.events import Observer, request_name
from bot.dialog.reply import Reply

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

FLUSH = 3.0
"""Seconds at the end for the reports that have not been sent yet."""

EXPORT = 2.0
"""Seconds that sending one batch of spans may take, retries included."""

_EVENT_KEYS = ("event_id", "timestamp", "platform", "level", "release", "environment")
_FRAME_KEYS = ("filename", "function", "module", "lineno", "in_app")


@asynccontextmanager
async def telemetry(settings: Settings) -> AsyncIterator[Sequence[Observer]]:
    """Start what the settings ask for and stop it at the end; gives the observers of the chat. Raises
    ModuleNotFoundError where a setting needs an extra that is not installed."""
    async with AsyncExitStack() as stack:
        observers: list[Observer] = []
        if settings.sentry_dsn is not None:
            reporting = ErrorReporting(settings.sentry_dsn.get_secret_value())
            stack.push_async_callback(asyncio.to_thread, reporting.close)
        if settings.otel_exporter_otlp_endpoint is not None:
            tracing = Tracing(settings.otel_exporter_otlp_endpoint)
            stack.push_async_callback(asyncio.to_thread, tracing.close)
            observers.append(tracing)
        yield observers


class Tracing(Observer):
    """A span for each question, exported over OTLP/HTTP from a thread of its own."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: the collector's address. OpenTelemetry's own variables set the rest, such as headers."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        self._kind = SpanKind.SERVER
        about = {SERVICE_NAME: PACKAGE, SERVICE_VERSION: version() or "unknown"}
        # Not the library's global provider: only the spans made here are exported.
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=EXPORT)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer(__name__)

    def exchanged(self, platform: str, reply: Reply, seconds: float) -> None:
        """A span from when the event came in until now, when there is a reply."""
        now = time.time_ns()
        attributes: dict[str, Any] = {
            "framework_bot.platform": platform,
            "framework_bot.outcome": reply.outcome,
            "framework_bot.entries": reply.entries,
            "framework_bot.confidence": reply.confidence,
            "framework_bot.knowledge_version": reply.knowledge_version,
        }
        began = now - int(seconds * 1e9)
        self._tracer.start_span("question", None, self._kind, attributes, start_time=began).end(now)

    def close(self) -> None:
        """Export what is left. Waits for the network."""
        self._provider.shutdown()


class ErrorReporting(logging.Handler):
    """Reports the exception behind each log line that has one: its kind, its lines of code, the request's id.

    No error text, variables, source, log message or request data: the event is built again from the keys allowed
    here, so that a later version of the library cannot add to it.
    """

    def __init__(self, dsn: str) -> None:
        """Starts at once."""
        from sentry_sdk import Client  # noqa: PLC0415 - an extra
        from sentry_sdk.utils import event_from_exception  # noqa: PLC0415

        super().__init__(logging.ERROR)
        self._event = event_from_exception
        self._client = Client(
            dsn,
            release=f"{PACKAGE}@{version() or 'unknown'}",
            before_send=scrubbed,
            # Nothing is collected automatically, and nobody's words, which are in local variables.
            include_local_variables=False,
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            spotlight=False,
        )
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Report the exception being handled, or the one that the record carries; a line without one is ignored."""
        if record.name.startswith("sentry_sdk"):
            return
        error = sys.exception() or (record.exc_info[1] if record.exc_info else None)
        if isinstance(error, Exception):
            with suppress(Exception):  # logging must not fail
                event, hint = self._event(error, client_options=self._client.options)
                self._client.capture_event(event, hint)

    def close(self) -> None:
        """Send what is left. Waits for the network."""
        logging.getLogger().removeHandler(self)
        self._client.close(timeout=FLUSH)
        super().close()


def scrubbed(event: Event, hint: Hint) -> Event:
    """The event of an exception with allowed keys only."""
    del hint
    kept: Event = _only(_EVENT_KEYS, event)  # type: ignore[assignment] # some keys of one
    kept["exception"] = {"values": [_scrubbed_error(error) for error in event["exception"]["values"]]}
    if name := request_name():
        kept["tags"] = {"request": name}
    return kept


def _scrubbed_error(error: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"type": error.get("type"), "module": error.get("module")}
    frames = (error.get("stacktrace") or {}).get("frames") or []
    if not frames:
        return kept
    return {**kept, "stacktrace": {"frames": [_only(_FRAME_KEYS, frame) for frame in frames]}}


def _only(names: Sequence[str], found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}

"""What leaves the service for its operator's own tools, where the settings ask for it: traces and errors.

Neither says who asked, where, or in which words. The libraries are extras, and are loaded only where they
are asked for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.logs import OURS
from adapters.settings import SettingProblem, Settings, SettingsError
from bot.observing import Observer

FLUSH = 3.0
"""Seconds at the end for what has not been sent yet."""


@asynccontextmanager
async def telemetry(settings: Settings) -> AsyncIterator[Sequence[Observer]]:
    """What the settings ask for, until the end; gives the observers for the desk.

    Raises SettingsError where a setting needs an extra that is not installed.
    """
    async with AsyncExitStack() as stack:
        observers: list[Observer] = []
        if settings.sentry_dsn is not None:
            try:
                from adapters.reporting import Reporting  # noqa: PLC0415 - not without its setting
            except ModuleNotFoundError as error:
                raise _missing(error, "SENTRY_DSN", "sentry") from None
            reporting = Reporting(settings.sentry_dsn.get_secret_value(), patience=FLUSH)
            stack.push_async_callback(_ended, reporting.close)
        if settings.otel_exporter_otlp_endpoint is not None:
            try:
                from adapters.tracing import Tracing  # noqa: PLC0415 - not without its setting
            except ModuleNotFoundError as error:
                raise _missing(error, "OTEL_EXPORTER_OTLP_ENDPOINT", "telemetry") from None
            tracing = Tracing(settings.otel_exporter_otlp_endpoint)
            stack.push_async_callback(_ended, tracing.close)
            observers.append(tracing)
        yield observers


async def _ended(close: Callable[[], None]) -> None:
    """Call `close`, which waits for the network; after FLUSH seconds it is left to itself."""
    thread = threading.Thread(target=close, name="flush", daemon=True)
    thread.start()
    await asyncio.to_thread(thread.join, FLUSH)


def _missing(error: ModuleNotFoundError, setting: str, extra: str) -> Exception:
    """What to say of a module that is not there; `error` itself where it is one of ours."""
    if error.name is None or error.name.partition(".")[0] in OURS:
        return error
    remedy = f"needs {error.name}, which is not installed: pip install 'framework-bot[service,{extra}]', or remove it"
    return SettingsError([SettingProblem(setting, remedy)])

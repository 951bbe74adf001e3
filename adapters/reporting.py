"""Errors to Sentry: which kind, at which lines of code, and the id of the request. Nothing else leaves.

No error's text, no variables, no source, no log message, no request: what goes out is made anew from the
few things that may, so that a later version of the library cannot add to it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sentry_sdk import Client
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import event_from_exception

from adapters.request import request_name
from adapters.version import PACKAGE, version

_KEPT = ("event_id", "timestamp", "platform", "level", "release", "environment")
_KEPT_OF_FRAME = ("filename", "function", "module", "lineno", "in_app")

_LIBRARY = "sentry_sdk"


class Reporting(logging.Handler):
    """Reports the error behind each line of the log that tells of one."""

    def __init__(self, dsn: str, *, patience: float) -> None:
        """Starts at once. `patience`: seconds that `close` waits for what was not sent yet."""
        super().__init__(logging.ERROR)
        self._patience = patience
        self._client = Client(
            dsn,
            release=f"{PACKAGE}@{version() or 'unknown'}",
            before_send=scrubbed,
            # All that the library would find out by itself is off: it is told what to report. Of that, send_default_pii
            # is off where it is left out, and newer versions warn of whoever names it.
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            send_client_reports=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            server_name="",
            spotlight=False,
        )
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Report the error that is being handled, or the one that the line carries; a line without one is none."""
        if record.name.startswith(_LIBRARY):
            return
        error = sys.exception()
        if error is None and record.exc_info:
            error = record.exc_info[1]
        if isinstance(error, Exception):
            with suppress(Exception):  # whoever logs must not fail for it
                event, hint = event_from_exception(error, client_options=self._client.options)
                self._client.capture_event(event, hint)

    def close(self) -> None:
        """Send what is left. Waits for the network."""
        logging.getLogger().removeHandler(self)
        self._client.close(timeout=self._patience)
        super().close()


def scrubbed(event: Event, hint: Hint) -> Event | None:
    """The event as it may leave; None where no error is in it."""
    del hint
    found: Mapping[str, Any] = event
    errors = (found.get("exception") or {}).get("values") or []
    if not errors:
        return None
    kept: Any = {name: found[name] for name in _KEPT if name in found}
    kept["exception"] = {"values": [_error(error) for error in errors]}
    if name := request_name():
        kept["tags"] = {"request": name}
    scrubbed_event: Event = kept
    return scrubbed_event


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    kept = {"type": error.get("type"), "module": error.get("module")}
    return {**kept, "stacktrace": {"frames": list(_frames(frames))}} if frames else kept


def _frames(frames: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        yield {name: frame[name] for name in _KEPT_OF_FRAME if name in frame}

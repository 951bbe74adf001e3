"""The service's log: one line an event, on standard error.

JSON for log collectors, plain at a terminal. No line holds a secret or what somebody wrote: an error is written as its
kind and places, never its text, and a library's line is cut before it starts to quote.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pydantic import SecretStr

from adapters.server.setting_types import SECRET_FORMS
from adapters.server.settings import Settings
from adapters.terminal.printable import printable
from bot.chat.request_context import request_name

OURS = ("adapters", "bot", "knowledge")

_SDK = re.compile(r"adapters\.\w+\.sdk\b")
"""Loggers that are ours by name, but are handed to a platform's SDK."""

_SHORTEST_SECRET = 6
"""Characters; anything shorter would be found in ordinary words."""

_HIDDEN = "[hidden]"

_QUOTING = re.compile(r"[:({\[\n]")
"""Where a library's line may start to quote what it was working on."""

_FRAMES = 12
"""Innermost places of an error that are written."""

_log = logging.getLogger(__name__)


def configure(level: str, secrets: Sequence[str] = (), *, stream: TextIO | None = None) -> logging.Handler:
    """Log to `stream` (standard error where left out) from `level` on; libraries from warnings on in any case."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    hide = _masker(secrets)
    handler.setFormatter(PlainLines(hide) if out.isatty() else JsonLines(hide))
    handler.addFilter(_add_request)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(least, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(least)
    return handler


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret in the settings, single keys of a list and the password in an address included."""
    found: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            password = re.search(r"://[^/@]*:([^/]+)@", text)
            found += [text, *text.split(","), *([password[1]] if password else [])]
    return tuple(found)


class _Masking(logging.Formatter):
    def __init__(self, hide: Callable[[str], str] = str) -> None:
        super().__init__()
        self._hide = hide


class JsonLines(_Masking):
    """One JSON object a line: time (UTC), level, logger, message; request and error where there are some."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._hide(message_of(record)),
        }
        if request := getattr(record, "request", ""):
            line["request"] = request
        if error := error_of(record):
            line["error"] = list(error)
        return json.dumps(line, ensure_ascii=False)


class PlainLines(_Masking):
    """For a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the places of an error below it."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        first = f"{clock} {record.levelname.lower():<8} {self._hide(message_of(record))}"
        return printable("\n  ".join([first, *error_of(record)]))


def message_of(record: logging.LogRecord) -> str:
    """The message; of a library's only the part before it may quote."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # a library's own mistake must not lose the line
        text = str(record.msg)
    if record.name.partition(".")[0] in OURS and not _SDK.match(record.name):
        return text
    return _QUOTING.split(text, maxsplit=1)[0].rstrip()


def error_of(record: logging.LogRecord) -> tuple[str, ...]:
    """An error and its causes: kind and places of each, without its text."""
    return tuple(_chain(record.exc_info[1] if record.exc_info else None))


def _chain(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        stack = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
        for frame in stack[-_FRAMES:]:
            file = Path(frame.filename)
            yield f"{file.parent.name}/{file.name}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's exception handler; asyncio's own would write the error's text."""
    del loop
    error = context.get("exception")
    message = str(context.get("message", "")).partition("\n")[0]
    _log.error("%s", message or "an error nobody waited for", exc_info=error if error is not None else False)


def _add_request(record: logging.LogRecord) -> bool:
    record.request = request_name()
    return True


def _masker(secrets: Sequence[str]) -> Callable[[str], str]:
    long_enough = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def hide(text: str) -> str:
        cleared = known.sub(_HIDDEN, text) if known is not None else text
        return SECRET_FORMS.sub(_HIDDEN, cleared)

    return hide

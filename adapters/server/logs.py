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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from pydantic import SecretStr

from adapters.server.setting_types import SECRET_FORMS
from adapters.server.settings import Settings
from adapters.terminal.printable import printable
from bot.chat.events import request_name

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
    handler.setFormatter(LogLines(secrets, plain=out.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(least, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(least)
    return handler


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret in the settings, and the password in an address by itself."""
    single = (value for _, value in settings if isinstance(value, SecretStr))
    found = [secret.get_secret_value() for secret in (*single, *settings.token_encryption_keys)]
    passwords = (re.search(r"://[^/@]*:([^/]+)@", text) for text in found)
    return (*found, *(password[1] for password in passwords if password))


class LogLines(logging.Formatter):
    """Time, level and message, without secrets; an error's places below it.

    `plain`: for a person at a terminal. Else one JSON object a line, with the logger's name and the request, if any.
    """

    def __init__(self, secrets: Sequence[str], *, plain: bool) -> None:
        super().__init__()
        self._plain = plain
        long_enough = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        message, error = self._hide(_message_of(record)), [*_error_of(record)]
        if self._plain:
            clock = time.strftime("%H:%M:%S", time.localtime(record.created))
            return printable("\n  ".join([f"{clock} {record.levelname.lower():<8} {message}", *error]))
        line: dict[str, Any] = {
            "time": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
        }
        if request := request_name():
            line["request"] = request
        if error:
            line["error"] = error
        return json.dumps(line, ensure_ascii=False)

    def _hide(self, text: str) -> str:
        cleared = self._known.sub(_HIDDEN, text) if self._known is not None else text
        return SECRET_FORMS.sub(_HIDDEN, cleared)


def _message_of(record: logging.LogRecord) -> str:
    """The message; of a library's only the part before it may quote."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # a library's own mistake must not lose the line
        text = str(record.msg)
    if record.name.partition(".")[0] in OURS and not _SDK.match(record.name):
        return text
    return _QUOTING.split(text, maxsplit=1)[0].rstrip()


def _error_of(record: logging.LogRecord) -> Iterator[str]:
    """An error and its causes: kind and places of each, without its text."""
    error = record.exc_info[1] if record.exc_info else None
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

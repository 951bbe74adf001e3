"""What the service writes about itself: one line an event, on standard error.

JSON for whoever collects logs, plain where a person looks on. No line holds a secret, and none holds
what somebody wrote: of an error its kind and its place are written, never its text, and what a library
writes is cut before it starts to quote.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from pydantic import SecretStr

from adapters.request import request_name
from adapters.settings import Settings
from adapters.terminal.printable import printable

OURS = ("adapters", "bot", "knowledge")

_SDK = "adapters.slack.sdk"
"""Ours by name, but what it says is the SDK's."""

_SHORTEST_SECRET = 6
"""Anything shorter would be found in ordinary words."""

_HIDDEN = "[hidden]"
_SECRETS = re.compile(
    r"\b(?:xox[a-z]|xapp)-[\w-]+"
    r"|(?<=/webhooks/)\d+/[\w-]+|(?<=/interactions/)\d+/[\w-]+"
    r"|\bhooks\.slack[\w-]*\.com/\S+"
)
"""Tokens, and addresses that work as one."""

_QUOTING = re.compile(r"[:({\[\n]")
"""Where a library's line may start to quote what it was working on."""

_FRAMES = 12
"""Innermost places of an error that are written."""

_log = logging.getLogger(__name__)


def configure(level: str, secrets: Sequence[str] = (), *, stream: TextIO | None = None) -> logging.Handler:
    """Write to `stream` (standard error) from `level` on; libraries from warnings on, whatever the level."""
    out = stream or sys.stderr
    handler = logging.StreamHandler(out)
    hide = _hiding(secrets)
    handler.setFormatter(PlainLines(hide) if out.isatty() else JsonLines(hide))
    handler.addFilter(_named)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    least = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(max(least, logging.WARNING))
    for name in OURS:
        logging.getLogger(name).setLevel(least)
    return handler


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret in the settings, also the single keys of a list and the password in an address."""
    found: list[str] = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            password = re.search(r"://[^/@]*:([^/]+)@", text)
            found += [text, *text.split(","), *([password[1]] if password else [])]
    return tuple(found)


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message; request and error where there are some."""

    def __init__(self, hide: Callable[[str], str] = str) -> None:
        super().__init__()
        self._hide = hide

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


class PlainLines(logging.Formatter):
    """For a person at a terminal."""

    def __init__(self, hide: Callable[[str], str] = str) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the places of an error below it."""
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        first = f"{clock} {record.levelname.lower():<8} {self._hide(message_of(record))}"
        return printable("\n  ".join([first, *error_of(record)]))


def message_of(record: logging.LogRecord) -> str:
    """What a line says; a library's only up to where it may quote."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError):  # a library's own mistake is not to cost the line
        text = str(record.msg)
    if record.name.partition(".")[0] in OURS and not record.name.startswith(_SDK):
        return text
    return _QUOTING.split(text, maxsplit=1)[0].rstrip()


def error_of(record: logging.LogRecord) -> tuple[str, ...]:
    """An error and what led to it, each with its kind and its places but without its text."""
    error = record.exc_info[1] if record.exc_info else None
    return tuple(_told(error))


def _told(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        yield from _places(error.__traceback__)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback: TracebackType | None) -> Iterable[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        where = Path(code.co_filename)
        places.append(f"{where.parent.name}/{where.name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-_FRAMES:]


def unhandled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The event loop's last resort; its own would write an error's text."""
    del loop
    error = context.get("exception")
    told = str(context.get("message", "")).partition("\n")[0]
    _log.error("%s", told or "an error nobody waited for", exc_info=error if error is not None else False)


def _named(record: logging.LogRecord) -> bool:
    record.request = request_name()
    return True


def _hiding(secrets: Sequence[str]) -> Callable[[str], str]:
    long_enough = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def hide(text: str) -> str:
        cleared = known.sub(_HIDDEN, text) if known is not None else text
        return _SECRETS.sub(_HIDDEN, cleared)

    return hide

"""What logs, metrics and traces observe: the event that is being served, and what happened in a chat, without
anybody's words."""

from __future__ import annotations

import re
import secrets
import time
from contextvars import ContextVar

from bot.dialog.reply import Reply
from bot.storage.records import Platform

_current: ContextVar[tuple[str, float]] = ContextVar("request", default=("", 0.0))
"""The name, and when it arrived."""


def begin_request(given: str = "") -> str:
    """Name the request or event that is being served, so that every line about it says so; the name.

    What it starts in the background is named after it too. `given` is taken where it is a proper id.
    """
    name = given if re.fullmatch(r"[\w.-]{8,64}", given, re.ASCII) else secrets.token_hex(16)
    _current.set((name, time.perf_counter()))
    return name


def request_name() -> str:
    """The name of what is being served; "" where there is none."""
    return _current.get()[0]


def since_request() -> float:
    """Seconds since what is being served came in; 0 where there is none."""
    name, began = _current.get()
    return time.perf_counter() - began if name else 0.0


class Observer:
    """Receives events, and ignores those it does not override. Must take microseconds: an answer waits for it."""

    def answered(self, platform: Platform, seconds: float) -> None:
        """A question was matched and its answer chosen in `seconds`."""

    def exchanged(self, platform: Platform, reply: Reply, seconds: float) -> None:
        """A question or a press led to `reply`, which was posted `seconds` after that came in. Once for each."""

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """Somebody said whether an answer helped."""

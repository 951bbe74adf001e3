"""Events that metrics and tracing observe: what happened in a chat, without anybody's words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from bot.dialog.reply import Reply
from bot.storage.records import Platform

_log = logging.getLogger(__name__)


class Observer:
    """Receives events, and ignores those it does not override. Must take microseconds: an answer waits for it."""

    def answered(self, platform: Platform, seconds: float) -> None:
        """A question was matched and its answer chosen in `seconds`."""

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """A question or a press led to `reply`, which was posted. Once for each."""

    def shown(self, platform: Platform, seconds: float) -> None:
        """An answer was posted, `seconds` after the event that asked for it came in."""

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """Somebody said whether an answer helped."""


def notify(observers: Sequence[Observer], event: Callable[[Observer], None]) -> None:
    """Tell every observer of an event. Never raises, so that no answer fails because of one."""
    for observer in observers:
        try:
            event(observer)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer goes on
            _log.error("the observer %s failed: %s", type(observer).__name__, type(error).__name__)

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


class Observers:
    """Several observers as one that never raises, so that no answer fails because of one."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def answered(self, platform: Platform, seconds: float) -> None:
        """As `Observer.answered`."""
        self._notify(lambda observer: observer.answered(platform, seconds))

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """As `Observer.exchanged`."""
        self._notify(lambda observer: observer.exchanged(platform, reply))

    def shown(self, platform: Platform, seconds: float) -> None:
        """As `Observer.shown`."""
        self._notify(lambda observer: observer.shown(platform, seconds))

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """As `Observer.judged`."""
        self._notify(lambda observer: observer.judged(platform, helpful=helpful))

    def _notify(self, what: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                what(observer)
            except Exception as error:  # noqa: BLE001 - whatever it is, the answer goes on
                _log.error("the observer %s failed: %s", type(observer).__name__, type(error).__name__)

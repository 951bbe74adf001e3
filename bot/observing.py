"""What an operator learns of each exchange, without anybody's words: told as it happens, and not kept here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from bot.feedback import Platform
from bot.reply import Reply

_log = logging.getLogger(__name__)


class Observer(Protocol):
    """Is told what happens. Takes microseconds: an answer waits for it."""

    def answered(self, platform: Platform, seconds: float) -> None:
        """A question was matched and its answer chosen in `seconds`."""

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """A question or a press led to `reply`. Told once for each."""

    def shown(self, platform: Platform, seconds: float) -> None:
        """An answer was posted, `seconds` after the event that asked for it came in."""

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """Somebody said whether an answer helped."""


class Observers:
    """Several observers as one that never raises: an answer does not fail for being observed."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def answered(self, platform: Platform, seconds: float) -> None:
        """As `Observer.answered`."""
        self._tell(lambda observer: observer.answered(platform, seconds))

    def exchanged(self, platform: Platform, reply: Reply) -> None:
        """As `Observer.exchanged`."""
        self._tell(lambda observer: observer.exchanged(platform, reply))

    def shown(self, platform: Platform, seconds: float) -> None:
        """As `Observer.shown`."""
        self._tell(lambda observer: observer.shown(platform, seconds))

    def judged(self, platform: Platform, *, helpful: bool) -> None:
        """As `Observer.judged`."""
        self._tell(lambda observer: observer.judged(platform, helpful=helpful))

    def _tell(self, what: Callable[[Observer], None]) -> None:
        for observer in self._observers:
            try:
                what(observer)
            except Exception as error:  # noqa: BLE001 - whatever it is, the answer goes on
                _log.error("observing failed in %s: %s", type(observer).__name__, type(error).__name__)

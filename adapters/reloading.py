"""The running bot, exchanged for a new one when the knowledge changes and the new files are right."""

from __future__ import annotations

import threading
from collections.abc import Callable

from adapters.terminal.errors import CommandError
from bot.answering import Bot
from knowledge.errors import KnowledgeError

_TAKEN_OVER = "The knowledge has changed; I answer from the new version now."
_KEPT = "The knowledge has changed, but not all of it is right; I go on answering from before."


class LiveBot:
    """Holds `bot`, and each one that `make` builds after it; `reload` and `failed` may be called from any thread.

    Whoever asks for the bot gets the old one or the new one, never something in between. A reload
    that fails leaves the running bot in place. What there is to tell waits in `notices`.
    """

    def __init__(self, bot: Bot, make: Callable[[], Bot]) -> None:
        self._bot = bot
        self._make = make
        self._lock = threading.Lock()
        self._notices: list[str] = []
        self._complaint = ""

    def __call__(self) -> Bot:
        """The bot to ask now."""
        return self._bot

    def reload(self) -> None:
        """Build the bot anew and put it in place. Raises KnowledgeError or OSError where the files are wrong."""
        try:
            bot = self._make()
        except CommandError as error:
            self.failed(error)
            return
        with self._lock:
            if self._complaint or bot.knowledge.version != self._bot.knowledge.version:
                self._notices.append(_TAKEN_OVER)
            self._complaint = ""
            self._bot = bot

    def failed(self, error: KnowledgeError | CommandError) -> None:
        """Note why a reload failed; the same complaint is noted once, however often it is met."""
        with self._lock:
            if str(error) != self._complaint:
                self._complaint = str(error)
                self._notices.append(f"{error}\n{_KEPT}")

    def notices(self) -> list[str]:
        """What there is to tell since the last time, oldest first."""
        with self._lock:
            told, self._notices = self._notices, []
        return told

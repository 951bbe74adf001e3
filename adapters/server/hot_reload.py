"""Hot reload: the running bot is replaced when knowledge files change and the new ones are correct."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from pathlib import Path

from adapters.platform import PartStatus
from adapters.server.setting_values import KnowledgeSettings, SettingsError
from bot.dialog.answering import Bot
from bot.factory import assemble
from bot.storage.repeating import repeat
from knowledge.errors import KnowledgeError
from knowledge.watching import Watcher

RETRY = 10.0
"""Seconds until a folder that could not be watched is tried again."""

_REPLACED = "The knowledge has changed; I answer from the new version now."
_UNCHANGED = "The knowledge has changed, but has mistakes; I go on answering from the version before."

_log = logging.getLogger(__name__)


class LiveBot:
    """Holds `bot`, and then each one that `make` builds. `reload` and `failed` are called from one thread, any, and
    call `report` with what has changed, or why it has not.

    A caller gets the old bot or the new one, never a mixture. A failed reload leaves the running bot in place.
    """

    def __init__(self, bot: Bot, make: Callable[[], Bot], report: Callable[[str], object]) -> None:
        self._bot, self._make, self._report = bot, make, report
        self._error = ""

    def __call__(self) -> Bot:
        """The current bot."""
        return self._bot

    @property
    def outdated(self) -> bool:
        """Whether the newest files have mistakes, so that the version before them answers."""
        return bool(self._error)

    def reload(self) -> None:
        """Build the bot again and switch to it. Raises KnowledgeError or OSError where the files are wrong."""
        try:
            bot = self._make()
        except SettingsError as error:
            self.failed(error)
            return
        changed = self._error or bot.knowledge.version != self._bot.knowledge.version
        self._error, self._bot = "", bot
        if changed:
            self._report(_REPLACED)

    def failed(self, error: KnowledgeError | SettingsError) -> None:
        """Note why a reload failed; the same error is reported once."""
        if str(error) != self._error:
            self._error = str(error)
            self._report(f"{error}\n{_UNCHANGED}")


class Knowledge:
    """The service's bot, rebuilt when the overlay folder changes."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        """Takes a moment. Raises KnowledgeError where the files are wrong, SettingsError where the thresholds are."""
        self._settings = settings
        overlay = settings.overlay
        # The watcher first, so that it misses nothing that changes while the bot is built.
        self._watcher = Watcher([overlay], self._reload, self._failed) if overlay is not None else None
        self.bot = LiveBot(self._make(), self._make, self._report)

    async def watch(self) -> None:
        """Follow changes until cancelled; returns at once where there is no overlay."""
        if self._watcher is not None:
            await repeat(self._watcher.run, RETRY, "watching the overlay")

    def status(self) -> PartStatus:
        """For readiness."""
        bot = self.bot()
        details = {"version": bot.knowledge.version, "encoder": "on" if bot.has_encoder else "off"}
        if self.bot.outdated:
            return PartStatus("degraded", "the newest files have a mistake; the version before them answers", details)
        return PartStatus("ready", "", details)

    def _make(self) -> Bot:
        bot = assemble(overlay=self._settings.overlay, encoder=self._settings.encoder)
        bot.thresholds = self._settings.thresholds(bot.thresholds)
        bot.prepare()
        return bot

    def _reload(self) -> None:
        try:
            self.bot.reload()
        except (KnowledgeError, OSError):
            raise  # the watcher's to judge: a file may have come or gone meanwhile
        except Exception as error:  # noqa: BLE001 - the version before answers, and that must show
            _log.error("reading the changed knowledge failed", exc_info=error)
            folder = self._settings.overlay or Path()
            self.bot.failed(KnowledgeError.at(folder, f"cannot be loaded ({type(error).__name__})", "see the log"))
        freeze_objects()

    def _failed(self, error: KnowledgeError) -> None:
        self.bot.failed(error)

    def _report(self, notice: str) -> None:
        _log.log(logging.ERROR if self.bot.outdated else logging.INFO, "%s", notice)


def freeze_objects() -> None:
    """Exempt all objects that exist now, such as knowledge and modules, from garbage collection: a full one would scan
    them all, for about a tenth of a second in which nobody is answered."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()

"""The bot that the service has, for a command beside it."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.settings import Settings, SettingsError
from adapters.terminal.errors import CommandError
from adapters.terminal.progress import progress_on
from bot.answering import Bot
from bot.assembly import SHIPPED, assemble
from bot.index import Progress


def served_bot(settings: Settings, *, folder: Path = SHIPPED, overlay: Path | None) -> Bot:
    """The bot over these folders, with the thresholds of the service. Raises KnowledgeError or CommandError."""
    bot = assemble(folder, overlay=overlay, watch=watched)
    try:
        bot.thresholds = settings.thresholds(bot.thresholds)
    except SettingsError as error:
        raise CommandError(str(error)) from None
    return bot


def watched(what: str) -> Progress | None:
    """Tells on standard error how far compiling has come."""
    return progress_on(sys.stderr, what)

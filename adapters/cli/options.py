"""What every command that answers has in common: which knowledge, which overlay, which thresholds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from adapters.server.setting_values import (
    OVERLAY,
    KnowledgeSettings,
    SettingProblem,
    SettingsError,
    existing_folder,
    knowledge_settings,
)
from adapters.terminal.progress import patience, progress_on
from bot.dialog.answering import Bot
from bot.factory import SHIPPED, assemble


def add_knowledge(parser: argparse.ArgumentParser, *, overlay: bool = True) -> None:
    """Add the options --knowledge and, where it makes sense, --overlay."""
    parser.add_argument(
        "--knowledge",
        type=Path,
        metavar="DIR",
        default=SHIPPED,
        help="knowledge folder to use instead of the shipped one",
    )
    if overlay:
        parser.add_argument(
            "--overlay",
            type=Path,
            metavar="DIR",
            help=f"folder of your own entries, laid over the knowledge (default: {OVERLAY})",
        )


def overlay_folder(arguments: argparse.Namespace) -> Path | None:
    """The overlay, from the command line or the settings; None where there is none. Raises SettingsError."""
    return _overlay(arguments, knowledge_settings())


def make_bot(arguments: argparse.Namespace, *, announce: bool = True) -> Bot:
    """The bot for the options and the settings. `announce`: explain a long wait on standard error. Raises
    KnowledgeError where the files are wrong, SettingsError where a setting is."""
    settings = knowledge_settings()
    overlay = _overlay(arguments, settings)
    with patience(sys.stderr if announce else None, "Compiling the knowledge, once after each change of it ..."):
        bot = assemble(
            arguments.knowledge,
            overlay=overlay,
            encoder=settings.encoder,
            watch=lambda what: progress_on(sys.stderr if announce else None, what),
        )
    bot.thresholds = settings.thresholds(bot.thresholds)
    return bot


def _overlay(arguments: argparse.Namespace, settings: KnowledgeSettings) -> Path | None:
    chosen: Path | None = getattr(arguments, "overlay", None)
    if chosen is None:
        return settings.overlay
    try:
        return existing_folder(chosen)
    except ValueError as error:
        raise SettingsError([SettingProblem("--overlay", str(error))]) from None

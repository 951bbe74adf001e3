"""What commands share: the knowledge that they answer from, and the service's own store."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from adapters.cli.output import CommandError
from adapters.server.setting_values import (
    OVERLAY,
    KnowledgeSettings,
    SettingsError,
    existing_folder,
    knowledge_settings,
)
from adapters.terminal.progress import progress_on
from bot.dialog.answering import Bot
from bot.factory import SHIPPED, assemble

if TYPE_CHECKING:
    from adapters.server.settings import Settings
    from bot.storage.store import Store

T = TypeVar("T")

TIME_LIMIT = 30.0
"""Seconds a transaction may take. Nobody waits for an answer here, and a running service may be writing."""

NOT_VACUUMED = (
    "what was deleted or replaced is gone from the tables, but its bytes may still be in the database's file, because "
    "something was in the way: free disk space or wait until nobody reads the file, and run this again"
)


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


def chosen_settings(arguments: argparse.Namespace) -> KnowledgeSettings:
    """What the settings say of the answers, with the overlay of the command line in place of theirs. Raises
    SettingsError."""
    settings, overlay = knowledge_settings(), getattr(arguments, "overlay", None)
    try:
        return settings if overlay is None else replace(settings, overlay=existing_folder(overlay))
    except ValueError as error:
        raise SettingsError(f"--overlay {error}") from None


def make_bot(arguments: argparse.Namespace, *, announce: bool = True) -> Bot:
    """The bot for the options and the settings. `announce`: show progress on standard error. Raises
    KnowledgeError where the files are wrong, SettingsError where a setting is."""
    settings = chosen_settings(arguments)
    bot = assemble(
        arguments.knowledge,
        overlay=settings.overlay,
        encoder=settings.encoder,
        watch=lambda what: progress_on(sys.stderr if announce else None, what),
    )
    bot.thresholds = settings.thresholds(bot.thresholds)
    return bot


def on_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """What `work` gives for the service's store. All errors of the store become a CommandError that says what to do."""
    import asyncio

    from adapters.server.settings import make_store
    from bot.storage.address import normalised, sqlite_file
    from bot.storage.errors import StoreError, StoreUnavailable

    file = sqlite_file(normalised(settings.store_url))
    if file is not None and not file.is_file():
        raise CommandError(
            f"there is no database at {file}: set DATABASE_URL to the one that the service uses, or make one to try "
            "this with by framework-bot demo"
        )
    logging.getLogger("bot").addHandler(logging.NullHandler())  # the command itself reports what matters

    async def done() -> T:
        store = make_store(settings, time_limit=TIME_LIMIT)
        try:
            await store.prepare()
            return await work(store)
        finally:
            await store.close()

    try:
        return asyncio.run(done())
    except StoreUnavailable as error:
        raise CommandError(
            f"the database does not answer ({error}): check DATABASE_URL, or run the same again once it is back"
        ) from None
    except StoreError as error:
        raise CommandError(str(error)) from None

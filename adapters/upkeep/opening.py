"""The service's own store, for a command beside it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.settings import Settings, SettingsError, load_settings
from adapters.stores import store_of
from adapters.terminal.errors import CommandError
from bot.storage.address import normalised, sqlite_file
from bot.storage.errors import StoreError, StoreUnavailable
from bot.store import Store

PATIENCE = 30.0
"""Seconds a transaction may take. Nobody waits for an answer here, and a running service may be writing."""


def settings_at_hand() -> Settings:
    """The settings, of which a command here needs only those of the store. Raises CommandError."""
    try:
        return load_settings()
    except SettingsError as error:
        raise CommandError(str(error)) from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The service's store. Whatever goes wrong with it, also later on, is CommandError with the mend."""
    file = sqlite_file(normalised(settings.store_url))
    if file is not None and not file.is_file():
        raise CommandError(f"there is no database at {file}: set DATABASE_URL to the one that the service uses")
    logging.getLogger("bot").addHandler(logging.NullHandler())  # what the command has to say, it says itself
    try:
        store = store_of(settings, patience=PATIENCE)
        try:
            await _prepared(store)
            yield store
        finally:
            await store.close()
    except StoreUnavailable as error:
        raise CommandError(
            f"the database went away ({error}), so it cannot be told how far this got: run the same again once it is "
            "back; nothing is done twice"
        ) from None
    except StoreError as error:
        raise CommandError(str(error)) from None


async def _prepared(store: Store) -> None:
    try:
        await store.prepare()
    except StoreUnavailable as error:
        raise CommandError(
            f"the database does not answer ({error}), and nothing was done: check DATABASE_URL, or try again later"
        ) from None

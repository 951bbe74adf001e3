"""The service's own store, for commands that run next to it, and how they report what went wrong."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.cli.output import CommandError
from adapters.server.settings import Settings, make_store
from bot.storage.address import normalised, sqlite_file
from bot.storage.errors import StoreError, StoreUnavailable
from bot.storage.store import Store

TIME_LIMIT = 30.0
"""Seconds a transaction may take. Nobody waits for an answer here, and a running service may be writing."""

NOT_VACUUMED = (
    "what was deleted or replaced is gone from the tables, but its bytes may still be in the database's file, because "
    "something was in the way: free disk space or wait until nobody reads the file, and run this again"
)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The service's store. All its errors, later ones too, become a CommandError that says what to do."""
    file = sqlite_file(normalised(settings.store_url))
    if file is not None and not file.is_file():
        raise CommandError(
            f"there is no database at {file}: set DATABASE_URL to the one that the service uses, or make one to try "
            "this with by framework-bot demo"
        )
    logging.getLogger("bot").addHandler(logging.NullHandler())  # the command itself reports what matters
    try:
        store = make_store(settings, time_limit=TIME_LIMIT)
        prepared = False
        try:
            await store.prepare()
            prepared = True
            yield store
        finally:
            await store.close()
    except StoreUnavailable as error:
        if not prepared:
            raise CommandError(
                f"the database does not answer ({error}), and nothing was done: check DATABASE_URL, or try again later"
            ) from None
        raise CommandError(
            f"the database went away ({error}), and it is not known how far this got: run the same again once it is "
            "back; nothing is done twice"
        ) from None
    except StoreError as error:
        raise CommandError(str(error)) from None


def exit_code(problems: Sequence[str]) -> int:
    """Print `problems` on standard error; 1 where there are any, else 0."""
    for problem in problems:
        print(f"framework-bot: {problem}", file=sys.stderr)
    return 1 if problems else 0

"""What SQLite needs beyond an address: connections that can be let go of twice, and pragmas."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Any

import aiosqlite

_CHUNK = 64
"""Rows that aiosqlite hands over at a time: its own default."""


class Connection(aiosqlite.Connection):
    """A connection whose thread is told to stop once only, and whose end can be waited for.

    A cancelled operation makes SQLAlchemy close a connection kindly and then by force. The thread ends
    at the first word, and whoever waits for its answer to a second one, as aiosqlite's `close` does,
    waits for ever; the process would not end.
    """

    _told = False
    _end: asyncio.Future[Any] | None = None

    def stop(self) -> asyncio.Future[Any] | None:
        """Have the thread close the connection and end; the same answer however often it is asked."""
        if not self._told:
            self._told = True
            self._end = super().stop()
        return self._end

    async def ended(self, patience: float) -> None:
        """Stop, and wait up to `patience` seconds for the thread: it must not outlive the loop it reports to."""
        self.stop()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join, patience)


def connection(database: str, **choices: Any) -> Connection:
    """A connection to `database`, to be awaited, as `aiosqlite.connect` makes it."""
    made = Connection(lambda: sqlite3.connect(database, **choices), _CHUNK)
    made._thread.daemon = True  # noqa: SLF001 - there is no other way to let the process end
    return made


def say_nothing_of_values() -> None:
    """At DEBUG aiosqlite writes down every value it is given, and those are people's words."""
    logging.getLogger("aiosqlite").setLevel(logging.INFO)


def prepare(cursor: Any) -> None:
    """What holds for one connection."""
    cursor.execute("PRAGMA synchronous=NORMAL")  # as safe as FULL with a write-ahead log, but for a power cut
    cursor.execute("PRAGMA secure_delete=ON")  # deleted words are overwritten

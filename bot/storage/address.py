"""Database addresses, checked without loading a driver, so that settings can be checked quickly."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+psycopg"

_DRIVERS = {"sqlite": SQLITE, SQLITE: SQLITE, "postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_REMEDIES = {"ssl": "write sslmode=require in place of ssl", "pgbouncer": "remove pgbouncer: a pooler needs no option"}
_HINT = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST:5432/NAME"


def normalised(url: str) -> str:
    """`url` with the driver we use. Raises ValueError with a hint that never repeats a password."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        raise ValueError(f"is not a database address: {_HINT}")
    driver = _DRIVERS.get(found["scheme"].lower())
    if driver is None:
        raise ValueError(f"starts with {found['scheme']}://, which is not supported: {_HINT}")
    (_check_sqlite if driver == SQLITE else _check_postgresql)(found["rest"])
    return f"{driver}://{found['rest']}"


def _check_sqlite(rest: str) -> None:
    file = rest.removeprefix("/")
    if not rest.startswith("/") or file in {"", ":memory:"}:
        raise ValueError(f"names no file: {_HINT}; an absolute path needs four slashes")
    if file.startswith("~") or {"$", "?"} & {*file}:
        raise ValueError("has a ~, $ or ?, which nothing here replaces or reads: write the path in full, and only that")
    if file.endswith("/") or Path(file).is_dir():
        raise ValueError("names a folder: add the name of a file in it, such as /bot.sqlite3")


def _check_postgresql(rest: str) -> None:
    if not rest.strip("/"):
        raise ValueError(f"names no server and no database: {_HINT}")
    if rest.count("@") > 1:
        raise ValueError("has more than one @: write %40 for each @ in the user's name and in the password")
    from psycopg.pq import Conninfo  # noqa: PLC0415 - these take 0.3 s, and only for a server
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as above
    from sqlalchemy import make_url  # noqa: PLC0415 - as above

    url = None
    with suppress(ValueError):
        url = make_url(f"{POSTGRESQL}://{rest}")
    if url is None or not 0 < (1 if url.port is None else url.port) < 65_536:
        raise ValueError("has a port that is no number: write HOST:5432, several as /NAME?host=ONE:5432&host=TWO:5432")
    known = [option.keyword.decode() for option in Conninfo.get_defaults()]
    for name in sorted(url.query.keys() - known):
        # Names only what libpq has: an unescaped password may be part of the address's own words.
        near = process.extractOne(name, known, scorer=fuzz.ratio, processor=str.lower, score_cutoff=75)
        hint = _REMEDIES.get(name) or (f"write {near[0]}" if near is not None else "remove it")
        raise ValueError(f"has an option after the ? that PostgreSQL does not know: {hint}")


def sqlite_file(url: str) -> Path | None:
    """The file of a normalised SQLite address; None for PostgreSQL."""
    scheme, _, rest = url.partition(":///")
    return Path(unquote(rest)) if scheme == SQLITE else None


def sqlite_address(file: Path) -> str:
    return f"{SQLITE}:///{file}"

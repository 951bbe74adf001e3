"""Database addresses, checked without loading a driver, so that settings can be checked quickly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+psycopg"

_DRIVERS = {"sqlite": SQLITE, SQLITE: SQLITE, "postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_REMEDIES = {
    "ssl": "write sslmode=require in place of ssl",
    "pgbouncer": "remove pgbouncer, as a connection pooler needs no option",
}
"""What to do about options of other drivers."""

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
    if "?" in file:
        raise ValueError("has a ?, but SQLite takes no options here: end the address with the name of the file")
    if file.startswith("~") or "$" in file:
        raise ValueError("has a ~ or $, which only a shell replaces: write the path in full, with four slashes")
    if file.endswith("/") or Path(file).is_dir():
        raise ValueError("names a folder: add the name of a file in it, such as /bot.sqlite3")


def _check_postgresql(rest: str) -> None:
    if not rest.strip("/"):
        raise ValueError(f"names no server and no database: {_HINT}")
    if rest.count("@") > 1:
        raise ValueError("has more than one @: write %40 for each @ in the user's name and in the password")
    from sqlalchemy import make_url  # noqa: PLC0415 - 0.2 s, and only for a server
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - as above

    url = None
    with suppress(ValueError, ArgumentError):
        url = make_url(f"{POSTGRESQL}://{rest}")
    if url is None or not 0 < (1 if url.port is None else url.port) < 65_536:
        raise ValueError(
            "has a port that is no number from 1 to 65535: write postgresql://USER:PASSWORD@HOST:5432/NAME, or for "
            "several hosts postgresql://USER:PASSWORD@/NAME?host=HOST1:5432&host=HOST2:5432"
        )
    if url.query:
        _check_options(url.query)


def _check_options(options: Mapping[str, str | Sequence[str]]) -> None:
    """Raises ValueError for an option that libpq does not have. Names only what libpq has: an unescaped password may
    be part of the others."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - as above
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as above

    known = [option.keyword.decode() for option in Conninfo.get_defaults()]
    for name in sorted(options.keys() - known):
        near = process.extractOne(name, known, scorer=fuzz.ratio, processor=str.lower, score_cutoff=75)
        hint = _REMEDIES.get(name.lower()) or (f"write {near[0]}" if near is not None else "remove it")
        raise ValueError(f"has an option after the ? that PostgreSQL does not know: {hint}")
    if options.get("sslmode", "require") not in _SSL_MODES:
        raise ValueError(f"has an unknown sslmode: write one of {', '.join(_SSL_MODES)}")


def sqlite_file(url: str) -> Path | None:
    """The file of a normalised SQLite address; None for PostgreSQL."""
    scheme, _, rest = url.partition(":///")
    return Path(unquote(rest)) if scheme == SQLITE else None


def sqlite_address(file: Path) -> str:
    return f"{SQLITE}:///{file}"

"""Database addresses, checked without loading a driver, so that settings can be checked quickly."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+psycopg"

_DRIVERS = {"sqlite": SQLITE, SQLITE: SQLITE, "postgres": POSTGRESQL, "postgresql": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_HINT = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST:5432/NAME"


def normalised(url: str) -> str:
    """`url` with the driver we use. Raises ValueError with a hint that never repeats a password."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        raise ValueError(f"is not a database address: {_HINT}")
    driver = _DRIVERS.get(found["scheme"].lower())
    if driver is None:
        raise ValueError(f"starts with {found['scheme']}://, which is not supported: {_HINT}")
    rest = found["rest"]
    if driver == SQLITE and (not rest.startswith("/") or rest.partition("?")[0] in {"/", "/:memory:"}):
        raise ValueError(f"names no file: {_HINT}; an absolute path needs four slashes")
    if driver == POSTGRESQL and not rest.strip("/"):
        raise ValueError(f"names no server and no database: {_HINT}")
    return f"{driver}://{rest}"


def sqlite_file(url: str) -> Path | None:
    """The file of a normalised SQLite address; None for PostgreSQL."""
    scheme, _, rest = url.partition(":///")
    return Path(unquote(rest.partition("?")[0])) if scheme == SQLITE else None


def sqlite_address(file: Path) -> str:
    return f"{SQLITE}:///{file}"

"""Database addresses: what people write, and what the drivers read.

Imports no driver, so that the settings can be checked without one.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+psycopg"

_SPELLINGS = {
    "sqlite": SQLITE,
    "sqlite+aiosqlite": SQLITE,
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "postgresql+psycopg": POSTGRESQL,
}
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_MEND = "write sqlite:///PATH or postgresql://USER:PASSWORD@HOST:5432/NAME"


def normalised(url: str) -> str:
    """`url` with the driver we use. Raises ValueError with the mend, and never repeats a password."""
    found = _SCHEME.fullmatch(url.strip())
    if found is None:
        raise ValueError(f"is not a database address: {_MEND}")
    scheme = _SPELLINGS.get(found["scheme"].lower())
    if scheme is None:
        raise ValueError(f"starts with {found['scheme']}://, which is not supported: {_MEND}")
    rest = found["rest"]
    if scheme == SQLITE and (not rest.startswith("/") or rest.partition("?")[0] in {"/", "/:memory:"}):
        raise ValueError(f"names no file: {_MEND}; a full path needs four slashes")
    if scheme == POSTGRESQL and not rest.strip("/"):
        raise ValueError(f"names no server and no database: {_MEND}")
    return f"{scheme}://{rest}"


def sqlite_file(url: str) -> Path | None:
    """The file behind a normalised SQLite address; None for PostgreSQL."""
    scheme, _, rest = url.partition(":///")
    return Path(unquote(rest.partition("?")[0])) if scheme == SQLITE else None


def sqlite_address(file: Path) -> str:
    """The address of a SQLite file."""
    return f"{SQLITE}:///{file}"

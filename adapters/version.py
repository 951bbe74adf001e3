"""Which version of framework-bot this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

PACKAGE = "framework-bot"


def version() -> str | None:
    """The version, such as "1.4.0"; None where it is run from its source without being installed."""
    try:
        return installed(PACKAGE)
    except PackageNotFoundError:
        return None

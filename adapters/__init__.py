"""Where people ask: each platform's events translated into questions, and replies back."""

from __future__ import annotations

PACKAGE = "framework-bot"


def version() -> str | None:
    """The version, such as "1.4.0"; None where it is run from its source without being installed."""
    from importlib import metadata  # noqa: PLC0415 - asking a question does not need it

    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return None

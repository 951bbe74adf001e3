"""The one family of errors that the store raises."""

from __future__ import annotations


class StoreError(Exception):
    """Something is wrong with what is kept. The message says what to change, and holds nobody's words."""


class StoreUnavailable(StoreError):  # noqa: N818 - named for what happened
    """The database does not answer, or not in time. Try again later."""


class StoreTooNew(StoreError):  # noqa: N818 - named for what happened
    """The tables were made by a newer framework-bot than this one."""


class KeysUnusable(StoreError):  # noqa: N818 - named for what happened
    """Tokens cannot be sealed or opened with the encryption keys at hand."""

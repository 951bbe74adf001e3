"""The exceptions of the store. No message quotes what people wrote."""

from __future__ import annotations


class StoreError(Exception):
    """Base of all. The message says what to change."""


class StoreUnavailable(StoreError):  # noqa: N818 - named for what happened
    """The database does not answer, or not in time. Try again later."""


class StoreTooNew(StoreError):  # noqa: N818 - named for what happened
    """The tables were made by a newer framework-bot than this one."""


class KeysUnusable(StoreError):  # noqa: N818 - named for what happened
    """Tokens cannot be encrypted or decrypted with the keys that are set."""

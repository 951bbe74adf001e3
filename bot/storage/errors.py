"""The exceptions of the store. No message quotes what people wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.storage.records import OwnAnswer


class StoreError(Exception):
    """Base of all. The message says what to change."""


class StoreUnavailable(StoreError):  # noqa: N818 - named for what happened
    """The database does not answer, or not in time. Try again later."""


class StoreTooNew(StoreError):  # noqa: N818 - named for what happened
    """The tables were made by a newer framework-bot than this one."""


class KeysUnusable(StoreError):  # noqa: N818 - named for what happened
    """Tokens cannot be encrypted or decrypted with the keys that are set."""


class ChangedMeanwhileError(StoreError):
    """Somebody else changed the same answer after it was read: `now` is what is there."""

    def __init__(self, now: OwnAnswer) -> None:
        super().__init__("somebody else changed this answer meanwhile")
        self.now = now


class TooManyAnswersError(StoreError):
    """The workspace has as many as it can have."""

    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most:,} answers, which is the most: remove some first")

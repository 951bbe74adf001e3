"""Sealing of tokens at rest, with keys that can be replaced one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.storage.errors import KeysUnusable

MEND = (
    "set TOKEN_ENCRYPTION_KEYS to one or more keys, newest first, separated by commas; make one with: "
    "framework-bot keys new"
)


def new_key() -> str:
    """A key made now, from the system's randomness."""
    return Fernet.generate_key().decode("ascii")


class Cipher:
    """Seals with the first key and opens with any. Raises KeysUnusable where a key is malformed."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._keys = [Fernet(key.strip()) for key in keys]
        except ValueError:
            raise KeysUnusable(f"an encryption key is malformed: {MEND}") from None

    def seal(self, text: str) -> str:
        """`text` encrypted and signed, printable."""
        return self._all().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed. Raises KeysUnusable where no key fits or the text was tampered with."""
        try:
            return self._all().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise KeysUnusable(
                "a stored token cannot be opened with any of TOKEN_ENCRYPTION_KEYS: add the key it was sealed with"
            ) from None

    def renew(self, sealed: str) -> str:
        """The same sealed with the first key. Raises KeysUnusable as `open` does."""
        return self.seal(self.open(sealed))

    def key_of(self, sealed: str) -> int | None:
        """Which key opens it, 0 for the newest; None where none does."""
        for number, key in enumerate(self._keys):
            with suppress(InvalidToken):
                key.decrypt(sealed.encode())
                return number
        return None

    def require_key(self) -> None:
        """Raises KeysUnusable where there is no key."""
        if not self._keys:
            raise KeysUnusable(f"no encryption key: {MEND}")

    def _all(self) -> MultiFernet:
        self.require_key()
        return MultiFernet(self._keys)

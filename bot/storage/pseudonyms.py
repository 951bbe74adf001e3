"""Stand-ins for what must not be kept as it is: users, threads, answers, deliveries.

A user becomes a keyed hash, so that a second vote replaces the first and "delete my data" works,
while nobody who reads the tables learns who it was. Threads and answers are named by ids that can
lead to a direct-message channel, so they are kept as keyed hashes too.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

LENGTH = 64
"""Characters of every stand-in."""

CHECK = 16
"""Characters of a secret's check value: enough to tell secrets apart."""

_PURPOSE = b"framework-bot pseudonyms 1"
_NO_SECRET = b"no secret configured"


class Pseudonyms:
    """Makes stand-ins with keys derived from `secrets`.

    The first secret makes new ones; the others are only tried when something is looked for, so that
    a secret can be replaced. Without any, stand-ins are plain hashes: stable, but a guess can be checked.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        given = [secret.encode() for secret in secrets if secret]
        material = given or [_NO_SECRET]
        self.secret = bool(given)
        """Whether there is a secret at all."""
        self._keys = tuple(hmac.digest(secret, _PURPOSE, "sha256") for secret in material)

    def user(self, platform: str, user: str) -> str:
        """The stand-in of a platform's user."""
        return _keyed(self._keys[0], "user", platform, user)

    def every_user(self, platform: str, user: str) -> tuple[str, ...]:
        """All stand-ins that the user may have been given."""
        return tuple(_keyed(key, "user", platform, user) for key in self._keys)

    def check_values(self) -> tuple[str, ...]:
        """One for each secret, newest first: the same for the same secret, and no way back to it."""
        return tuple(_keyed(key, "check value")[:CHECK] for key in self._keys)

    def thread(self, key: str) -> str:
        """The stand-in of a thread."""
        return _keyed(self._keys[0], "thread", key)

    def answer(self, key: str) -> str:
        """The stand-in of a posted answer."""
        return _keyed(self._keys[0], "answer", key)


def digest(text: str) -> str:
    """A plain hash of a random id, for looking it up: it bounds the length and needs no key to survive a rotation."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def _keyed(key: bytes, *parts: str) -> str:
    return hmac.digest(key, b"\0".join(_bytes(part) for part in parts), "sha256").hex()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

"""Masking and pseudonyms: what is replaced in words and ids before they are stored.

Masking errs on the safe side: better to mask one number too many than one too few. Version numbers, dates, model
names and API names such as `@tf.function` stay, because curators need them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence

HASH_LENGTH = 64
"""Characters of every pseudonym and digest: SHA-256 in hexadecimal."""

MOST_READ = 4_000
"""Characters of a text that are read. Questions have at most 2,000."""

_HEAD = 0.3
"""Share of a shortened text that is its beginning: people put the context first and the question last."""

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: invisible, but some scripts and emoji need them."""

_PURPOSE = b"framework-bot pseudonyms 1"
_NO_SECRET = b"no secret configured"

_MASKS = (
    (r"<mailto:[^<>]*>", "[email]"),
    (r"<tel:[^<>]*>", "[number]"),
    (r"<[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^<>]*>", "[link]"),
    (r"<(?:[@#!/]|a?:\w+:|t:|id:)[^<>]*>", "[mention]"),
    (r"(?<![\w+.-])[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>]+", "[link]"),
    (r"(?<![\w.-])www\.[^\s<>]+", "[link]"),
    (r"(?<![\w.-])(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}(?::\d{1,5})?/[^\s<>]+", "[link]"),
    (r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}", "[email]"),
    (r"@(?!(?:tf|torch|jax|keras)\.)[\w.-]+", "[mention]"),
    (r"(?:/(?:home|Users|root|mnt)/|[A-Za-z]:[\\/]|\\\\)[^\s<>]+", "[path]"),
    (r"\b(?:xox[a-z]-|xapp-|sk-|gh[a-z]_|github_pat_|glpat-|hf_|AKIA|eyJ)[\w.-]{6,}", "[secret]"),
    (r"(?<![\w+/=-])(?=[\w+/=-]{0,200}\d)(?=[\w+/=-]{0,200}[A-Za-z])[\w+/=-]{24,}", "[secret]"),
    (r"\b[UW](?=[A-Z]*\d)[A-Z0-9]{8,12}\b", "[mention]"),
    (r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])", "[number]"),
    (r"\+?\(?\d(?:[ \-/().]{0,2}\d){8,}", "[number]"),
    (r"(?<!\d)\d{3}-\d{4}(?!\d)", "[number]"),
    (r"\d{6,}", "[number]"),
)
_COMPILED = tuple((re.compile(pattern), mask) for pattern, mask in _MASKS)


def single_line(text: str, limit: int) -> str:
    """`text` on one line, without control characters, at most `limit` characters.

    The result can be stored in any database: no null byte and no half of a surrogate pair.
    """
    read = _readable(text)
    if not (read.isascii() and read.isprintable()):
        read = "".join(
            " " if character.isspace() else character
            for character in read
            if character in _JOINERS or character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
        )
    return _shortened(" ".join(read.split()), limit)


def masked(text: str, limit: int) -> str:
    """`text` on one line, with mentions, addresses, links, paths, secrets and long numbers replaced by their kind.

    At most `limit` characters; a longer text loses its middle.
    """
    words = single_line(unicodedata.normalize("NFKC", _readable(text)), MOST_READ)
    for pattern, mask in _COMPILED:
        words = pattern.sub(mask, words)
    return _shortened(words, limit)


def holds_secret(text: str) -> bool:
    """Whether `text` has something in it that is masked as a secret."""
    return any(pattern.search(text) for pattern, mask in _COMPILED if mask == "[secret]")


def _readable(text: str) -> str:
    """The part of a very long text that is read, cut between words so that no half of an address escapes its mask."""
    if len(text) <= MOST_READ:
        return text
    head = int(MOST_READ * _HEAD)
    beginning, _, _ = text[:head].rpartition(" ")
    _, _, end = text[head - MOST_READ :].partition(" ")
    return f"{beginning} ... {end}"


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    gap = " ... "
    head = int((limit - len(gap)) * _HEAD)
    return f"{text[:head].rstrip()}{gap}{text[head + len(gap) - limit :].lstrip()}"


class Pseudonyms:
    """HMAC-SHA-256 of ids, with keys derived from `secrets`.

    So a user's second vote replaces the first, and their rows can be deleted, while nobody who reads the tables learns
    who it was. Threads and answers have ids that can lead to a direct message, so they get pseudonyms too.

    The first secret makes new pseudonyms; the others are only tried in look-ups, so that a secret can be replaced.
    Without any, pseudonyms are stable, but a guessed id can be checked.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        given = [secret.encode() for secret in secrets if secret]
        self.secret = bool(given)
        """Whether there is a secret at all."""
        self._keys = tuple(hmac.digest(secret, _PURPOSE, "sha256") for secret in given or [_NO_SECRET])

    def user(self, platform: str, user: str) -> str:
        return self.every_user(platform, user)[0]

    def every_user(self, platform: str, user: str) -> tuple[str, ...]:
        """All pseudonyms that the user may have been given, one for each secret."""
        return tuple(_keyed(key, "user", platform, user) for key in self._keys)

    def thread(self, key: str) -> str:
        return _keyed(self._keys[0], "thread", key)

    def answer(self, key: str) -> str:
        return _keyed(self._keys[0], "answer", key)

    def check_values(self) -> tuple[str, ...]:
        """16 characters for each secret, newest first: they distinguish secrets and reveal nothing of them."""
        return tuple(_keyed(key, "check value")[:16] for key in self._keys)


def digest(text: str) -> str:
    """A plain hash of a random id: bounded in length, and independent of the secrets."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def _keyed(key: bytes, *parts: str) -> str:
    return hmac.digest(key, b"\0".join(_bytes(part) for part in parts), "sha256").hex()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

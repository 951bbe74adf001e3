"""What is taken out of people's words before any of them are kept.

Masking is on the safe side: a number too many is hidden rather than one too few. Version numbers,
dates, model names and API names such as `@tf.function` stay, because curators need them.
"""

from __future__ import annotations

import re
import unicodedata

MOST_READ = 4_000
"""How many characters of a text are looked at; questions are read to 2,000."""

_HEAD = 0.3
"""How much of a shortened text is its beginning: people put the context first, the question last."""

_JOINERS = "\u200c\u200d"
"""Invisible, but some scripts and emoji fall apart without them."""

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


def tidied(text: str, limit: int) -> str:
    """`text` on one line, without control characters, at most `limit` characters.

    What is left can be stored anywhere: no null byte and no half of a surrogate pair.
    """
    if text.isascii() and text.isprintable():
        return _shortened(" ".join(_readable(text).split()), limit)
    kept = "".join(
        " " if character.isspace() else character
        for character in _readable(text)
        if character in _JOINERS or character.isspace() or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )
    return _shortened(" ".join(kept.split()), limit)


def masked(text: str, limit: int) -> str:
    """`text` tidied, with mentions, addresses, links, paths, secrets and long numbers replaced by what they were.

    At most `limit` characters; of a longer text the beginning and the end are kept.
    """
    words = tidied(unicodedata.normalize("NFKC", _readable(text)), MOST_READ)
    for pattern, mask in _COMPILED:
        words = pattern.sub(mask, words)
    return _shortened(words, limit)


def _readable(text: str) -> str:
    """What is looked at of a very long text, cut between words so that no half of an address escapes its mask."""
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
    tail = limit - len(gap) - head
    return f"{text[:head].rstrip()}{gap}{text[-tail:].lstrip()}"

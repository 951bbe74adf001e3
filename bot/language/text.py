"""Normalise chat messages to plain text, and split that into sentences and words."""

from __future__ import annotations

import re
import unicodedata

_SIMPLE = re.compile(r"[A-Za-z0-9 ,.?!'\"()/:;+#=%$*^_-]*")
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE = re.compile(r"`([^`\n]{1,200})`")
_MENTION = re.compile(r"<[@#!][^>\s]{0,80}>|<a?:\w{1,40}:\d{1,30}>|<t:\d{1,20}(?::\w)?>")
_LABELLED_LINK = re.compile(r"<(?:https?|mailto):[^>|\s]{0,2000}\|([^>]{0,300})>")
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\s]{1,2000}\)")
_LINK = re.compile(r"<?\b(?:https?://|www\.)[^\s>]{1,2000}>?")
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;)[^\n]*$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?…])[ \t]+|\n+|(?<=\?)(?=[A-Za-z])")
_WORD = re.compile(r"c\+\+|[cf]#|[^\W_]+(?:'[^\W_]+)*")

_ACCENTS = str.maketrans("´", "'")
"""Replaced before NFKC, which would make it an accent on a space."""

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})


def plain(message: str) -> str:
    """The words of a chat message: without mentions, links, code fences, quotes and control characters.

    Of a link the label remains, not the address. Unicode is normalised to NFKC, which turns full-width and styled
    letters into plain ones. Never fails, whatever the input.
    """
    if _SIMPLE.fullmatch(message) and "://" not in message and "www." not in message:
        return message.strip()
    text = message.replace("\r\n", "\n").replace("\r", "\n").translate(_ACCENTS)
    text = unicodedata.normalize("NFKC", text)
    text = _FENCE.sub(" ", text)
    text = _CODE.sub(r"\1", text)
    text = _MENTION.sub(" ", text)
    text = _LABELLED_LINK.sub(r"\1", text)
    text = _MARKDOWN_LINK.sub(r"\1", text)
    text = _LINK.sub(" ", text)
    text = _QUOTED.sub(" ", text)
    text = text.translate(_APOSTROPHES)
    if not text.isprintable():
        text = "".join(c if c == "\n" or not unicodedata.category(c).startswith("C") else " " for c in text)
    return text.strip()


def sentences(text: str) -> list[str]:
    """The sentences of plain text, in order, each with its closing mark; no empty ones."""
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def words(text: str) -> list[str]:
    """Tokenise plain text into case-folded words: letters and digits, inner apostrophes, c++ and c#."""
    return _WORD.findall(text.casefold())

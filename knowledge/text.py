"""Text: when two phrasings are the same, and how free text becomes an id, a title and an answer of the model."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from knowledge.fields import MAX_ID, MAX_TEXT, MAX_TITLE

_WORD = re.compile(r"c\+\+|[cf]#|[^\W_]+(?:'[^\W_]+)*")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc`\u00b4", "'"))
_NOT_IN_IDS = re.compile(r"[^a-z0-9._-]+")
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*\s")


def normal_form(text: str) -> str:
    """`text` as the matcher compares it: words alone, without case and punctuation.

    Text without a single word, such as an emoji, loses only case and extra spaces.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return " ".join(_WORD.findall(folded)) or " ".join(folded.split())


def one_line(text: str) -> str:
    """`text` in one line without control characters; only without line breaks if nothing else would be left."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split()) or text.replace("\r", " ").replace("\n", " ")


def fingerprint(text: str) -> str:
    """Twelve hexadecimal digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def id_of(text: str) -> str:
    """An entry id for `text`: lower-case letters, digits, dots, hyphens and underscores, at most MAX_ID of them.

    "Card arrival" -> "card-arrival". Text that is too long, or of which nothing is left, gets a fingerprint.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).replace("'", "").casefold())
    name = _NOT_IN_IDS.sub("-", plain.encode("ascii", "ignore").decode()).strip("-._")
    return name if 0 < len(name) <= MAX_ID else marked_id(name or "entry", text)


def marked_id(name: str, text: str) -> str:
    """The id `name` with the fingerprint of `text`, where another text has the same id."""
    mark = fingerprint(text)
    return f"{name[: MAX_ID - len(mark) - 1].rstrip('-._')}-{mark}"


def title_of(label: str) -> str:
    """A label or a question as a heading of at most MAX_TITLE characters: "card_arrival" -> "Card arrival"."""
    title = " ".join(re.sub(r"(?<=\w)-(?=\w)|_", " ", one_line(label)).split()) or label
    title = title[:1].upper() + title[1:]
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1].rstrip()}…"


def split_answer(text: str) -> list[str]:
    """`text` in one line, as statements of at most MAX_TEXT characters, split after a sentence, else at a space."""
    text = one_line(text)
    parts: list[str] = []
    while len(text) > MAX_TEXT:
        ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, MAX_TEXT + 1)]
        cut = ends[-1] if ends else text.rfind(" ", 0, MAX_TEXT + 1)
        cut = cut if cut > 0 else MAX_TEXT
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text] if text else parts

"""What the cells of a table become in an entry: a label its title, a long answer several statements."""

from __future__ import annotations

import re

MAX_TITLE = 75
MAX_TEXT = 340
MAX_MORE = 6
"""What an entry of the model can hold: characters of a title, of a statement, and statements beside the answer."""

_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*\s")


def title_of(label: str) -> str:
    """A label as a heading: "card_arrival" -> "Card arrival"."""
    words = re.sub(r"(?<=\w)-(?=\w)|_", " ", printable(label)).split()
    title = " ".join(words) or label
    title = title[:1].upper() + title[1:]
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1].rstrip()}…"


def printable(text: str) -> str:
    """`text` in one line without control characters; itself, where nothing would be left."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split()) or text


def pieces(text: str) -> list[str]:
    """`text` in statements short enough for the model, parted after a sentence where there is one, else at a space."""
    found: list[str] = []
    while len(text) > MAX_TEXT:
        ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, MAX_TEXT + 1)]
        cut = ends[-1] if ends else text.rfind(" ", 0, MAX_TEXT + 1)
        cut = cut if cut > 0 else MAX_TEXT
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*found, text] if text else found


def too_long(answer: str, parts: list[str]) -> tuple[str, str] | None:
    """What is wrong with an answer of so many parts, and the mend; None where an entry can hold it."""
    if len(parts) <= 1 + MAX_MORE:
        return None
    mend = f"shorten it to about {MAX_TEXT * MAX_MORE}, or spread it over several labels"
    return f"has an answer of {len(answer)} characters", mend

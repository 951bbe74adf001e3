"""Words of one family brought to one form: quantize, quantized and quantisation become quantiz.

Cut by a few rules for English, which is enough to put questions together; the form is never shown.
"""

from __future__ import annotations

from functools import lru_cache

SHORTEST = 4
"""Shorter words are left alone."""

_ENDINGS = {
    "ibility": 4,
    "ability": 4,
    "ations": 4,
    "ation": 4,
    "ating": 5,
    "ators": 4,
    "ator": 4,
    "ated": 5,
    "ates": 4,
    "istic": 5,
    "ments": 6,
    "ment": 6,
    "ities": 4,
    "ible": 4,
    "able": 4,
    "ally": 5,
    "ions": 4,
    "ings": 4,
    "ion": 4,
    "ing": 3,
    "ate": 5,
    "ers": 4,
    "ors": 4,
    "ity": 4,
    "ies": 4,
    "ive": 5,
    "ism": 5,
    "ics": 5,
    "er": 3,
    "or": 4,
    "ed": 3,
    "es": 3,
    "ly": 5,
    "ic": 5,
    "al": 5,
    "s": 3,
    "e": 3,
    "y": 4,
}
"""An ending, and how many letters must be left without it. Longer endings come first."""

_BRITISH = (("isation", "ization"), ("ising", "izing"), ("ised", "ized"), ("ises", "izes"), ("ise", "ize"))

_DOUBLED = "bdgklmnprt"


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The form that the word shares with its family; the word itself where no rule fits."""
    whole = word.removesuffix("'s")
    if len(whole) < SHORTEST or not (whole.isascii() and whole.isalpha()) or whole.endswith("ss"):
        return whole
    if len(whole) > 6:
        whole = next((whole.removesuffix(own) + us for own, us in _BRITISH if whole.endswith(own)), whole)
    for ending, least in _ENDINGS.items():
        if whole.endswith(ending) and len(whole) - len(ending) >= least:
            whole = whole.removesuffix(ending)
            break
    if len(whole) > SHORTEST and whole[-1] == whole[-2] and whole[-1] in _DOUBLED:
        return whole[:-1]  # labelling, labeled
    return whole

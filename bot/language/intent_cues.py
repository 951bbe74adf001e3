"""Intent cues: signs in the wording that somebody wants help with code, not with a choice.

A question with PyTorch in it is not yet one of ours: error names, stack traces, calls and "my code" separate the two
better than any word does.
"""

from __future__ import annotations

import re

from bot.language.lexicon import Lexicon
from bot.language.text import words

_ERROR = (
    r"\b[A-Z]\w*(?:Error|Exception)\b|\bTraceback\b|\b\w+Error:|\b[Ee]rror:"
    r"|\bsegfault\b|\bcore dumped\b|\bline \d+\b"
)
_MINE = r"(?i)\bmy (?:\w+ ){0,3}(?:code|script|model|network|loss|training|accuracy|gpu|dataset|program|cnn|lstm)\b"
_CUES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("!error", "", re.compile(_ERROR)),
    ("!call", "(", re.compile(r"\b[A-Za-z_][\w.]*\((?!s\))[^()\s]{0,40}\)|\w\(\)")),
    ("!dotted", ".", re.compile(r"\b[A-Za-z_]\w+(?:\.[A-Za-z_]\w+)+\b")),
    ("!snake", "_", re.compile(r"\b[a-zA-Z]\w*_[a-zA-Z]\w*\b")),
    ("!camel", "", re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")),
    ("!mine", "", re.compile(_MINE)),
)
"""A cue, a sign that every piece of text with it has, and its pattern."""


def code_cues(message: str, text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The cue features of a message, whose plain form is `text`; names of the vocabulary are no cue."""
    cues = [
        cue
        for cue, sign, pattern in _CUES
        if sign in text and any(not _is_name(hit.group(), lexicon) for hit in pattern.finditer(text))
    ]
    return (*cues, "!code") if "```" in message else tuple(cues)


def _is_name(text: str, lexicon: Lexicon) -> bool:
    """Whether a piece of text is, as a whole, a name of the vocabulary (tf.function)."""
    run = words(text)
    return any(found.end - found.start == len(run) for found in lexicon.find(run))

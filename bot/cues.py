"""Signs in the wording that somebody wants help with code, not with a choice.

A question with PyTorch in it is not yet one of ours: error names, stack traces, calls and "my code"
tell the two apart better than any word does.
"""

from __future__ import annotations

import re

from bot.lexicon import Lexicon
from bot.text import has_code_fence, words

_CUES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "!error",
        "",
        re.compile(
            r"\b[A-Z]\w*(?:Error|Exception)\b|\bTraceback\b|\b\w+Error:|\b[Ee]rror:"
            r"|\bsegfault\b|\bcore dumped\b|\bline \d+\b"
        ),
    ),
    ("!call", "(", re.compile(r"\b[A-Za-z_][\w.]*\((?!s\))[^()\s]{0,40}\)|\w\(\)")),
    ("!dotted", ".", re.compile(r"\b[A-Za-z_]\w+(?:\.[A-Za-z_]\w+)+\b")),
    ("!snake", "_", re.compile(r"\b[a-zA-Z]\w*_[a-zA-Z]\w*\b")),
    ("!camel", "", re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")),
    (
        "!mine",
        "",
        re.compile(
            r"(?i)\bmy (?:\w+ ){0,3}"
            r"(?:code|script|model|network|loss|training|accuracy|gpu|dataset|program|cnn|lstm)\b"
        ),
    ),
)
"""A cue, a sign that every piece of text with it has, and its pattern."""


def code_cues(message: str, text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The cue features of a message (`text` is its plain form); names of the vocabulary are no cue."""
    cues = [
        cue
        for cue, sign, pattern in _CUES
        if sign in text and any(not _is_name(hit.group(), lexicon) for hit in pattern.finditer(text))
    ]
    if has_code_fence(message):
        cues.append("!code")
    return tuple(cues)


def _is_name(text: str, lexicon: Lexicon) -> bool:
    """Whether a piece of text is, as a whole, a name of the vocabulary (tf.function)."""
    run = words(text)
    return any(found.end - found.start == len(run) for found in lexicon.find(run))

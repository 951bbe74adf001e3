"""Text that is safe to print: nothing in it can move the cursor, colour the screen or reorder a line."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"""
      (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]?                               # CSI: colours, cursor, modes
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]) [^\x07\x1b\x9c\n]* (?:\x07|\x1b\\|\x9c)?  # OSC, DCS, SOS, PM, APC
    | \x1b [ -/]* [0-~]?                                                 # the short ones
    """,
    re.VERBOSE,
)
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""Control characters, overrides of the writing direction, halves of surrogate pairs."""


def printable(text: str) -> str:
    """`text` without escape sequences, control characters and direction overrides; line ends become newlines."""
    return _UNPRINTABLE.sub("", _ESCAPE.sub("", _LINE_END.sub("\n", text)))


def one_line(text: str, longest: int) -> str:
    """The printable text in one line of at most `longest` characters, for repeating what somebody typed."""
    line = " ".join(printable(text).split())
    return line if len(line) <= longest else line[: longest - 3] + "..."

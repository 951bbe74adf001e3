"""What is not as it should be, although the command did what it could."""

from __future__ import annotations

import sys
from collections.abc import Sequence

UNTIDY = (
    "what was deleted or replaced is gone from the tables, but its bytes may still stand in the database's file, "
    "because something was in the way: free disk space or wait for whoever reads the file, and run this again"
)


def told(problems: Sequence[str]) -> int:
    """Tell of `problems` on standard error; the exit code: 1 where there are any, else 0."""
    for problem in problems:
        print(f"framework-bot: {problem}", file=sys.stderr)
    return 1 if problems else 0

"""What commands print: numbers with their nouns, tables in columns, and what a user got wrong."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence


class CommandError(Exception):
    """A command cannot do what was asked. The message says what is wrong and what to change, in one line."""


def whole_number(most: int, complaint: str) -> Callable[[str], int]:
    """What argparse reads a whole number from 0 to `most` with. `complaint`: what is said of another text, which it may
    show as {!r}."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
            raise argparse.ArgumentTypeError(complaint.format(text))
        return int(text)

    return parse


def percent(share: float) -> str:
    """0.123 -> "12.3 %"."""
    return f"{share * 100:.1f} %"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 error", "2,000 errors"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def number(cell: str | int) -> str:
    """A cell of a table: 1234 -> "1,234"."""
    return cell if isinstance(cell, str) else f"{cell:,}"


def columns(rows: Iterable[Iterable[str | int]], *, right: Sequence[int] = ()) -> list[str]:
    """Rows as lines of aligned columns; those numbered in `right` are right-aligned."""
    table = [[*map(number, row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def exit_code(problems: Sequence[str]) -> int:
    """Print `problems` on standard error; 1 where there are any, else 0."""
    for problem in problems:
        print(f"framework-bot: {problem}", file=sys.stderr)
    return 1 if problems else 0

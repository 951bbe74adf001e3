"""Figures as text: shares, tables in columns, the reliability of confidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.evaluation import Bin

_BAR = 20


def percent(share: float) -> str:
    """0.123 -> "12.3 %"."""
    return f"{share * 100:.1f} %"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 error", "2,000 errors"."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def columns(rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """Rows as lines of aligned columns; those numbered in `right` stand at the right."""
    table = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def reliability_lines(bins: Iterable[Bin]) -> list[str]:
    """The reliability table: how sure the bot was, how often it was right, and how far the two are apart."""
    rows = [("confidence", "cases", "mean", "right", "")]
    for one in bins:
        if one.count:
            bar = "#" * round(one.accuracy * _BAR)
            rows.append(
                (f"{one.low:.1f}-{one.high:.1f}", str(one.count), f"{one.confidence:.2f}", f"{one.accuracy:.2f}", bar)
            )
    return columns(rows, right=(1, 2, 3))

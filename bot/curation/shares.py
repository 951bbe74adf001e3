"""Shares of small numbers, told with care."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.96
"""Standard deviations on either side: the true share lies within in nineteen cases of twenty."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0..1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def at_least(self) -> float:
        """What the share is at the least (0..1), seen how few cases there are: the lower end of Wilson's interval.

        0 of nothing. One of one gives 0.21, ninety of a hundred 0.83.
        """
        if not self.whole:
            return 0.0
        seen = self.part / self.whole
        spread = Z * math.sqrt(seen * (1 - seen) / self.whole + Z * Z / (4 * self.whole * self.whole))
        return max(0.0, (seen + Z * Z / (2 * self.whole) - spread) / (1 + Z * Z / self.whole))


@dataclass(frozen=True, slots=True)
class Trend:
    """A number now, and in the period before."""

    now: int
    before: int

    @property
    def change(self) -> float | None:
        """By what share it grew (0.5: half as much again) or shrank; None where there was nothing before."""
        return (self.now - self.before) / self.before if self.before else None

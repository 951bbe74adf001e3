"""How long things are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept before `purge` lets go of them.

    `words` rules what people wrote: unanswered questions, reasons, and the stand-in that ties a vote to
    whoever cast it; zero keeps no words at all. `deliveries` must outlast the platforms' last
    redelivery, 25 hours after the first. `counts` rules votes and tallies, which hold no words.
    Raises ValueError where one is out of bounds.
    """

    words: timedelta = timedelta(days=90)
    threads: timedelta = timedelta(days=14)
    deliveries: timedelta = timedelta(hours=26)
    counts: timedelta = timedelta(days=400)

    def __post_init__(self) -> None:
        if self.words < timedelta(0):
            raise ValueError("words cannot be kept for less than no time")
        if self.deliveries < timedelta(hours=25):
            raise ValueError("deliveries must be kept for at least 25 hours, or a late redelivery is answered twice")

    @property
    def ties(self) -> timedelta:
        """How long a vote is tied to whoever cast it: it can be taken back for a day even where no words are kept."""
        return max(self.words, timedelta(days=1))

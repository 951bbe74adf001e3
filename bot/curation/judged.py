"""What people thought of the answers, entry by entry, with as much weight as the votes have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.curation.shares import Share
from bot.feedback import Note, Votes
from knowledge.model import KnowledgeBase

FEW = 3
"""Votes below which an entry is listed but not ranked."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody wrote, or which entry they would have wanted, in masked words."""

    helpful: bool
    reason: str | None
    suggested: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """How an entry was judged."""

    entry: str
    """"" for replies that showed no entry."""
    title: str | None
    """None where the entry is no longer in the knowledge, or none was shown."""
    helpful: Share
    unhelpful: Share
    remarks: tuple[Remark, ...]
    """The newest first."""
    suggested: tuple[tuple[str, int], ...]
    """(entry that somebody wanted instead, how often), the most often first."""

    @property
    def ranked(self) -> bool:
        """Whether there are enough votes to compare it with others."""
        return self.helpful.whole >= FEW


def judged(votes: Iterable[Votes], notes: Sequence[Note], knowledge: KnowledgeBase) -> tuple[Judged, ...]:
    """Every entry that was judged, those that surely helped least first, those with too few votes last."""
    found = [_judged(own, [note for note in notes if note.entry == own.entry], knowledge) for own in votes]
    found.sort(
        key=lambda one: (not one.ranked, -one.unhelpful.at_least, -one.unhelpful.part, -one.helpful.whole, one.entry)
    )
    return tuple(found)


def _judged(own: Votes, notes: Sequence[Note], knowledge: KnowledgeBase) -> Judged:
    entry = knowledge.entries.get(own.entry)
    cast = own.helpful + own.unhelpful
    suggested = Counter(note.suggested for note in notes if note.suggested)
    return Judged(
        entry=own.entry,
        title=entry.title if entry is not None else None,
        helpful=Share(own.helpful, cast),
        unhelpful=Share(own.unhelpful, cast),
        remarks=tuple(Remark(note.helpful, note.reason, note.suggested, note.given_at) for note in notes),
        suggested=tuple(sorted(suggested.items(), key=lambda pair: (-pair[1], pair[0]))),
    )

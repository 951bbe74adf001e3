"""Which wordings of a cluster become phrasings: few, clean, different from each other and from what is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.answering import Bot
from bot.question import Question
from knowledge.case import Limits
from knowledge.phrasing import Wording

MOST_CHARACTERS = 120
"""A longer question tells a story rather than a way to ask."""

FEWEST_WORDS = 2

DIFFERENT = 80
"""Likeness (0..100) of two wordings' words from which on the second adds little to the first."""

_NEAREST = 10

_MASK = re.compile(r"\[\w+\]")
_GAP = " ... "
_CODE = frozenset({"!error", "!call", "!code", "!snake"})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A wording that becomes no phrasing, and why, in a few words that follow it."""

    wording: str
    why: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What becomes of the wordings of a cluster."""

    phrasings: tuple[str, ...]
    held_out: tuple[str, ...]
    """Wordings that the proposal is measured on: they become no phrasing, and ask for nothing else."""
    left_out: tuple[LeftOut, ...]
    """Wordings that could not become phrasings."""


class Selector:
    """Selects phrasings for the entries of one bot."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._close = Limits().close
        self._known = [
            (entry.id, Wording.of(text)) for entry in bot.knowledge.entries.values() for text in entry.phrasings
        ]
        self._lines = [said.line for _, said in self._known]

    def select(self, wordings: Sequence[str], entry: str, most: int) -> Selection:
        """At most `most` phrasings for `entry`, which may be a new one, out of `wordings`, the best first.

        No more than half of the usable wordings, rounded up: the others are held out, because nothing can be
        measured on what was put in.
        """
        usable: list[str] = []
        held_out: list[str] = []
        left_out: list[LeftOut] = []
        for wording in wordings:
            stray = self._stray(wording, entry)
            fault = stray or self._fault(wording)
            if not fault:
                usable.append(wording)
                continue
            left_out.append(LeftOut(wording, fault))
            if not stray:
                held_out.append(wording)
        chosen: list[str] = []
        for wording in usable:
            if len(chosen) < min(most, (len(usable) + 1) // 2) and not _repeats(wording, chosen):
                chosen.append(wording)
            else:
                held_out.append(wording)
        place = {wording: number for number, wording in enumerate(wordings)}
        return Selection(tuple(chosen), tuple(sorted(held_out, key=place.__getitem__)), tuple(left_out))

    def _stray(self, wording: str, entry: str) -> str:
        """Why the wording asks for something else than its cluster; "" where it does not."""
        reading = self._bot.read(wording)
        if not _CODE.isdisjoint(reading.cues):
            return "has code in it"
        owner = self._bot.index.exact.get(reading.normalised)
        if owner is not None and self._bot.index.entries[owner] != entry:
            return f"is a phrasing of {self._bot.index.entries[owner]}"
        for name, known in self._repeated(wording):
            if name != entry:
                return f'says the same as "{known.text}" of {name}'
        reply = self._bot.answer(Question(wording))
        if reply.outcome == "answer" and reply.entries[0] != entry:
            return f"is answered with {reply.entries[0]}"
        return ""

    def _fault(self, wording: str) -> str:
        """What keeps a wording that is no stray from being a phrasing; "" where nothing does."""
        if _MASK.search(wording):
            return "has something masked in it"
        if _GAP in wording or len(wording) > MOST_CHARACTERS:
            return "is too long"
        if len(wording.split()) < FEWEST_WORDS:
            return "is too short"
        if self._bot.index.exact.get(self._bot.read(wording).normalised) is not None:
            return "is a phrasing already"
        for _, known in self._repeated(wording):
            return f'says the same as "{known.text}", which is one'
        return "is answered already" if self._bot.answer(Question(wording)).outcome == "answer" else ""

    def _repeated(self, wording: str) -> Iterator[tuple[str, Wording]]:
        """Phrasings that say the same, each with its entry."""
        said = Wording.of(wording)
        near = process.extract(said.line, self._lines, scorer=fuzz.ratio, score_cutoff=self._close, limit=_NEAREST)
        for _, _, number in near:
            name, known = self._known[number]
            if said.repeats(known):
                yield name, known


def _repeats(wording: str, chosen: Iterable[str]) -> bool:
    """Whether a wording says little that the chosen ones do not."""
    line = Wording.of(wording).line
    return any(fuzz.token_set_ratio(line, Wording.of(other).line) >= DIFFERENT for other in chosen)

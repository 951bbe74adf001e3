"""A proposal tried out: what it mends, what it breaks, and which phrasing had better be left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.answering import Bot
from bot.cases import Case
from bot.curation.comparison import Comparison, Shift, ask, compare
from bot.curation.ground import Ground
from bot.curation.selection import LeftOut
from knowledge.model import KnowledgeBase

ROUNDS = 3
"""Phrasings that are dropped at the most to see whether it goes better without."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How questions fare with the phrasings that are left."""

    phrasings: tuple[str, ...]
    asked: Comparison
    """The wordings that became phrasings: they are found word for word, which proves nothing more."""
    held_out: Comparison
    """The cluster's other wordings."""
    guard: Comparison
    """Questions that must not fare worse."""
    dropped: tuple[LeftOut, ...] = ()
    """Phrasings that did more harm than good."""

    @property
    def mends(self) -> int:
        """Questions that fare better, among those that were not put in."""
        return len(self.held_out.better) + len(self.guard.better)

    @property
    def breaks(self) -> int:
        """Questions that fare worse."""
        return len(self.held_out.worse) + len(self.guard.worse)

    @property
    def worse(self) -> tuple[Shift, ...]:
        """The questions that fare worse."""
        return (*self.held_out.worse, *self.guard.worse)


def tried(
    change: Callable[[Sequence[str]], KnowledgeBase],
    entry: str,
    phrasings: Sequence[str],
    held_out: Sequence[str],
    ground: Ground,
) -> Trial:
    """The best that the phrasings come to, with as many of them as do no harm.

    `change` gives the knowledge with some of the phrasings; `entry` is what they and the `held_out`
    wordings should find.
    """
    trial = best = _measured(change, entry, phrasings, held_out, ground)
    for _ in range(ROUNDS):
        if not trial.breaks or len(trial.phrasings) < 2:
            break
        shift, blamed = _blamed(trial, ground.bot)
        left = [phrasing for phrasing in trial.phrasings if phrasing != blamed]
        why = f'would spoil the answer to "{shift.case.question}"'
        dropped = (*trial.dropped, LeftOut(blamed, why))
        trial = replace(_measured(change, entry, left, held_out, ground), dropped=dropped)
        if (trial.mends - trial.breaks, -trial.breaks) > (best.mends - best.breaks, -best.breaks):
            best = trial
    return best


def _measured(
    change: Callable[[Sequence[str]], KnowledgeBase],
    entry: str,
    phrasings: Sequence[str],
    held_out: Sequence[str],
    ground: Ground,
) -> Trial:
    after = ground.bot_over(change(phrasings))
    asked = [Case(phrasing, entry) for phrasing in phrasings]
    others = [Case(wording, entry) for wording in held_out]
    return Trial(
        phrasings=tuple(phrasings),
        asked=compare(ask(ground.bot, asked), ask(after, asked)),
        held_out=compare(ask(ground.bot, others), ask(after, others)),
        guard=ground.guard(after),
    )


def _blamed(trial: Trial, bot: Bot) -> tuple[Shift, str]:
    """The phrasing that is most like a question that fares worse, with that question."""
    features = {phrasing: _weights(phrasing, bot) for phrasing in trial.phrasings}
    pairs = [
        (-_likeness(_weights(shift.case.question, bot), features[phrasing]), number, position)
        for number, shift in enumerate(trial.worse)
        for position, phrasing in enumerate(trial.phrasings)
    ]
    _, number, position = min(pairs)
    return trial.worse[number], trial.phrasings[position]


def _weights(text: str, bot: Bot) -> dict[str, float]:
    features, _ = bot.reader.features(text)
    idf, unknown = bot.index.idf, bot.index.unknown_idf
    return {name: share * idf.get(name, unknown) for name, share in features.items() if name[0] not in "@^"}


def _likeness(one: dict[str, float], other: dict[str, float]) -> float:
    """Cosine (0..1) of two texts' weighted features."""
    product = sum(weight * other[name] for name, weight in one.items() if name in other)
    return product / (math.hypot(*one.values()) * math.hypot(*other.values()) or 1.0)

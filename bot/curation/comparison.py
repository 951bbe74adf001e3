"""How the same questions fare before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering import Bot
from bot.cases import Case
from bot.evaluation import Judged, judge, reply_to


@dataclass(frozen=True, slots=True)
class Shift:
    """A question that fares otherwise than before."""

    case: Case
    before: Judged
    after: Judged


@dataclass(frozen=True, slots=True)
class Comparison:
    """Questions before and after a change."""

    total: int
    right_before: int
    """Answered with what was meant, or rightly left unanswered."""
    right_after: int
    better: tuple[Shift, ...]
    worse: tuple[Shift, ...]
    """What was right and is not; also a question that now gets a wrong answer instead of none."""


NOTHING = Comparison(0, 0, 0, (), ())
"""No question was compared."""


def ask(bot: Bot, cases: Iterable[Case]) -> tuple[Judged, ...]:
    """What each case gets."""
    return tuple(judge(case, reply_to(bot, case), bot) for case in cases)


def compare(before: Sequence[Judged], after: Sequence[Judged]) -> Comparison:
    """The same cases, in the same order, judged twice."""
    shifts = [Shift(old.case, old, new) for old, new in zip(before, after, strict=True)]
    return Comparison(
        total=len(shifts),
        right_before=sum(_standing(old) == _RIGHT for old in before),
        right_after=sum(_standing(new) == _RIGHT for new in after),
        better=tuple(shift for shift in shifts if _standing(shift.after) > _standing(shift.before)),
        worse=tuple(shift for shift in shifts if _standing(shift.after) < _standing(shift.before)),
    )


_RIGHT = 3


def _standing(judged: Judged) -> int:
    """0: led astray. 1: got nothing that helps. 2: was offered what was meant. _RIGHT: got what was meant."""
    if judged.misled:
        return 0
    if not judged.case.in_scope:
        return 1 if judged.outcome == "choices" else _RIGHT
    if judged.answered:
        return _RIGHT
    if judged.outcome == "choices":
        return 2 if judged.right_among else 1
    return 1 if judged.declined else _RIGHT

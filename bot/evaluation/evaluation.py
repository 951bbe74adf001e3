"""Evaluation: how good the answers are, measured on labelled questions. Deterministic for a bot and its cases.

What a case *found* are the entries of its reply, best first, then the reply's other candidates, of kind "answer" only:
small talk and refusals are no findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.dialog.answering import Bot, turn_after
from bot.dialog.question import Question, Turn
from bot.dialog.reply import Outcome, Reply
from bot.evaluation.cases import NONE, Case, with_splits

BINS = 10
"""Bins of equal width into which confidence is sorted for the reliability table."""

AMONG = 3
"""How many findings count for accuracy@3."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case with its result. `confidence` (0..1) is that of the first finding, 0 where there was none."""

    case: Case
    outcome: Outcome
    shown: tuple[str, ...]
    """The entries of an answer, best first; empty for any other outcome."""
    found: tuple[str, ...]
    confidence: float

    @property
    def right(self) -> bool:
        """Whether the first finding is the label or an alternative."""
        return bool(self.found) and self.case.accepts(self.found[0])

    @property
    def right_among(self) -> bool:
        """Whether one of the first three findings is."""
        return any(self.case.accepts(entry) for entry in self.found[:AMONG])

    @property
    def misled(self) -> bool:
        """Whether an answer was given that does not answer the question: its first entry, in scope; any, out of it."""
        if not self.case.in_scope:
            return any(not self.case.accepts(entry) for entry in self.shown)
        return bool(self.shown) and not self.case.accepts(self.shown[0])

    @property
    def declined(self) -> bool:
        """Whether nothing was offered though only an entry would do."""
        return self.outcome in ("decline", "social") and not self.case.accepts(NONE)


@dataclass(frozen=True, slots=True)
class Bin:
    """Findings whose confidence lies in [low, high); the last bin includes 1. Means are 0 for an empty one."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean confidence."""
    accuracy: float
    """Share that was right."""


@dataclass(frozen=True, slots=True)
class LabelScore:
    """The accuracy over the cases of one label."""

    label: str
    count: int
    accuracy_at_1: float
    accuracy_at_3: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often `found` came first where `label` was meant; `found` is "" where nothing was found."""

    label: str
    found: str
    count: int


@dataclass(frozen=True, slots=True)
class Miss:
    """A case that went wrong, and how confident the bot was."""

    question: str
    label: str
    outcome: Outcome
    found: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures. Shares are 0..1, and 0 where there is nothing to take a share of."""

    in_scope: int
    """Cases with an entry for a label."""
    out_of_scope: int
    """Cases labelled NONE."""
    accuracy_at_1: float
    """Share of in-scope cases whose first finding is the label or an alternative."""
    accuracy_at_3: float
    """The same for the first three findings."""
    answered: float
    """Share of in-scope cases that got an answer."""
    answered_wrongly: float
    """Share of in-scope cases whose answer leads with neither the label nor an alternative."""
    declined: float
    """Share of in-scope cases that got a refusal or small talk, and for which that was no alternative."""
    false_answers: float
    """Share of out-of-scope cases that got an answer with an entry that is no alternative."""
    calibration_error: float
    """Expected calibration error of the first finding's confidence over all cases that found anything:
    the mean distance of confidence and accuracy over ten bins, weighted by their counts."""
    reliability: tuple[Bin, ...]
    labels: tuple[LabelScore, ...]
    """Worst first."""
    confusions: tuple[Confusion, ...]
    """Most frequent first."""
    misses: tuple[Miss, ...]
    """The most confident first: wrong first findings in scope, and false answers out of it."""


def evaluate(bot: Bot, cases: Iterable[Case]) -> Evaluation:
    """Ask the bot every case and sum up."""
    known = with_splits(cases, bot.knowledge.entries)
    return summarise([judge(case, reply_to(bot, case), bot) for case in known])


def reply_to(bot: Bot, case: Case) -> Reply:
    """The reply to the case's question, asked after those before it in its thread."""
    turn: Turn | None = None
    for before in case.after:
        turn = turn_after(bot.answer(Question(before, turn)))
    return bot.answer(Question(case.question, turn))


def judge(case: Case, reply: Reply, bot: Bot) -> JudgedCase:
    """What the case got with this reply."""
    entries = bot.knowledge.entries
    sure = {candidate.entry: candidate.confidence for candidate in reply.candidates}
    found = tuple(name for name in dict.fromkeys((*reply.entries, *sure)) if entries[name].kind == "answer")
    first = next(iter(found), None)
    confidence = 0.0 if first is None else reply.confidence if first in reply.entries[:1] else sure.get(first, 0.0)
    shown = reply.entries if reply.outcome == "answer" else ()
    return JudgedCase(case, reply.outcome, shown, found, confidence)


def summarise(judged: Sequence[JudgedCase]) -> Evaluation:
    """The figures over all cases."""
    inside = [one for one in judged if one.case.in_scope]
    outside = [one for one in judged if not one.case.in_scope]
    bins = reliability((one.confidence, one.right) for one in judged if one.found)
    return Evaluation(
        in_scope=len(inside),
        out_of_scope=len(outside),
        accuracy_at_1=mean(one.right for one in inside),
        accuracy_at_3=mean(one.right_among for one in inside),
        answered=mean(one.outcome == "answer" for one in inside),
        answered_wrongly=mean(one.misled for one in inside),
        declined=mean(one.declined for one in inside),
        false_answers=mean(one.misled for one in outside),
        calibration_error=calibration_error(bins),
        reliability=bins,
        labels=_labels(inside),
        confusions=_confusions(inside),
        misses=_misses(judged),
    )


def reliability(pairs: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """The reliability table of (confidence, was it right) pairs: BINS bins of equal width over 0..1."""
    known = list(pairs)
    bins = []
    for number in range(BINS):
        members = [pair for pair in known if min(int(pair[0] * BINS), BINS - 1) == number]
        confidence, accuracy = mean(sure for sure, _ in members), mean(right for _, right in members)
        bins.append(Bin(number / BINS, (number + 1) / BINS, len(members), confidence, accuracy))
    return tuple(bins)


def calibration_error(bins: Iterable[Bin]) -> float:
    """Expected calibration error (0..1) of a reliability table."""
    table = list(bins)
    total = sum(one.count for one in table)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in table) / total if total else 0.0


def mean(values: Iterable[float]) -> float:
    """The mean: of facts, the share (0..1) that hold. 0 of nothing."""
    known = list(values)
    return sum(known) / len(known) if known else 0.0


def _labels(inside: Sequence[JudgedCase]) -> tuple[LabelScore, ...]:
    by_label: dict[str, list[JudgedCase]] = {}
    for one in inside:
        by_label.setdefault(one.case.label, []).append(one)
    scores = [
        LabelScore(label, len(own), mean(one.right for one in own), mean(one.right_among for one in own))
        for label, own in by_label.items()
    ]
    return tuple(sorted(scores, key=lambda score: (score.accuracy_at_1, score.accuracy_at_3, score.label)))


def _confusions(inside: Sequence[JudgedCase]) -> tuple[Confusion, ...]:
    pairs = Counter((one.case.label, next(iter(one.found), "")) for one in inside if not one.right)
    found = [Confusion(label, first, count) for (label, first), count in pairs.items()]
    return tuple(sorted(found, key=lambda one: (-one.count, one.label, one.found)))


def _misses(judged: Iterable[JudgedCase]) -> tuple[Miss, ...]:
    wrong = [one for one in judged if (not one.right if one.case.in_scope else one.misled)]
    wrong.sort(key=lambda one: (-one.confidence, one.case.question))
    return tuple(
        Miss(one.case.question, one.case.label, one.outcome, one.found[:AMONG], one.confidence) for one in wrong
    )

"""Fitting the confidence to labelled questions, and choosing the thresholds that go with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import indent
from typing import TYPE_CHECKING

import numpy as np

from bot.dialog.answering import Bot
from bot.evaluation.cases import NONE, Case, with_splits
from bot.language.query import Query
from bot.retrieval.confidence import HIGHEST, confidences, evidence, ranked, ranking_evidence
from bot.retrieval.ranking import Match
from knowledge.model import Calibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP = 3
"""Matches of each question that the weights are fitted to."""

LEADING = 2
"""How many times the best answer and the best refusal count; the matches below them count once."""

FOLDS = 5
"""Parts of the cases, each of which is judged by what was fitted to the others, to find the thresholds."""

STEPS = 1_000
"""Thresholds are multiples of 1 / STEPS."""


@dataclass(frozen=True, slots=True)
class RankedCase:
    """A case with its candidates."""

    case: Case
    query: Query
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """A question's most confident finding under one calibration."""

    case: Case
    confidence: float
    answers: bool
    """Whether it is knowledge: refusals and small talk are not."""
    right: bool
    helpful: bool
    """Whether one of the choices that would be offered is right."""


def rank(bot: Bot, cases: Iterable[Case]) -> list[RankedCase]:
    """The matches of every case that starts a thread; follow-ups do not go by confidence."""
    known = with_splits(cases, bot.knowledge.entries)
    return [
        RankedCase(case, query, tuple(bot.matches(query)))
        for case, query in ((case, bot.parse(case.question)) for case in known if not case.after)
    ]


def refit(bot: Bot, cases: Sequence[RankedCase], *, false_answers: float) -> Calibration:
    """Weights fitted to the matches of each case, and thresholds under which at most the share `false_answers` (0..1)
    of the out-of-scope cases would be answered, each by weights that were fitted to other cases.

    Raises ValueError where there are no out-of-scope cases, or nothing to learn from; ImportError without scikit-learn.
    """
    if all(one.case.in_scope for one in cases):
        raise ValueError(f'calibration needs questions labelled "{NONE}" as well, to learn when to be silent')
    findings: list[_Finding] = []
    for part in range(FOLDS):
        others = [one for number, one in enumerate(cases) if number % FOLDS != part]
        findings += _findings(cases[part::FOLDS], _weights(bot, others))
    answer = _answer_threshold(findings, false_answers)
    return replace(
        _weights(bot, cases), answer_threshold=answer, choices_threshold=_choices_threshold(findings, answer)
    )


def _weights(bot: Bot, cases: Sequence[RankedCase]) -> Calibration:
    """The weights fitted to the cases: first those that put candidates in order, then those of the confidence."""
    calibration = Calibration(ranking=fit_ranking(_choices_of(cases)) if bot.has_encoder else {})
    weights, bias = fit(_examples(cases, calibration))
    return replace(calibration, weights=weights, bias=bias)


def fit(examples: Iterable[tuple[Mapping[str, float], bool]]) -> tuple[dict[str, float], float]:
    """Logistic weights and bias from (evidence, was it right) pairs.

    Raises ValueError where there are no examples, or only right or only wrong ones.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra, and a second

    rows = list(examples)
    if len({right for _, right in rows}) < 2:
        raise ValueError("calibration needs questions that were matched right and ones that were not")
    kinds = sorted(rows[0][0])
    points = np.array([[found[kind] for kind in kinds] for found, _ in rows])
    model = LogisticRegression(C=1.0, max_iter=5_000).fit(points, [right for _, right in rows])
    weights = {kind: round(float(weight), 4) for kind, weight in zip(kinds, model.coef_[0], strict=True)}
    return weights, round(float(model.intercept_[0]), 4)


def fit_ranking(choices: Iterable[Sequence[tuple[Mapping[str, float], bool]]]) -> dict[str, float]:
    """Weights of a conditional logit: of each case's candidates, as (evidence, is it right), one that is right has the
    highest sum. Cases of which no candidate is right, or all are, teach nothing."""
    from scipy.optimize import minimize  # noqa: PLC0415 - comes with scikit-learn

    groups = [group for group in choices if len({right for _, right in group}) == 2]
    if not groups:
        raise ValueError("calibration needs questions that were matched right")
    kinds = sorted(groups[0][0][0])
    points = [np.array([[found[kind] for kind in kinds] for found, _ in group]) for group in groups]
    rights = [np.array([right for _, right in group]) for group in groups]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.5 * float(weights @ weights), weights.copy()
        for rows, right in zip(points, rights, strict=True):
            sums = rows @ weights
            chances = np.exp(sums - sums.max())
            chances /= chances.sum()
            hit = max(float(chances[right].sum()), 1e-12)
            total -= math.log(hit)
            gradient -= rows.T @ (chances * right / hit - chances)
        return total, gradient

    found = minimize(loss, np.zeros(len(kinds)), jac=True, method="L-BFGS-B").x
    return {kind: round(float(weight), 4) for kind, weight in zip(kinds, found, strict=True)}


def calibration_yaml(calibration: Calibration, command: str) -> str:
    """The file calibration.yaml of a knowledge folder, with the `command` that made it."""
    text = f"# Generated by: {command}\n# Do not edit: run it again when the matching or the phrasings change.\n"
    text += _yaml(calibration)
    encoded = calibration.with_encoder
    return text if encoded is None else f"{text}with_encoder:\n{indent(_yaml(encoded), '  ')}"


def _yaml(calibration: Calibration) -> str:
    text = ""
    for name, weights in (("ranking", calibration.ranking), ("weights", calibration.weights)):
        if weights:
            text += f"{name}:\n" + "".join(f"  {kind}: {weight}\n" for kind, weight in sorted(weights.items()))
    for name in ("bias", "answer_threshold", "choices_threshold"):
        text += f"{name}: {getattr(calibration, name)}\n"
    return text


def _choices_of(cases: Iterable[RankedCase]) -> Iterable[Sequence[tuple[Mapping[str, float], bool]]]:
    """(evidence, is it right) of each case's candidates, where none is the message word for word."""
    for one in cases:
        if one.matches and not one.matches[0].exact:
            right = [is_right(one.case, match) for match in one.matches]
            yield list(zip(ranking_evidence(one.matches), right, strict=True))


def _examples(cases: Iterable[RankedCase], calibration: Calibration) -> Iterator[tuple[Mapping[str, float], bool]]:
    """(evidence, was it right) of the best matches, the best answer and the best refusal LEADING times.

    Confidence decides on those two; the others only have to be in the right order below. Matches word for word say
    nothing about the weight of evidence.
    """
    for one in cases:
        kinds_seen: set[bool] = set()
        matches = ranked(one.matches, calibration)
        for position, match in enumerate(matches):
            leads = match.refuses not in kinds_seen
            kinds_seen.add(match.refuses)
            if not match.exact and (leads or position < TOP):
                example = (evidence(matches, position, one.query), is_right(one.case, match))
                yield from [example] * (LEADING * leads + (position < TOP))


def is_right(case: Case, match: Match) -> bool:
    """Whether the match answers the case; any refusal or small talk does where nothing should be answered."""
    return (match.refuses and case.accepts(NONE)) or case.accepts(match.entry)


def _findings(cases: Iterable[RankedCase], calibration: Calibration) -> list[_Finding]:
    found = []
    for one in cases:
        matches = ranked(one.matches, calibration)
        pairs = list(zip(matches, confidences(matches, one.query, calibration), strict=True))
        pairs.sort(key=lambda pair: (not pair[0].exact, -pair[1], pair[0].entry))
        if pairs:
            best, confidence = pairs[0]
            answers = [match for match, _ in pairs if not match.refuses]
            found.append(
                _Finding(
                    case=one.case,
                    confidence=confidence,
                    answers=not best.refuses,
                    right=is_right(one.case, best),
                    helpful=any(one.case.accepts(match.entry) for match in answers[:TOP]),
                )
            )
    return found


def _answer_threshold(findings: Sequence[_Finding], most: float) -> float:
    """The lowest threshold with which at most the share `most` of the out-of-scope cases get a false answer.

    At most HIGHEST, so that a phrasing, word for word, is always answered.
    """
    outside = [finding for finding in findings if not finding.case.in_scope]
    allowed = math.floor(most * len(outside))
    tempted = sorted((finding.confidence for finding in outside if finding.answers and not finding.right), reverse=True)
    if len(tempted) <= allowed:
        return 1 / STEPS
    above = (math.floor(tempted[allowed] * STEPS) + 1) / STEPS
    return min(above, HIGHEST)


def _choices_threshold(findings: Iterable[_Finding], answer: float) -> float:
    """The threshold from which offering choices helps more often than it misleads, by the largest number."""
    unanswered = (finding for finding in findings if finding.answers and finding.confidence < answer)
    undecided = sorted(((finding.confidence, finding.helpful) for finding in unanswered), reverse=True)
    best, gain, at = 0, 0, answer
    for confidence, helpful in undecided:
        gain += 1 if helpful else -1
        if gain > best:
            best, at = gain, confidence
    return math.floor(at * STEPS) / STEPS

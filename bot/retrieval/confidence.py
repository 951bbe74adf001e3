"""Confidence: from the evidence for a match to the probability that the entry answers the question.

Raw fuzzy scores are no probabilities. The evidence goes through a logistic regression, which is fitted on labelled
questions, on the same scores that are served, and saved as data with the knowledge base (calibration.yaml).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import mul

import numpy as np

from bot.language.query import ELSEWHERE, UNRELATED, Query
from bot.retrieval.ranking import Match
from knowledge.model import Calibration, KnowledgeBase

RIVALS = 5
"""How many next-best entries the margin is measured against."""

GENERIC = Calibration(
    weights={"lead": 11.2, "margin": 6.1},
    bias=-2.16,
    answer_threshold=0.5,
    choices_threshold=0.15,
)
"""For a knowledge base that was never calibrated, such as an imported FAQ. Fitted on plain question lists of 40, 77
and 150 topics with 3 to 14 phrasings each, with questions on topics near and far among those asked. Coverage added
nothing there to the scores; these two keep the order of the scores."""

HIGHEST = 0.99
"""Confidence of a message that is a phrasing, word for word."""

REFUSAL = "refusal_"
"""Prefix of the evidence for refusals and small talk."""

_API_CUES = frozenset({"!call", "!dotted", "!snake", "!camel", "!code"})


def calibration_of(knowledge: KnowledgeBase) -> Calibration:
    """The knowledge base's own calibration; the generic one where it has none, under its thresholds if it sets any."""
    own = knowledge.calibration
    if own.weights:
        return own
    if own == Calibration():
        return GENERIC
    return replace(GENERIC, answer_threshold=own.answer_threshold, choices_threshold=own.choices_threshold)


def evidence(matches: Sequence[Match], position: int, query: Query) -> dict[str, float]:
    """The evidence for the match at `position`, each kind about 0..1; always the same kinds.

    margin: its score less half the mean of the next best five others. covered_margin: that times
    coverage. lead: its score less the best other's; answer_lead: less the best other answer's.
    rival_refusal: the score of the best refusal other than itself. unusual: see Match. Refusals and small talk have
    weights of their own: the kinds that begin with "refusal".
    """
    refuses = matches[position].refuses
    found = dict(zip(_OF_MATCH, _of_matches(matches)[position], strict=True)) | _of_query(query)
    answer = {kind: value * (not refuses) for kind, value in found.items()}
    refusal = {REFUSAL + kind: value * refuses for kind, value in found.items()}
    return {**answer, **refusal, "refusal": float(refuses)}


_OF_MATCH = tuple("score margin covered_margin coverage agreement lead answer_lead rival_refusal unusual".split())


def _of_matches(matches: Sequence[Match]) -> Sequence[tuple[float, ...]]:
    """The evidence of each match next to the others, in the order of _OF_MATCH."""
    scores = [match.score for match in matches]
    answers = _best_two([(match.score, number) for number, match in enumerate(matches) if not match.refuses])
    refusals = _best_two([(match.score, number) for number, match in enumerate(matches) if match.refuses])
    nearest = sum(scores[: RIVALS + 1])
    found = []
    for number, match in enumerate(matches):
        score, coverage = match.score, match.coverage
        rivals = nearest - score if number <= RIVALS else sum(scores[:RIVALS])
        margin = score - 0.5 * rivals / RIVALS
        best_answer = answers[1 if answers[0][1] == number else 0][0]
        best_refusal = refusals[1 if refusals[0][1] == number else 0][0]
        lead = score - max(best_answer, best_refusal)
        found.append(
            (
                score,
                margin,
                margin * coverage,
                coverage,
                match.agreement,
                lead,
                score - best_answer,
                best_refusal,
                match.unusual,
            )
        )
    return found


def _best_two(scored: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """The two highest of (score, number), each at least 0; -1 where there is none."""
    return sorted([*scored, (0.0, -1), (0.0, -1)], reverse=True)[:2]


def _of_query(query: Query) -> dict[str, float]:
    cues = query.cues
    return {
        "names_framework": float(bool(query.frameworks)),
        "names_two": float(len(query.frameworks) > 1),
        "names_tool": float(bool(query.tools)),
        "error_cue": float("!error" in cues),
        "api_cue": float(not _API_CUES.isdisjoint(cues)),
        "elsewhere_cue": float(ELSEWHERE in cues),
        "unrelated": float(UNRELATED in query.features),
        "own_code_cue": float("!mine" in cues),
    }


def confidences(matches: Sequence[Match], query: Query, calibration: Calibration) -> list[float]:
    """Each match's probability (0..1) of being what was asked, in the order of `matches`."""
    scales = {refuses: _scale(calibration, query, refuses=refuses) for refuses in {m.refuses for m in matches}}
    found: list[float] = []
    for match, values in zip(matches, _of_matches(matches), strict=True):
        odds, weights = scales[match.refuses]
        probability = 1.0 if match.exact else sigmoid(odds + sum(map(mul, weights, values)))
        found.append(round(min(probability, HIGHEST), 4))
    return found


def _scale(calibration: Calibration, query: Query, *, refuses: bool) -> tuple[float, tuple[float, ...]]:
    """The log-odds from the query alone, and the weight of each of _OF_MATCH."""
    prefix = REFUSAL if refuses else ""
    weights = calibration.weights
    odds = calibration.bias + refuses * weights.get("refusal", 0.0)
    odds += sum([weights.get(prefix + kind, 0.0) * value for kind, value in _of_query(query).items()])
    return odds, tuple([weights.get(prefix + kind, 0.0) for kind in _OF_MATCH])


def sigmoid(odds: float) -> float:
    """The probability for log-odds, safe at both ends."""
    if odds >= 0:
        return 1 / (1 + math.exp(-odds))
    power = math.exp(odds)
    return power / (1 + power)


def fit(
    examples: Iterable[tuple[Mapping[str, float], bool]], *, rounds: int = 60, ridge: float = 1.0
) -> tuple[dict[str, float], float]:
    """Logistic weights and bias by Newton's method with a small ridge; (evidence, was it right) pairs.

    Raises ValueError where there are no examples, or only right or only wrong ones.
    """
    rows = list(examples)
    if len({right for _, right in rows}) < 2:
        raise ValueError("calibration needs questions that were matched right and ones that were not")
    kinds = sorted(rows[0][0])
    points = np.array([[1.0, *(found[kind] for kind in kinds)] for found, _ in rows])
    targets = np.array([float(right) for _, right in rows])
    penalty = np.array([0.0, *[ridge] * len(kinds)])
    beta = np.zeros(len(penalty))
    for _ in range(rounds):
        chances = 0.5 + 0.5 * np.tanh(0.5 * (points @ beta))
        gradient = points.T @ (targets - chances) - penalty * beta
        hessian = (points.T * (chances * (1 - chances))) @ points + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-7:
            break
    bias, *weights = beta.tolist()
    return dict(zip(kinds, weights, strict=True)), bias

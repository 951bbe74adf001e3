"""From evidence to a probability that an entry answers the question.

Raw fuzzy scores are no confidence. The evidence of a match goes through a logistic whose weights
are fitted on labelled questions, on the very scores that are served, and kept as data with the
knowledge base (calibration.yaml).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import mul

from bot.matching import Match
from bot.reading import ELSEWHERE, UNRELATED, Reading
from knowledge.model import Calibration, KnowledgeBase

RIVALS = 5
"""How many next-best entries the margin is taken against."""

GENERIC = Calibration(
    weights={"lead": 11.2, "margin": 6.1},
    bias=-2.16,
    answer_threshold=0.5,
    choices_threshold=0.15,
)
"""For a knowledge base that was never calibrated, such as an imported FAQ. Fitted on plain question lists of 40, 77
and 150 topics with 3 to 14 phrasings each, with questions on topics near and far among those asked. Coverage told no
more there than the scores do; these two keep the order of the scores."""


def calibration_of(knowledge: KnowledgeBase) -> Calibration:
    """The knowledge base's own calibration; the generic one where it has none, under its thresholds if it sets any."""
    own = knowledge.calibration
    if own.weights:
        return own
    if own == Calibration():
        return GENERIC
    return replace(GENERIC, answer_threshold=own.answer_threshold, choices_threshold=own.choices_threshold)


HIGHEST = 0.99
"""Confidence of an utterance that is a phrasing, word for word."""


REFUSAL = "refusal_"

_API_CUES = frozenset({"!call", "!dotted", "!snake", "!camel", "!code"})


def evidence(matches: Sequence[Match], position: int, reading: Reading) -> dict[str, float]:
    """The evidence for the match at `position`, each kind about 0..1; always the same kinds.

    margin: its score less half the mean of the next best five others. covered_margin: that times
    coverage. lead: its score less the best other's; answer_lead: less the best other answer's.
    rival_refusal: the score of the best refusal other than itself. unusual: see Match. Refusals and small talk are
    weighed apart from answers: theirs are the kinds that begin with "refusal".
    """
    refuses = matches[position].refuses
    found = dict(zip(_OF_MATCH, _of_matches(matches)[position], strict=True)) | _of_reading(reading)
    answer = {kind: value * (not refuses) for kind, value in found.items()}
    refusal = {REFUSAL + kind: value * refuses for kind, value in found.items()}
    return {**answer, **refusal, "refusal": float(refuses)}


_OF_MATCH = (
    "score",
    "margin",
    "covered_margin",
    "coverage",
    "agreement",
    "lead",
    "answer_lead",
    "rival_refusal",
    "unusual",
)


def _of_matches(matches: Sequence[Match]) -> Sequence[tuple[float, ...]]:
    """What each match says beside the others, in the order of _OF_MATCH."""
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


def _of_reading(reading: Reading) -> dict[str, float]:
    cues = reading.cues
    return {
        "names_framework": float(bool(reading.frameworks)),
        "names_two": float(len(reading.frameworks) > 1),
        "names_tool": float(bool(reading.tools)),
        "error_cue": float("!error" in cues),
        "api_cue": float(not _API_CUES.isdisjoint(cues)),
        "elsewhere_cue": float(ELSEWHERE in cues),
        "unrelated": float(UNRELATED in reading.features),
        "own_code_cue": float("!mine" in cues),
    }


def confidences(matches: Sequence[Match], reading: Reading, calibration: Calibration) -> list[float]:
    """Each match's probability (0..1) of being what was asked, in the order of `matches`."""
    scales = {refuses: _scale(calibration, reading, refuses=refuses) for refuses in {m.refuses for m in matches}}
    found: list[float] = []
    for match, values in zip(matches, _of_matches(matches), strict=True):
        odds, weights = scales[match.refuses]
        found.append(HIGHEST if match.exact else _probability(odds + sum(map(mul, weights, values))))
    return found


def _scale(calibration: Calibration, reading: Reading, *, refuses: bool) -> tuple[float, tuple[float, ...]]:
    """The log-odds that the reading alone gives, and how each of _OF_MATCH weighs."""
    prefix = REFUSAL if refuses else ""
    weights = calibration.weights
    odds = calibration.bias + refuses * weights.get("refusal", 0.0)
    odds += sum([weights.get(prefix + kind, 0.0) * value for kind, value in _of_reading(reading).items()])
    return odds, tuple([weights.get(prefix + kind, 0.0) for kind in _OF_MATCH])


def _probability(odds: float) -> float:
    return round(min(sigmoid(odds), HIGHEST), 4)


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
    points = [[1.0, *(found[kind] for kind in kinds)] for found, _ in rows]
    targets = [1.0 if right else 0.0 for _, right in rows]
    size = len(kinds) + 1
    beta = [0.0] * size
    for _ in range(rounds):
        gradient = [-ridge * (beta[i] if i else 0.0) for i in range(size)]
        hessian = [[ridge * (i == j and i > 0) + (1e-9 if i == j else 0.0) for j in range(size)] for i in range(size)]
        for point, target in zip(points, targets, strict=True):
            chance = sigmoid(sum(b * x for b, x in zip(beta, point, strict=True)))
            slope = chance * (1 - chance)
            for i in range(size):
                gradient[i] += (target - chance) * point[i]
                for j in range(size):
                    hessian[i][j] += slope * point[i] * point[j]
        step = _solve(hessian, gradient)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
        if max(abs(s) for s in step) < 1e-7:
            break
    return dict(zip(kinds, beta[1:], strict=True)), beta[0]


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a small linear system by Gaussian elimination with partial pivoting."""
    size = len(right)
    rows = [[*matrix[i], right[i]] for i in range(size)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for i in range(column + 1, size):
            factor = rows[i][column] / rows[column][column]
            for j in range(column, size + 1):
                rows[i][j] -= factor * rows[column][j]
    solution = [0.0] * size
    for i in reversed(range(size)):
        solution[i] = (rows[i][size] - sum(rows[i][j] * solution[j] for j in range(i + 1, size))) / rows[i][i]
    return solution

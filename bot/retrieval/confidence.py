"""Confidence: from the evidence for a match to the probability that the entry answers the question.

Raw fuzzy scores are no probabilities. The evidence goes through a logistic regression, which is fitted on labelled
questions, on the same scores that are served, and saved as data with the knowledge base (calibration.yaml).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from operator import mul

from bot.language.query import ELSEWHERE, UNRELATED, Query
from bot.retrieval.meanings import SHARPNESS
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

GENERIC_WITH_ENCODER = Calibration(
    ranking={"score": 1.0, "covered_score": 0.31, "odds": 1.08},
    weights={"share": 4.74, "share_lead": 0.33, "margin": 0.21},
    bias=-3.83,
    answer_threshold=0.65,
    choices_threshold=0.25,
)
"""The same where the encoder runs, fitted on two lists of 30 and 48 topics with 2, 4 and 8 phrasings each, and with
questions on topics that were left out of them."""

OWN_THRESHOLD = 0.4
"""Confidence of a team's entry that counts as the calibration's threshold for answers. Measured with LEAST_NEAR on an
FAQ of 40 topics with three phrasings each: 27 of 30 other wordings are answered and none wrongly, and of 1,357
questions for the shipped entries or for nobody 6 get a team's entry."""

LEAST_NEAR = 0.35
"""Cosine to a team's phrasing below which it is rather not meant."""

NEARLY = 0.05
"""How much nearer a shipped entry must be to take a question from a team's."""

HIGHEST = 0.99
"""Confidence of a message that is a phrasing, word for word."""

REFUSAL = "refusal_"
"""Prefix of the evidence for refusals and small talk."""

_API_CUES = frozenset({"!call", "!dotted", "!snake", "!camel", "!code"})


def calibration_of(knowledge: KnowledgeBase, *, encoder: bool = False) -> Calibration:
    """The knowledge base's own calibration, for matching with the encoder or without it; the generic one where it has
    none, under its thresholds if it sets any."""
    generic, own = (GENERIC_WITH_ENCODER, knowledge.calibration.with_encoder) if encoder else (GENERIC, None)
    own = own or knowledge.calibration
    if own.weights:
        return own if own.ranking or not encoder else generic
    if own == Calibration():
        return generic
    return replace(generic, answer_threshold=own.answer_threshold, choices_threshold=own.choices_threshold)


def ranked(matches: Sequence[Match], calibration: Calibration) -> list[Match]:
    """The matches with each one's share by the calibration's `ranking`, those with the highest first. As they are where
    it has none."""
    if not calibration.ranking or not matches:
        return list(matches)
    weights = calibration.ranking.items()
    sums = [sum([found.get(kind, 0.0) * weight for kind, weight in weights]) for found in ranking_evidence(matches)]
    highest = max(sums)
    powers = [math.exp(value - highest) for value in sums]
    total = sum(powers)
    shared = [match._replace(share=round(power / total, 6)) for power, match in zip(powers, matches, strict=True)]
    return sorted(shared, key=lambda match: (not match.exact, -match.share, match.entry))


def ranking_evidence(matches: Sequence[Match]) -> list[dict[str, float]]:
    """The evidence that puts candidates in order: of words (score, coverage) and of meaning (chance, nearest)."""
    best = max(match.score for match in matches), max(match.odds for match in matches)
    return [
        {
            "score": match.score,
            "root_score": math.sqrt(max(match.score, 0.0)),
            "covered_score": match.score * match.coverage,
            "coverage": match.coverage,
            "agreement": match.agreement,
            "odds": match.odds,
            "chance": math.exp(match.odds),
            "nearest": match.nearest,
            "refusal": float(match.refuses),
            "best_score": float(match.score == best[0]),
            "best_odds": float(match.odds == best[1]),
        }
        for match in matches
    ]


def evidence(matches: Sequence[Match], position: int, query: Query) -> dict[str, float]:
    """The evidence for the match at `position`, each kind about 0..1; always the same kinds.

    margin: its score less half the mean of the next best five others. covered_margin: that times
    coverage. lead: its score less the best other's; answer_lead: less the best other answer's.
    rival_refusal: the score of the best refusal other than itself. unusual: see Match. Of the encoder, 0 without one:
    share, and share_lead: the logarithm of its ratio to the best other's; odds, chance, nearest and nearest_lead;
    none and none_chance: that no entry is meant; refusals: the share of all refusals. Refusals and small talk
    have weights of their own: the kinds that begin with "refusal".
    """
    refuses = matches[position].refuses
    found = dict(zip(_KINDS, _of_matches(matches)[position], strict=False)) | _of_query(query)
    answer = {kind: value * (not refuses) for kind, value in found.items()}
    refusal = {REFUSAL + kind: value * refuses for kind, value in found.items()}
    return {**answer, **refusal, "refusal": float(refuses)}


_KINDS = (
    "score margin covered_margin coverage agreement lead answer_lead rival_refusal unusual"
    " share share_lead odds chance nearest nearest_lead none none_chance refusals"
).split()

_LEAST_SHARE = 1e-4
"""Shares below this one are alike."""


def _of_matches(matches: Sequence[Match]) -> Sequence[tuple[float, ...]]:
    """The evidence of each match next to the others, in the order of _KINDS; without the encoder's it ends before the
    share."""
    scores = [match.score for match in matches]
    answers = _best_others([match.score * (not match.refuses) for match in matches])
    refusals = _best_others([match.score * match.refuses for match in matches])
    nearest = sum(scores[: RIVALS + 1])
    found: list[tuple[float, ...]] = []
    for number, (match, answer, refusal) in enumerate(zip(matches, answers, refusals, strict=True)):
        score, coverage = match.score, match.coverage
        rivals = nearest - score if number <= RIVALS else sum(scores[:RIVALS])
        margin = score - 0.5 * rivals / RIVALS
        own = (score, margin, margin * coverage, coverage, match.agreement)
        found.append((*own, score - max(answer, refusal), score - answer, refusal, match.unusual))
    if not any(match.share for match in matches):
        return found
    shares = _best_others([match.share for match in matches])
    nears = _best_others([match.nearest for match in matches])
    refused = sum(match.share for match in matches if match.refuses)
    for number, (match, share, near) in enumerate(zip(matches, shares, nears, strict=True)):
        lead = math.log((match.share + _LEAST_SHARE) / (share + _LEAST_SHARE))
        meant = (match.share, lead, match.odds, math.exp(match.odds), match.nearest)
        found[number] += (*meant, match.nearest - near, match.none, math.exp(match.none), refused)
    return found


def _best_others(values: Sequence[float]) -> list[float]:
    """For each value, the highest of the others; 0 where none is higher."""
    first, second = sorted((0.0, 0.0, *values), reverse=True)[:2]
    return [second if value == first else first for value in values]


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
    scales = {refuses: _scale(calibration, query, refuses=refuses) for refuses in {match.refuses for match in matches}}
    found: list[float] = []
    for match, own in zip(matches, _of_matches(matches), strict=True):
        odds, weights = scales[match.refuses]
        probability = 1.0 if match.exact else sigmoid(odds + sum(map(mul, weights, own)))
        found.append(round(min(probability, HIGHEST), 4))
    return _with_own(matches, query, calibration, found) if any(match.added for match in matches) else found


def _with_own(matches: Sequence[Match], query: Query, calibration: Calibration, found: Sequence[float]) -> list[float]:
    """The confidences where some entries are a team's: those go by the calibration of a plain FAQ, among themselves,
    and by whether a shipped answer is nearer."""
    own = [match for match in matches if match.added]
    powers = [math.exp(SHARPNESS * match.nearest) for match in own]
    alone = [
        match._replace(odds=math.log(power / sum(powers)), added=False)
        for match, power in zip(own, powers, strict=True)
    ]
    alone = ranked(alone, GENERIC_WITH_ENCODER)
    sure = dict(zip((match.entry for match in alone), confidences(alone, query, GENERIC_WITH_ENCODER), strict=True))
    pairs = list(zip(matches, found, strict=True))
    shipped = [(match.nearest, value) for match, value in pairs if not (match.added or match.refuses)]
    together = []
    for match, value in pairs:
        if not match.added or match.exact:
            together.append(value)
            continue
        other = max((chance for nearest, chance in shipped if nearest > match.nearest + NEARLY), default=0.0)
        chance = sure[match.entry] * (1 - other) * sigmoid(SHARPNESS * (match.nearest - LEAST_NEAR))
        # A team's threshold becomes the calibration's.
        odds = _logit(chance) - _logit(OWN_THRESHOLD) + _logit(calibration.answer_threshold)
        together.append(round(min(sigmoid(odds), HIGHEST), 4))
    return together


def _scale(calibration: Calibration, query: Query, *, refuses: bool) -> tuple[float, list[float]]:
    """The log-odds from the query alone, and the weight of each of _KINDS."""
    prefix = REFUSAL if refuses else ""
    weights = calibration.weights
    odds = calibration.bias + refuses * weights.get("refusal", 0.0)
    odds += sum([weights.get(prefix + kind, 0.0) * value for kind, value in _of_query(query).items()])
    return odds, [weights.get(prefix + kind, 0.0) for kind in _KINDS]


def _logit(chance: float) -> float:
    bounded = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def sigmoid(odds: float) -> float:
    """The probability for log-odds, safe at both ends."""
    return 0.5 + 0.5 * math.tanh(odds / 2)

"""From evidence to a probability."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.language.query import Query
from bot.retrieval.confidence import HIGHEST, confidences, evidence, sigmoid
from bot.retrieval.ranking import Match
from knowledge.model import Calibration
from tests.bot.small_knowledge import TELLING

SHARES = st.floats(0, 1)
SCORES = st.floats(0, 1.2)
PAIRS = st.tuples(SCORES, SCORES).map(sorted)
"""Two of them, the lower one first."""

READINGS = st.builds(
    Query,
    frameworks=st.sampled_from([(), ("pytorch",), ("pytorch", "tensorflow")]),
    tools=st.sampled_from([(), ("litert",)]),
    cues=st.lists(st.sampled_from(["!error", "!call", "!mine", "!elsewhere"]), unique=True).map(tuple),
)
MATCHES = st.lists(
    st.tuples(st.sampled_from("abc"), SCORES, SHARES, st.floats(0.01, 1), st.booleans()).map(
        lambda drawn: Match(*drawn[:4], refuses=drawn[4])
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def calibration(shipped):
    """The one that comes with the package."""
    return shipped.knowledge.calibration


def sure(match, others, query, calibration):
    """The confidence in a match next to others."""
    return confidences([match, *others], query, calibration)[0]


@trying(max_examples=40)
@given(MATCHES, READINGS)
def test_evidence_is_always_of_the_same_kinds(matches, query):
    kinds = set(evidence([Match("a", 0.5, 0.5, 1.0)], 0, Query()))
    assert all(set(evidence(matches, position, query)) == kinds for position in range(len(matches)))


@trying(max_examples=40)
@given(MATCHES, READINGS)
def test_answers_and_refusals_are_weighed_by_kinds_of_their_own(matches, query):
    for position, match in enumerate(matches):
        found = {kind for kind, value in evidence(matches, position, query).items() if value}
        assert all(kind.startswith("refusal") == match.refuses for kind in found)


def test_no_kind_of_evidence_of_the_shipped_calibration_is_unknown(calibration):
    assert set(calibration.weights) <= set(evidence([Match("a", 0.5, 0.5, 1.0)], 0, Query()))


@trying(max_examples=40)
@given(MATCHES, READINGS)
def test_confidence_is_a_probability(calibration, matches, query):
    assert all(0 <= chance <= HIGHEST for chance in confidences(matches, query, calibration))


def test_a_phrasing_word_for_word_is_as_sure_as_can_be():
    weak = Match("a", 0.0, 0.0, 1.0, exact=True)
    assert sure(weak, [Match("b", 1.2, 1.0, 1.0)], Query(), Calibration(bias=-20)) == HIGHEST


@trying(max_examples=40)
@given(MATCHES, READINGS, PAIRS)
def test_a_better_score_is_never_less_sure(calibration, matches, query, scores):
    match, *others = matches
    low, high = (sure(match._replace(score=score), others, query, calibration) for score in scores)
    assert low <= high


@trying(max_examples=40)
@given(MATCHES, READINGS, PAIRS)
def test_more_coverage_never_makes_the_best_match_less_sure(calibration, matches, query, shares):
    match, *others = sorted(matches, key=lambda match: -match.score)
    low, high = (sure(match._replace(coverage=min(share, 1)), others, query, calibration) for share in shares)
    assert low <= high


@trying(max_examples=40)
@given(MATCHES, READINGS, PAIRS, st.booleans())
def test_a_stronger_rival_never_makes_an_answer_surer(calibration, matches, query, scores, refuses):
    answer, *others = (match._replace(refuses=match.refuses and number > 0) for number, match in enumerate(matches))
    weak, strong = (
        sure(answer, [Match("rival", score, 0.5, 1.0, refuses=refuses), *others], query, calibration)
        for score in scores
    )
    assert strong <= weak


def test_without_a_calibration_nothing_is_known_of_a_match():
    assert sure(Match("a", 0.9, 0.9, 1.0), [], Query(), Calibration()) == 0.5


def test_a_match_alone_is_weighed_against_nothing():
    found = evidence([Match("a", 0.4, 0.5, 1.0)], 0, Query())
    assert (found["margin"], found["lead"], found["rival_refusal"]) == (0.4, 0.4, 0.0)


def test_confidences_stand_in_the_order_of_the_matches():
    matches = [Match("a", 0.1, 0.2, 1.0), Match("b", 0.1, 0.9, 1.0), Match("c", 0.1, 0.5, 1.0)]
    found = confidences(matches, Query(), TELLING)
    assert found[0] < found[2] < found[1]


@trying(max_examples=40)
@given(st.floats(allow_nan=False))
def test_log_odds_of_any_size_give_a_probability(odds):
    assert 0 <= sigmoid(odds) <= 1
    assert math.isclose(sigmoid(odds) + sigmoid(-odds), 1)


@trying(max_examples=40)
@given(st.floats(-50, 50), st.floats(-50, 50))
def test_higher_odds_give_no_lower_probability(one, other):
    low, high = sorted((one, other))
    assert sigmoid(low) <= sigmoid(high)

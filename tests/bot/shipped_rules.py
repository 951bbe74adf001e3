"""The shipped knowledge and its flow, loaded once for all tests of the recommendation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings

from bot.factory import SHIPPED
from bot.recommendation.flow import Flow
from knowledge.loading import Loaded, load_with_places
from knowledge.recommendation import SKIPPED, RecommendationRules

steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For what hypothesis tries out: how long an example takes is not the subject."""


@cache
def shipped() -> Loaded:
    return load_with_places(SHIPPED)


@cache
def situations() -> tuple[dict[str, Any], ...]:
    """Situations in two or three sentences, with the answers they give and the stack that a careful engineer chose."""
    file = Path(__file__).parents[1] / "cases" / "situations.jsonl"
    return tuple(map(json.loads, file.read_text("utf-8").splitlines()))


@cache
def shipped_flow() -> Flow:
    return Flow(shipped().knowledge)


def all_rows(rules: RecommendationRules) -> Iterator[tuple[str, ...]]:
    """Every set of answers, skipped questions included; the first one has all skipped."""
    return product(*((SKIPPED, *(option.id for option in question.options)) for question in rules.questions))

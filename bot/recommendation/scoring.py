"""Which rules apply to a set of answers, and which stack they lead to.

The stack of every set of answers (246,960 for the shipped rules) is computed at once, in arrays with an axis for each
question: place 0 for "skipped", then the options in their order. That takes some milliseconds, and afterwards what
another answer would change, what to ask next and what holds on every path are look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.model import KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    ArticleRule,
    RecommendationRules,
    Rule,
    TodayRule,
    ToolRule,
    When,
    tools_of,
)

TRAIN = "train"
"""The first pick of a stack: the framework that leads. The others are those of `knowledge.recommendation.TOOLS`."""

Row = tuple[str, ...]
"""One answer per question, in the order of the questions; SKIPPED where there is none."""

PointsRule = ArticleRule | TodayRule | ToolRule
"""A rule that gives points."""

Stack = Mapping[str, str]
"""What is picked: "train", "run" and "start" -> the id of a candidate."""

_R = TypeVar("_R", bound=Rule)
_Index = Any
_Grid = npt.NDArray[Any]
"""A value for every set of answers."""


class Scoring:
    """The rules of one knowledge base. Safe to share between threads.

    `counted` are the rules whose points count today, by pick; `candidates` what each pick is made of.
    """

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self._rules = rules
        tools = tools_of(rules)
        self.candidates: Mapping[str, tuple[str, ...]] = {
            TRAIN: tuple(candidate.id for candidate in rules.candidates),
            **{name: tuple(tool.id for tool in found.candidates) for name, found in tools.items()},
        }
        held = (rule for rule in rules.article if _holds(rule, knowledge))
        self.counted: Mapping[str, tuple[PointsRule, ...]] = {
            TRAIN: (*held, *rules.today),
            **{name: found.rules for name, found in tools.items()},
        }
        self._places = {
            question.id: {SKIPPED: 0, **{option.id: at for at, option in enumerate(question.options, start=1)}}
            for question in rules.questions
        }

    def row(self, answers: Mapping[str, str]) -> Row:
        """One answer per question. Missing and unknown answers count as skipped."""
        return tuple(answers[name] if answers.get(name) in places else SKIPPED for name, places in self._places.items())

    def applying(self, rules: Iterable[_R], row: Row) -> list[_R]:
        """The rules that apply to a set of answers, whatever leads."""
        given = dict(zip(self._places, row, strict=True)).items()
        return [rule for rule in rules if not rule.when or any(term.items() <= given for term in rule.when)]

    def reasons(self, pick: str, row: Row) -> list[PointsRule]:
        """The rules that give points for a pick, the weightiest first."""
        train = self.leader(row) if pick != TRAIN else ""
        found = [rule for rule in self.applying(self.counted[pick], row) if _leads(rule, train)]
        return sorted(found, key=lambda rule: -rule.points)

    def points(self, row: Row, pick: str = TRAIN) -> dict[str, int]:
        """Points of every candidate of a pick, in the candidates' order."""
        points = dict.fromkeys(self.candidates[pick], 0)
        for rule in self.reasons(pick, row):
            points[speaks_for(rule)] += rule.points
        return points

    def article_points(self, row: Row) -> dict[str, int]:
        """Points by the article's rules alone, without candidates that have none."""
        points: dict[str, int] = {}
        for rule in self.applying(self._rules.article, row):
            points[rule.framework] = points.get(rule.framework, 0) + rule.points
        return points

    def leader(self, row: Row, pick: str = TRAIN) -> str:
        """The candidate with the most points; the earlier one in a tie."""
        return self.candidates[pick][int(self.winners[pick][self.index(row)])]

    def stack(self, row: Row) -> Stack:
        """Every pick."""
        return {pick: self.leader(row, pick) for pick in self.candidates}

    def neighbours(self, row: Row) -> Iterator[tuple[int, str, Row]]:
        """Every set of answers that gives one other answer than `row`: (question number, answer, set)."""
        for number, places in enumerate(self._places.values()):
            for answer in places:
                if answer not in (SKIPPED, row[number]):
                    yield number, answer, (*row[:number], answer, *row[number + 1 :])

    # every set of answers at once

    def index(self, row: Row) -> tuple[int, ...]:
        """Where a set of answers is in the arrays."""
        return tuple(places[answer] for places, answer in zip(self._places.values(), row, strict=True))

    @cached_property
    def winners(self) -> Mapping[str, _Grid]:
        """The number of the candidate that is picked, by pick."""
        found: dict[str, _Grid] = {}
        led = cache(lambda frameworks: self.led_by(frameworks, found[TRAIN]))
        for pick, names in self.candidates.items():
            points = np.zeros((len(names), *self._shape), np.int16)
            for rule in self.counted[pick]:
                where = self.region(rule.when)
                if isinstance(rule, ToolRule) and rule.leading:
                    where &= led(rule.leading)
                own = points[names.index(speaks_for(rule))]
                np.add(own, rule.points, out=own, where=where)
            found[pick] = points.argmax(axis=0)
        return found

    @cached_property
    def stacks(self) -> _Grid:
        """A number for the stack, the same for the same picks."""
        code = np.zeros(self._shape, np.int32)
        for pick, names in self.candidates.items():
            code = code * len(names) + self.winners[pick]
        return code

    def region(self, when: When) -> _Grid:
        """Where a condition is fulfilled."""
        found = np.zeros(self._shape, bool)
        for term in when or ({},):
            found[self._where(term)] = True
        return found

    def led_by(self, frameworks: Iterable[str], leaders: _Grid | None = None) -> _Grid:
        """Where one of these frameworks leads; any, where none is named."""
        leaders = self.winners[TRAIN] if leaders is None else leaders
        names = self.candidates[TRAIN]
        wanted = [names.index(name) for name in frameworks] or range(len(names))
        return np.isin(leaders, list(wanted))

    @property
    def _shape(self) -> tuple[int, ...]:
        return tuple(map(len, self._places.values()))

    def _where(self, term: Mapping[str, str]) -> _Index:
        return tuple(places[term[name]] if name in term else slice(None) for name, places in self._places.items())


def speaks_for(rule: PointsRule) -> str:
    """The candidate that a rule speaks for."""
    return rule.tool if isinstance(rule, ToolRule) else rule.framework


def _leads(rule: PointsRule, train: str) -> bool:
    return not isinstance(rule, ToolRule) or not rule.leading or train in rule.leading


def _holds(rule: ArticleRule, knowledge: KnowledgeBase) -> bool:
    """Whether the article's view still holds, by the entry that explains it: only then its points count today."""
    entry = knowledge.entries.get(rule.entry)
    return entry is not None and entry.article is not None and entry.article.verdict == "holds"

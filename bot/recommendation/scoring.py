"""Which rules apply to a set of answers, and which stack they lead to.

The stack of every set of answers (246,960 for the shipped rules) is computed at once, in arrays with an axis for each
question: place 0 for "skipped", then the options in their order. That takes some milliseconds, and afterwards what
another answer would change, what to ask next and what holds on every path are look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.model import KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    Advice,
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

Answers = Mapping[str, str]
"""Question -> option. "All answers" has every question in order, with SKIPPED where there is no answer."""

PointsRule = ArticleRule | TodayRule | ToolRule
"""A rule that gives points."""

Stack = Mapping[str, str]
"""What is picked: "train", "run" and "start" -> the id of a candidate."""

_R = TypeVar("_R", bound=Rule)
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
        self._shape = tuple(map(len, self._places.values()))

    def all_answers(self, answers: Answers) -> Answers:
        """One answer per question. Missing and unknown answers count as skipped."""
        return {
            name: answers[name] if answers.get(name) in places else SKIPPED for name, places in self._places.items()
        }

    def applying(self, rules: Iterable[_R], given: Answers) -> list[_R]:
        """The rules that apply to all answers `given`, and to what leads."""
        leader = self.leader(given)
        found = [rule for rule in rules if not rule.when or any(term.items() <= given.items() for term in rule.when)]
        return [rule for rule in found if not _leading(rule) or leader in _leading(rule)]

    def reasons(self, given: Answers, pick: str = TRAIN) -> list[PointsRule]:
        """The rules that give points for a pick, the weightiest first."""
        return sorted(self.applying(self.counted[pick], given), key=lambda rule: -rule.points)

    def points(self, given: Answers, pick: str = TRAIN) -> dict[str, int]:
        """Points of every candidate of a pick, in the candidates' order."""
        points = dict.fromkeys(self.candidates[pick], 0)
        for rule in self.reasons(given, pick):
            points[speaks_for(rule)] += rule.points
        return points

    def article_points(self, given: Answers) -> Mapping[str, int]:
        """Points by the article's rules alone, without candidates that have none."""
        points: Counter[str] = Counter()
        for rule in self.applying(self._rules.article, given):
            points[rule.framework] += rule.points
        return points

    def leader(self, given: Answers, pick: str = TRAIN) -> str:
        """The candidate with the most points; the earlier one in a tie."""
        return self.candidates[pick][int(self.winners[pick][self.index(given)])]

    def stack(self, given: Answers) -> Stack:
        """Every pick."""
        return {pick: self.leader(given, pick) for pick in self.candidates}

    # every set of answers at once

    def index(self, given: Answers) -> tuple[int, ...]:
        """Where all answers are in the arrays."""
        return tuple(places[given[name]] for name, places in self._places.items())

    @cached_property
    def winners(self) -> Mapping[str, _Grid]:
        """The number of the candidate that is picked, by pick."""
        found: dict[str, _Grid] = {}
        for pick, names in self.candidates.items():
            points = np.zeros((len(names), *self._shape), np.int16)
            for rule in self.counted[pick]:
                where = self.region(rule.when)
                if leading := _leading(rule):
                    where &= self.led_by(leading, found[TRAIN])
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
            at = (places[term[name]] if name in term else slice(None) for name, places in self._places.items())
            found[tuple(at)] = True
        return found

    def led_by(self, frameworks: Collection[str], leaders: _Grid) -> _Grid:
        """Where, of the `winners` to train in, one of these frameworks leads; any, where none is named."""
        return np.array([not frameworks or name in frameworks for name in self.candidates[TRAIN]])[leaders]


def speaks_for(rule: PointsRule) -> str:
    """The candidate that a rule speaks for."""
    return rule.tool if isinstance(rule, ToolRule) else rule.framework


def _leading(rule: Rule) -> tuple[str, ...]:
    """The frameworks of which one must lead for a rule to apply; any, where empty."""
    return rule.leading if isinstance(rule, Advice | ToolRule) else ()


def _holds(rule: ArticleRule, knowledge: KnowledgeBase) -> bool:
    """Whether the article's view still holds, by the entry that explains it: only then its points count today."""
    entry = knowledge.entries.get(rule.entry)
    return entry is not None and entry.article is not None and entry.article.verdict == "holds"

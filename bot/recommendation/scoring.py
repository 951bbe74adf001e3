"""Which rules apply to a set of answers, and which framework leads by them.

Each combination of answers that a rule names is one bit, and the combinations that a set of answers
fulfils are a mask: a rule applies if it shares a bit with the mask. That makes it cheap enough for the
checks to go through every set of answers (61,740 for the shipped rules).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, ArticleRule, RecommendationRules, Rule, TodayRule, When

Row = tuple[str, ...]
"""One answer per question, in the order of the questions; SKIPPED where there is none."""

PointsRule = ArticleRule | TodayRule
"""A rule that gives points."""

_R = TypeVar("_R", bound=Rule)


class Scoring:
    """The rules of one knowledge base, compiled. Safe to share between threads.

    Each list of rules holds pairs (bits, rule) in the order of the file. `counted` are the rules whose
    points count today.
    """

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.candidates = tuple(candidate.id for candidate in rules.candidates)
        terms: list[Mapping[str, str]] = []
        self.article = _compiled(rules.article, terms)
        self.counted: list[tuple[int, PointsRule]] = [
            *((bits, rule) for bits, rule in self.article if _holds(rule, knowledge)),
            *_compiled(rules.today, terms),
        ]
        self.cautions = _compiled(rules.cautions, terms)
        self.contradictions = _compiled(rules.contradictions, terms)
        self.notes = _compiled(rules.notes, terms)
        self.next_steps = _compiled(rules.next_steps, terms)
        self._masks = [
            {answer: _compatible(question.id, answer, terms) for answer in (SKIPPED, *(o.id for o in question.options))}
            for question in rules.questions
        ]

    def mask(self, row: Row) -> int:
        """The bits of all combinations that `row` fulfils."""
        mask = -1
        for masks, answer in zip(self._masks, row, strict=True):
            mask &= masks[answer]
        return mask

    def points(self, mask: int) -> dict[str, int]:
        """Points of every candidate, in the candidates' order."""
        points = dict.fromkeys(self.candidates, 0)
        for bits, rule in self.counted:
            if bits & mask:
                points[rule.framework] += rule.points
        return points

    def article_points(self, mask: int) -> dict[str, int]:
        """Points by the article's rules alone, without candidates that have none."""
        points: dict[str, int] = {}
        for rule in applying(self.article, mask):
            points[rule.framework] = points.get(rule.framework, 0) + rule.points
        return points

    def leader(self, mask: int) -> str:
        """The candidate with the most points; the earlier one in a tie."""
        points = self.points(mask)
        return max(points, key=points.__getitem__)

    def neighbours(self, row: Row) -> Iterator[tuple[int, str, int]]:
        """Every set of answers that gives one other answer than `row`: (question number, answer, mask)."""
        for number, masks in enumerate(self._masks):
            for answer in masks:
                if answer not in (SKIPPED, row[number]):
                    yield number, answer, self.mask((*row[:number], answer, *row[number + 1 :]))


def applying(rules: Iterable[tuple[int, _R]], mask: int) -> list[_R]:
    """The compiled rules that apply where the combinations of `mask` are fulfilled."""
    return [rule for bits, rule in rules if bits & mask]


def _compiled(rules: Iterable[_R], terms: list[Mapping[str, str]]) -> list[tuple[int, _R]]:
    return [(_bits(rule.when, terms), rule) for rule in rules]


def _bits(when: When, terms: list[Mapping[str, str]]) -> int:
    """A bit for each combination, by its place in `terms`; a rule without any gets one that is always fulfilled."""
    start = len(terms)
    terms.extend(when or ({},))
    return (1 << len(terms)) - (1 << start)


def _compatible(question: str, answer: str, terms: list[Mapping[str, str]]) -> int:
    """The bits of the combinations that this answer does not rule out."""
    return sum(1 << number for number, term in enumerate(terms) if term.get(question, answer) == answer)


def _holds(rule: ArticleRule, knowledge: KnowledgeBase) -> bool:
    """Whether the article's view still holds, by the entry that explains it: only then its points count today."""
    entry = knowledge.entries.get(rule.entry)
    return entry is not None and entry.article is not None and entry.article.verdict == "holds"

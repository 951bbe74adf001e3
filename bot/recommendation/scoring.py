"""Which rules apply to a set of answers, and who leads by them.

Conditions are compiled to bits, one for each combination that a rule names: the rules that apply
are found with one AND a question, so that every other answer can be tried to see what would change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Generic, TypeVar

from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, ArticleRule, RecommendationRules, Rule, TodayRule, When

Row = tuple[str, ...]
"""One answer a question, in the order of the questions; SKIPPED where there is none."""

Counted = ArticleRule | TodayRule
"""A rule that gives points."""

_KEPT = 100_000
"""Leaders remembered at the most; the shipped rules have about 62,000 sets of answers."""

_R = TypeVar("_R", bound=Rule)


class Compiled(Generic[_R]):
    """Rules of one kind, each with the bits of its combinations."""

    def __init__(self, rules: Iterable[_R], terms: list[Mapping[str, str]]) -> None:
        """Every combination is appended to `terms`; its place there is its bit."""
        self.pairs = tuple((_bits(rule.when, terms), rule) for rule in rules)

    def applying(self, mask: int) -> list[_R]:
        """The rules that apply where the combinations of `mask` are fulfilled, in the order of the file."""
        return [rule for bits, rule in self.pairs if bits & mask]


class Scoring:
    """The rules of one knowledge base, ready to be applied. Safe to share between threads."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.rules = rules
        self.candidates = tuple(candidate.id for candidate in rules.candidates)
        terms: list[Mapping[str, str]] = []
        self.article = Compiled(rules.article, terms)
        self.counted: Compiled[Counted] = Compiled(
            (*(rule for rule in rules.article if holds(rule, knowledge)), *rules.today), terms
        )
        self.cautions = Compiled(rules.cautions, terms)
        self.contradictions = Compiled(rules.contradictions, terms)
        self.notes = Compiled(rules.notes, terms)
        self.next_steps = Compiled(rules.next_steps, terms)
        self._masks = [
            {answer: _compatible(question.id, answer, terms) for answer in (SKIPPED, *(o.id for o in question.options))}
            for question in rules.questions
        ]
        place = {name: number for number, name in enumerate(self.candidates)}
        self._scores = [(bits, place[rule.framework], rule.points) for bits, rule in self.counted.pairs]
        self._decisive = reduce(or_, (bits for bits, _, _ in self._scores), 0)
        self._leaders: dict[int, str] = {}

    def mask(self, row: Row) -> int:
        """The bits of all combinations that `row` fulfils."""
        mask = -1
        for masks, answer in zip(self._masks, row, strict=True):
            mask &= masks[answer]
        return mask

    def points(self, mask: int) -> dict[str, int]:
        """Points of every candidate, in the candidates' order."""
        return dict(zip(self.candidates, self._totals(mask), strict=True))

    def article_points(self, mask: int) -> dict[str, int]:
        """Points by the article's rules alone, without those who have none."""
        totals: dict[str, int] = {}
        for rule in self.article.applying(mask):
            totals[rule.framework] = totals.get(rule.framework, 0) + rule.points
        return totals

    def leader(self, mask: int) -> str:
        """The candidate with most points; of equals, the earlier one."""
        key = mask & self._decisive
        found = self._leaders.get(key)
        if found is None:
            totals = self._totals(key)
            found = self.candidates[totals.index(max(totals))]
            if len(self._leaders) >= _KEPT:
                self._leaders.clear()
            self._leaders[key] = found
        return found

    def others(self, row: Row) -> Iterator[tuple[int, str, int]]:
        """Every set of answers that differs from `row` in one given answer: (question's number, answer, mask)."""
        for number, masks in enumerate(self._masks):
            rest = -1
            for other, answer in enumerate(row):
                if other != number:
                    rest &= self._masks[other][answer]
            for answer, mask in masks.items():
                if answer not in (SKIPPED, row[number]):
                    yield number, answer, rest & mask

    def _totals(self, mask: int) -> list[int]:
        totals = [0] * len(self.candidates)
        for bits, place, points in self._scores:
            if bits & mask:
                totals[place] += points
        return totals


def holds(rule: ArticleRule, knowledge: KnowledgeBase) -> bool:
    """Whether the article's view stands today, by the entry that explains it: only then the rule counts."""
    entry = knowledge.entries.get(rule.entry)
    return entry is not None and entry.article is not None and entry.article.verdict == "holds"


def _bits(when: When, terms: list[Mapping[str, str]]) -> int:
    """A bit for each combination; a rule without any has one that is always fulfilled."""
    start = len(terms)
    terms.extend(when or ({},))
    return (1 << len(terms)) - (1 << start)


def _compatible(question: str, answer: str, terms: list[Mapping[str, str]]) -> int:
    """The bits of the combinations that this answer does not rule out."""
    return sum(1 << number for number, term in enumerate(terms) if term.get(question, answer) == answer)

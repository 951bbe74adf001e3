"""Which question comes next: the one whose answers split the stacks most, as long as it can change a pick."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.recommendation.scoring import Scoring
from knowledge.recommendation import RecommendationRules

MOST_QUESTIONS = 5
"""Questions after which the stack is shown, whatever else could be asked."""

LEAST_SHARE = 0.25
"""Share (0..1) of a question's answers that must lead to another stack for it to be asked. What fewer answers change
is shown with the stack as "what would change it", and does not cost everybody a question.

Over 6,000 random sets of answers to all seven questions, 3.4 are asked on average and lead to the stack of all answers
in 87 %. Of 1,500 sets, asking every question that changes anything took 4 in the median for 4 points more, and a
third instead of a quarter lost 3 points."""


class Interview:
    """Chooses questions by the rules of one knowledge base."""

    def __init__(self, rules: RecommendationRules, scoring: Scoring) -> None:
        self._rules = rules
        self._scoring = scoring

    def next_question(self, given: Mapping[str, str]) -> str | None:
        """The question to ask where `given` were asked or said before (SKIPPED: not answered); None for no more."""
        if len(given) >= MOST_QUESTIONS:
            return None
        best, splits = None, 0.0
        index = self._scoring.index(self._scoring.row(given))
        for number, question in enumerate(self._rules.questions):
            if question.id in given:
                continue
            each_answer: Any = (*index[:number], slice(None), *index[number + 1 :])
            now, *others = self._scoring.stacks[each_answer].tolist()
            changed = sum(other != now for other in others)
            if changed < max(1, LEAST_SHARE * len(others)):
                continue
            entropy = -sum(n / len(others) * math.log2(n / len(others)) for n in Counter(others).values())
            if best is None or entropy > splits + 1e-9:
                best, splits = question.id, entropy
        return best

    def asked(self, answers: Mapping[str, str]) -> list[str]:
        """The questions that somebody with these answers is asked, up to the first that they do not answer."""
        given: dict[str, str] = {}
        while (question := self.next_question(given)) is not None and question in answers:
            given[question] = answers[question]
        return list(given)

    def paths(self) -> Iterator[tuple[dict[str, str], float]]:
        """Every way through the questions that answers each one asked, and the share (0..1) of those who go it where
        each answer is as likely as the others."""
        options = {question.id: [option.id for option in question.options] for question in self._rules.questions}
        open_: list[tuple[dict[str, str], float]] = [({}, 1.0)]
        while open_:
            given, share = open_.pop()
            question = self.next_question(given)
            if question is None:
                yield given, share
            else:
                names = options[question]
                open_ += [({**given, question: name}, share / len(names)) for name in names]

"""From a set of answers to its outcome, and to the question that comes next, by the rules of one knowledge base."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeVar

import numpy as np

from bot.dialog.reply import SourceNote
from bot.dialog.text_renderer import ARTICLE_DATE
from bot.recommendation.outcome import (
    Alternative,
    GivenAnswer,
    NextStep,
    Outcome,
    OutcomeNote,
    Picked,
    RankedFramework,
    Reason,
    RunnerUp,
    Verdict,
)
from bot.recommendation.scoring import TRAIN, Answers, PointsRule, Scoring, Stack, speaks_for
from knowledge.model import SOURCE_KEY, KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    Advice,
    ArticleRule,
    Caution,
    Contradiction,
    NoteRule,
    Option,
    RecommendationRules,
    Rule,
    ToolRule,
    tools_of,
)

_R = TypeVar("_R", bound=Rule)

MOST_QUESTIONS = 5
"""Questions after which the stack is shown, whatever else could be asked."""

LEAST_SHARE = 0.25
"""Share (0..1) of a question's answers that must lead to another stack for it to be asked. What fewer answers change
is shown with the stack as "what would change it", and does not cost everybody a question.

Over 6,000 random sets of answers to all seven questions, 3.4 are asked on average and lead to the stack of all answers
in 87 %. Of 1,500 sets, asking every question that changes anything took 4 in the median for 4 points more, and a
third instead of a quarter lost 3 points."""

MOST_STEPS = 4
"""Next steps shown: the most fitting ones, and always how to begin with the leading framework."""

WORDS = {"train": "train in", "run": "run on", "start": "start with"}
"""What is said before the name of a pick."""

_MIN_MARGIN = 2
"""Points by which an answer must favour another framework than the leading one to be mentioned."""


class Advisor:
    """Turns answers into outcomes and chooses questions by the rules of one knowledge base. Safe to share between
    threads."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.rules = rules
        self.knowledge = knowledge
        self.scoring = Scoring(rules, knowledge)
        self.names = {TRAIN: {candidate.id: candidate.name for candidate in rules.candidates}}
        for pick, tools in tools_of(rules).items():
            self.names[pick] = {tool.id: tool.name for tool in tools.candidates}
        self.options = {question.id: {o.id: o for o in question.options} for question in rules.questions}

    def outcome(self, answers: Answers) -> Outcome:
        """The outcome of `answers`. Missing and unknown answers count as skipped."""
        return _OutcomeBuilder(self, self.scoring.all_answers(answers)).outcome()

    def changes(self, question: str, answers: Answers) -> dict[str, dict[str, str]]:
        """What each answer to a question would change now: option -> pick -> name, without those that change none."""
        given = self.scoring.all_answers(answers)
        now = self.scoring.stack(given)
        found = {}
        for option in self.options[question]:
            stack = self.scoring.stack({**given, question: option})
            found[option] = {pick: self.names[pick][name] for pick, name in stack.items() if name != now[pick]}
        return {option: changed for option, changed in found.items() if changed}

    def named(self, stack: Stack) -> tuple[str, ...]:
        """The picks of a stack by name."""
        return tuple(self.names[pick][name] for pick, name in stack.items())

    def step_text(self, advice: Advice) -> str | None:
        """What is said of a next step; None where its entry has none, or a team hides that."""
        entry = self.knowledge.entries.get(advice.entry)
        return advice.text or (entry.next_step if entry is not None else None)

    def next_question(self, given: Answers) -> str | None:
        """The question to ask where `given` were asked or said before (SKIPPED: not answered), None for no more: the
        one whose answers split the stacks most, as long as it can change a pick."""
        if len(given) >= MOST_QUESTIONS:
            return None
        best, splits = None, 0.0
        index = self.scoring.index(self.scoring.all_answers(given))
        for number, question in enumerate(self.options):
            if question in given:
                continue
            each_answer: Any = (*index[:number], slice(None), *index[number + 1 :])
            now, *others = self.scoring.stacks[each_answer].tolist()
            changed = sum(other != now for other in others)
            if changed < max(1, LEAST_SHARE * len(others)):
                continue
            entropy = -sum(n / len(others) * math.log2(n / len(others)) for n in Counter(others).values())
            if best is None or entropy > splits + 1e-9:
                best, splits = question, entropy
        return best

    def asked(self, answers: Answers) -> list[str]:
        """The questions that somebody with these answers is asked, up to the first that they do not answer."""
        given: dict[str, str] = {}
        while (question := self.next_question(given)) is not None and question in answers:
            given[question] = answers[question]
        return list(given)

    def paths(self) -> Iterator[tuple[dict[str, str], float]]:
        """Every way through the questions that answers each one asked, and the share (0..1) of those who go it where
        each answer is as likely as the others."""
        open_: list[tuple[dict[str, str], float]] = [({}, 1.0)]
        while open_:
            given, share = open_.pop()
            question = self.next_question(given)
            if question is None:
                yield given, share
            else:
                options = self.options[question]
                open_ += [({**given, question: option}, share / len(options)) for option in options]


class _OutcomeBuilder:
    """Builds one outcome, numbering sources in the order in which they are shown."""

    def __init__(self, advisor: Advisor, given: Answers) -> None:
        """`given`: all answers."""
        self._rules = advisor.rules
        self._knowledge = advisor.knowledge
        self._scoring = advisor.scoring
        self._names = advisor.names
        self._options = advisor.options
        self._named, self._step_text = advisor.named, advisor.step_text
        self._given = given
        self._now = advisor.scoring.stack(given)
        self._leader = self._now[TRAIN]
        self._sources: dict[tuple[str, str], SourceNote] = {}

    def outcome(self) -> Outcome:
        stack = tuple(map(self._picked, self._now))
        notes = tuple(map(self._note, self._applying(self._rules.notes)))
        contradictions = tuple(self._contradictions())
        ranking = self._ranking()
        article = self._article()
        first = ranking[0]
        level = tuple(place.name for place in ranking if place.points == first.points)
        since = tuple(reason for reason in first.reasons if reason.basis == "since")
        alternatives = list(self._alternatives())
        return Outcome(
            given=tuple(GivenAnswer.of(question, self._given[question.id]) for question in self._rules.questions),
            stack=stack,
            alternatives=tuple(sorted(alternatives, key=self._importance)),
            ranking=ranking,
            level=level if len(level) > 1 else (),
            article=article,
            today=Verdict(first.framework, first.name, since),
            agree=None if article.framework is None else article.framework == first.framework,
            contradictions=contradictions,
            notes=notes,
            would_change=tuple(one for one in alternatives if one.framework != self._leader),
            next_steps=self._next_steps(),
            sources=tuple(self._sources.values()),
            summary=_summary(ranking, article, stack),
            knowledge_version=self._knowledge.version,
            article_dated=self._knowledge.article_dated,
        )

    def _applying(self, rules: Iterable[_R]) -> list[_R]:
        return self._scoring.applying(rules, self._given)

    def _picked(self, pick: str) -> Picked:
        best, points = self._now[pick], self._scoring.points(self._given, pick)
        rules = (rule for rule in self._scoring.reasons(self._given, pick) if speaks_for(rule) == best)
        reasons = tuple(map(self._reason, rules))
        return Picked(pick, best, self._names[pick][best], points[best], reasons, self._runner_up(pick, points))

    def _runner_up(self, pick: str, points: Mapping[str, int]) -> RunnerUp:
        """The one with most points of those that an answer or two to open questions would put first; where there is
        none, another answer to a question."""
        ways = self._ways_to_lead(pick)
        others = (name for name in points if name != self._now[pick])
        found = min(others, key=lambda name: (ways[name][0], -points[name]))
        _, options = ways[found]
        condition = " and ".join(option.if_so for option in options)
        label = options[0].in_brief if len(options) == 1 else ""
        return RunnerUp(found, self._names[pick][found], condition or None, label)

    def _ways_to_lead(self, pick: str) -> Mapping[str, tuple[int, Sequence[Option]]]:
        """For each candidate, the options that would put it first, and what that takes: answers to open questions (0),
        another answer to a question (1), or more than that (2, without options)."""
        names, winners = self._scoring.candidates[pick], self._scoring.winners[pick]
        found: dict[str, tuple[int, Sequence[Option]]] = dict.fromkeys(names, (2, ()))
        index = self._scoring.index(self._given)
        open_ = [number for number, at in enumerate(index) if at == 0]
        answering = [(number,) for number in open_] + list(combinations(open_, 2))
        for takes, changed in [*((0, some) for some in answering), *((1, (number,)) for number in range(len(index)))]:
            part = winners[tuple(slice(1, None) if number in changed else at for number, at in enumerate(index))]
            for winner in np.unique(part):
                if found[names[winner]][0] == 2:
                    places = zip(changed, np.argwhere(part == winner)[0], strict=True)
                    options = [self._rules.questions[number].options[at] for number, at in places]
                    found[names[winner]] = takes, options
        return found

    def _alternatives(self) -> Iterator[Alternative]:
        """Every other answer that changes a pick, in the order of the questions."""
        for question, options in self._options.items():
            for option in options.values():
                stack = self._scoring.stack({**self._given, question: option.id})
                if stack != self._now:
                    names = self._named(stack)
                    text = f"If {option.if_so}: {names[0]}."
                    yield Alternative(
                        question, option.id, stack[TRAIN], names[0], option.if_so, text, option.in_brief, names
                    )

    def _importance(self, one: Alternative) -> tuple[bool, int]:
        """Answers to open questions come first, and then those that change most."""
        return self._given[one.question] != SKIPPED, -sum(map(operator.ne, one.names, self._named(self._now)))

    def _ranking(self) -> tuple[RankedFramework, ...]:
        points = self._scoring.points(self._given)
        rules = self._scoring.reasons(self._given)
        cautions = self._applying(self._rules.cautions)
        return tuple(
            RankedFramework(
                name,
                self._names[TRAIN][name],
                points[name],
                tuple(self._reason(rule) for rule in rules if speaks_for(rule) == name),
                tuple(self._reason(caution) for caution in cautions if caution.framework == name),
            )
            for name in sorted(points, key=lambda name: -points[name])  # stable: a tie keeps the candidates' order
        )

    def _article(self) -> Verdict:
        points = self._scoring.article_points(self._given)
        if not points:
            silence = self._rules.silence
            refs = self._refs(silence.entry, (SOURCE_KEY,))
            return Verdict(None, None, (Reason(silence.text, self._entry(silence.entry), "article", refs=refs),))
        rules = sorted(self._applying(self._rules.article), key=lambda r: (-points[r.framework], -r.points))
        reasons = tuple(map(self._reason, rules))
        best, *others = (name for name, total in points.items() if total == max(points.values()))
        if others:
            return Verdict(None, None, reasons)
        return Verdict(
            best,
            self._names[TRAIN][best],
            tuple(reason for reason in reasons if reason.framework == best),
            tuple(reason for reason in reasons if reason.framework != best),
        )

    def _contradictions(self) -> Iterator[OutcomeNote]:
        """Answers that contradict each other by a rule, then those that the other answers outweigh."""
        covered: set[tuple[str, str]] = set()
        for rule in self._applying(self._rules.contradictions):
            yield self._note(rule)
            covered.update(*(term.items() for term in rule.when if term.items() <= self._given.items()))
        for question in self._rules.questions:
            answer = self._given[question.id]
            if answer == SKIPPED or (question.id, answer) in covered:
                continue
            points, strongest = self._alone(question.id, answer)
            if strongest is None or points[speaks_for(strongest)] - points[self._leader] < _MIN_MARGIN:
                continue
            best = speaks_for(strongest)
            name, leading = self._names[TRAIN][best], self._names[TRAIN][self._leader]
            label = self._options[question.id][answer].label
            text = (
                f'{question.topic}: by itself, "{label}" speaks for {name} ({points[best]} points against '
                f"{points[self._leader]} for {leading}); your other answers outweigh it."
            )
            reason = self._reason(strongest)
            yield OutcomeNote(text, reason.entry, "J", reason.refs, f'"{label}" by itself speaks for {name}.')

    def _alone(self, question: str, answer: str) -> tuple[Mapping[str, int], PointsRule | None]:
        """What one answer speaks for by itself: points by candidate, and the first of the strongest rules."""
        points: Counter[str] = Counter()
        rules = [rule for rule in self._scoring.counted[TRAIN] if {question: answer} in rule.when]
        for rule in rules:
            points[speaks_for(rule)] += rule.points
        return points, max(rules, key=lambda rule: (points[speaks_for(rule)], rule.points), default=None)

    def _next_steps(self) -> tuple[NextStep, ...]:
        found: dict[str, NextStep] = {}
        for advice in self._applying(self._rules.next_steps):
            if text := self._step_text(advice):
                found.setdefault(text, NextStep(text, self._entry(advice.entry)))
        steps = tuple(found.values())
        return steps if len(steps) <= MOST_STEPS else (*steps[: MOST_STEPS - 1], steps[-1])

    def _reason(self, rule: PointsRule | Caution) -> Reason:
        entry = self._entry(rule.entry)
        if isinstance(rule, ArticleRule):
            refs = self._refs(rule.entry, (SOURCE_KEY,))
            return Reason(rule.text, entry, "article", rule.framework, rule.points, refs=refs, short=rule.short)
        refs = self._refs(rule.entry, rule.sources)
        framework = None if isinstance(rule, ToolRule) else rule.framework
        points = 0 if isinstance(rule, Caution) else rule.points
        return Reason(rule.text, entry, "since", framework, points, rule.confidence, refs, rule.short)

    def _note(self, rule: NoteRule) -> OutcomeNote:
        refs = self._refs(rule.entry, rule.sources)
        note = OutcomeNote(rule.text, self._entry(rule.entry), rule.confidence, refs, rule.short)
        if not isinstance(rule, Contradiction):
            return note
        ((question, option),) = rule.resolve.items()
        if option == SKIPPED:
            one = self._options[question][self._given[question]]
            words, brief = f"without: {one.label}", f"without {one.in_brief}"
        else:
            one = self._options[question][option]
            topic = next(one.topic for one in self._rules.questions if one.id == question)
            words, brief = f"{topic}: {one.label}", one.in_brief
        return replace(note, resolve=rule.resolve, resolved_by=words, resolved_briefly=brief)

    def _entry(self, name: str) -> str:
        """The id of an entry, or "" where the knowledge base does not have it."""
        return name if name in self._knowledge.entries else ""

    def _refs(self, entry: str, keys: tuple[str, ...]) -> tuple[int, ...]:
        """The numbers of the sources; a key that the knowledge base no longer has is left out."""
        own = self._knowledge.entries[entry].sources if entry in self._knowledge.entries else {}
        refs = []
        for key in keys:
            source = own.get(key) or self._knowledge.sources.get(key)
            if source is not None:
                place = (entry if key in own else "", key)
                number = len(self._sources) + 1
                note = SourceNote(number, source.title, source.url, source.dated, source.seen)
                refs.append(self._sources.setdefault(place, note).number)
        return tuple(refs)


def _summary(ranking: tuple[RankedFramework, ...], article: Verdict, stack: tuple[Picked, ...]) -> str:
    first, second = ranking[0], ranking[1]
    if first.points == second.points:
        today = f"{first.name} and {second.name} come out level ({first.points_text})"
    else:
        today = f"{first.name} ({first.points_text}), ahead of {second.name} ({second.points})"
    article_pick = f"; the article ({ARTICLE_DATE}) would pick {article.name}" if article.name else ""
    picks = "".join(f"; {WORDS[one.pick]} {one.name}" for one in stack[1:])
    return f"Recommended: {today}{picks}{article_pick}."

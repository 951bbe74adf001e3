"""From a set of answers to its outcome, by the rules of one knowledge base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeVar

import numpy as np

from bot.dialog.reply import SourceNote
from bot.dialog.text_renderer import ARTICLE_DATE
from bot.recommendation.asking import Interview
from bot.recommendation.outcome import (
    Alternative,
    Change,
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
from bot.recommendation.scoring import TRAIN, PointsRule, Row, Scoring, speaks_for
from knowledge.model import SOURCE_KEY, KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    ArticleRule,
    Caution,
    Contradiction,
    NoteRule,
    RecommendationRules,
    Rule,
    ToolRule,
    tools_of,
)

_R = TypeVar("_R", bound=Rule)

MOST_STEPS = 4
"""Next steps shown: the most fitting ones, and always how to begin with the leading framework."""

WORDS = {"train": "train in", "run": "run on", "start": "start with"}
"""What is said before the name of a pick."""

_MIN_MARGIN = 2
"""Points by which an answer must favour another framework than the leading one to be mentioned."""


class Advisor:
    """Turns answers into outcomes by the rules of one knowledge base. Safe to share between threads."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.rules = rules
        self.knowledge = knowledge
        self.scoring = Scoring(rules, knowledge)
        self.interview = Interview(rules, self.scoring)
        self.names = {TRAIN: {candidate.id: candidate.name for candidate in rules.candidates}}
        for pick, tools in tools_of(rules).items():
            self.names[pick] = {tool.id: tool.name for tool in tools.candidates}
        self.options = {question.id: {o.id: o for o in question.options} for question in rules.questions}

    def outcome(self, answers: Mapping[str, str]) -> Outcome:
        """The outcome of `answers` (question -> option). Missing and unknown answers count as skipped."""
        return _OutcomeBuilder(self, self.scoring.row(answers)).outcome()

    def changes(self, question: str, answers: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What each answer to a question would change now: option -> pick -> name, without those that change none."""
        now = self.scoring.stack(self.scoring.row(answers))
        found = {}
        for option in self.options[question]:
            stack = self.scoring.stack(self.scoring.row({**answers, question: option}))
            found[option] = {pick: self.names[pick][name] for pick, name in stack.items() if name != now[pick]}
        return {option: changed for option, changed in found.items() if changed}


class _OutcomeBuilder:
    """Builds one outcome, numbering sources in the order in which they are shown."""

    def __init__(self, advisor: Advisor, row: Row) -> None:
        self._rules = advisor.rules
        self._knowledge = advisor.knowledge
        self._scoring = advisor.scoring
        self._all_names = advisor.names
        self._names = advisor.names[TRAIN]
        self._options = advisor.options
        self._row = row
        self._index = self._scoring.index(row)
        self._leader = self._scoring.leader(row)
        self._sources: dict[tuple[str, str], SourceNote] = {}

    def outcome(self) -> Outcome:
        stack = self._stack()
        notes = tuple(map(self._note, self._applying(self._rules.notes)))
        contradictions = tuple(self._contradictions())
        ranking = self._ranking()
        article = self._article()
        first = ranking[0]
        level = tuple(place.name for place in ranking if place.points == first.points)
        since = tuple(reason for reason in first.reasons if reason.basis == "since")
        return Outcome(
            given=self._given(),
            stack=stack,
            alternatives=self._alternatives(),
            ranking=ranking,
            level=level if len(level) > 1 else (),
            article=article,
            today=Verdict(first.framework, first.name, since),
            agree=None if article.framework is None else article.framework == first.framework,
            contradictions=contradictions,
            notes=notes,
            would_change=tuple(self._would_change()),
            next_steps=self._next_steps(),
            sources=tuple(self._sources.values()),
            summary=_summary(ranking, article, stack),
            knowledge_version=self._knowledge.version,
            article_dated=self._knowledge.article_dated,
        )

    def _given(self) -> tuple[GivenAnswer, ...]:
        given = []
        for question, answer in zip(self._rules.questions, self._row, strict=True):
            option = self._options[question.id].get(answer)
            name, label = (option.id, option.label) if option else (None, "")
            given.append(GivenAnswer(question.id, question.topic, name, label))
        return tuple(given)

    def _applying(self, rules: Iterable[_R]) -> list[_R]:
        return self._scoring.applying(rules, self._row)

    def _stack(self) -> tuple[Picked, ...]:
        picked = []
        for pick, names in self._all_names.items():
            best, points = self._scoring.leader(self._row, pick), self._scoring.points(self._row, pick)
            rules = (rule for rule in self._scoring.reasons(pick, self._row) if speaks_for(rule) == best)
            reasons = tuple(map(self._reason, rules))
            picked.append(Picked(pick, best, names[best], points[best], reasons, self._runner_up(pick, best, points)))
        return tuple(picked)

    def _runner_up(self, pick: str, best: str, points: Mapping[str, int]) -> RunnerUp | None:
        """The one with most points of those that an answer or two to open questions would put first; where there is
        none, another answer to a question."""
        names, conditions = self._scoring.candidates[pick], self._conditions(pick)
        order = {name: place for place, name in enumerate(conditions)}
        others = [name for name in names if name != best]
        reached = [name for name in others if name in order and not conditions[name][0]]
        found = max(reached, key=lambda name: points[name], default=None)
        if found is None:
            found = min(others, key=lambda name: (name not in order, -points[name]))
        _, *options = conditions.get(found, (True,))
        condition = " and ".join(option.if_so for option in options)
        label = options[0].brief or options[0].label if len(options) == 1 else ""
        return RunnerUp(found, self._all_names[pick][found], condition, label)

    def _conditions(self, pick: str) -> Mapping[str, tuple[Any, ...]]:
        """What would put each candidate first: whether an answer given would have to change, and the options."""
        names, winners = self._scoring.candidates[pick], self._scoring.winners[pick]
        found: dict[str, tuple[Any, ...]] = {}
        questions = range(len(self._row))
        open_ = [number for number in questions if self._row[number] == SKIPPED]
        for changed in (*([number] for number in open_), *combinations(open_, 2), *([n] for n in questions)):
            place = tuple(slice(1, None) if number in changed else at for number, at in enumerate(self._index))
            part = winners[place]
            for winner in dict.fromkeys(part.ravel().tolist()):
                if names[winner] not in found:
                    places = zip(changed, np.argwhere(part == winner)[0], strict=True)
                    options = (self._rules.questions[number].options[at] for number, at in places)
                    found[names[winner]] = (not set(changed) <= set(open_), *options)
        return found

    def _alternatives(self) -> tuple[Alternative, ...]:
        now = self._scoring.stack(self._row)
        found: list[tuple[tuple[bool, int], Alternative]] = []
        for number, answer, row in self._scoring.neighbours(self._row):
            stack = self._scoring.stack(row)
            changed = sum(stack[pick] != now[pick] for pick in now)
            if changed:
                question = self._rules.questions[number].id
                option = self._options[question][answer]
                names = tuple(self._all_names[pick][name] for pick, name in stack.items())
                one = Alternative(question, answer, option.brief or option.label, option.if_so, names)
                found.append(((self._row[number] != SKIPPED, -changed), one))
        return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))

    def _ranking(self) -> tuple[RankedFramework, ...]:
        points = self._scoring.points(self._row)
        rules = self._scoring.reasons(TRAIN, self._row)
        cautions = self._applying(self._rules.cautions)
        return tuple(
            RankedFramework(
                name,
                self._names[name],
                points[name],
                tuple(self._reason(rule) for rule in rules if speaks_for(rule) == name),
                tuple(self._reason(caution) for caution in cautions if caution.framework == name),
            )
            for name in sorted(points, key=lambda name: -points[name])  # stable: a tie keeps the candidates' order
        )

    def _article(self) -> Verdict:
        points = self._scoring.article_points(self._row)
        if not points:
            silence = self._rules.silence
            refs = self._refs(silence.entry, (SOURCE_KEY,))
            reason = Reason("", 0, silence.text, self._entry(silence.entry), "article", None, refs)
            return Verdict(None, None, (reason,))
        rules = sorted(self._applying(self._rules.article), key=lambda r: (-points[r.framework], -r.points))
        reasons = tuple(map(self._reason, rules))
        best, *others = (name for name, total in points.items() if total == max(points.values()))
        if others:
            return Verdict(None, None, reasons)
        return Verdict(
            best,
            self._names[best],
            tuple(reason for reason in reasons if reason.framework == best),
            tuple(reason for reason in reasons if reason.framework != best),
        )

    def _contradictions(self) -> Iterator[OutcomeNote]:
        """Answers that contradict each other by a rule, then those that the other answers outweigh."""
        given = set(zip(self._options, self._row, strict=True))
        covered: set[tuple[str, str]] = set()
        for rule in self._applying(self._rules.contradictions):
            yield self._note(rule)
            covered.update(pair for term in rule.when if given.issuperset(term.items()) for pair in term.items())
        for question, answer in zip(self._rules.questions, self._row, strict=True):
            if answer == SKIPPED or (question.id, answer) in covered:
                continue
            points, strongest = self._alone(question.id, answer)
            best = speaks_for(strongest) if strongest is not None else self._leader
            if strongest is None or points[best] - points[self._leader] < _MIN_MARGIN:
                continue
            name, leading = self._names[best], self._names[self._leader]
            text = (
                f'{question.topic}: by itself, "{self._options[question.id][answer].label}" speaks for {name} '
                f"({points[best]} points against {points[self._leader]} for {leading}); "
                "your other answers outweigh it."
            )
            reason = self._reason(strongest)
            short = f'"{self._options[question.id][answer].label}" by itself speaks for {name}.'
            yield OutcomeNote(text, reason.entry, "J", reason.refs, short)

    def _alone(self, question: str, answer: str) -> tuple[Mapping[str, int], PointsRule | None]:
        """What one answer speaks for by itself: points by candidate, and the first of the strongest rules."""
        points = dict.fromkeys(self._names, 0)
        rules = [rule for rule in self._scoring.counted[TRAIN] if {question: answer} in rule.when]
        for rule in rules:
            points[speaks_for(rule)] += rule.points
        best = [rule for rule in rules if points[speaks_for(rule)] == max(points.values())]
        return points, max(best, key=lambda rule: rule.points, default=None)

    def _would_change(self) -> Iterator[Change]:
        for number, answer, row in self._scoring.neighbours(self._row):
            leader = self._scoring.leader(row)
            if leader != self._leader:
                question = self._rules.questions[number].id
                condition = self._options[question][answer].if_so
                name = self._names[leader]
                yield Change(question, answer, leader, name, condition, f"If {condition}: {name}.")

    def _next_steps(self) -> tuple[NextStep, ...]:
        found: dict[str, NextStep] = {}
        for advice in self._applying(self._rules.next_steps):
            if advice.leading and self._leader not in advice.leading:
                continue
            entry = self._knowledge.entries.get(advice.entry)
            text = advice.text or (entry.next_step if entry else None)
            if text:
                found.setdefault(text, NextStep(text, self._entry(advice.entry)))
        steps = tuple(found.values())
        return steps if len(steps) <= MOST_STEPS else (*steps[: MOST_STEPS - 1], steps[-1])

    def _reason(self, rule: PointsRule | Caution) -> Reason:
        entry = self._entry(rule.entry)
        if isinstance(rule, ArticleRule):
            refs = self._refs(rule.entry, (SOURCE_KEY,))
            return Reason(rule.framework, rule.points, rule.text, entry, "article", None, refs, rule.short)
        points = 0 if isinstance(rule, Caution) else rule.points
        refs = self._refs(rule.entry, rule.sources)
        name = "" if isinstance(rule, ToolRule) else rule.framework
        return Reason(name, points, rule.text, entry, "since", rule.confidence, refs, rule.short)

    def _note(self, rule: NoteRule) -> OutcomeNote:
        refs = self._refs(rule.entry, rule.sources)
        note = OutcomeNote(rule.text, self._entry(rule.entry), rule.confidence, refs, rule.short)
        if not isinstance(rule, Contradiction):
            return note
        ((question, option),) = rule.resolve.items()
        if option == SKIPPED:
            one = self._options[question][dict(zip(self._options, self._row, strict=True))[question]]
            words, brief = f"without: {one.label}", f"without {one.brief or one.label}"
        else:
            one = self._options[question][option]
            topic = next(one.topic for one in self._rules.questions if one.id == question)
            words, brief = f"{topic}: {one.label}", one.brief or one.label
        return replace(note, resolve=(question, option), resolved_by=words, resolved_briefly=brief)

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

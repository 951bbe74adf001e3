"""From a set of answers to its outcome, by the rules of one knowledge base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.dialog.reply import SourceNote
from bot.dialog.text_renderer import ARTICLE_DATE
from bot.recommendation.outcome import (
    Change,
    GivenAnswer,
    NextStep,
    Outcome,
    OutcomeNote,
    RankedFramework,
    Reason,
    Verdict,
)
from bot.recommendation.scoring import PointsRule, Row, Scoring, applying
from knowledge.article import SOURCE_KEY
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, ArticleRule, Caution, NoteRule, RecommendationRules

MOST_STEPS = 4
"""Next steps shown: the most fitting ones, and always how to begin with the leading framework."""

_MIN_MARGIN = 2
"""Points by which an answer must favour another framework than the leading one to be mentioned."""


class Advisor:
    """Turns answers into outcomes by the rules of one knowledge base. Safe to share between threads."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.rules = rules
        self.knowledge = knowledge
        self.scoring = Scoring(rules, knowledge)
        self.names = {candidate.id: candidate.name for candidate in rules.candidates}
        self.options = {question.id: {o.id: o for o in question.options} for question in rules.questions}

    def outcome(self, answers: Mapping[str, str]) -> Outcome:
        """The outcome of `answers` (question -> option). Missing and unknown answers count as skipped."""
        row = tuple(
            answers[name] if answers.get(name) in options else SKIPPED for name, options in self.options.items()
        )
        return _OutcomeBuilder(self, row).outcome()


class _OutcomeBuilder:
    """Builds one outcome, numbering sources in the order in which they are shown."""

    def __init__(self, advisor: Advisor, row: Row) -> None:
        self._rules = advisor.rules
        self._knowledge = advisor.knowledge
        self._scoring = advisor.scoring
        self._names = advisor.names
        self._options = advisor.options
        self._row = row
        self._mask = self._scoring.mask(row)
        self._leader = self._scoring.leader(self._mask)
        self._sources: dict[tuple[str, str], SourceNote] = {}

    def outcome(self) -> Outcome:
        notes = tuple(map(self._note, applying(self._scoring.notes, self._mask)))
        contradictions = tuple(self._contradictions())
        ranking = self._ranking()
        article = self._article()
        first = ranking[0]
        level = tuple(place.name for place in ranking if place.points == first.points)
        since = tuple(reason for reason in first.reasons if reason.basis == "since")
        return Outcome(
            given=self._given(),
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
            summary=_summary(ranking, article),
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

    def _ranking(self) -> tuple[RankedFramework, ...]:
        points = self._scoring.points(self._mask)
        rules = sorted(applying(self._scoring.counted, self._mask), key=lambda rule: -rule.points)
        cautions = applying(self._scoring.cautions, self._mask)
        return tuple(
            RankedFramework(
                name,
                self._names[name],
                points[name],
                tuple(self._reason(rule) for rule in rules if rule.framework == name),
                tuple(self._reason(caution) for caution in cautions if caution.framework == name),
            )
            for name in sorted(points, key=lambda name: -points[name])  # stable: a tie keeps the candidates' order
        )

    def _article(self) -> Verdict:
        points = self._scoring.article_points(self._mask)
        if not points:
            silence = self._rules.silence
            refs = self._refs(silence.entry, (SOURCE_KEY,))
            reason = Reason("", 0, silence.text, self._entry(silence.entry), "article", None, refs)
            return Verdict(None, None, (reason,))
        rules = sorted(applying(self._scoring.article, self._mask), key=lambda r: (-points[r.framework], -r.points))
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
        for rule in applying(self._scoring.contradictions, self._mask):
            yield self._note(rule)
            covered.update(pair for term in rule.when if given.issuperset(term.items()) for pair in term.items())
        for question, answer in zip(self._rules.questions, self._row, strict=True):
            if answer == SKIPPED or (question.id, answer) in covered:
                continue
            points, strongest = self._alone(question.id, answer)
            if strongest is None or points[strongest.framework] - points[self._leader] < _MIN_MARGIN:
                continue
            name, leading = self._names[strongest.framework], self._names[self._leader]
            text = (
                f'{question.topic}: by itself, "{self._options[question.id][answer].label}" speaks for {name} '
                f"({points[strongest.framework]} points against {points[self._leader]} for {leading}); "
                "your other answers outweigh it."
            )
            reason = self._reason(strongest)
            short = f'"{self._options[question.id][answer].label}" by itself speaks for {name}.'
            yield OutcomeNote(text, reason.entry, "J", reason.refs, short)

    def _alone(self, question: str, answer: str) -> tuple[Mapping[str, int], PointsRule | None]:
        """What one answer speaks for by itself: points by candidate, and the first of the strongest rules."""
        points = dict.fromkeys(self._scoring.candidates, 0)
        rules = [rule for _, rule in self._scoring.counted if {question: answer} in rule.when]
        for rule in rules:
            points[rule.framework] += rule.points
        best = [rule for rule in rules if points[rule.framework] == max(points.values())]
        return points, max(best, key=lambda rule: rule.points, default=None)

    def _would_change(self) -> Iterator[Change]:
        for number, answer, mask in self._scoring.neighbours(self._row):
            leader = self._scoring.leader(mask)
            if leader != self._leader:
                question = self._rules.questions[number].id
                condition = self._options[question][answer].if_so
                name = self._names[leader]
                yield Change(question, answer, leader, name, condition, f"If {condition}: {name}.")

    def _next_steps(self) -> tuple[NextStep, ...]:
        found: dict[str, NextStep] = {}
        for advice in applying(self._scoring.next_steps, self._mask):
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
        return Reason(rule.framework, points, rule.text, entry, "since", rule.confidence, refs, rule.short)

    def _note(self, rule: NoteRule) -> OutcomeNote:
        refs = self._refs(rule.entry, rule.sources)
        return OutcomeNote(rule.text, self._entry(rule.entry), rule.confidence, refs, rule.short)

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


def _summary(ranking: tuple[RankedFramework, ...], article: Verdict) -> str:
    first, second = ranking[0], ranking[1]
    if first.points == second.points:
        today = f"{first.name} and {second.name} come out level ({first.points_text})"
    else:
        today = f"{first.name} ({first.points_text}), ahead of {second.name} ({second.points})"
    article_pick = f"; the article ({ARTICLE_DATE}) would pick {article.name}" if article.name else ""
    return f"Recommended: {today}{article_pick}."

"""From a set of answers to its outcome, by the rules of one knowledge base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.plain import ARTICLE_DATE
from bot.recommendation.outcome import Change, Given, NextThing, Note, Outcome, Ranked, Reason, Verdict
from bot.recommendation.scoring import Counted, Row, Scoring
from bot.reply import SourceNote
from knowledge.article import SOURCE_KEY
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, ArticleRule, Caution, RecommendationRules, Remark

MOST_STEPS = 4
"""Next steps told: the most fitting ones, and always how to begin with the framework that leads."""

_PULL = 2
"""From so many points on, an answer that speaks for another framework than the leading one is named."""


class Advisor:
    """Turns answers into outcomes by the rules of one knowledge base. Safe to share between threads."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self.rules = rules
        self.knowledge = knowledge
        self.scoring = Scoring(rules, knowledge)
        self.names = {candidate.id: candidate.name for candidate in rules.candidates}
        self.options = {question.id: {o.id: o for o in question.options} for question in rules.questions}
        self.pulls = {
            (question.id, option): _Pull.of(question.id, option, self.scoring)
            for question in rules.questions
            for option in self.options[question.id]
        }
        self._known: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, str], ...]] = {}

    def outcome(self, answers: Mapping[str, str]) -> Outcome:
        """The outcome of `answers` (question -> option); what they do not hold, or hold wrongly, counts as skipped."""
        row = tuple(
            answers[name] if answers.get(name) in options else SKIPPED for name, options in self.options.items()
        )
        return _Writer(self, row).outcome()

    def entry(self, name: str) -> str:
        """The id of an entry, or "" where the knowledge base does not have it."""
        return name if name in self.knowledge.entries else ""

    def sources(self, entry: str, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """The sources as (owning entry or "", key); a key that a changed knowledge base no longer has is left out."""
        found = self._known.get((entry, keys))
        if found is None:
            own = self.knowledge.entries[entry].sources if entry in self.knowledge.entries else {}
            places = ((entry if key in own else "", key) for key in keys)
            found = tuple(place for place in places if place[0] or place[1] in self.knowledge.sources)
            self._known[entry, keys] = found
        return found

    def note(self, number: int, place: tuple[str, str]) -> SourceNote:
        """A source as shown."""
        owner, key = place
        source = self.knowledge.entries[owner].sources[key] if owner else self.knowledge.sources[key]
        return SourceNote(number, source.title, source.url, source.dated, source.seen)


@dataclass(frozen=True, slots=True)
class _Pull:
    """What one answer speaks for by itself: points by candidate, and the first of the strongest rules."""

    points: Mapping[str, int]
    strongest: Counted | None

    @classmethod
    def of(cls, question: str, option: str, scoring: Scoring) -> _Pull:
        points = dict.fromkeys(scoring.candidates, 0)
        rules = [rule for _, rule in scoring.counted.pairs if {question: option} in rule.when]
        for rule in rules:
            points[rule.framework] += rule.points
        for_best = [rule for rule in rules if points[rule.framework] == max(points.values())]
        return cls(points, max(for_best, key=lambda rule: rule.points, default=None))


class _Writer:
    """Writes one outcome, numbering sources in the order in which they are shown."""

    def __init__(self, advisor: Advisor, row: Row) -> None:
        self._advisor = advisor
        self._scoring = advisor.scoring
        self._row = row
        self._mask = self._scoring.mask(row)
        self._leader = self._scoring.leader(self._mask)
        self._numbers: dict[tuple[str, str], int] = {}

    def outcome(self) -> Outcome:
        notes = tuple(map(self._note, self._scoring.notes.applying(self._mask)))
        contradictions = self._contradictions()
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
            sources=tuple(self._advisor.note(number, place) for place, number in self._numbers.items()),
            summary=_summary(ranking, article),
            knowledge_version=self._advisor.knowledge.version,
        )

    def _given(self) -> tuple[Given, ...]:
        given: list[Given] = []
        for question, answer in zip(self._advisor.rules.questions, self._row, strict=True):
            option = self._advisor.options[question.id].get(answer)
            given.append(Given(question.id, question.topic, answer if option else None, option.label if option else ""))
        return tuple(given)

    def _ranking(self) -> tuple[Ranked, ...]:
        points = self._scoring.points(self._mask)
        rules: dict[str, list[Counted]] = {name: [] for name in points}
        for rule in self._scoring.counted.applying(self._mask):
            rules[rule.framework].append(rule)
        cautions = self._scoring.cautions.applying(self._mask)
        ordered = sorted(points, key=lambda name: -points[name])  # stable: equals keep the candidates' order
        return tuple(
            Ranked(
                name,
                self._advisor.names[name],
                points[name],
                tuple(map(self._reason, sorted(rules[name], key=_by_points))),
                tuple(self._caution(caution) for caution in cautions if caution.framework == name),
            )
            for name in ordered
        )

    def _article(self) -> Verdict:
        points = self._scoring.article_points(self._mask)
        if not points:
            silence = self._advisor.rules.silence
            refs = self._refs(silence.entry, (SOURCE_KEY,))
            reason = Reason("", 0, silence.text, self._advisor.entry(silence.entry), "article", None, refs)
            return Verdict(None, None, (reason,))
        most = max(points.values())
        best = [name for name, total in points.items() if total == most]
        rules = sorted(self._scoring.article.applying(self._mask), key=lambda r: (-points[r.framework], -r.points))
        reasons = tuple(map(self._reason, rules))
        if len(best) > 1:
            return Verdict(None, None, reasons)
        return Verdict(
            best[0],
            self._advisor.names[best[0]],
            tuple(reason for reason in reasons if reason.framework == best[0]),
            tuple(reason for reason in reasons if reason.framework != best[0]),
        )

    def _contradictions(self) -> tuple[Note, ...]:
        named = self._scoring.contradictions.applying(self._mask)
        given = set(zip(self._advisor.options, self._row, strict=True))
        told = {pair for rule in named for term in rule.when if given.issuperset(term.items()) for pair in term.items()}
        return (*map(self._note, named), *self._pulls(told))

    def _pulls(self, told: set[tuple[str, str]]) -> Iterator[Note]:
        """Answers that by themselves speak for another framework than the one that leads."""
        for question, answer in zip(self._advisor.rules.questions, self._row, strict=True):
            pull = self._advisor.pulls.get((question.id, answer))
            if pull is None or pull.strongest is None or (question.id, answer) in told:
                continue
            other = pull.strongest.framework
            theirs, ours = pull.points[other], pull.points[self._leader]
            if theirs - ours < _PULL:
                continue
            label = self._advisor.options[question.id][answer].label
            name, leading = self._advisor.names[other], self._advisor.names[self._leader]
            text = (
                f'{question.topic}: by itself, "{label}" speaks for {name} '
                f"({theirs} points against {ours} for {leading}); your other answers outweigh it."
            )
            reason = self._reason(pull.strongest)
            yield Note(text, reason.entry, "J", reason.refs)

    def _would_change(self) -> Iterator[Change]:
        for number, answer, mask in self._scoring.others(self._row):
            leader = self._scoring.leader(mask)
            if leader != self._leader:
                question = self._advisor.rules.questions[number].id
                condition = self._advisor.options[question][answer].if_so
                name = self._advisor.names[leader]
                yield Change(question, answer, leader, name, condition, f"If {condition}: {name}.")

    def _next_steps(self) -> tuple[NextThing, ...]:
        found: dict[str, NextThing] = {}
        for advice in self._scoring.next_steps.applying(self._mask):
            if advice.leading and self._leader not in advice.leading:
                continue
            entry = self._advisor.knowledge.entries.get(advice.entry)
            text = advice.text or (entry.next_step if entry else None)
            if text:
                found.setdefault(text, NextThing(text, self._advisor.entry(advice.entry)))
        steps = tuple(found.values())
        return steps if len(steps) <= MOST_STEPS else (*steps[: MOST_STEPS - 1], steps[-1])

    def _reason(self, rule: Counted) -> Reason:
        entry = self._advisor.entry(rule.entry)
        if isinstance(rule, ArticleRule):
            refs = self._refs(rule.entry, (SOURCE_KEY,))
            return Reason(rule.framework, rule.points, rule.text, entry, "article", None, refs)
        refs = self._refs(rule.entry, rule.sources)
        return Reason(rule.framework, rule.points, rule.text, entry, "since", rule.confidence, refs)

    def _caution(self, caution: Caution) -> Reason:
        entry, refs = self._advisor.entry(caution.entry), self._refs(caution.entry, caution.sources)
        return Reason(caution.framework, 0, caution.text, entry, "since", caution.confidence, refs)

    def _note(self, remark: Remark) -> Note:
        refs = self._refs(remark.entry, remark.sources)
        return Note(remark.text, self._advisor.entry(remark.entry), remark.confidence, refs)

    def _refs(self, entry: str, keys: tuple[str, ...]) -> tuple[int, ...]:
        numbers = self._numbers
        return tuple(numbers.setdefault(place, len(numbers) + 1) for place in self._advisor.sources(entry, keys))


def _by_points(rule: Counted) -> int:
    return -rule.points


def _summary(ranking: tuple[Ranked, ...], article: Verdict) -> str:
    first, second = ranking[0], ranking[1]
    if first.points == second.points:
        today = f"{first.name} and {second.name} come out level ({first.points} points)"
    else:
        today = f"{first.name} ({first.points} points), ahead of {second.name} ({second.points})"
    told = f"; the article ({ARTICLE_DATE}) would pick {article.name}" if article.name else ""
    return f"Recommended: {today}{told}."

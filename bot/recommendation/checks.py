"""Checks of the recommendation rules, for `framework-bot check` and for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from bot.recommendation.free_text import FreeTextParser
from bot.recommendation.scoring import Row, Scoring
from bot.recommendation.token import code
from knowledge.errors import Problem
from knowledge.fields import FieldPath
from knowledge.folder import RECOMMENDATION
from knowledge.model import KnowledgeBase
from knowledge.recommendation import SKIPPED, Advice, ArticleRule, Option, RecommendationRules, TodayRule, all_rules

if TYPE_CHECKING:
    from knowledge.check_context import Check, CheckContext

GOALS = ("research", "prototyping", "production", "mobile", "large-scale", "learning")
"""Options of the question "goal" that scripts may rely on."""

DECISIVE_CLAIMS = "C-"
"""Claims of the article with this prefix are choosing rules: each of them decides by itself."""

MAX_LABEL = 40
"""Characters of an option's label that fit one line on a phone."""

MAX_PATHS = 2_000_000
"""With more sets of answers than this, the checks that try each of them are left out."""

_Finding = tuple[FieldPath, str, str]
"""Where, what, and the hint."""


def all_rows(rules: RecommendationRules) -> Iterator[Row]:
    """Every set of answers, skipped questions included; the first one has all skipped."""
    return product(*((SKIPPED, *(option.id for option in question.options)) for question in rules.questions))


class _RuleChecks:
    """Every public method is a check."""

    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self._rules = rules
        self._knowledge = knowledge
        self._scoring = Scoring(rules, knowledge)

    def entries(self) -> Iterator[_Finding]:
        """Every reason has an entry that answers."""
        named: list[tuple[FieldPath, str]] = [((*path, "entry"), rule.entry) for path, rule in all_rules(self._rules)]
        named += [(("candidates", number, "entry"), c.entry) for number, c in enumerate(self._rules.candidates)]
        named.append((("silence", "entry"), self._rules.silence.entry))
        for path, name in named:
            entry = self._knowledge.entries.get(name)
            if entry is None:
                yield path, f'"{name}" is not an entry', "name an entry that explains it"
            elif entry.kind != "answer":
                yield path, f'"{name}" does not answer anything', "name an entry of kind answer"

    def sources(self) -> Iterator[_Finding]:
        """Every source exists."""
        for path, rule in all_rules(self._rules):
            if isinstance(rule, ArticleRule | Advice):
                continue
            entry = self._knowledge.entries.get(rule.entry)
            for number, key in enumerate(rule.sources):
                if key not in self._knowledge.sources and (entry is None or key not in entry.sources):
                    yield (*path, "sources", number), f'"{key}" is not a source', "add it to sources.yaml"

    def claims(self) -> Iterator[_Finding]:
        """A rule of the article names an entry that carries its claim."""
        for number, rule in enumerate(self._rules.article):
            entry = self._knowledge.entries.get(rule.entry)
            if entry is not None and (entry.article is None or rule.claim not in entry.article.claims):
                hint = "name the entry that has the claim under article.claims"
                yield ("article", number, "claim"), f"{rule.claim} is not carried by {rule.entry}", hint

    def article(self) -> Iterator[_Finding]:
        """Each choosing rule of the article, alone, gives the article's recommendation."""
        for number, rule in enumerate(self._rules.article):
            for term in rule.when if rule.claim.startswith(DECISIVE_CLAIMS) else ():
                row = tuple(term.get(question.id, SKIPPED) for question in self._rules.questions)
                points = self._scoring.article_points(self._scoring.mask(row))
                if [name for name, total in points.items() if total == max(points.values())] != [rule.framework]:
                    message = f"{rule.claim} alone ({_listed(row)}) does not lead to {rule.framework}"
                    hint = "give it more points than the other rules that apply"
                    yield ("article", number, "points"), message, hint

    def goals(self) -> Iterator[_Finding]:
        """The question and the options that scripts rely on exist."""
        for number, question in enumerate(self._rules.questions):
            if question.id == "goal":
                missing = [goal for goal in GOALS if goal not in {option.id for option in question.options}]
                if missing:
                    message = f"lacks {', '.join(missing)}"
                    yield ("questions", number, "options"), message, "scripts rely on these options: keep them"
                return
        yield ("questions",), 'has no question "goal"', "scripts rely on it: keep it"

    def tokens(self) -> Iterator[_Finding]:
        """No two answers have the same letters in a token."""
        seen: dict[str, str] = {}
        for path, question, option in self._options():
            other = seen.setdefault(code(question, option.id), option.id)
            if other != option.id:
                yield (*path, "id"), f'has the same letters in a button as "{other}"', "give the newer one another id"

    def vocabulary(self) -> Iterator[_Finding]:
        """What an option is about is in the vocabulary."""
        known = {term.id for term in self._knowledge.vocabulary.terms}
        for path, _, option in self._options():
            for number, name in enumerate(option.about):
                if name not in known:
                    yield (*path, "about", number), f'"{name}" is not in the vocabulary', "correct or remove it"

    def words(self) -> Iterator[_Finding]:
        """Each option is found by its own label, id and aliases."""
        vocabulary = self._knowledge.vocabulary
        parsers = {question.id: FreeTextParser(question, vocabulary) for question in self._rules.questions}
        for path, question, option in self._options():
            for text in (option.label, option.id, *option.aliases):
                if parsers[question].parse(text).action != f"pick-{option.id}":
                    yield path, f'is not what "{text}" leads to', "leave that alias to one option only"

    def options(self) -> Iterator[_Finding]:
        """Every option has a rule."""
        used = {pair for _, rule in all_rules(self._rules) for term in rule.when for pair in term.items()}
        for path, question, option in self._options():
            if (question, option.id) not in used:
                yield (*path, "id"), f'"{option.id}" changes nothing', "give it a rule, or remove the option"

    def paths(self) -> Iterator[_Finding]:
        """Every set of answers leads to a framework with a reason of today's rules, and to a next step."""
        reasons = [(bits, rule.framework) for bits, rule in self._scoring.counted if isinstance(rule, TodayRule)]
        steps = [(bits, rule.leading) for bits, rule in self._scoring.next_steps if self._has_text(rule)]
        for row in self._rows():
            mask = self._scoring.mask(row)
            leader = self._scoring.leader(mask)
            if not any(bits & mask and framework == leader for bits, framework in reasons):
                yield ("today",), f"{leader} leads without a reason ({_listed(row)})", "add a rule without `when`"
                return
            if not any(bits & mask and (not leading or leader in leading) for bits, leading in steps):
                yield ("next_steps",), f"there is none for {leader} ({_listed(row)})", "add one without `when`"
                return

    def labels(self) -> Iterator[_Finding]:
        """Labels fit one line."""
        for path, _, option in self._options():
            if len(option.label) > MAX_LABEL:
                yield (*path, "label"), f"is longer than {MAX_LABEL} characters", "shorten it"

    def leaders(self) -> Iterator[_Finding]:
        """Every option can change which framework leads."""
        leaders = {row: self._scoring.leader(self._scoring.mask(row)) for row in self._rows()}
        decisive = {
            (number, answer)
            for row, leader in leaders.items()
            for number, answer in enumerate(row)
            if leaders[(*row[:number], SKIPPED, *row[number + 1 :])] != leader
        }
        for path, _, option in self._options() if leaders else ():
            if (path[1], option.id) not in decisive:
                hint = "give it more points, or remove the option"
                yield (*path, "id"), f'"{option.id}" never changes which framework leads', hint

    def _options(self) -> Iterator[tuple[FieldPath, str, Option]]:
        """Every option with its path and the id of its question."""
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                yield ("questions", number, "options", index), question.id, option

    def _rows(self) -> Iterator[Row]:
        count = prod(len(question.options) + 1 for question in self._rules.questions)
        return all_rows(self._rules) if count <= MAX_PATHS else iter(())

    def _has_text(self, advice: Advice) -> bool:
        entry = self._knowledge.entries.get(advice.entry)
        return bool(advice.text or (entry is not None and entry.next_step))


def _listed(row: Row) -> str:
    given = [answer for answer in row if answer != SKIPPED]
    return ", ".join(given) or "nothing answered"


def _rule(check: Callable[[_RuleChecks], Iterator[_Finding]]) -> Check:
    def problems(context: CheckContext) -> Iterator[Problem]:
        knowledge = context.loaded.knowledge
        if knowledge.recommendation is not None:
            place = context.loaded.registers[RECOMMENDATION][0]
            for finding in check(_RuleChecks(knowledge.recommendation, knowledge)):
                yield place.problem(*finding, "warning" if check in _ADVICE else "error")

    return problems


_ADVICE = (_RuleChecks.labels, _RuleChecks.leaders)
"""Checks that give warnings."""

RULES: Mapping[str, Check] = {
    f"recommendation-{name}": _rule(check) for name, check in vars(_RuleChecks).items() if not name.startswith("_")
}
"""Every check by name, for `knowledge.checks`. All together take a second or two."""

"""What must be true of the recommendation rules: for `framework-bot check` and for the tests.

Each finding names the check as `rule`, and file and line where the rules' place in the files is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Literal

from bot.recommendation.hearing import Hearing
from bot.recommendation.scoring import Row, Scoring
from bot.recommendation.token import code
from knowledge.errors import Problem
from knowledge.folder import RECOMMENDATION
from knowledge.model import KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    Advice,
    ArticleRule,
    Path,
    RecommendationRules,
    all_rules,
)

if TYPE_CHECKING:
    from knowledge.case import Case, Rule
    from knowledge.files import Place

GOALS = ("research", "prototyping", "production", "mobile", "large-scale", "learning")
"""Options of the question "goal" that scripts may rely on."""

CHOOSING = "C-"
"""Claims that are choosing rules begin so: each of them decides by itself."""

LONG_LABEL = 40
"""A longer option label breaks into two lines on a phone."""

MOST_PATHS = 2_000_000
"""More sets of answers are not gone through one by one."""

_Finding = tuple[Path, str, str]
"""Where, what, and the mend."""


def check(knowledge: KnowledgeBase, place: Place | None = None, *, names: Iterable[str] | None = None) -> list[Problem]:
    """Everything wrong with the recommendation rules; nothing, where there are none.

    `place` is where they stand, `Loaded.registers["recommendation.yaml"][0]`; `names` are the checks
    to make, all of CHECKS where left out. All take a second or two, as every set of answers is gone
    through.
    """
    return [
        replace(problem, rule=f"recommendation-{name}")
        for name in (CHECKS if names is None else names)
        for problem in _found(name, knowledge, place)
    ]


def _found(name: str, knowledge: KnowledgeBase, place: Place | None) -> Iterator[Problem]:
    if knowledge.recommendation is None:
        return
    file = place.file if place is not None else FilePath(RECOMMENDATION)
    severity: Literal["error", "warning"] = "warning" if name in _WARNINGS else "error"
    for path, message, mend in CHECKS[name](_Inspector(knowledge.recommendation, knowledge)):
        line = place.line(*path) if place is not None else 0
        yield Problem(file, line, ".".join(str(step) for step in path), message, mend, severity)


def _rule(name: str) -> Rule:
    def examine(case: Case) -> Iterator[Problem]:
        places = case.loaded.registers.get(RECOMMENDATION, ())
        return _found(name, case.loaded.knowledge, places[0] if places else None)

    return examine


_WARNINGS = {"labels", "leaders"}


def all_rows(rules: RecommendationRules) -> Iterator[Row]:
    """Every set of answers, skipped questions included; the first one has all skipped."""
    return product(*((SKIPPED, *(option.id for option in question.options)) for question in rules.questions))


class _Inspector:
    def __init__(self, rules: RecommendationRules, knowledge: KnowledgeBase) -> None:
        self._rules = rules
        self._knowledge = knowledge
        self._scoring = Scoring(rules, knowledge)
        self._questions = [question.id for question in rules.questions]

    def entries(self) -> Iterator[_Finding]:
        """No reason without an entry that answers."""
        named: list[tuple[Path, str]] = [((*path, "entry"), rule.entry) for path, rule in all_rules(self._rules)]
        named += [(("candidates", number, "entry"), c.entry) for number, c in enumerate(self._rules.candidates)]
        named.append((("silence", "entry"), self._rules.silence.entry))
        for path, name in named:
            entry = self._knowledge.entries.get(name)
            if entry is None:
                yield path, f'"{name}" is not an entry', "name an entry that explains it"
            elif entry.kind != "answer":
                yield path, f'"{name}" does not answer anything', "name an entry of kind answer"

    def sources(self) -> Iterator[_Finding]:
        for path, rule in all_rules(self._rules):
            if isinstance(rule, ArticleRule | Advice):
                continue
            entry = self._knowledge.entries.get(rule.entry)
            for number, key in enumerate(rule.sources):
                if key not in self._knowledge.sources and (entry is None or key not in entry.sources):
                    yield (*path, "sources", number), f'"{key}" is not a source', "add it to sources.yaml"

    def claims(self) -> Iterator[_Finding]:
        """What is said in the article's name stands in an entry that carries that claim."""
        for number, rule in enumerate(self._rules.article):
            entry = self._knowledge.entries.get(rule.entry)
            if entry is not None and (entry.article is None or rule.claim not in entry.article.claims):
                mend = "name the entry that has the claim under article.claims"
                yield ("article", number, "claim"), f"{rule.claim} is not carried by {rule.entry}", mend

    def article(self) -> Iterator[_Finding]:
        """Each choosing rule of the article, alone, gives the article's recommendation."""
        for number, rule in enumerate(self._rules.article):
            if not rule.claim.startswith(CHOOSING):
                continue
            for term in rule.when:
                row = tuple(term.get(question, SKIPPED) for question in self._questions)
                points = self._scoring.article_points(self._scoring.mask(row))
                best = [name for name, total in points.items() if total == max(points.values())]
                if best != [rule.framework]:
                    message = f"{rule.claim} alone ({_spoken(row)}) does not lead to {rule.framework}"
                    yield ("article", number, "points"), message, "give it more points than the rules beside it"

    def goals(self) -> Iterator[_Finding]:
        for number, question in enumerate(self._rules.questions):
            if question.id == "goal":
                missing = [goal for goal in GOALS if goal not in {option.id for option in question.options}]
                if missing:
                    message = f"lacks {', '.join(missing)}"
                    yield ("questions", number, "options"), message, "scripts rely on these options: keep them"
                return
        yield ("questions",), 'has no question "goal"', "scripts rely on it: keep it"

    def tokens(self) -> Iterator[_Finding]:
        """No two answers look the same in a token."""
        seen: dict[str, str] = {}
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                other = seen.setdefault(code(question.id, option.id), option.id)
                if other != option.id:
                    path: Path = ("questions", number, "options", index, "id")
                    yield path, f'cannot be told from "{other}" in a button', "give the newer one another id"

    def vocabulary(self) -> Iterator[_Finding]:
        vocabulary = self._knowledge.vocabulary
        known = {term.id for term in (*vocabulary.concepts, *vocabulary.tools, *vocabulary.frameworks)}
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                for which, name in enumerate(option.about):
                    if name not in known:
                        path = ("questions", number, "options", index, "about", which)
                        yield path, f'"{name}" is not in the vocabulary', "correct or remove it"

    def words(self) -> Iterator[_Finding]:
        """Each option is found by its own label, id and aliases."""
        hearing = Hearing(self._rules, self._knowledge.vocabulary)
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                for text in (option.label, option.id, *option.aliases):
                    if hearing.hear(question, text).action != f"pick-{option.id}":
                        path: Path = ("questions", number, "options", index)
                        yield path, f'is not what "{text}" leads to', "keep that alias for one option only"

    def options(self) -> Iterator[_Finding]:
        """Every option changes something."""
        used = {pair for _, rule in all_rules(self._rules) for term in rule.when for pair in term.items()}
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                if (question.id, option.id) not in used:
                    path: Path = ("questions", number, "options", index, "id")
                    yield path, f'"{option.id}" changes nothing', "give it a rule, or remove the option"

    def paths(self) -> Iterator[_Finding]:
        """Every set of answers ends in a framework that leads for a reason of today's, and in a next step."""
        if not self._few():
            return
        reasons = {
            name: [bits for bits, rule in self._scoring.counted.pairs if rule.framework == name and _of_today(rule)]
            for name in self._scoring.candidates
        }
        steps = [(bits, rule) for bits, rule in self._scoring.next_steps.pairs if self._tells(rule)]
        for row in all_rows(self._rules):
            mask = self._scoring.mask(row)
            leader = self._scoring.leader(mask)
            if not any(bits & mask for bits in reasons[leader]):
                yield ("today",), f"{leader} leads without a reason ({_spoken(row)})", "add a rule without `when`"
                return
            if not any(bits & mask and (not rule.leading or leader in rule.leading) for bits, rule in steps):
                yield ("next_steps",), f"there is none for {leader} ({_spoken(row)})", "add one without `when`"
                return

    def labels(self) -> Iterator[_Finding]:
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                if len(option.label) > LONG_LABEL:
                    path: Path = ("questions", number, "options", index, "label")
                    yield path, f"is longer than {LONG_LABEL} characters", "shorten it"

    def leaders(self) -> Iterator[_Finding]:
        """Every option can change who leads."""
        if not self._few():
            return
        leaders = {row: self._scoring.leader(self._scoring.mask(row)) for row in all_rows(self._rules)}
        open_ = {(n, option.id) for n, question in enumerate(self._rules.questions) for option in question.options}
        for row, leader in leaders.items():
            for number, answer in enumerate(row):
                if (number, answer) in open_ and leaders[(*row[:number], SKIPPED, *row[number + 1 :])] != leader:
                    open_.discard((number, answer))
        for number, name in sorted(open_):
            options = [option.id for option in self._rules.questions[number].options]
            path = ("questions", number, "options", options.index(name), "id")
            yield path, f'"{name}" never changes who leads', "give it more points, or remove the option"

    def _few(self) -> bool:
        count = 1
        for question in self._rules.questions:
            count *= len(question.options) + 1
        return count <= MOST_PATHS

    def _tells(self, advice: Advice) -> bool:
        entry = self._knowledge.entries.get(advice.entry)
        return bool(advice.text or (entry is not None and entry.next_step))


def _of_today(rule: object) -> bool:
    return not isinstance(rule, ArticleRule)


def _spoken(row: Row) -> str:
    given = [answer for answer in row if answer != SKIPPED]
    return ", ".join(given) or "nothing answered"


CHECKS: Mapping[str, Callable[[_Inspector], Iterator[_Finding]]] = {
    "entries": _Inspector.entries,
    "sources": _Inspector.sources,
    "claims": _Inspector.claims,
    "article": _Inspector.article,
    "goals": _Inspector.goals,
    "tokens": _Inspector.tokens,
    "vocabulary": _Inspector.vocabulary,
    "words": _Inspector.words,
    "options": _Inspector.options,
    "paths": _Inspector.paths,
    "labels": _Inspector.labels,
    "leaders": _Inspector.leaders,
}
"""The checks by name."""

RULES: Mapping[str, Rule] = {f"recommendation-{name}": _rule(name) for name in CHECKS}
"""The same for `knowledge.checks`: its Probe takes them as `rules`."""

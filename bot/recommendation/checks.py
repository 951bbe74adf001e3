"""Checks of the recommendation rules, for `framework-bot check` and for the tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bot.recommendation.advisor import MOST_QUESTIONS, Advisor
from bot.recommendation.free_text import FreeTextParser
from bot.recommendation.scoring import TRAIN, Answers
from bot.recommendation.token import code
from knowledge.errors import Problem
from knowledge.fields import FieldPath
from knowledge.folder import RECOMMENDATION
from knowledge.model import KnowledgeBase
from knowledge.recommendation import (
    SKIPPED,
    Advice,
    ArticleRule,
    Option,
    RecommendationRules,
    all_rules,
    tools_of,
)

if TYPE_CHECKING:
    from knowledge.check_context import Check, CheckContext

DECISIVE_CLAIMS = "C-"
"""Claims of the article with this prefix are choosing rules: each of them decides by itself."""

MAX_SHARE = 0.25
"""Share (0..1) of all ways through the questions that may end in the same stack: more, and the questions decide
little."""

_Finding = tuple[FieldPath, str, str]
"""Where, what, and the hint."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Where the questions lead. `shares` are the stacks by name with the share (0..1) of those who come there where
    each answer is as likely as the others, the most common first; `asked` how many of those get each number of
    questions."""

    shares: Mapping[tuple[str, ...], float]
    asked: Mapping[int, float]


def survey(advisor: Advisor) -> Survey:
    """Every way through the questions that are asked."""
    shares: dict[tuple[str, ...], float] = {}
    asked: dict[int, float] = {}
    for given, share in advisor.paths():
        names = advisor.named(advisor.scoring.stack(advisor.scoring.all_answers(given)))
        shares[names] = shares.get(names, 0) + share
        asked[len(given)] = asked.get(len(given), 0) + share
    return Survey(dict(sorted(shares.items(), key=lambda pair: -pair[1])), asked)


class _RuleChecks:
    """Every public method is a check."""

    def __init__(
        self, rules: RecommendationRules, knowledge: KnowledgeBase, hidden: Collection[str] = frozenset()
    ) -> None:
        """`hidden`: entries that an overlay hides, to which rules may go on pointing."""
        self._rules, self._hidden = rules, hidden
        self._knowledge = knowledge
        self._advisor = Advisor(rules, knowledge)
        self._scoring = self._advisor.scoring

    def entries(self) -> Iterator[_Finding]:
        """Every reason has an entry that answers."""
        named: list[tuple[FieldPath, str]] = [((*path, "entry"), rule.entry) for path, rule in all_rules(self._rules)]
        named += [(("candidates", number, "entry"), c.entry) for number, c in enumerate(self._rules.candidates)]
        for name, tools in tools_of(self._rules).items():
            named += [((name, "candidates", number, "entry"), c.entry) for number, c in enumerate(tools.candidates)]
        named.append((("silence", "entry"), self._rules.silence.entry))
        for path, name in named:
            entry = self._knowledge.entries.get(name)
            if entry is None and name in self._hidden:
                continue
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
                points = self._scoring.article_points(self._scoring.all_answers(term))
                if [name for name, total in points.items() if total == max(points.values())] != [rule.framework]:
                    message = f"{rule.claim} alone ({_listed(term)}) does not lead to {rule.framework}"
                    hint = "give it more points than the other rules that apply"
                    yield ("article", number, "points"), message, hint

    def tokens(self) -> Iterator[_Finding]:
        """No two answers have the same letters in a token."""
        seen = {code(question.id, SKIPPED): SKIPPED for question in self._rules.questions}
        for path, name, option in self._options():
            other = seen.setdefault(code(name, option.id), option.id)
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
            for number, text in enumerate(option.vague):
                if text not in (option.label, option.id, *option.aliases):
                    yield (*path, "vague", number), f'"{text}" is no name of this option', "correct or remove it"

    def paths(self) -> Iterator[_Finding]:
        """Every set of answers leads to a framework with a reason of today's rules, to a next step, and to tools with
        a reason."""
        leaders = self._scoring.winners[TRAIN]
        reasons = np.zeros_like(leaders, bool)
        for rule in self._rules.today:
            reasons |= self._scoring.region(rule.when) & self._scoring.led_by([rule.framework], leaders)
        steps = np.zeros_like(reasons)
        for advice in filter(self._advisor.step_text, self._rules.next_steps):
            steps |= self._scoring.region(advice.when) & self._scoring.led_by(advice.leading, leaders)
        if (given := self._first(~reasons)) is not None:
            leader = self._scoring.leader(given)
            yield ("today",), f"{leader} leads without a reason ({_listed(given)})", "add a rule without `when`"
        if (given := self._first(~steps)) is not None:
            leader = self._scoring.leader(given)
            yield ("next_steps",), f"there is none for {leader} ({_listed(given)})", "add one without `when`"
        for name, tools in tools_of(self._rules).items():
            if not any(not rule.when and not rule.leading for rule in tools.rules):
                yield (name, "rules"), "may leave a pick without a reason", "add a rule without `when` and `leading`"

    def resolved(self) -> Iterator[_Finding]:
        """What is to resolve a contradiction does: with that answer it is none any more."""
        for number, rule in enumerate(self._rules.contradictions):
            for term in rule.when:
                given = self._scoring.all_answers({**term, **rule.resolve})
                if rule in self._scoring.applying(self._rules.contradictions, given):
                    where = ("contradictions", number, "resolve")
                    yield where, f"leaves it as it is ({_listed(given)})", "name an answer that ends it"

    def stacks(self) -> Iterator[_Finding]:
        """Each candidate is picked on some way through the questions, no stack on more than a quarter of them, and each
        stack there is takes no more answers than are asked for; the questions end."""
        found = survey(self._advisor)
        for at, pick in enumerate(self._scoring.candidates):
            reached = {names[at] for names in found.shares}
            for number, (_, name) in enumerate(self._advisor.names[pick].items()):
                if name not in reached:
                    path: FieldPath = ("candidates", number) if pick == TRAIN else (pick, "candidates", number)
                    hint = "give it more points, or remove it"
                    yield path, f"{name} is what no way through the questions leads to", hint
        answered = (np.indices(self._scoring.stacks.shape, np.int8) > 0).sum(axis=0)
        within = np.unique(self._scoring.stacks[answered <= MOST_QUESTIONS])
        if (given := self._first(~np.isin(self._scoring.stacks, within))) is not None:
            message = f"a stack takes more than {MOST_QUESTIONS} answers ({_listed(given)})"
            yield ("questions",), message, "ask for less before it is recommended"
        names, share = next(iter(found.shares.items()), ((), 0.0))
        if len(found.shares) > 1 and tools_of(self._rules) and share > MAX_SHARE:
            message = f"{share:.0%} of all ways through the questions lead to {', '.join(names)}"
            yield ("questions",), message, "give other picks more points in some cases"

    def outcomes(self) -> Iterator[_Finding]:
        """Every option changes some stack."""
        stacks = self._scoring.stacks
        for path, _, option in self._options():
            number, place = int(path[1]), int(path[3]) + 1
            if np.array_equal(stacks.take(place, axis=number), stacks.take(0, axis=number)):
                hint = "give it more points, or remove the option"
                yield (*path, "id"), f'"{option.id}" never changes the stack', hint

    def _options(self) -> Iterator[tuple[FieldPath, str, Option]]:
        """Every option with its path and the id of its question."""
        for number, question in enumerate(self._rules.questions):
            for index, option in enumerate(question.options):
                yield ("questions", number, "options", index), question.id, option

    def _first(self, where: npt.NDArray[Any]) -> Answers | None:
        """The first set of answers where something is so."""
        if not where.any():
            return None
        place = np.unravel_index(int(where.argmax()), where.shape)
        options = self._advisor.options
        return {name: [SKIPPED, *options[name]][int(at)] for name, at in zip(options, place, strict=True)}


def _listed(given: Answers) -> str:
    return ", ".join(answer for answer in given.values() if answer != SKIPPED) or "nothing answered"


def _rule(check: Callable[[_RuleChecks], Iterator[_Finding]]) -> Check:
    def problems(context: CheckContext) -> Iterator[Problem]:
        knowledge = context.loaded.knowledge
        if knowledge.recommendation is not None:
            place = context.loaded.registers[RECOMMENDATION][0]
            for finding in check(_RuleChecks(knowledge.recommendation, knowledge, context.loaded.hidden)):
                yield place.problem(*finding)

    return problems


RULES: Mapping[str, Check] = {
    f"recommendation-{name}": _rule(check) for name, check in vars(_RuleChecks).items() if not name.startswith("_")
}
"""Every check by name, for `knowledge.checks`. All together take a second or two."""

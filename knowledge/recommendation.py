"""The rules of the guided recommendation: questions, points with their reasons, cautions and next steps.

Content like the entries: plain frozen dataclasses, filled from `recommendation.yaml`. The
article's rules and today's rules are two lists, so that one is never taken for the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen

from knowledge.fields import Confidence, FieldPath, Id, Line, Text, Title, content

When = tuple[Mapping[Id, Id], ...]
"""When a rule applies: one of these combinations of `question: option` was given; always, where empty.
The option "skipped" means "not answered"."""

SKIPPED = "skipped"
"""In a condition: the question was not answered. No option may have this id."""

Sources = Annotated[tuple[Id, ...], MinLen(1)]
"""Keys of sources.yaml, or of the named entry's own `sources`."""

MAX_SHORT = 66
"""Characters of a reason in short: two lines of a phone."""

Short = Annotated[Line, MaxLen(MAX_SHORT)]
"""A reason in short."""

OptionId = Annotated[str, MinLen(1), MaxLen(24)]
"""Part of a button's id."""


@content
class FrameworkCandidate:
    """A framework that can be recommended."""

    id: Id
    """Vocabulary id."""
    name: Annotated[str, MinLen(1), MaxLen(20)]
    """How it is written, short enough for a chart."""
    entry: Id
    """The entry about it."""


@content
class Option:
    """One answer that can be chosen."""

    id: OptionId
    """Stable id: buttons of old messages carry it. Never reused for something else."""
    label: Title
    """What is shown; best no longer than 40 characters."""
    if_so: Line
    """Completes "If ...", such as "it had to run on phones"."""
    brief: Annotated[str, MinLen(1), MaxLen(14)] | None = None
    """The label in a word or two, for small buttons: "phones"; the label itself, where left out."""
    description: Title | None = None
    """One more line where a platform has room."""
    aliases: tuple[Line, ...] = ()
    """Other words by which people mean this."""
    about: tuple[Id, ...] = ()
    """Vocabulary concepts whose words mean this option too."""
    vague: tuple[Line, ...] = ()
    """Those of its id, label and aliases that mean this only in answer to the question itself, such as "new": they are
    not looked for where somebody describes a whole situation."""

    @property
    def in_brief(self) -> str:
        """The label in a word or two, where it has such a form."""
        return self.brief or self.label


@content
class FlowQuestion:
    """One step of the flow."""

    id: OptionId
    """Stable id, also the name in `--answers goal=...`."""
    topic: Annotated[str, MinLen(1), MaxLen(24)]
    """A word or two for titles and summaries."""
    text: Line
    """The question itself."""
    options: Annotated[tuple[Option, ...], MaxLen(10)]
    """What can be answered, two options or more; every question can be skipped."""
    help: Text | None = None
    """What to think of when answering."""


@content
class ExplainedRule:
    """What is said in a given case, and the entry that explains it."""

    text: Line
    """In our own words."""
    short: Short | None = None
    """The same for what is shown first; left out where the text, or its first clause, is short enough."""
    entry: Id
    """Where it is explained."""
    when: When = ()
    """In which cases; always, where left out."""


@content
class SourcedRule(ExplainedRule):
    """What is said today, and its sources."""

    sources: Sources
    """Its sources."""
    confidence: Confidence = "J"
    """How sure it is: H, M, L, or J for judgement."""


@content
class ArticleRule(ExplainedRule):
    """What the article of 4 April 2025 says for a framework, in a given case."""

    claim: Line
    """The article's claim, such as C-2; the entry must carry it. A claim C-... is a choosing rule: by
    itself it decides."""
    framework: Id
    """The candidate it speaks for."""
    points: Annotated[int, Ge(1), Le(5)]
    """Its weight among the article's rules; counted today as well where the entry's verdict is "holds"."""


@content
class TodayRule(SourcedRule):
    """What speaks for a framework today, in a given case."""

    framework: Id
    """The candidate it speaks for."""
    points: Annotated[int, Ge(1), Le(5)]
    """1 a small plus, 2 a good reason, 3 a strong one, 4 and 5 all but decide. The weight is judgement."""


@content
class ToolCandidate:
    """Something to run on or to start with."""

    id: Id
    """Stable id, the vocabulary's where it has one."""
    name: Annotated[str, MinLen(1), MaxLen(30)]
    """How it is written."""
    entry: Id
    """The entry about it."""
    is_for: Line
    """What it is, in a few words."""


@content
class ToolRule(SourcedRule):
    """What speaks for something to run on or to start with, in a given case."""

    tool: Id
    """The candidate it speaks for."""
    points: Annotated[int, Ge(1), Le(9)]
    """As in `today`; 7 to 9 where nothing else comes into question, as on a phone."""
    leading: tuple[Id, ...] = ()
    """Only where one of these frameworks is what to train in; any, where empty."""


@content
class Tools:
    """One further pick of the stack, chosen by points as the framework is."""

    candidates: Annotated[tuple[ToolCandidate, ...], MaxLen(16)]
    """What can be picked, two or more; with equal points the earlier one."""
    rules: tuple[ToolRule, ...]
    """What speaks for them. One rule has neither `leading` nor `when`, so that there is always a reason."""


@content
class Caution(SourcedRule):
    """What speaks against a framework in a given case; shown, not counted."""

    framework: Id
    """The candidate it is about."""
    when: Annotated[When, MinLen(1)]
    """In which cases."""


@content
class NoteRule(SourcedRule):
    """Something to say in a given case: that answers contradict each other, or that a tool matters more than a
    framework."""

    text: Text
    """The note in our own words."""
    when: Annotated[When, MinLen(1)]
    """In which cases."""


@content
class Contradiction(NoteRule):
    """Answers that contradict each other."""

    resolve: Annotated[Mapping[Id, Id], MinLen(1), MaxLen(1)]
    """The smallest change that resolves it: the other answer to one question."""


@content
class Advice:
    """What to do next, most fitting first in the file."""

    entry: Id
    """The entry whose `next_step` is shown."""
    text: Line | None = None
    """Shown instead of the entry's own next step."""
    leading: tuple[Id, ...] = ()
    """Only where one of these candidates comes first; any, where empty."""
    when: When = ()
    """In which cases; always, where left out."""


@content
class Silence:
    """What is shown for the article where none of its rules applies."""

    text: Line
    """In our own words."""
    entry: Id
    """Where it is explained."""


@content
class RecommendationRules:
    """The whole guided flow. Its file is `recommendation.yaml`."""

    candidates: Annotated[tuple[FrameworkCandidate, ...], MaxLen(8)]
    """What can be recommended, two or more; with equal points the earlier one comes first."""
    questions: Annotated[tuple[FlowQuestion, ...], MaxLen(8)]
    """The steps in order."""
    silence: Silence
    """The article's part where it has no rule for what was answered."""
    article: tuple[ArticleRule, ...]
    """The article's choosing rules, use cases and comparisons as rules."""
    today: tuple[TodayRule, ...]
    """What holds today."""
    cautions: tuple[Caution, ...] = ()
    """What speaks against a candidate."""
    contradictions: tuple[Contradiction, ...] = ()
    """Answers that contradict each other."""
    notes: tuple[NoteRule, ...] = ()
    """Where a tool, a runtime or a server matters more than the framework."""
    next_steps: tuple[Advice, ...]
    """What to do next."""
    run: Tools | None = None
    """What to run the model on; the stack has no such pick where it is left out."""
    start: Tools | None = None
    """What to start with; the stack has no such pick where it is left out."""


Rule = ArticleRule | TodayRule | ToolRule | Caution | NoteRule | Advice
"""Anything with a condition."""

_LISTS = ("article", "today", "cautions", "contradictions", "notes", "next_steps")
TOOLS = ("run", "start")
"""The picks of a stack besides the framework."""

MOST_ANSWER_SETS = 1_000_000
"""Sets of answers, skipped questions included: the outcome of each is computed at once."""

_FEWEST = 2
"""Options of a question, or candidates: one is no choice."""


def all_rules(rules: RecommendationRules) -> Iterator[tuple[FieldPath, Rule]]:
    """Every rule with its path, in the order of the file."""
    for name in _LISTS:
        for number, rule in enumerate(getattr(rules, name)):
            yield (name, number), rule
    for name, tools in tools_of(rules).items():
        for number, rule in enumerate(tools.rules):
            yield (name, "rules", number), rule


def tools_of(rules: RecommendationRules) -> Mapping[str, Tools]:
    """The further picks that there are, by name."""
    found = {name: getattr(rules, name) for name in TOOLS}
    return {name: tools for name, tools in found.items() if tools is not None}


def inconsistencies(rules: RecommendationRules) -> Iterator[tuple[FieldPath, str, str]]:
    """Where the rules name something they do not have, or one name twice: (path, message, hint)."""
    options = {question.id: [option.id for option in question.options] for question in rules.questions}
    choices: dict[FieldPath, list[str]] = {("candidates",): [candidate.id for candidate in rules.candidates]}
    for name, tools in tools_of(rules).items():
        choices[name, "candidates"] = [tool.id for tool in tools.candidates]
    for number, question in enumerate(rules.questions):
        choices["questions", number, "options"] = options[question.id]
    if not rules.questions:
        yield ("questions",), "is empty", "ask something"
    yield from _twice(("questions",), [question.id for question in rules.questions])
    count = prod(len(question.options) + 1 for question in rules.questions)
    if count > MOST_ANSWER_SETS:
        hint = "leave out questions or options"
        yield ("questions",), f"has {count:,} sets of answers, more than {MOST_ANSWER_SETS:,}", hint
    for path, names in choices.items():
        if len(names) < _FEWEST:
            yield path, "leaves nothing to choose between", "name two or more"
        yield from _twice(path, names)
        if SKIPPED in names and path[0] == "questions":
            yield (*path, names.index(SKIPPED), "id"), f'"{SKIPPED}" means "not answered"', "use another id"
    for path, rule in all_rules(rules):
        yield from _unknown_names(path, rule, options, choices)


def _unknown_names(
    path: FieldPath, rule: Rule, options: Mapping[str, Sequence[str]], choices: Mapping[FieldPath, Sequence[str]]
) -> Iterator[tuple[FieldPath, str, str]]:
    """What a rule names that there is not, of the `options` of questions and the candidates among the `choices`."""
    for number, condition in enumerate(rule.when):
        yield from _unknown_answers((*path, "when", number), condition, options)
    if isinstance(rule, Contradiction):
        yield from _unknown_answers((*path, "resolve"), rule.resolve, options)
    frameworks = choices["candidates",]
    named = [((*path, "leading", number), name, frameworks) for number, name in enumerate(getattr(rule, "leading", ()))]
    if isinstance(rule, ToolRule):
        named.append(((*path, "tool"), rule.tool, choices[path[0], "candidates"]))
    elif not isinstance(rule, Advice | NoteRule):
        named.append(((*path, "framework"), rule.framework, frameworks))
    for where, name, known in named:
        if name not in known:
            yield where, f'"{name}" is not a candidate', f"use one of {', '.join(known)}"


def _unknown_answers(
    path: FieldPath, answers: Mapping[str, str], options: Mapping[str, Sequence[str]]
) -> Iterator[tuple[FieldPath, str, str]]:
    for question, option in answers.items():
        where = (*path, question)
        if question not in options:
            yield where, f'"{question}" is not a question', f"use one of {', '.join(options)}"
        elif option not in (SKIPPED, *options[question]):
            yield where, f'"{option}" is no option of {question}', f"use {' or '.join(sorted(options[question]))}"


def _twice(path: FieldPath, names: Sequence[str]) -> Iterator[tuple[FieldPath, str, str]]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield (*path, number, "id"), f'"{name}" is taken', "give one of them another id"

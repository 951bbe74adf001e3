"""All checks of a knowledge base in one call.

What needs the bot is passed in as further checks, because knowledge does not import it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from knowledge import name_checks, phrasing_checks, source_checks
from knowledge.check_context import Check, CheckContext
from knowledge.errors import KnowledgeError, Problem, did_you_mean
from knowledge.fields import FieldPath
from knowledge.folder import content_files, visible_files
from knowledge.loading import Loaded, Progress
from knowledge.model import KnowledgeBase, statements
from knowledge.overlay import load_both
from knowledge.source_checks import ArticleCoverage, coverage

_DOTTED = re.compile(r"(?<![\w.-])([a-z0-9_-]+)(?:\.[a-z0-9_-]*[a-z0-9])+(?![\w-])")
"""A word that may be an entry id within text; its first group is the part before the first dot."""

_BIDI_CONTROL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Unicode's Bidi_Control: invisible, and with them text reads otherwise than it is stored."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checks found. `counts` is the number of entries, phrasings, statements and sources checked."""

    problems: tuple[Problem, ...]
    coverage: ArticleCoverage | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    knowledge: KnowledgeBase | None = None
    """What was loaded; None if loading failed, and `problems` says why."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be fixed."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What should be looked at."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def named_entries_exist(context: CheckContext) -> Iterator[Problem]:
    """What `related`, `split_from` and a scope name are other entries. Ids that an overlay hides are allowed.

    A dotted word is taken for an id where its first part is that of a known id: tf.keras, 2.16 and .tflite are none.
    """
    known = {*context.loaded.knowledge.entries, *context.loaded.hidden}
    groups = {name.partition(".")[0] for name in known if "." in name}
    for entry in context.entries:
        named: list[tuple[FieldPath, str]] = [(("related", number), name) for number, name in enumerate(entry.related)]
        named += [(("split_from",), entry.split_from)] if entry.split_from else []
        named += [(("scope",), word[0]) for word in _DOTTED.finditer(entry.scope or "") if word[1] in groups]
        for path, name in named:
            if name == entry.id or name not in known:
                hint = did_you_mean(name, known - {entry.id}, "name the id of another entry")
                yield context.at(entry, path, f'"{name}" is not another entry', hint)
        if len({*entry.related}) < len(entry.related):
            yield context.at(entry, ("related",), "names an entry twice", "name it once")


def files_are_read(context: CheckContext) -> Iterator[Problem]:
    """Every file of the folders is read, apart from notes: Markdown, and files without an ending."""
    for folder in filter(None, (context.loaded.folder, context.loaded.overlay)):
        for file in {*visible_files(folder)}.difference(content_files(folder)):
            if file.suffix not in {"", ".md"}:
                hint = "use `framework-bot import` for a table, and keep other files elsewhere"
                yield Problem(file, 0, "", "is not read", hint, "warning")


def text_has_no_bidi_controls(context: CheckContext) -> Iterator[Problem]:
    """No text of an entry or of another file holds a control of writing direction."""
    places = {id(place.document): place for place in context.loaded.places.values()}
    places |= {id(place.document): place for group in context.loaded.registers.values() for place in group}
    for place in places.values():
        for path, found in _controls(place.document, ()):
            message = f"holds the invisible control U+{ord(found):04X}, which reorders text"
            yield place.problem(path, message, "remove it: text is shown in its own direction without it")


def _controls(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """The first control in each text within `value`, names of fields included."""
    if isinstance(value, str) and (found := _BIDI_CONTROL.search(value)):
        yield path, found[0]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _controls(name, path)
        yield from _controls(part, (*path, name))


def replies_fit(context: CheckContext, *, surface: str, length: Callable[[str], int], limit: int) -> Iterator[Problem]:
    """No entry's reply is longer than `limit`. `length` is by entry id; `surface` is named in the problem."""
    for entry in context.entries:
        found = length(entry.id)
        if found > limit:
            hint = "shorten the entry, or drop its least useful statement"
            yield context.at(entry, ("answer",), f"{surface} is {found} long, at most {limit}", hint)


RULES: Mapping[str, Check] = {
    "claim-carried": source_checks.claims_are_carried,
    "claim-listed": source_checks.claims_are_listed,
    "since-then": source_checks.article_is_brought_up_to_date,
    "source": source_checks.statements_have_sources,
    "source-page": source_checks.sure_statements_link_to_a_page,
    "date": source_checks.statements_are_dated,
    "future": source_checks.days_are_past,
    "stale": source_checks.checks_are_recent,
    "address": source_checks.addresses_are_well_formed,
    "phrasing-shared": phrasing_checks.phrasings_are_unique,
    "phrasing-close": phrasing_checks.phrasings_are_distinct,
    "phrasing-few": phrasing_checks.phrasings_suffice,
    "entry-named": named_entries_exist,
    "vocabulary-id": name_checks.ids_are_in_the_vocabulary,
    "vocabulary-name": name_checks.names_mean_one_term,
    "topic": name_checks.topics_are_listed,
    "file-read": files_are_read,
    "direction": text_has_no_bidi_controls,
}
"""Every check by the name that its problems carry. "found" and "length" need a bot."""


def check(loaded: Loaded, *, today: date, rules: Mapping[str, Check] = RULES) -> list[Problem]:
    """Everything the checks find, by file and line. `today` is the day from which staleness is counted."""
    context = CheckContext(loaded, today)
    problems = [replace(problem, rule=name) for name, rule in rules.items() for problem in rule(context)]
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line, problem.field))


def examine(
    folder: Path,
    overlay: Path | None = None,
    *,
    today: date,
    further: Callable[[KnowledgeBase], Mapping[str, Check]] | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Load `folder`, with `overlay` on top, and check it all.

    `further` gives more checks, such as those that need a bot. Never raises for mistakes in the files: if a
    folder cannot be loaded, the report says why.
    """
    try:
        loaded = load_both(folder, overlay, progress=progress)
    except KnowledgeError as error:
        return CheckReport(tuple(error.problems))
    knowledge = loaded.knowledge
    rules = {**RULES, **(further(knowledge) if further is not None else {})}
    problems = check(loaded, today=today, rules=rules)
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    carried = coverage(loaded.article, answers) if loaded.article is not None else None
    return CheckReport(tuple(problems), carried, _counts(knowledge), knowledge)


def links(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Every address that replies link to, once each, in alphabetical order."""
    registers = (knowledge.sources, *(entry.sources for entry in knowledge.entries.values()))
    urls = {source.url for sources in registers for source in sources.values()}
    return tuple(sorted(url for url in urls if url is not None))


def _counts(knowledge: KnowledgeBase) -> Mapping[str, int]:
    entries = knowledge.entries.values()
    return {
        "entries": len(entries),
        "phrasings": sum(len(entry.phrasings) for entry in entries),
        "statements": sum(1 for entry in entries if entry.kind == "answer" for _ in statements(entry)),
        "sources": len(knowledge.sources) + sum(len(entry.sources) for entry in entries),
    }

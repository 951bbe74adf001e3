"""The checks of a knowledge base, and everything of them in one call.

What needs the bot comes in as callables, because knowledge knows nothing of it: whether a question
finds its entry, and how long an entry's reply is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from knowledge import evidence, naming, phrasing, vocabulary
from knowledge.article import Coverage, coverage
from knowledge.case import Case, Limits, Rule
from knowledge.draft import drafts_are_written
from knowledge.errors import KnowledgeError, Problem
from knowledge.loading import Loaded, Progress, load_with_places
from knowledge.model import KnowledgeBase
from knowledge.overlay import load_both
from knowledge.references import did_you_mean, statements

Find = Callable[[str], str | None]
"""The id of the entry that a question leads to, or None."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How long an entry's reply is on one surface, and how long it may be, in the same unit."""

    surface: str
    """Shown in the problem, such as "the plain reply"."""
    length: Callable[[str], int]
    """From an entry's id."""
    limit: int


@dataclass(frozen=True, slots=True)
class Probe:
    """What only a running bot can tell about a knowledge base."""

    find: Find | None = None
    measures: Sequence[Measure] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """Further checks by name, for what is known outside this package."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an examination found. `counts` tells what was looked at: entries, phrasings, statements, sources."""

    problems: tuple[Problem, ...]
    coverage: Coverage | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    knowledge: KnowledgeBase | None = None
    """What was loaded; None where loading failed, and `problems` says why."""
    loaded: Loaded | None = None
    """The same with the places in the files."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be mended."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What had better be looked at."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")

    @property
    def passed(self) -> bool:
        """Whether there is no error."""
        return not self.errors


def related_entries_exist(case: Case) -> Iterator[Problem]:
    """Related ids lead to other entries, each once. Those that an overlay hides are silently left out."""
    known = case.loaded.knowledge.entries
    for entry in case.entries:
        counted = Counter(entry.related)
        for number, name in enumerate(entry.related):
            path = ("related", number)
            if name == entry.id:
                yield case.at(entry, path, "is the entry itself", "name another entry")
            elif name not in known and name not in case.loaded.hidden:
                mend = did_you_mean(name, known, "name the id of an entry")
                yield case.at(entry, path, f'"{name}" is not an entry', mend)
            elif counted[name] > 1 and name in entry.related[:number]:
                yield case.at(entry, path, f'"{name}" is named twice', "name it once")


def replies_fit(case: Case, measures: Sequence[Measure]) -> Iterator[Problem]:
    """No entry's reply is longer than a surface takes."""
    for entry in case.entries:
        for measure in measures:
            length = measure.length(entry.id)
            if length > measure.limit:
                message = f"{measure.surface} is {length} long, at most {measure.limit}"
                yield case.at(entry, ("answer",), message, "shorten the entry, or drop its least useful statement")


RULES: Mapping[str, Rule] = {
    "claim-carried": evidence.claims_are_carried,
    "claim-listed": evidence.claims_are_listed,
    "article-source": evidence.article_is_a_source,
    "since-then": evidence.article_is_brought_up_to_date,
    "source": evidence.statements_have_sources,
    "date": evidence.statements_are_dated,
    "future": evidence.days_are_past,
    "stale": evidence.checks_are_recent,
    "address": evidence.addresses_are_well_formed,
    "source-used": evidence.sources_are_used,
    "phrasing-shared": phrasing.phrasings_are_shared_by_none,
    "phrasing-close": phrasing.phrasings_keep_their_distance,
    "phrasing-few": phrasing.phrasings_are_many,
    "related": related_entries_exist,
    "vocabulary-id": vocabulary.ids_are_in_the_vocabulary,
    "vocabulary-name": vocabulary.names_mean_one_term,
    "name": naming.names_are_written_right,
    "unwritten": drafts_are_written,
}
"""Every check by its name, which stands in each problem it finds. Two more need a bot: "found" and "length"."""


def check(
    loaded: Loaded,
    *,
    today: date,
    find: Find | None = None,
    measures: Sequence[Measure] = (),
    rules: Mapping[str, Rule] = RULES,
    limits: Limits | None = None,
) -> list[Problem]:
    """Everything the checks find, by file and line. `today` is what staleness is counted from."""
    case = Case(loaded, today, limits or Limits())
    chosen = dict(rules)
    if find is not None:
        chosen["found"] = lambda case: phrasing.phrasings_find_their_entry(case, find)
    if measures:
        chosen["length"] = lambda case: replies_fit(case, measures)
    problems = [replace(problem, rule=name) for name, rule in chosen.items() for problem in rule(case)]
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line, problem.field))


def examine(
    folder: Path,
    overlay: Path | None = None,
    *,
    today: date,
    probe: Callable[[KnowledgeBase], Probe] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Load `folder`, with `overlay` on top, and check it all.

    `probe` is called with what was loaded and gives what only a bot can tell. Never raises for what
    is wrong with the files: a folder that cannot be loaded gives a report of the reasons.
    """
    try:
        loaded = _load(folder, overlay, progress)
    except KnowledgeError as error:
        return Report(tuple(error.problems))
    knowledge = loaded.knowledge
    known = probe(knowledge) if probe is not None else Probe()
    problems = check(
        loaded,
        today=today,
        find=known.find,
        measures=known.measures,
        rules={**RULES, **known.rules},
        limits=limits,
    )
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    carried = coverage(loaded.article, answers) if loaded.article is not None else None
    return Report(tuple(problems), carried, _counts(knowledge), knowledge, loaded)


def links(knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Every address that a reader can be sent to, once each, in alphabetical order."""
    sources = [*knowledge.sources.values()]
    for entry in knowledge.entries.values():
        sources += entry.sources.values()
    return tuple(sorted({source.url for source in sources if source.url is not None}))


def _load(folder: Path, overlay: Path | None, progress: Progress | None) -> Loaded:
    if overlay is None:
        return load_with_places(folder, progress=progress)
    return load_both(folder, overlay, progress=progress)


def _counts(knowledge: KnowledgeBase) -> Mapping[str, int]:
    entries = knowledge.entries.values()
    return {
        "entries": len(entries),
        "phrasings": sum(len(entry.phrasings) for entry in entries),
        "statements": sum(1 for entry in entries if entry.kind == "answer" for _ in statements(entry)),
        "sources": len(knowledge.sources) + sum(len(entry.sources) for entry in entries),
    }

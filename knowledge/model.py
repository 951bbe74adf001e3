"""The knowledge model: entries, statements, sources, vocabulary, the article's claims.

Plain frozen dataclasses, so that answering a question imports no validation library. The loader
validates YAML against these very classes, and the JSON Schema for editors is generated from them:
the text under each field is what an editor shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen, MinLen

from knowledge.fields import (
    MAX_BODY,
    MAX_HEADLINE,
    MAX_SCOPE,
    MAX_SINCE,
    Confidence,
    FieldPath,
    Id,
    Line,
    Phrasing,
    Text,
    Title,
    Verdict,
    content,
)
from knowledge.recommendation import RecommendationRules


@content
class Source:
    """Where a statement comes from, and when somebody last read it."""

    title: Line
    """The text of the link."""
    seen: date
    """The day it was last read, as YYYY-MM-DD."""
    url: Annotated[str, MaxLen(300)] | None = None
    """An https address; left out where the source has no page of its own."""
    dated: Annotated[str, MaxLen(40)] | None = None
    """The source's own date, as exact as known: "2025-08-07", "Jul 2025", "undated copy"."""


@content
class Watch:
    """A fact outside that a claim rests on, re-checked by `framework-bot freshness`."""

    kind: Literal["pypi", "npm", "python", "release", "archived", "deprecated", "advisory"]
    """pypi, npm: a package's newest version. python: the Python versions that it takes, such as "3.11-3.14". release:
    a repository's newest release. archived: whether a repository is. deprecated: whether a package is. advisory: the
    first version of a package that no known advisory reaches."""
    name: Line
    """The package; npm:NAME for the advisories and the deprecation of an npm package. For release and archived the
    repository, owner/name, with the host before it where that is another than the usual one."""
    value: Line
    """What the claim relies on, quoted: "2.15" stands for all its patches, "2.15.0" for itself; "true" or "false"."""


@content
class Statement:
    """One claim that readers see, with its sources."""

    text: Text
    """The claim, in our own words, plain text."""
    confidence: Confidence = "J"
    """H primary source, M reliable secondary source, L weak source, J our judgement."""
    sources: tuple[Id, ...] = ()
    """Keys of sources.yaml, or of this entry's own `sources`."""
    checked_on: date | None = None
    """When this claim was last checked; the entry's `checked_on` where left out."""
    watch: tuple[Watch, ...] = ()
    """Facts outside that it rests on, which `framework-bot freshness` checks again."""


@content
class ArticleView:
    """What the article of 4 April 2025 says, and whether that holds today."""

    claims: Annotated[tuple[Line, ...], MinLen(1)]
    """The article's claims that this entry carries, such as F-3 or C-1."""
    text: Text
    """The article's view in our own words."""
    verdict: Verdict
    """holds, partly (out of date in part) or outdated."""


@content
class Cell:
    """One framework's side of a comparison."""

    today: Statement
    """The state today."""
    article: Line | None = None
    """What the article says of it; left out where the article is silent."""


@content
class Entry:
    """One thing the bot can say: how people ask for it, the answer, and its sources."""

    id: Id
    """Stable id, "group.topic". Never reused for something else."""
    title: Title
    """Short name: heading of the answer and label of the button that leads to it."""
    topic: Title | None = None
    """The heading that people find it under, such as "Choosing"; without one, the first part of its id."""
    kind: Literal["answer", "decline", "social"] = "answer"
    """answer: knowledge. decline: a kind of question that is politely refused. social: small talk."""
    off_subject: bool = False
    """For refusals: only for questions that name no framework and no tool. Small talk always is."""
    frameworks: tuple[Id, ...] = ()
    """What it is about, as vocabulary ids. A question that names others does not get this entry.
    Empty: about no framework in particular."""
    about: tuple[Id, ...] = ()
    """Vocabulary concepts it is about; a question that names one of them ranks the entry higher."""
    scope: Annotated[Text, MaxLen(MAX_SCOPE)] | None = None
    """What the entry is for, and which neighbour gets what, with entry ids such as compare.mobile. For curators:
    never shown to people who ask, and not searched."""
    phrasings: Annotated[tuple[Phrasing, ...], MinLen(1)]
    """How people ask for it. Ten or more that differ in words, not only in order."""
    headline: Annotated[Line, MaxLen(MAX_HEADLINE)] | None = None
    """The pick or the fact in one sentence that can be read alone: the first thing the reader sees. Without one, the
    beginning of the answer is shown."""
    support: Annotated[Line, MaxLen(MAX_HEADLINE)] | None = None
    """One or two more sentences, shown below the headline."""
    corrects: bool = False
    """Whether the headlines say something else than before, and what was answered in the last 90 days with other ones
    is corrected where it was posted."""
    headlines: Mapping[Id, Annotated[Line, MaxLen(MAX_HEADLINE)]] = field(default_factory=dict)
    """Headlines for questions that name one thing only, by its vocabulary id, such as "is keras dead"."""
    answer: Statement
    """Today's answer in full, shown with the details."""
    body: Annotated[str, MaxLen(MAX_BODY)] | None = None
    """The answer as a team wrote it, shown in place of the headline and the answer: text in lines, with **bold**,
    *italics*, `code`, [links](https://...) and lists."""
    article: ArticleView | None = None
    """The article's view; left out where the article is silent."""
    since: Annotated[tuple[Statement, ...], MaxLen(MAX_SINCE)] = ()
    """What has changed or is worth knowing, most important first."""
    cells: Mapping[Id, Cell] = field(default_factory=dict)
    """A comparison's sides by framework id."""
    next_step: Line | None = None
    """One thing the reader can do now."""
    related: Annotated[tuple[Id, ...], MaxLen(5)] = ()
    """Ids of entries worth reading next, best first."""
    split_from: Id | None = None
    """Id of the entry that answered this before: questions labelled with that entry count this one as right too."""
    sources: Mapping[Id, Source] = field(default_factory=dict)
    """Sources that only this entry uses, by key; shared ones are in sources.yaml."""
    checked_on: date | None = None
    """When the whole entry was last checked."""
    review_on: date | None = None
    """The day from which its answer says that it is due for a review."""


@content
class Term:
    """A name people use: a framework, a tool, or a concept such as "mobile"."""

    id: Id
    """Vocabulary id, used by entries."""
    name: Line
    """How we write it."""
    aliases: tuple[Line, ...] = ()
    """Other ways people write it: abbreviations, spaced or joined forms, synonyms."""
    former: tuple[Line, ...] = ()
    """Names it had before; the reply to a question with one of them gives the new name."""
    misspellings: tuple[Line, ...] = ()
    """Typos too different from any alias for fuzzy matching."""
    part_of: tuple[Id, ...] = ()
    """Terms that naming this one also names, such as torchserve -> pytorch."""
    note: Text | None = None
    """Shown once when a former name was used, such as "TensorFlow Lite is now LiteRT"."""
    sources: tuple[Id, ...] = ()
    """Sources of the note."""


@content
class Vocabulary:
    """The names and words of the subject."""

    frameworks: tuple[Term, ...] = ()
    """What people choose between; naming one filters the answers."""
    tools: tuple[Term, ...] = ()
    """Runtimes, servers, libraries around them."""
    concepts: tuple[Term, ...] = ()
    """Aspects, needs and topics, each with the words that mean it."""
    subject: tuple[Line, ...] = ()
    """Words of the subject at large. A question with none of them that names no framework and no tool is seldom for
    us. Without such a list every question may be for us."""
    elsewhere: tuple[Line, ...] = ()
    """Names that belong to other subjects: a question that names one and none of ours is seldom for us."""
    abbreviations: Mapping[Line, Line] = field(default_factory=dict)
    """Short forms that are expanded before anything else is read: "dl" -> "deep learning"."""
    topics: tuple[Title, ...] = ()
    """The headings that entries are found under, in the order in which they are shown; others follow."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """All of them: frameworks, tools and concepts."""
        return (*self.frameworks, *self.tools, *self.concepts)


TERM_KINDS = ("frameworks", "tools", "concepts")
"""The fields of a vocabulary that hold terms."""


SOURCE_KEY = "article"
"""Key, in the source register, of the article that the knowledge started from."""


@content
class ArticleClaim:
    """One thing the article says."""

    id: Line
    """The id that entries name under `article.claims`, such as F-3."""
    title: Line
    """The claim in our own words."""
    sides: tuple[Id, ...] = ()
    """Frameworks that the article compares here: each needs a cell with the article's view."""


@content
class Article:
    """The article's claims: every one must be carried by some entry."""

    title: Line
    """The name of the article in reports."""
    dated: date
    """When it appeared."""
    claims: Annotated[tuple[ArticleClaim, ...], MinLen(1)]
    """All its claims, in the article's order."""


@content
class Calibration:
    """How raw match evidence becomes a probability; fitted by `framework-bot calibrate`."""

    ranking: Mapping[str, float] = field(default_factory=dict)
    """Weight of each kind of evidence in the order of candidates; only where the encoder adds evidence to the words."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weight of each kind of evidence in the log-odds of "this entry answers the question"."""
    bias: float = 0.0
    """Log-odds with no evidence at all."""
    answer_threshold: Annotated[float, Ge(0), Le(1)] = 0.5
    """Confidence from which an answer is given."""
    choices_threshold: Annotated[float, Ge(0), Le(1)] = 0.2
    """Confidence from which "did you mean" is offered."""
    with_encoder: Calibration | None = None
    """What replaces all of this where the sentence encoder runs; None: never fitted with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeBase:
    """Everything the bot knows, immutable."""

    version: str
    """Changes exactly when the content changes: the same version gives the same replies."""
    entries: Mapping[str, Entry]
    """Entries by id, in a fixed order."""
    sources: Mapping[str, Source]
    """The shared source register by key."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    """The names and words of the subject; empty for a plain FAQ."""
    calibration: Calibration = field(default_factory=Calibration)
    """How evidence becomes confidence."""
    recommendation: RecommendationRules | None = None
    """The rules of the guided recommendation; None where there is none to give."""
    article_dated: date | None = None
    """When the article appeared whose view entries give; None where the folder does not list its claims."""

    def source(self, entry: Entry, key: str) -> Source:
        """The source `key` as `entry` sees it: its own first, then the register's."""
        return entry.sources[key] if key in entry.sources else self.sources[key]


def statements(entry: Entry) -> Iterator[tuple[FieldPath, Statement]]:
    """Every statement of an entry with its path."""
    yield ("answer",), entry.answer
    for number, statement in enumerate(entry.since):
        yield ("since", number), statement
    for framework, cell in entry.cells.items():
        yield ("cells", framework, "today"), cell.today


MAX_AGE = {"version": timedelta(days=45), "status": timedelta(days=120), "judgement": timedelta(days=365)}
"""How long a claim may go without a check: one that rests on a version or a release, any other fact, and judgement.
Versions change in weeks, judgement in years."""

_VERSION_KINDS = frozenset({"pypi", "npm", "python", "release"})


def overdue(entry: Entry, statement: Statement, today: date) -> date | None:
    """The day on which one of the entry's statements was checked, where that is too long before `today`; else None."""
    checked = statement.checked_on or entry.checked_on
    return checked if checked is not None and today - checked > limit(statement) else None


def limit(statement: Statement) -> timedelta:
    """How long a statement may go without a check."""
    if any(watch.kind in _VERSION_KINDS for watch in statement.watch):
        return MAX_AGE["version"]
    return MAX_AGE["judgement" if statement.confidence == "J" and not statement.watch else "status"]

"""Query parser: frameworks, tools, concepts, direction, negation, intent cues and spelling of a message.

Everything that counts for matching becomes a *feature*, a short string: a bare word, or a mark and an id. "=pytorch"
is a framework, "+litert" a tool, "#mobile" a concept, "!error" a sign of code help, "@two" how many frameworks are
named, ">pytorch>tensorflow" a direction, "^which one" a pair of neighbouring words. Phrasings and questions go through
the same parser, so that they have the same features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from bot.language.lexicon import FoundName, Lexicon
from bot.language.spelling import Spelling, is_english
from bot.language.text import essence, plain, sentences, words

CONTEXT_WEIGHT = 0.7
"""How much a sentence counts that leads up to the question; the question itself counts 1."""

SURE_SIMILARITY = 0.72
"""Similarity (0..1) from which a correction replaces the word; below it, the two are only related."""

MOST_UNKNOWN = 32
"""Unknown words of a message that are looked up; a message with more of them is not about our subject."""

ELSEWHERE = "!elsewhere"
"""The cue for a message that names other subjects and none of ours."""

UNRELATED = "@unrelated"
"""The feature of a message that has no word of our subject and names nothing of ours."""

_ASKING = frozenset(
    "what which who whom whose when where why how is are was were do does did can could should would will"
    " has have any anyone anybody dae eli5 best recommend suggest advice opinions thoughts vs".split()
)
_NEGATION = frozenset(
    tuple(phrase.split())
    for phrase in (
        "not", "no", "without", "except", "besides", "hate", "other than", "instead of", "rather than", "anything but",
        "apart from", "don't want",
    )
)  # fmt: skip
_FILLERS = frozenset("the use using to a any".split())
_COMPARING = frozenset(
    "vs versus or against compared comparison compare difference differences differ than between".split()
)
_MOVING = frozenset(
    "convert converting converted conversion port porting ported migrate migrating migration migrated move moving"
    " switch switching switched translate rewrite export import transition going go".split()
)
_COUNTS = ("@none", "@one", "@two", "@more")

_ERROR = (
    r"\b[A-Z]\w*(?:Error|Exception)\b|\bTraceback\b|\b\w+Error:|\b[Ee]rror:"
    r"|\bsegfault\b|\bcore dumped\b|\bline \d+\b"
)
_MINE = r"(?i)\bmy (?:\w+ ){0,3}(?:code|script|model|network|loss|training|accuracy|gpu|dataset|program|cnn|lstm)\b"
_CUES: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("!error", "", re.compile(_ERROR)),
    ("!call", "(", re.compile(r"\b[A-Za-z_][\w.]*\((?!s\))[^()\s]{0,40}\)|\w\(\)")),
    ("!dotted", ".", re.compile(r"\b[A-Za-z_]\w+(?:\.[A-Za-z_]\w+)+\b")),
    ("!snake", "_", re.compile(r"\b[a-zA-Z]\w*_[a-zA-Z]\w*\b")),
    ("!camel", "", re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")),
    ("!mine", "", re.compile(_MINE)),
)
"""Signs in the wording that somebody wants help with code, not with a choice: a question with PyTorch in it is not yet
one of ours, and error names, stack traces, calls and "my code" separate the two better than any word does.

Each is a cue, a sign that every piece of text with it has, and its pattern."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed message, in the terms of the vocabulary."""

    features: Mapping[str, float] = field(default_factory=dict)
    """Feature -> how much it counts, 0..1: less for the sentences that lead up to the question."""
    frameworks: tuple[str, ...] = ()
    """Frameworks asked about, in order of appearance."""
    negated: tuple[str, ...] = ()
    """Frameworks ruled out: "anything but tensorflow"."""
    tools: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    """Signs that somebody wants something else: help with code, or another subject."""
    corrections: tuple[tuple[str, str], ...] = ()
    """(as typed, as corrected)."""
    former: tuple[str, ...] = ()
    """Terms that were named by a former name."""
    related: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    """Unknown word -> known words that it may mean, each with a similarity 0..1."""
    text: str = ""
    """What was written, as plain text without greetings and thanks, with typos corrected."""
    normalised: str = ""
    """The corrected words in one line: equal for messages that differ only in case or punctuation."""


class QueryParser:
    """Parses messages by one vocabulary and one set of known words."""

    def __init__(self, lexicon: Lexicon, known: Mapping[str, int]) -> None:
        """`known`: the words of the knowledge base and of the lexicon, and how often each occurs."""
        self.lexicon = lexicon
        self.words = known
        self.spelling = Spelling(known)

    def parse(self, message: str) -> Query:
        """The query in a chat message. Never fails; an empty message gives an empty query."""
        text = essence(plain(message))
        builder = _QueryBuilder(self.lexicon, text)
        parts = sentences(text)
        for part, weight in zip(parts, _sentence_weights(parts), strict=True):
            builder.add_sentence(self._correct(words(part), builder), weight)
        if self.lexicon.terms:
            builder.cues = code_cues(message, text, self.lexicon)
        return builder.query()

    def features(self, message: str) -> tuple[Mapping[str, float], str]:
        """The features and the normalised words that `parse` gives; without a vocabulary, in half the time."""
        if not self.lexicon.terms:
            parts = sentences(essence(plain(message)))
            run = words(parts[0]) if len(parts) == 1 else []
            known = self.words.keys() >= {word for word in run if len(word) > 1}
            if known and self.lexicon.abbreviations.keys().isdisjoint(run):
                pairs = [f"^{first} {second}" for first, second in pairwise(run)]
                return dict.fromkeys([*run, *pairs], 1.0), " ".join(run)
        query = self.parse(message)
        return query.features, query.normalised

    def _correct(self, run: Sequence[str], builder: _QueryBuilder) -> list[str]:
        """The words with abbreviations spelled out and typos corrected."""
        corrected: list[str] = []
        abbreviations, knows = self.lexicon.abbreviations, self.spelling.knows
        for word in map(self.lexicon.without_possessive, run):
            long = abbreviations.get(word)
            if long is not None:
                corrected.extend(long)
            elif len(word) == 1 or knows(word):
                corrected.append(word)
            else:
                corrected.append(self._nearest(word, builder))
        return corrected

    def _nearest(self, word: str, builder: _QueryBuilder) -> str:
        """The known word that an unknown one means, or the word itself, noted with the words that it may mean."""
        if len(builder.corrections) + len(builder.related) + builder.unknown >= MOST_UNKNOWN:
            return word
        if word.isascii() and not word.isdigit() and not is_english(word):
            nearest = self.spelling.nearest(word)
            if nearest is not None and nearest[1] >= SURE_SIMILARITY:
                builder.corrections.append((word, nearest[0]))
                return nearest[0]
            if nearest is not None:
                builder.related[word] = (nearest,)
                return word
        related = self.spelling.related(word)
        if related:
            builder.related[word] = related
        elif len(word) > 1:
            builder.unknown += 1
        return word


def code_cues(message: str, text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The cue features of a message, whose plain form is `text`; names of the vocabulary are no cue."""
    cues = [
        cue
        for cue, sign, pattern in _CUES
        if sign in text and any(not _is_name(hit.group(), lexicon) for hit in pattern.finditer(text))
    ]
    return (*cues, "!code") if "```" in message else tuple(cues)


def _is_name(text: str, lexicon: Lexicon) -> bool:
    """Whether a piece of text is, as a whole, a name of the vocabulary (tf.function)."""
    run = words(text)
    return any(found.end - found.start == len(run) for found in lexicon.find(run))


def _sentence_weights(parts: Sequence[str]) -> list[float]:
    """1 for sentences that ask, CONTEXT_WEIGHT for those that lead up to them.

    Without a question mark those that begin like a question ask; failing that, the first and the last.
    """
    asking = [part.endswith("?") for part in parts]
    if not any(asking):
        asking = [(words(part) or [""])[0] in _ASKING for part in parts]
    if not any(asking):
        asking = [number in (0, len(parts) - 1) for number in range(len(parts))]
    return [1.0 if asks else CONTEXT_WEIGHT for asks in asking]


class _QueryBuilder:
    """What has been parsed so far of one message."""

    def __init__(self, lexicon: Lexicon, text: str) -> None:
        self.lexicon = lexicon
        self.text = text
        self.features: dict[str, float] = {}
        self.frameworks: list[str] = []
        self.negated: list[str] = []
        self.tools: list[str] = []
        self.concepts: list[str] = []
        self.former: list[str] = []
        self.cues: tuple[str, ...] = ()
        self.corrections: list[tuple[str, str]] = []
        self.unknown = 0
        self.related: dict[str, tuple[tuple[str, float], ...]] = {}
        self.runs: list[list[str]] = []
        self.direction: tuple[str, str] | None = None

    def add_sentence(self, run: list[str], weight: float) -> None:
        """Parse one sentence."""
        self.runs.append(run)
        canonical = self._parse_names(run, weight) if self.lexicon.terms else run
        for feature in (*canonical, *[f"^{first} {second}" for first, second in pairwise(canonical)]):
            self._count(feature, weight)

    def _parse_names(self, run: list[str], weight: float) -> list[str]:
        """Find the vocabulary's names; the run with each framework and tool as one feature."""
        canonical = list(run)
        named: list[FoundName] = []
        for found in self.lexicon.find(run):
            name, concepts = found.term.id, [*self.lexicon.concepts_of(found.term)]
            if found.kind == "framework":
                named.append(found)
                feature = self._add_framework(found, run)
            elif found.kind == "tool":
                self.tools.append(name)
                self.concepts += concepts
                feature = f"+{name}"
            else:
                self.concepts.append(name)
                self._count(f"#{name}", weight)
                continue
            if found.former:
                self.former.append(name)
            canonical[found.start : found.end] = [feature] + [""] * (found.end - found.start - 1)
            for concept in concepts:
                self._count(f"#{concept}", weight)
        self._parse_direction(run, named)
        return [feature for feature in canonical if feature]

    def _add_framework(self, found: FoundName, run: list[str]) -> str:
        """Note a framework; returns its feature, "" where it is ruled out."""
        name = found.term.id
        if _negated(run[: found.start]):
            self.negated.append(name)
            return ""
        self.frameworks.append(name)
        for word in found.words:
            digits = word.lstrip("abcdefghijklmnopqrstuvwxyz")
            if digits and digits[0].isdigit():
                self._count(f"{name}{digits[0]}", 1.0)
        return f"={name}"

    def _parse_direction(self, run: list[str], named: Sequence[FoundName]) -> None:
        """Two frameworks with a verb of moving: "A to B", "A into B", or "to B from A"."""
        if len(named) < 2 or _MOVING.isdisjoint(run):
            return
        for first, second in pairwise(named):
            between = run[first.end : second.start]
            if first.term.id == second.term.id:
                continue
            if "from" in between:
                self.direction = (second.term.id, first.term.id)
            elif "to" in between or "into" in between or not between:
                self.direction = (first.term.id, second.term.id)

    def _count(self, feature: str, weight: float) -> None:
        if weight > self.features.get(feature, 0.0):
            self.features[feature] = weight

    def query(self) -> Query:
        """The finished query, with the features of the message as a whole."""
        asked = tuple(name for name in dict.fromkeys(self.frameworks) if name not in self.negated)
        said = list(chain.from_iterable(self.runs))
        if self.lexicon.terms and said:
            self._count(_COUNTS[min(len(asked), 3)], 1.0)
            if not _COMPARING.isdisjoint(said):
                self._count("@comparing", 1.0)
            if self.direction is not None:
                self._count(">" + ">".join(self.direction), 1.0)
            if not (self.frameworks or self.negated or self.tools):
                if any(map(self.lexicon.elsewhere.occur_in, self.runs)):
                    self.cues = (*self.cues, ELSEWHERE)
                if self.lexicon.subject.words and not any(map(self.lexicon.subject.occur_in, self.runs)):
                    self._count(UNRELATED, 1.0)
            for cue in self.cues:
                self._count(cue, 1.0)
        return Query(
            features=self.features,
            frameworks=asked,
            negated=tuple(dict.fromkeys(self.negated)),
            tools=tuple(dict.fromkeys(self.tools)),
            concepts=tuple(dict.fromkeys(self.concepts)),
            cues=self.cues,
            corrections=tuple(dict.fromkeys(self.corrections)),
            former=tuple(dict.fromkeys(self.former)),
            related=self.related,
            text=_corrected(self.text, self.corrections),
            normalised=" ".join(said),
        )


def _corrected(text: str, corrections: Iterable[tuple[str, str]]) -> str:
    """Text with corrections in place of what was typed."""
    replaced = dict(corrections)
    if not replaced:
        return text
    return re.sub(r"\w+", lambda word: replaced.get(word[0].casefold(), word[0]), text)


def _negated(before: Sequence[str]) -> bool:
    """Whether the words right before a name rule it out."""
    tail = list(before)
    while tail and tail[-1] in _FILLERS:
        tail.pop()
    return tuple(tail[-1:]) in _NEGATION or tuple(tail[-2:]) in _NEGATION

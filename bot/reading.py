"""What we read in a question: frameworks, tools, concepts, direction, negation, cues, spelling.

Everything that counts for matching becomes a *feature*, a short string: a bare word, or a mark and
an id. "=pytorch" a framework, "+litert" a tool, "#mobile" a concept, "!error" a sign of code help,
"@two" how many frameworks are named, ">pytorch>tensorflow" a direction.
Phrasings and questions are read by the same code, so that they meet in the same features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.lexicon import Found, Lexicon
from bot.spelling import Spelling, is_english
from bot.text import has_code_fence, plain, sentences, words

CONTEXT_WEIGHT = 0.35
"""How much a sentence counts that leads up to the question, against 1 for the question itself."""

SURE_LIKENESS = 0.72
"""From this likeness (0..1) on, a correction is read as the word itself; below it, only as related."""

SENTENCES = 24
"""Sentences read at the most: the first few and the last ones."""

_ASKING = frozenset(
    "what which who whom whose when where why how is are was were do does did can could should would will"
    " has have any anyone anybody dae eli5 best recommend suggest advice opinions thoughts vs".split()
)
_NEGATING = (("not",), ("no",), ("without",), ("except",), ("besides",), ("other", "than"), ("instead", "of"),
             ("rather", "than"), ("anything", "but"), ("apart", "from"), ("don't", "want"), ("hate",))  # fmt: skip
_COMPARING = frozenset("vs versus or against compared comparison compare difference differences differ than between".split())
_MOVING = frozenset(
    "convert converting converted conversion port porting ported migrate migrating migration migrated move moving"
    " switch switching switched translate rewrite export import transition going go".split()
)

_CUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("!error", re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b|\bTraceback\b|\b\w+Error:|(?i:\berror:)|\bsegfault\b|\bcore dumped\b|"
                          r"\bline \d+\b")),
    ("!call", re.compile(r"\b[A-Za-z_][\w.]*\((?!s\))[^()\s]{0,40}\)|\w\(\)")),
    ("!dotted", re.compile(r"\b[A-Za-z_]\w+\.[A-Za-z_]\w+(?:\.\w+)*\b")),
    ("!snake", re.compile(r"\b[a-zA-Z]\w*_[a-zA-Z]\w*\b")),
    ("!camel", re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}\b")),
    ("!mycode", re.compile(r"(?i)\bmy (?:\w+ ){0,3}(?:code|script|model|network|loss|training|accuracy|gpu|dataset|program|cnn|lstm)\b")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What one utterance says, in the terms of the vocabulary."""

    features: Mapping[str, float] = field(default_factory=dict)
    """Feature -> how much it counts, 0..1: less for the sentences that lead up to the question."""
    frameworks: tuple[str, ...] = ()
    """Frameworks asked about, in order of appearance."""
    negated: tuple[str, ...] = ()
    """Frameworks ruled out: "anything but tensorflow"."""
    tools: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    direction: tuple[str, str] | None = None
    """(from, to) of a conversion or a move."""
    comparing: bool = False
    """Whether things are set side by side."""
    cues: tuple[str, ...] = ()
    """Signs that somebody wants help with code."""
    corrections: tuple[tuple[str, str], ...] = ()
    """Words as typed -> as read."""
    former: tuple[str, ...] = ()
    """Terms that were called by a name they no longer have."""
    unknown: tuple[str, ...] = ()
    """Words that nothing in the knowledge base resembles."""
    related: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    """Unknown word -> known words it may stand for, each with a likeness 0..1."""
    normalised: str = ""
    """The words as read, in one line: equal for utterances that differ in case or punctuation."""


class Reader:
    """Reads utterances by one vocabulary and one set of known words."""

    def __init__(self, lexicon: Lexicon, known_words: Iterable[str] = ()) -> None:
        self.lexicon = lexicon
        self.spelling = Spelling({*known_words, *lexicon.words})

    def read(self, message: str) -> Reading:
        """The reading of a chat message. Never fails; an empty message gives an empty reading."""
        text = plain(message)
        state = _State(self.lexicon)
        parts = sentences(text)
        if len(parts) > SENTENCES:
            parts = [*parts[:4], *parts[4 - SENTENCES :]]
        for part, weight in zip(parts, _sentence_weights(parts), strict=True):
            run = self._correct(_without_name_tails(words(part), self.lexicon), state)
            if run:
                state.take(run, weight)
        for cue, pattern in _CUES:
            if any(not state.is_name(hit.group()) for hit in pattern.finditer(text)):
                state.cues.append(cue)
        if has_code_fence(message):
            state.cues.append("!code")
        return state.reading()

    def _correct(self, run: Sequence[str], state: _State) -> list[str]:
        read: list[str] = []
        for word in run:
            long = self.lexicon.abbreviations.get((word,))
            if long is not None:
                read.extend(long)
            elif self.spelling.knows(word):
                read.append(word)
            else:
                read.append(self._nearest(word, state))
        return read

    def _nearest(self, word: str, state: _State) -> str:
        if not is_english(word) and not word.isdigit():
            nearest = self.spelling.nearest(word)
            if nearest is not None and nearest[1] >= SURE_LIKENESS:
                state.corrections.append((word, nearest[0]))
                return nearest[0]
            if nearest is not None:
                state.related[word] = (nearest,)
                return word
        related = self.spelling.related(word)
        if related:
            state.related[word] = related
        elif len(word) > 1:
            state.unknown.append(word)
        return word


def _sentence_weights(parts: Sequence[str]) -> list[float]:
    """1 for sentences that ask and for the last one, CONTEXT_WEIGHT for those that lead up to it."""
    asking = [part.rstrip().endswith("?") for part in parts]
    if not any(asking):
        asking = [(words(part) or [""])[0] in _ASKING for part in parts]
    if not any(asking):
        asking = [number in (0, len(parts) - 1) for number in range(len(parts))]
    return [1.0 if asks else CONTEXT_WEIGHT for asks in asking]


_TAIL = re.compile(r"([a-z]{2,})(\d{1,3})")


def _without_name_tails(run: Sequence[str], lexicon: Lexicon) -> list[str]:
    """pytorch1 -> pytorch 1, unless the vocabulary has it as it stands (tf2)."""
    split: list[str] = []
    for word in run:
        tail = _TAIL.fullmatch(word)
        if tail is not None and word not in lexicon.words and tail[1] in lexicon.words:
            split.extend(tail.groups())
        else:
            split.append(word)
    return split


class _State:
    """What has been read so far of one utterance."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.features: dict[str, float] = {}
        self.frameworks: list[str] = []
        self.negated: list[str] = []
        self.tools: list[str] = []
        self.concepts: list[str] = []
        self.former: list[str] = []
        self.cues: list[str] = []
        self.corrections: list[tuple[str, str]] = []
        self.unknown: list[str] = []
        self.related: dict[str, tuple[tuple[str, float], ...]] = {}
        self.words: list[str] = []
        self.direction: tuple[str, str] | None = None
        self.comparing = False

    def is_name(self, text: str) -> bool:
        """Whether a piece of text is, as a whole, a name of the vocabulary (tf.function)."""
        run = words(text)
        return any(found.end - found.start == len(run) for found in self.lexicon.find(run))

    def take(self, run: list[str], weight: float) -> None:
        self.words.extend(run)
        covered: set[int] = set()
        named: list[tuple[str, int, int]] = []
        for found in self.lexicon.find(run):
            self._take_name(found, run, weight, covered, named)
        for position, word in enumerate(run):
            if position not in covered:
                self._count(word, weight)
        if not _COMPARING.isdisjoint(run) and weight == 1.0:
            self.comparing = True
        self._take_direction(run, named)

    def _take_name(
        self, found: Found, run: list[str], weight: float, covered: set[int], named: list[tuple[str, int, int]]
    ) -> None:
        term, kind = found.name.term, found.name.kind
        if kind == "concept":
            _add(self.concepts, term.id)
            self._count(f"#{term.id}", weight)
            return
        covered.update(range(found.start, found.end))
        if found.name.former:
            _add(self.former, term.id)
        if kind == "tool":
            _add(self.tools, term.id)
            self._count(f"+{term.id}", weight)
            return
        named.append((term.id, found.start, found.end))
        if _negated(run[: found.start]):
            _add(self.negated, term.id)
            return
        _add(self.frameworks, term.id)
        self._count(f"={term.id}", weight)

    def _take_direction(self, run: list[str], named: list[tuple[str, int, int]]) -> None:
        """Two frameworks with "to" or "into" between them, or "from" before the second, and a verb of moving."""
        for (first, _, first_end), (second, second_start, _) in zip(named, named[1:], strict=False):
            between = run[first_end:second_start]
            if first == second or _MOVING.isdisjoint(run):
                continue
            if "from" in between:
                self.direction = (second, first)
            elif "to" in between or "into" in between or not between:
                self.direction = (first, second)

    def _count(self, feature: str, weight: float) -> None:
        if weight > self.features.get(feature, 0.0):
            self.features[feature] = weight

    def reading(self) -> Reading:
        if self.lexicon.terms and self.words:
            asked = [name for name in self.frameworks if name not in self.negated]
            self._count(("@none", "@one", "@two", "@more")[min(len(asked), 3)], 1.0)
            if self.comparing:
                self._count("@comparing", 1.0)
            if self.direction is not None:
                self._count(">" + ">".join(self.direction), 1.0)
            for cue in self.cues:
                self._count(cue, 1.0)
        return Reading(
            features=self.features,
            frameworks=tuple(name for name in self.frameworks if name not in self.negated),
            negated=tuple(self.negated),
            tools=tuple(self.tools),
            concepts=tuple(self.concepts),
            direction=self.direction,
            comparing=self.comparing,
            cues=tuple(self.cues),
            corrections=tuple(dict.fromkeys(self.corrections)),
            former=tuple(self.former),
            unknown=tuple(dict.fromkeys(self.unknown)),
            related=self.related,
            normalised=" ".join(self.words),
        )


def _negated(before: Sequence[str]) -> bool:
    """Whether the words right before a name rule it out."""
    tail = list(before[-3:])
    while tail and tail[-1] in ("the", "use", "using", "to", "a", "any"):
        tail.pop()
    return any(tuple(tail[-len(marker) :]) == marker for marker in _NEGATING)


def _add(items: list[str], item: str) -> None:
    if item not in items:
        items.append(item)

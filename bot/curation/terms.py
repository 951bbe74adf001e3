"""What questions are about, as weighted terms: few and telling ones, so that common words put nothing together.

A term is a family of words ("quantiz"), or what the vocabulary names: "=pytorch" a framework,
"+litert" a tool, "#mobile" a concept, as in `bot.reading`. Here, unlike in answering, a word that
nobody wrote into the knowledge base counts most: it is what a new topic is recognised by.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import OSA

from bot.answering import Bot
from bot.curation.common import COMMON
from bot.curation.stems import stem
from bot.index import KIND_WEIGHT
from bot.phrasings import how_many
from bot.question import readable_part
from bot.spelling import Spelling, is_english, letters
from bot.text import plain, words

TELLING = 0.23
"""Rarity (0..1) from which a term can hold questions together."""

KINDS = {"=": 0.6, "+": 1.0, "#": 1.0}
"""What a term of the vocabulary counts beside a word."""

ENGLISH = 0.8
"""What a word of everyday English counts beside one that only specialists use."""

KNOWN_POWER = 1.25
ASKED_POWER = 0.75
"""How sharply a term loses with its use in the knowledge base, and with its use in the questions."""

SAME_WORD = 0.8
"""Likeness (0..1) from which a word that stands in one question only is read as one that others wrote."""

LONG = 6
"""Letters from which a word may be a misspelt one; shorter ones are too like each other."""

INITIALS = (3, 5)
"""Lengths of abbreviations that are recognised by their words: QAT, quantization aware training."""

_MASK = re.compile(r"\[(?:email|link|mention|number|path|secret)\]")


@dataclass(frozen=True, slots=True)
class Weighed:
    """The questions, in the order given, as unit vectors over terms."""

    vectors: tuple[Mapping[str, float], ...]
    """Empty for a question without a term."""
    rarity: Mapping[str, float]
    """Each term's weight, 0..1."""
    names: Mapping[str, str]
    """How each term is shown: the commonest word of the family, or the name in the vocabulary."""

    def telling(self, term: str) -> bool:
        """Whether the term can hold questions together."""
        return self.rarity[term] >= TELLING


@dataclass(frozen=True, slots=True)
class _Said:
    """One question: the words as typed, and the features read in it."""

    typed: tuple[str, ...]
    features: Mapping[str, float]
    corrections: Mapping[str, tuple[str, ...]]
    """A word as read -> the words as typed that it stands for."""


def weigh(texts: Sequence[str], bot: Bot) -> Weighed:
    """The terms of different `texts` in masked words. The same for the same texts in the same order."""
    said = [_read(text, bot) for text in texts]
    uses = Counter(word for one in said for word in set(one.typed))
    mending = _Mending(uses, bot.reader.spelling)
    initials = _abbreviations(uses, bot)
    shown: dict[str, Counter[str]] = {}
    found: list[dict[str, float]] = []
    for one in said:
        terms: dict[str, float] = {}
        for name, share in _terms(one, mending):
            term = name if name[0] in KINDS else stem(name)
            terms[term] = max(terms.get(term, 0.0), share)
            shown.setdefault(term, Counter())[name] += 1
        for name in (*_joined(one.typed, uses), *_spelt_out(one.typed, initials)):
            terms.setdefault(stem(name), 1.0)
        found.append(terms)
    rarity = _rarity(found, shown, bot)
    names = {term: _name(term, shown.get(term), bot) for term in rarity}
    return Weighed(tuple(_unit(terms, rarity) for terms in found), rarity, names)


def families(words_known: Iterable[str]) -> frozenset[str]:
    """The terms that these features of the index stand for."""
    return frozenset(
        name if name[0] in KINDS else stem(name) for name in words_known if name[0] in KINDS or name[0].isalnum()
    )


def _read(text: str, bot: Bot) -> _Said:
    unmasked = _MASK.sub(" ", text)
    reading = bot.read(unmasked)
    corrections: dict[str, tuple[str, ...]] = {}
    for typed, read in reading.corrections:
        corrections[read] = (*corrections.get(read, ()), typed)
    return _Said(tuple(words(plain(readable_part(unmasked)))), reading.features, corrections)


def _terms(said: _Said, mending: _Mending) -> Iterator[tuple[str, float]]:
    """The words and names that may count, with how much they do in their sentence."""
    for feature, share in said.features.items():
        if feature[0] in KINDS:
            yield feature, share
        elif feature[0].isalnum():
            # The reader's corrections bring a question nearer to what is known; here that may hide what is new.
            typed = said.corrections.get(feature, ())
            known = (feature,) if not typed or feature in said.typed else ()
            for word in (*map(mending.mended, known), *(mending.mended(one, feature) for one in typed)):
                if len(word) > 1 and word not in COMMON:
                    yield word, share


class _Mending:
    """Misspelt words, read as what others wrote, in their questions or in the knowledge base."""

    def __init__(self, uses: Mapping[str, int], known: Spelling) -> None:
        self._uses = uses
        self._known = known
        often = [word for word, count in uses.items() if count > 1 and word.isalpha()]
        self._often = Spelling(letters([often]))
        self._done: dict[str, str] = {}

    def mended(self, word: str, read: str | None = None) -> str:
        """The word meant; `word` itself where it may well be meant. `read` is how the bot read it."""
        if word not in self._done:
            self._done[word] = self._mended(word)
        mended = self._done[word]
        if mended != word or read is None or not self._doubtful(word):
            return mended
        return read if OSA.normalized_similarity(word, read) >= SAME_WORD else word

    def _mended(self, word: str) -> str:
        if not self._doubtful(word) or self._known.knows(word):
            return word
        nearest = self._often.nearest(word)
        return nearest[0] if nearest is not None and nearest[1] >= SAME_WORD else word

    def _doubtful(self, word: str) -> bool:
        """Whether a long word stands in one question only and in no list of English words."""
        return len(word) >= LONG and word.isalpha() and self._uses.get(word, 0) == 1 and not is_english(word)


def _abbreviations(uses: Mapping[str, int], bot: Bot) -> frozenset[str]:
    """Words of the questions that may be abbreviations, and that the vocabulary does not know already."""
    least, most = INITIALS
    return frozenset(
        word
        for word in uses
        if least <= len(word) <= most
        and word.isascii()
        and word.isalpha()
        and word not in bot.reader.lexicon.words
        and word not in COMMON
        and not is_english(word)
    )


def _spelt_out(typed: Sequence[str], initials: frozenset[str]) -> Iterator[str]:
    """The abbreviations whose words stand here side by side; all of them but one must say something."""
    least, most = INITIALS
    for length in range(least, most + 1):
        for start in range(len(typed) - length + 1):
            run = typed[start : start + length]
            name = "".join(word[0] for word in run)
            if name in initials and sum(word not in COMMON and len(word) > 1 for word in run) >= length - 1:
                yield name


def _joined(typed: Sequence[str], uses: Mapping[str, int]) -> Iterator[str]:
    """Two words that others write as one: time series, timeseries."""
    for first, second in pairwise(typed):
        if first + second in uses and min(len(first), len(second)) >= 3 and COMMON.isdisjoint((first, second)):
            yield first + second


def _rarity(found: Sequence[Mapping[str, float]], shown: Mapping[str, Iterable[str]], bot: Bot) -> dict[str, float]:
    """How telling each term is: rare among the phrasings we know, and rare among the questions."""
    index = bot.index
    known: dict[str, float] = {}
    for feature, weight in index.idf.items():
        if feature[0].isalnum() or feature[0] in KINDS:
            term = feature if feature[0] in KINDS else stem(feature)
            own = weight / KIND_WEIGHT.get(feature[0], 1.0)
            known[term] = min(own, known.get(term, own))
    asked = Counter(term for terms in found for term in terms)
    total = how_many(index.phrasings) + len(found)
    rarest = math.log(1 + total)
    rarity = {}
    for term, count in asked.items():
        unknown = known.get(term, index.unknown_idf) / index.unknown_idf if index.unknown_idf else 1.0
        seldom = math.log(1 + total / (1 + count)) / rarest
        everyday = any(is_english(word) for word in shown.get(term, ()))
        kind = KINDS.get(term[0], ENGLISH if everyday else 1.0)
        rarity[term] = kind * min(unknown, 1.0) ** KNOWN_POWER * min(seldom, 1.0) ** ASKED_POWER
    return rarity


def _name(term: str, shown: Mapping[str, int] | None, bot: Bot) -> str:
    if term[0] in KINDS:
        known = bot.reader.lexicon.terms.get(term[1:])
        return known[0].name if known is not None else term[1:]
    return min(shown, key=lambda word: (-shown[word], word)) if shown else term


def _unit(terms: Mapping[str, float], rarity: Mapping[str, float]) -> dict[str, float]:
    weighted = {term: share * rarity[term] for term, share in terms.items() if rarity[term] > 0}
    norm = math.sqrt(math.fsum(weight * weight for weight in weighted.values()))
    return {term: weight / norm for term, weight in weighted.items()} if norm else {}

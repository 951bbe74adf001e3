"""Questions as TF-IDF vectors over terms, for clustering.

A term is a word stem ("quantiz") or a feature of the vocabulary: "=pytorch" a framework, "+litert" a tool,
"#mobile" a concept, as in `bot.language.query`. Unlike in answering, a word that no phrasing has counts most:
it is what a new topic is recognised by.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.dialog.answering import Bot
from bot.dialog.question import readable_part
from bot.language.spelling import is_english
from bot.language.text import plain, words
from bot.retrieval.vectorizer import KIND_WEIGHT

DISTINCTIVE = 0.23
"""Weight (0..1) from which a term can hold questions together. This and the figures below were fitted by hand to
scripted questions (tests/bot/insights)."""

VOCABULARY = frozenset("=+#")
"""First characters of the features that are terms of the vocabulary."""

ENGLISH_WEIGHT = 0.8
"""Weight of a word of everyday English, against 1 for one that only specialists use."""

KNOWN_POWER = 1.25
ASKED_POWER = 0.75
"""How strongly a term loses weight with its use in the knowledge base, and with its use in the questions."""

SIMILAR = 0.8
"""OSA similarity (0..1) from which a word that occurs in one question only is read as one that others wrote."""

LONG = 6
"""Letters from which a word may be misspelt; shorter words are too similar to each other."""

STOP_WORDS = frozenset((files("bot.insights") / "stop_words.txt").read_text(encoding="utf-8").split())
"""Words that say nothing about what a question is about, however rare they are in the knowledge base."""

_MASK = re.compile(r"\[(?:email|link|mention|number|path|secret)\]")

_BRITISH = re.compile(r"is(ation|ing|ed|es|e)$")
_ENDING = re.compile(
    r"(?<=.{4})(?:[ai]bility|ations?|ating|ators?|ated|ates?|istic|ments?|ities|[ai]ble|ally|ions?|ings|ors?|ers|ity"
    r"|ies|ive|ism|ics?|ly|al|y)$|(?<=.{3})(?:ing|er|ed|es|s|e)$"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """The questions, in the order given, as unit vectors over terms."""

    vectors: tuple[Mapping[str, float], ...]
    """Empty for a question without a term."""
    names: Mapping[str, str]
    """How each term is shown: the most frequent word of its stem, or its name in the vocabulary."""
    distinctive: frozenset[str]
    """The terms that can hold questions together."""


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A stem by a few rules for English: quantize, quantized and quantisation become quantiz. Never shown."""
    whole = word.removesuffix("'s")
    if len(whole) < 4 or not (whole.isascii() and whole.isalpha()) or whole.endswith("ss"):
        return whole
    if len(whole) > 6:
        whole = _BRITISH.sub(r"iz\1", whole)
    whole = _ENDING.sub("", whole)
    if len(whole) > 4 and whole[-1] == whole[-2] and whole[-1] in "bdgklmnprt":
        return whole[:-1]  # labelling, labeled
    return whole


def terms_of(features: Iterable[str]) -> frozenset[str]:
    """The terms of these features of a query or of the index."""
    return frozenset(
        name if name[0] in VOCABULARY else stem(name) for name in features if name[0] in VOCABULARY or name[0].isalnum()
    )


def vectorize(texts: Sequence[str], bot: Bot) -> Terms:
    """The vectors of different `texts` in masked words. Deterministic for the same texts in the same order."""
    unmasked = [_MASK.sub(" ", text) for text in texts]
    typed = [words(plain(readable_part(text))) for text in unmasked]
    uses = Counter(word for own in typed for word in set(own))
    abbreviations = frozenset(word for word in uses if _may_abbreviate(word, bot))
    speller = _speller(uses, bot)
    shown: dict[str, Counter[str]] = {}
    found: list[dict[str, float]] = []
    for text, own in zip(unmasked, typed, strict=True):
        terms: dict[str, float] = {}
        for name, share in _names(text, set(own), bot, speller):
            term = name if name[0] in VOCABULARY else stem(name)
            terms[term] = max(terms.get(term, 0.0), share)
            shown.setdefault(term, Counter())[name] += 1
        for name in (*_compounds(own, uses), *_initials(own, abbreviations)):
            terms.setdefault(stem(name), 1.0)
        found.append(terms)
    weights = _weights(found, shown, bot)
    names = {term: _name(term, shown.get(term), bot) for term in weights}
    distinctive = frozenset(term for term, weight in weights.items() if weight >= DISTINCTIVE)
    return Terms(tuple(_unit(terms, weights) for terms in found), names, distinctive)


def _names(text: str, typed: set[str], bot: Bot, spelled: Callable[[str, str], str]) -> Iterator[tuple[str, float]]:
    """The words and vocabulary features of a question that may count, with how much they do in their sentence."""
    query = bot.parse(text)
    corrected: dict[str, list[str]] = {}
    for one, read in query.corrections:
        corrected.setdefault(read, []).append(one)
    for feature, share in query.features.items():
        if feature[0] in VOCABULARY:
            yield feature, share
        elif feature[0].isalnum():
            # Corrections bring a question nearer to what is known; here that may hide what is new.
            as_typed = corrected.get(feature, [])
            for word in as_typed if as_typed and feature not in typed else [feature, *as_typed]:
                name = spelled(word, feature)
                if len(name) > 1 and name not in STOP_WORDS:
                    yield name, share


def _compounds(typed: Sequence[str], uses: Mapping[str, int]) -> Iterator[str]:
    """Two words that others write as one: time series, timeseries."""
    for first, second in pairwise(typed):
        if first + second in uses and STOP_WORDS.isdisjoint((first, second)):
            yield first + second


def _may_abbreviate(word: str, bot: Bot) -> bool:
    """Whether a word has the form of an abbreviation, such as QAT, and is no other word."""
    known = word in bot.parser.lexicon.words or word in STOP_WORDS or is_english(word)
    return 3 <= len(word) <= 5 and word.isascii() and word.isalpha() and not known


def _initials(typed: Sequence[str], abbreviations: frozenset[str]) -> Iterator[str]:
    """The abbreviations whose words are here in sequence, at most one of them a stop word."""
    for length in (3, 4, 5):
        for start in range(len(typed) - length + 1):
            run = typed[start : start + length]
            name = "".join(word[0] for word in run)
            if name in abbreviations and sum(word in STOP_WORDS or len(word) == 1 for word in run) <= 1:
                yield name


def _speller(uses: Mapping[str, int], bot: Bot) -> Callable[[str, str], str]:
    """Gives the word that was probably meant, by a word and how the bot read it: what others wrote in their questions,
    or what the knowledge base has."""
    frequent = sorted(word for word, count in uses.items() if count > 1 and word.isalpha())
    similarity = OSA.normalized_similarity

    def spelled(word: str, read: str) -> str:
        if len(word) < LONG or not word.isalpha() or uses.get(word, 0) != 1:
            return word
        if is_english(word) or bot.parser.spelling.knows(word):
            return word
        found = extractOne(word, frequent, scorer=similarity, score_cutoff=SIMILAR)
        if found is not None:
            return found[0]
        return read if similarity(word, read) >= SIMILAR else word

    return spelled


def _weights(found: Sequence[Mapping[str, float]], shown: Mapping[str, Iterable[str]], bot: Bot) -> dict[str, float]:
    """The weight of each term: high where it is rare among the phrasings and among the questions."""
    index = bot.index
    known: dict[str, float] = {}
    for feature, idf in index.idf.items():
        for term in terms_of([feature]):
            known[term] = min(idf / KIND_WEIGHT.get(feature[0], 1.0), known.get(term, math.inf))
    asked = Counter(term for terms in found for term in terms)
    total = len(found) + sum(len(entry.phrasings) for entry in bot.knowledge.entries.values())
    weights = {}
    for term, count in asked.items():
        unknown = known.get(term, index.unknown_idf) / index.unknown_idf if index.unknown_idf else 1.0
        rare = math.log(1 + total / (1 + count)) / math.log(1 + total)
        english = any(is_english(word) for word in shown.get(term, ()))
        weights[term] = (
            (ENGLISH_WEIGHT if english else 1.0) * min(unknown, 1.0) ** KNOWN_POWER * min(rare, 1.0) ** ASKED_POWER
        )
    return weights


def vocabulary_name(term: str, bot: Bot) -> str:
    """How people write a term of the vocabulary, by its id; the id where it is none."""
    known = bot.parser.lexicon.terms.get(term)
    return known[0].name if known is not None else term


def _name(term: str, shown: Mapping[str, int] | None, bot: Bot) -> str:
    if term[0] in VOCABULARY:
        return vocabulary_name(term[1:], bot)
    return min(shown, key=lambda word: (-shown[word], word)) if shown else term


def _unit(terms: Mapping[str, float], weights: Mapping[str, float]) -> dict[str, float]:
    weighted = {term: share * weights[term] for term, share in terms.items() if weights[term] > 0}
    norm = math.sqrt(math.fsum(weight * weight for weight in weighted.values()))
    return {term: weight / norm for term, weight in weighted.items()} if norm else {}

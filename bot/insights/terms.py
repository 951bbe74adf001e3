"""Questions as TF-IDF vectors over terms, for clustering.

A term is a word stem ("quantiz") or a feature of the vocabulary: "=pytorch" a framework, "+litert" a tool,
"#mobile" a concept, as in `bot.language.query`. Unlike in answering, a word that no phrasing has counts most:
it is what a new topic is recognised by.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain

from bot.dialog.answering import Bot
from bot.retrieval.vectorizer import KIND_WEIGHT

DISTINCTIVE = 0.32
"""Weight (0..1) from which a term can hold questions together; fitted by hand to scripted questions
(tests/bot/insights)."""

VOCABULARY = frozenset("=+#")
"""First characters of the features that are terms of the vocabulary."""

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
    return frozenset(_term(name) for name in features if name[0] in VOCABULARY or name[0].isalnum())


def _term(name: str) -> str:
    return name if name[0] in VOCABULARY else stem(name)


def vectorize(texts: Sequence[str], bot: Bot) -> Terms:
    """The vectors of different `texts` in masked words. Deterministic for the same texts in the same order."""
    typed = [_names(_MASK.sub(" ", text), bot) for text in texts]
    shown: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name in chain.from_iterable(typed):
        shown[_term(name)][name] += 1
    found = [set(map(_term, names)) for names in typed]
    weights = _weights(found, bot)
    return Terms(
        vectors=tuple(_unit({term: weights[term] for term in sorted(terms)}) for terms in found),
        names={term: _name(shown[term], bot) for term in weights},
        distinctive=frozenset(term for term, weight in weights.items() if weight >= DISTINCTIVE),
    )


def _names(text: str, bot: Bot) -> list[str]:
    """The words and vocabulary features of a question that may count."""
    query = bot.parse(text)
    # Corrections bring a question nearer to what is known; here that may hide what is new.
    typed = {read: one for one, read in query.corrections}
    names = (typed.get(feature, feature) for feature in query.features)
    return [
        name
        for name in names
        if name[0] in VOCABULARY or (name[0].isalnum() and len(name) > 1 and name not in STOP_WORDS)
    ]


def _weights(found: Sequence[Iterable[str]], bot: Bot) -> dict[str, float]:
    """The weight of each term: high where it is rare among the phrasings and among the questions."""
    index = bot.index
    known: dict[str, float] = {}
    for feature, idf in index.idf.items():
        for term in terms_of([feature]):
            known[term] = min(idf / KIND_WEIGHT.get(feature[0], 1.0), known.get(term, math.inf))
    total = len(found) + sum(len(entry.phrasings) for entry in bot.knowledge.entries.values())
    weights = {}
    for term, count in Counter(chain.from_iterable(found)).items():
        unknown = known.get(term, index.unknown_idf) / index.unknown_idf if index.unknown_idf else 1.0
        rare = math.log(1 + total / (1 + count)) / math.log(1 + total)
        weights[term] = min(unknown, 1.0) * rare
    return weights


def _name(shown: Mapping[str, int], bot: Bot) -> str:
    """How a term is shown, by how often each word was typed for it."""
    name = min(shown, key=lambda word: (-shown[word], word))
    if name[0] not in VOCABULARY:
        return name
    known = bot.parser.lexicon.terms.get(name[1:])
    return known[0].name if known else name[1:]


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    norm = math.sqrt(math.fsum(weight * weight for weight in weights.values()))
    return {term: weight / norm for term, weight in weights.items() if weight > 0}

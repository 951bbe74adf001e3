"""The phrasing index of a knowledge base: built from all its phrasings, or extended by a team's entries.

It is plain data, so that it can be saved with the knowledge it was built from.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from bot.language.lexicon import Lexicon
from bot.language.query import QueryParser
from bot.language.spelling import count_words
from bot.language.text import plain, words
from bot.retrieval.phrasing_columns import PhrasingColumns, PhrasingIndex, number_features
from bot.retrieval.postings import EntryVectors, Postings
from bot.retrieval.vectorizer import entry_vectors, feature_weights, reweight
from knowledge.model import Entry, KnowledgeBase

Progress = Callable[[int, int], None]
"""Called with (phrasings read, phrasings in all)."""


@dataclass(frozen=True, slots=True)
class Index:
    """Vectors over the entries of one knowledge base. Entries and features are numbered by their position."""

    entries: tuple[str, ...]
    """Ids."""
    words: Mapping[str, int]
    """The words of the phrasings and the vocabulary with how often they occur, for spelling."""
    idf: Mapping[str, float]
    """Feature -> its weight, rarity times kind."""
    unknown_idf: float
    """The weight of a word that no phrasing has."""
    postings: Postings
    phrasings: PhrasingIndex
    exact: Mapping[str, int]
    """A phrasing's normalised words -> the entry."""


def make_parser(knowledge: KnowledgeBase) -> QueryParser:
    """A parser that knows every word of the phrasings, titles and the vocabulary."""
    lexicon = Lexicon(knowledge.vocabulary)
    texts = (text for entry in knowledge.entries.values() for text in (*entry.phrasings, entry.title))
    return QueryParser(lexicon, count_words(chain((words(plain(text)) for text in texts), [lexicon.words])))


def build(knowledge: KnowledgeBase, parser: QueryParser, *, progress: Progress | None = None) -> Index:
    """The index of `knowledge`; `parser` must know its words."""
    entries = list(knowledge.entries.values())
    slots = number_features()
    columns, exact = _read(entries, parser, slots, progress)
    weights = feature_weights(columns, slots)
    idf = {feature: weight for feature, weight in zip(slots, weights.tolist(), strict=True) if weight}
    columns, weights = columns.keep(weights > 0), weights[weights > 0]
    vectors = reweight(entry_vectors(columns, weights, _about(entries, idf)), columns, weights)
    return Index(
        entries=tuple(knowledge.entries),
        words=parser.words,
        idf=idf,
        unknown_idf=math.log(1 + len(columns.lengths)),
        postings=Postings.of(vectors, len(idf)),
        phrasings=PhrasingIndex.of(columns, weights),
        exact=exact,
    )


def extend(
    index: Index, before: KnowledgeBase, after: KnowledgeBase, parser: QueryParser, *, progress: Progress | None = None
) -> Index:
    """The index of `after`, which is `before` with a team's entries and phrasings on top, from the index of `before`.

    What the team did not touch keeps its vectors and weights to the digit, so that adding an entry neither costs a
    rebuild nor moves other answers. An entry that it changed, or gave further phrasings, is read again. Both must have
    the same vocabulary.
    """
    same = {name for name in before.entries if after.entries.get(name) == before.entries[name]}
    read = [entry for name, entry in after.entries.items() if name not in same]
    slots = number_features(index.idf)
    columns, exact = _read(read, parser, slots, progress)
    # A word that is new counts among all phrasings: among one or two that were added, every word would be common.
    weights = np.minimum(feature_weights(columns, slots, others=index.phrasings.total), index.unknown_idf)
    weights[: len(index.idf)] = list(index.idf.values())
    idf = {feature: weight for feature, weight in zip(slots, weights.tolist(), strict=True) if weight}
    columns, weights = columns.keep(weights > 0), weights[weights > 0]

    numbers = {name: number for number, name in enumerate(after.entries)}
    # Where what is below and what was just read goes: the numbers of entries, -1 for what is gone.
    old = [numbers[name] if name in same else -1 for name in index.entries]
    new = [numbers[entry.id] for entry in read]
    vectors = EntryVectors.join(
        [
            index.postings.vectors().renumbered(old),
            entry_vectors(columns, weights, _about(read, idf)).renumbered(new),
        ]
    )
    places = {number: place for place, number in enumerate((*old, *new))}
    phrasings = PhrasingColumns.join([index.phrasings.columns(), columns])
    phrasings = phrasings.select([places[number] for number in range(len(numbers))])
    known = {text: old[number] for text, number in index.exact.items() if old[number] >= 0}
    return Index(
        entries=tuple(numbers),
        words=parser.words,
        idf=idf,
        unknown_idf=index.unknown_idf,
        postings=Postings.of(vectors, len(idf)),
        phrasings=PhrasingIndex.of(phrasings, weights),
        exact=known | {text: new[number] for text, number in exact.items()},
    )


def _read(
    entries: Collection[Entry], parser: QueryParser, slots: defaultdict[str, int], progress: Progress | None
) -> tuple[PhrasingColumns, dict[str, int]]:
    """The features of each entry's phrasings and title, and the entry of each phrasing; entries by position."""
    exact: dict[str, int] = {}
    total = sum(len(entry.phrasings) for entry in entries)

    def read() -> Iterator[list[Mapping[str, float]]]:
        done = 0
        for number, entry in enumerate(entries):
            found = [parser.features(text) for text in (*entry.phrasings, entry.title)]
            for _, normalised in found[:-1]:
                exact.setdefault(normalised, number)
            done += len(entry.phrasings)
            if progress is not None:
                progress(done, total)
            yield [features for features, _ in found]

    columns = PhrasingColumns.of(read(), slots)
    exact.pop("", None)
    return columns, exact


def _about(entries: Iterable[Entry], features: Iterable[str]) -> list[tuple[int, int]]:
    """The concepts that entries are about as (entry, feature), where phrasings have them."""
    slots = {feature: slot for slot, feature in enumerate(features) if feature[0] == "#"}
    found = ((number, slots.get(f"#{concept}")) for number, entry in enumerate(entries) for concept in entry.about)
    return [(number, slot) for number, slot in found if slot is not None]

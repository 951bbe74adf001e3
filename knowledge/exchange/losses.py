"""What a form could not carry: the content before and after the way out and back, compared field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from knowledge.exchange.content import Content
from knowledge.model import Entry, Statement, Vocabulary


@dataclass(frozen=True, slots=True)
class Losses:
    """What does not come back. Empty where everything does."""

    entries: Mapping[str, tuple[str, ...]]
    """Id -> fields, such as "since" or "answer.confidence"; "id" where it does not come back under its own."""
    parts: Mapping[str, int]
    """What belongs to the knowledge base as a whole -> how much of it, such as "terms of the vocabulary": 61."""

    def __bool__(self) -> bool:
        return bool(self.entries or self.parts)

    def by_field(self) -> Mapping[str, int]:
        """Field -> of how many entries it is lost, most first."""
        counted = Counter(name for names in self.entries.values() for name in names)
        return dict(counted.most_common())


def losses(before: Content, after: Content) -> Losses:
    """What `before` has and `after` has not, or has otherwise."""
    entries = {}
    for name, entry in before.entries.items():
        back = after.entries.get(name)
        lost = tuple(_lost(before, entry, after, back)) if back is not None else ("id",)
        if lost:
            entries[name] = lost
    return Losses(entries, dict(_lost_parts(before, after)))


def _lost(before: Content, entry: Entry, after: Content, back: Entry) -> Iterator[str]:
    for field in fields(Entry):
        if field.name == "answer":
            yield from _lost_of_answer(before, entry, after, back)
        elif field.name == "sources":
            if any(after.source(back, key) != source for key, source in entry.sources.items()):
                yield field.name
        elif getattr(entry, field.name) != getattr(back, field.name):
            yield field.name


def _lost_of_answer(before: Content, entry: Entry, after: Content, back: Entry) -> Iterator[str]:
    """A source may have moved between the register and the entry; what it says must be the same."""
    for field in fields(Statement):
        if getattr(entry.answer, field.name) != getattr(back.answer, field.name) or (
            field.name == "sources"
            and any(before.source(entry, key) != after.source(back, key) for key in entry.answer.sources)
        ):
            yield f"answer.{field.name}"


def _lost_parts(before: Content, after: Content) -> Iterator[tuple[str, int]]:
    sources = 0
    carried = {(key, source) for entry in after.entries.values() for key, source in entry.sources.items()}
    for key, source in before.sources.items():
        sources += after.sources.get(key) != source and (key, source) not in carried
    if sources:
        yield "shared sources", sources
    if before.vocabulary != after.vocabulary:
        yield "terms of the vocabulary", _terms(before.vocabulary)
    if before.calibration != after.calibration:
        yield "weights of the calibration", len(before.calibration.weights)
    if before.recommendation != after.recommendation:
        yield "questions of the recommendation", len(before.recommendation.questions) if before.recommendation else 0
    if before.article != after.article:
        yield "claims of the article", len(before.article.claims) if before.article else 0


def _terms(vocabulary: Vocabulary) -> int:
    return len(vocabulary.frameworks) + len(vocabulary.tools) + len(vocabulary.concepts)

"""What is exchanged: entries, and what belongs to the knowledge base as a whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from knowledge.article import SOURCE_KEY, Article
from knowledge.files import (
    ARTICLE_FORM,
    CALIBRATION_FORM,
    RECOMMENDATION_FORM,
    SOURCES_FORM,
    VOCABULARY_FORM,
    FolderReader,
)
from knowledge.folder import ARTICLE, CALIBRATION, RECOMMENDATION, SOURCES, VOCABULARY
from knowledge.loading import Loaded
from knowledge.model import Calibration, Entry, Source, Vocabulary
from knowledge.recommendation import RecommendationRules
from knowledge.references import statements

REGISTERS: Mapping[str, TypeAdapter[Any]] = {
    SOURCES: SOURCES_FORM,
    VOCABULARY: VOCABULARY_FORM,
    CALIBRATION: CALIBRATION_FORM,
    RECOMMENDATION: RECOMMENDATION_FORM,
    ARTICLE: ARTICLE_FORM,
}
"""What reads and writes each file of a knowledge folder that holds no entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A knowledge base, or a part of one, in the model's own terms."""

    entries: Mapping[str, Entry]
    sources: Mapping[str, Source] = field(default_factory=dict)
    """The shared source register by key."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    calibration: Calibration = field(default_factory=Calibration)
    recommendation: RecommendationRules | None = None
    article: Article | None = None

    def source(self, entry: Entry, key: str) -> Source | None:
        """The source `key` as `entry` sees it; None where there is none."""
        return entry.sources.get(key) or self.sources.get(key)


def whole(found: Loaded) -> Content:
    """All that was loaded. Of an overlay's hidden entries nothing is left: what hides them is no content."""
    knowledge = found.knowledge
    return Content(
        entries=knowledge.entries,
        sources=knowledge.sources,
        vocabulary=knowledge.vocabulary,
        calibration=knowledge.calibration,
        recommendation=knowledge.recommendation,
        article=found.article,
    )


def part(found: Loaded, chosen: Collection[str]) -> Content:
    """The chosen entries with the shared sources they name. The rest belongs to the knowledge they come from."""
    entries = {name: entry for name, entry in found.knowledge.entries.items() if name in chosen}
    used = {key for entry in entries.values() for _, statement in statements(entry) for key in statement.sources}
    if any(entry.article for entry in entries.values()):
        used.add(SOURCE_KEY)
    sources = {key: source for key, source in found.knowledge.sources.items() if key in used}
    return Content(entries=entries, sources=sources)


def held(reader: FolderReader) -> Content:
    """What the files that were read hold."""
    return Content(
        entries=reader.entries,
        sources=reader.sources,
        vocabulary=reader.vocabulary,
        calibration=reader.calibration,
        recommendation=reader.recommendation,
        article=reader.article,
    )


def registers(content: Content) -> Iterable[tuple[str, Any]]:
    """File name and value of each register that holds something."""
    if content.sources:
        yield SOURCES, content.sources
    if content.vocabulary != Vocabulary():
        yield VOCABULARY, content.vocabulary
    if content.calibration != Calibration():
        yield CALIBRATION, content.calibration
    if content.recommendation is not None:
        yield RECOMMENDATION, content.recommendation
    if content.article is not None:
        yield ARTICLE, content.article

"""The article that the knowledge started from, claim by claim, and how much of it the entries carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_types import MinLen

from knowledge.fields import Id, Line, content
from knowledge.model import Entry

SOURCE_KEY = "article"
"""Key of the article in the source register."""


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


@dataclass(frozen=True, slots=True)
class ArticleCoverage:
    """How much of the article the entries carry. A claim with two sides has two parts.

    `missing` names the parts that no entry carries: a claim's id, or "id/framework" for one side.
    """

    carried: int
    total: int
    missing: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        """Per cent, rounded down: 100 means all of it."""
        return 100 * self.carried // self.total


def coverage(article: Article, entries: Iterable[Entry]) -> ArticleCoverage:
    """How much of `article` is carried by `entries`."""
    carried: set[str] = set()
    for entry in entries:
        for claim in entry.article.claims if entry.article else ():
            carried.add(claim)
            carried.update(f"{claim}/{side}" for side, cell in entry.cells.items() if cell.article)
    parts = [f"{claim.id}/{side}" if side else claim.id for claim in article.claims for side in claim.sides or ("",)]
    missing = tuple(part for part in parts if part not in carried)
    return ArticleCoverage(len(parts) - len(missing), len(parts), missing)

"""The classes of the knowledge model and the types of their fields, with their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar, dataclass_transform

from annotated_types import MaxLen, MinLen

MAX_TEXT = 340
MAX_TITLE = 75
MAX_ID = 80
MAX_PHRASING = 2_000
MAX_SINCE = 6
"""Characters of a text, a title, an id and a phrasing; statements that may follow an entry's answer."""

MAX_HEADLINE = 170
"""Characters of a headline: two to four lines on a phone."""

MAX_BODY = 3_000
"""Characters of an answer that a team wrote as a whole."""

MAX_SCOPE = 300
"""Characters of a scope: one or two sentences, so that curators read it before they add a phrasing."""

Text = Annotated[str, MinLen(1), MaxLen(MAX_TEXT)]
"""One or two sentences: what fits a phone screen without scrolling."""

Line = Annotated[str, MinLen(1), MaxLen(180)]
"""One line."""

Title = Annotated[str, MinLen(1), MaxLen(MAX_TITLE)]
"""What a button or a menu of every platform can hold."""

Id = Annotated[str, MinLen(1), MaxLen(MAX_ID)]
"""A stable id: lower-case words joined by "-", in parts joined by "."."""

Phrasing = Annotated[str, MinLen(1), MaxLen(MAX_PHRASING)]
"""One way to ask for an entry; no more of a message is read."""

AddedPhrasings = Mapping[Id, Annotated[tuple[Phrasing, ...], MinLen(1)]]
"""Phrasings that an overlay adds to entries below it, by entry id."""

Confidence = Literal["H", "M", "L", "J"]
"""H: a primary source was read. M: a reliable secondary source. L: weak or conflicting. J: judgement."""

Verdict = Literal["holds", "partly", "outdated"]
"""How the article's view holds today."""

FieldPath = tuple[str | int, ...]
"""The place of a value within a file: field names and list positions."""

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def content(kind: type[T]) -> type[T]:
    """A frozen class of the knowledge model, given by field names. When its files are validated, unknown fields are
    refused, and the docstrings of fields become the editor's help."""
    config = {"extra": "forbid", "use_attribute_docstrings": True, "str_strip_whitespace": True}
    kind.__pydantic_config__ = config  # type: ignore[attr-defined] # pydantic looks for it there
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)

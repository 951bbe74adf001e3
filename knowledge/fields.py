"""The classes of the knowledge model and the types of their fields, with their bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, dataclass_transform

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

READABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""No control characters but tabs and line breaks: no platform shows others, and some refuse them."""

CONTROL = re.compile(f"[{READABLE[3:-2]}")


@dataclass(frozen=True)
class Pattern:
    """Text in which pydantic finds the regular expression `form`; unlike pydantic's own, it does not import it."""

    form: str

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], Any]) -> Any:
        return {**handler(source), "pattern": self.form}


Text = Annotated[str, MinLen(1), MaxLen(MAX_TEXT), Pattern(READABLE)]
"""One or two sentences: what fits a phone screen without scrolling."""

Line = Annotated[str, MinLen(1), MaxLen(180), Pattern(READABLE)]
"""One line."""

Title = Annotated[str, MinLen(1), MaxLen(MAX_TITLE), Pattern(READABLE)]
"""What a button or a menu of every platform can hold."""

Id = Annotated[str, MinLen(1), MaxLen(MAX_ID), Pattern(r"^[a-z0-9][a-z0-9._-]*$")]
"""A stable id: lower-case words joined by "-", in parts joined by "."; also in buttons, addresses and file names."""

Phrasing = Annotated[str, MinLen(1), MaxLen(MAX_PHRASING), Pattern(READABLE)]
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
    config = {"extra": "forbid", "use_attribute_docstrings": True, "str_strip_whitespace": True, "allow_inf_nan": False}
    kind.__pydantic_config__ = config  # type: ignore[attr-defined] # pydantic looks for it there
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)

"""The field types that content is made of, with their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen

Text = Annotated[str, MinLen(1), MaxLen(340)]
"""One or two sentences: what fits a phone screen without scrolling."""

Line = Annotated[str, MinLen(1), MaxLen(180)]
"""One line."""

Id = Annotated[str, MinLen(1), MaxLen(80)]
"""A stable id: lower-case words joined by "-", in parts joined by "."."""

Phrasing = Annotated[str, MinLen(1), MaxLen(2_000)]
"""One way to ask for an entry: as much as a message that is read."""

FurtherPhrasings = Mapping[Id, Annotated[tuple[Phrasing, ...], MinLen(1)]]
"""What an overlay adds to entries below it, by their ids."""

Confidence = Literal["H", "M", "L", "J"]
"""H: a primary source was read. M: a reliable secondary source. L: weak or conflicting. J: judgement."""

Verdict = Literal["holds", "partly", "outdated"]
"""How the article's view stands today."""

STRICT = {"extra": "forbid", "use_attribute_docstrings": True, "str_strip_whitespace": True}
"""How every content class is validated: unknown fields are refused, docstrings become an editor's help."""

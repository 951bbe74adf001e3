"""Checks of the text itself, wherever it stands: nothing in it may reorder what people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from knowledge.check_context import CheckContext
from knowledge.errors import Problem
from knowledge.fields import FieldPath

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode's Bidi_Control: invisible, and with them text reads otherwise than it is stored."""


def text_has_no_bidi_controls(context: CheckContext) -> Iterator[Problem]:
    """No text of an entry or of another file holds a control of writing direction."""
    places = {id(place.document): place for place in context.loaded.places.values()}
    places |= {id(place.document): place for group in context.loaded.registers.values() for place in group}
    for place in places.values():
        for path, found in _controls(place.document, ()):
            message = f"holds the invisible control U+{ord(found):04X}, which reorders text"
            yield place.problem(path, message, "remove it: text is shown in its own direction without it")


def _controls(value: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """The first control in each text within `value`, names of fields included."""
    if isinstance(value, str):
        found = next((sign for sign in value if sign in _BIDI_CONTROLS), None)
        if found is not None:
            yield path, found
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _controls(name, path)
            yield from _controls(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _controls(part, (*path, number))

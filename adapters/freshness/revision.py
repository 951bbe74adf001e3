"""Write what was found into the files, for statements that state nothing else. Comments and layout stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from adapters.freshness.facts import CheckedFact, Claim
from knowledge.errors import field_path
from knowledge.fields import FieldPath
from knowledge.files import Location
from knowledge.folder import save

_SAYS_NO_MORE = frozenset(
    "a at the is as of now newest latest current stable version versions release takes python".split()
)
"""Words that a statement may have next to its values and the name of what they are of."""


_Edit = tuple[int, int, str, str]
"""In a line (from 0) of a file, from a column on, the third becomes the fourth."""


class _ElsewhereError(Exception):
    """A value is not written where an edit of one line reaches it."""


def revise(places: Mapping[str, Location], checked: Iterable[CheckedFact], today: date) -> list[str]:
    """Update values, texts and days of the statements whose facts were all checked and that state nothing else.

    The entry and field of each, as "beyond.versions since.0". Raises KnowledgeError where a file cannot be written.
    """
    found = {(one.fact.kind, one.fact.name, one.fact.value): one for one in checked if one.found is not None}
    claims = {f"{one.entry.id} {field_path(one.path)}": one for fact in found.values() for one in fact.fact.claims}
    edits: dict[Path, set[_Edit]] = {}
    written = []
    for name, claim in claims.items():
        place = places[claim.entry.id]
        facts = [found.get((watch.kind, watch.name, watch.value)) for watch in claim.statement.watch]
        if not facts or not _states_values_only(claim):
            continue
        try:
            own = set(_edits(place, claim, [one for one in facts if one is not None], today)) if all(facts) else set()
        except _ElsewhereError:
            continue
        if own:
            edits.setdefault(place.file, set()).update(own)
            written.append(name)
    for file, changes in edits.items():
        lines = file.read_bytes().decode().split("\n")
        for line, column, old, new in sorted(changes, reverse=True):
            lines[line] = lines[line][:column] + lines[line][column:].replace(old, new, 1)
        save(file, "\n".join(lines).encode())
    return sorted(written)


def _states_values_only(claim: Claim) -> bool:
    """Whether the text is the watched values, with their names at the most."""
    entry, text = claim.entry, claim.statement.text
    names = " ".join((entry.title, *entry.frameworks, *entry.about, *(one.name for one in claim.statement.watch)))
    for watch in claim.statement.watch:
        if text.count(watch.value) != 1:
            return False
        text = text.replace(watch.value, " ")
    return set(_words(text)) <= _SAYS_NO_MORE.union(_words(names))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _edits(place: Location, claim: Claim, facts: list[CheckedFact], today: date) -> Iterator[_Edit]:
    """What to change so that the statement says what was found `today`. Raises _ElsewhereError."""
    lines = place.file.read_bytes().decode().split("\n")
    for number, one in enumerate(facts):
        if one.stale and one.found is not None:
            old, new = one.fact.value, one.fact.renewed(one.found)
            yield _edit(lines, place, (*claim.path, "watch", number, "value"), old, new)
            yield _edit(lines, place, (*claim.path, "text"), old, new)
    if claim.statement.checked_on is not None:
        if claim.statement.checked_on != today:
            day = (*claim.path, "checked_on")
            yield _edit(lines, place, day, claim.statement.checked_on.isoformat(), today.isoformat())
    elif claim.entry.checked_on != today:
        (_, statement), (watch, _) = _nodes(place, (*claim.path, "watch"))[-2:]
        line, column = watch.start_mark.line, watch.start_mark.column
        line_end = "\r\n" if lines[line].endswith("\r") else "\n"
        between = ", " if statement.flow_style else line_end + " " * column
        yield line, column, "watch", f"checked_on: {today}{between}watch"


def _edit(lines: list[str], place: Location, path: FieldPath, old: str, new: str) -> _Edit:
    """The edit of the field at `path`."""
    mark = _nodes(place, path)[-1][1].start_mark
    if old not in lines[mark.line][mark.column :]:
        raise _ElsewhereError
    return mark.line, mark.column, old, new


def _nodes(place: Location, path: FieldPath) -> list[tuple[Any, Any]]:
    """Where `path` is. Raises _ElsewhereError in a JSON Lines file."""
    if place.nodes is None:
        raise _ElsewhereError
    return place.nodes.along((*place.within, *path))

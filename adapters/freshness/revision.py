"""Write what was found into the files, for statements that state nothing else. Comments and layout stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from adapters.freshness.facts import CheckedFact, Claim
from knowledge.errors import field_path
from knowledge.files import Location
from knowledge.folder import save

_SAYS_NO_MORE = frozenset(
    "a at the is as of now newest latest current stable version versions release takes python".split()
)
"""Words that a statement may have next to its values and the name of what they are of."""


_Edit = tuple[int, int, str, str]
"""In a line (from 0) of a file, from a column on, the third becomes the fourth."""


def revise(places: Mapping[str, Location], checked: Iterable[CheckedFact], today: date) -> list[str]:
    """Update values, texts and days of the statements whose facts were all checked and that state nothing else.

    The entry and field of each, as "beyond.versions since.0". Raises KnowledgeError where a file cannot be written.
    """
    found = {(one.fact.kind, one.fact.name, one.fact.value): one for one in checked if one.found is not None}
    claims = {f"{one.entry.id} {field_path(one.path)}": one for fact in found.values() for one in fact.fact.claims}
    edits: dict[Path, set[_Edit]] = {}
    written = []
    for name, claim in claims.items():
        place, watched = places[claim.entry.id], claim.statement.watch
        looked_up = [found.get((watch.kind, watch.name, watch.value)) for watch in watched]
        facts = [one for one in looked_up if one is not None]
        if not watched or len(facts) < len(watched) or place.root is None or not _states_values_only(claim):
            continue
        lines = _lines(place.file)
        own = set(_edits(place, claim, facts, lines, today))
        if own and all(old in lines[line][column:] for line, column, old, _ in own):  # else it is written elsewhere
            edits.setdefault(place.file, set()).update(own)
            written.append(name)
    for file, changes in edits.items():
        lines = _lines(file)
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


def _lines(file: Path) -> list[str]:
    """Those of a file, each with the carriage return that it may end in."""
    return file.read_bytes().decode().split("\n")


def _edits(place: Location, claim: Claim, facts: list[CheckedFact], lines: list[str], today: date) -> Iterator[_Edit]:
    """What to change in a YAML file so that the statement says what was found `today`."""

    def edit(old: str, new: str, *path: str | int) -> _Edit:
        mark = place.nodes((*claim.path, *path))[-1][1].start_mark
        return mark.line, mark.column, old, new

    for number, one in enumerate(facts):
        if one.stale and one.found is not None:
            old, new = one.fact.value, one.fact.renewed(one.found)
            yield edit(old, new, "watch", number, "value")
            yield edit(old, new, "text")
    if claim.statement.checked_on is not None:
        if claim.statement.checked_on != today:
            yield edit(claim.statement.checked_on.isoformat(), today.isoformat(), "checked_on")
    elif claim.entry.checked_on != today:
        (_, statement), (watch, _) = place.nodes((*claim.path, "watch"))[-2:]
        line, column = watch.start_mark.line, watch.start_mark.column
        line_end = "\r\n" if lines[line].endswith("\r") else "\n"
        between = ", " if statement.flow_style else line_end + " " * column
        yield line, column, "watch", f"checked_on: {today}{between}watch"

"""Phrasings that an overlay adds to entries below it, in `phrasings.yaml`: the entries stay as they are otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from knowledge.errors import Problem
from knowledge.fields import FurtherPhrasings
from knowledge.files import Place
from knowledge.folder import HIDE
from knowledge.model import Entry
from knowledge.references import did_you_mean


def with_phrasings(entries: Mapping[str, Entry], further: FurtherPhrasings) -> dict[str, Entry]:
    """The entries, those named in `further` with its phrasings after their own."""
    return {
        name: replace(entry, phrasings=(*entry.phrasings, *further[name])) if name in further else entry
        for name, entry in entries.items()
    }


def misplaced(
    further: FurtherPhrasings,
    place: Place,
    *,
    below: Collection[str],
    own: Mapping[str, Place],
    hidden: Collection[str],
) -> list[Problem]:
    """What is wrong with the ids in `further`, which stands at `place`.

    `below` are the ids of the entries under the overlay, `own` those it gives itself, `hidden` those it
    hides.
    """
    problems = []
    for name in further:
        if name in own:
            given = own[name]
            message = f'"{name}" is an entry of the overlay itself ({given.file}:{given.line("id")})'
            mend = "write these phrasings there"
        elif name in hidden:
            message, mend = f'"{name}" is hidden here', f"take it off {HIDE}, or remove its phrasings"
        elif name not in below:
            message = f'"{name}" is not an entry'
            mend = did_you_mean(name, below, "name the id of an entry below the overlay")
        else:
            continue
        problems.append(Problem(place.file, place.line(name), name, message, mend))
    return problems

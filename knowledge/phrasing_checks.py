"""Checks of phrasings: each one is unique, different enough from those of other entries, and finds its entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, starmap

from knowledge.check_context import CheckContext
from knowledge.errors import Problem
from knowledge.model import Entry
from knowledge.text import normal_form

_FILLERS = frozenset(
    "a an the is are was were be been am do does did i we you my our your me us it its this that these those to for of"
    " in on at with by and or vs versus from into please can could should would will have has there some any so"
    " i'm it's that's there's".split()
)
_DIRECTED = frozenset(("to", "from", "into", "than", "over"))
"""Words after which word order matters: "a to b" is not "b to a"."""

_STEM_LETTERS = 4
"""Forms of one word share this many first letters: debug, debugger, debugging. A word with a digit has no forms."""

LEAST_PHRASINGS = 8
"""Fewest phrasings of an answer in a sourced knowledge base."""

LEAST_OWN_PHRASINGS = 5
"""The same for a team's own entries, as advice."""

_CLOSE = 88
"""Similarity (0..100) from which two phrasings with the same stems count as nearly the same."""


@dataclass(frozen=True, slots=True)
class _PhrasingWords:
    """The words of an entry's phrasing that carry its meaning."""

    entry: Entry
    number: int
    text: str
    line: str
    """Without filler words, in alphabetical order; every word of a phrasing in which fewer than two would be left."""
    stems: tuple[str, ...]
    """The first letters of each, in the phrasing's order."""
    directed: bool
    """Whether their order matters."""

    @classmethod
    def of(cls, entry: Entry, number: int, text: str) -> _PhrasingWords:
        words = normal_form(text).split()
        content = [word for word in words if word not in _FILLERS]
        content = content if len(content) > 1 else words
        stems = tuple(word[:_STEM_LETTERS] if word.isalpha() else word for word in content)
        return cls(entry, number, text, " ".join(sorted(content)), stems, not _DIRECTED.isdisjoint(words))


def phrasings_are_unique(context: CheckContext) -> Iterator[Problem]:
    """No two entries have the same phrasing."""
    first: dict[str, tuple[Entry, int]] = {}
    for entry, number, phrasing in _overlay_last(context):
        owner, position = first.setdefault(normal_form(phrasing), (entry, number))
        if owner is not entry:
            message = f'"{phrasing}" also leads to {owner.id} ({_location(context, owner, position)})'
            yield context.at(entry, ("phrasings", number), message, "give it to one of the two")


def phrasings_are_distinct(context: CheckContext) -> Iterator[Problem]:
    """No two entries have phrasings that differ in filler words, word forms or word order alone."""
    closest: dict[tuple[str, str], list[tuple[_PhrasingWords, _PhrasingWords]]] = defaultdict(list)
    for one, other in _close_pairs(context):
        closest[other.entry.id, one.entry.id].append((one, other))
    for pairs in closest.values():
        one, other = pairs[0]
        more = f", and {len(pairs) - 1} more like it" if len(pairs) > 1 else ""
        location = _location(context, one.entry, one.number)
        message = f'"{other.text}" is close to "{one.text}" of {one.entry.id} ({location}){more}'
        hint = "reword one of the two, or leave it to one entry"
        yield context.at(other.entry, ("phrasings", other.number), message, hint, "warning")


def phrasings_suffice(context: CheckContext) -> Iterator[Problem]:
    """An answer has several phrasings. Those of a plain FAQ are not counted."""
    for entry in context.answers if context.sourced else ():
        least = LEAST_OWN_PHRASINGS if entry.id in context.loaded.overlaid else LEAST_PHRASINGS
        if len(entry.phrasings) < least:
            message = f"only {len(entry.phrasings)}; {least} or more find it better"
            hint = "add other phrasings, as people would type them"
            yield context.at(entry, ("phrasings",), message, hint, context.severity(entry))


def phrasings_find_their_entry(context: CheckContext, *, find: Callable[[str], str | None]) -> Iterator[Problem]:
    """Each entry is found from each of its phrasings. `find` gives the id of the entry that answers a question."""
    owners: dict[str, set[str]] = defaultdict(set)
    for entry, _, phrasing in _overlay_last(context):
        owners[normal_form(phrasing)].add(entry.id)
    for entry, number, phrasing in _overlay_last(context):
        found = find(phrasing)
        if found not in owners[normal_form(phrasing)]:  # phrasings_are_unique reports what two entries share
            message = f'"{phrasing}" leads to {found or "nothing"}'
            yield context.at(entry, ("phrasings", number), message, "reword it, or the other entry's phrasings")


def _close_pairs(context: CheckContext) -> Iterator[tuple[_PhrasingWords, _PhrasingWords]]:
    """Pairs of phrasings of different entries that are nearly the same; equal ones are left to phrasings_are_unique."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a check needs it

    groups: dict[tuple[str, ...], list[_PhrasingWords]] = defaultdict(list)
    for one in starmap(_PhrasingWords.of, _overlay_last(context)):
        groups[tuple(sorted(one.stems))].append(one)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if (
                one.entry is not other.entry
                and (one.stems == other.stems or not (one.directed or other.directed))
                and fuzz.ratio(one.line, other.line) >= _CLOSE
                and normal_form(one.text) != normal_form(other.text)
            ):
                yield one, other


def _overlay_last(context: CheckContext) -> list[tuple[Entry, int, str]]:
    """Every phrasing with its entry and number, the overlay's last: a clash is reported where the team can fix it."""
    every = [(entry, number, text) for entry in context.entries for number, text in enumerate(entry.phrasings)]
    return sorted(every, key=lambda one: context.from_overlay(one[0], one[1]))


def _location(context: CheckContext, entry: Entry, number: int) -> str:
    """The file:line of a phrasing."""
    problem = context.at(entry, ("phrasings", number), "", "")
    return f"{problem.file}:{problem.line}"

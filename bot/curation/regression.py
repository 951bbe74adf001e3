"""Questions that a change must not harm, where nobody names any: phrasings, taken out of the knowledge for the test.

A phrasing word for word always finds its entry, so asking for it proves nothing. Taken out, it is a
question like those that people ask, and its entry is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.cases import Case
from knowledge.model import KnowledgeBase

EVERY = 10
"""One of so many phrasings of an entry is taken out, the third one first."""

_FIRST = 2

MOST = 600
"""Questions in all: more would take longer and tell little more."""


def withheld(knowledge: KnowledgeBase) -> tuple[Case, ...]:
    """The questions, evenly spread over the entries of kind "answer"."""
    cases = [
        Case(phrasing, entry.id)
        for entry in knowledge.entries.values()
        if entry.kind == "answer"
        for phrasing in entry.phrasings[_FIRST::EVERY]
    ]
    return tuple(cases[:: -(-len(cases) // MOST)]) if cases else ()


def without(knowledge: KnowledgeBase, cases: Iterable[Case]) -> KnowledgeBase:
    """The knowledge without the phrasings that the cases ask; no entry loses its only one."""
    out: dict[str, set[str]] = {}
    for case in cases:
        out.setdefault(case.label, set()).add(case.question)
    entries = dict(knowledge.entries)
    for name in out.keys() & entries.keys():
        left = tuple(phrasing for phrasing in entries[name].phrasings if phrasing not in out[name])
        entries[name] = replace(entries[name], phrasings=left or entries[name].phrasings)
    return replace(knowledge, entries=entries)

"""The topics of a knowledge base, as menus. Pure.

A topic's group is the part of its id before the first dot.
"""

from __future__ import annotations

from adapters.discord import ids
from adapters.discord.limits import LONGEST_OPTION, MOST_OPTIONS
from adapters.discord.markup import bold, escaped
from adapters.discord.page import Button, Menu, Option, Page, Row
from adapters.discord.paging import Part, paged
from adapters.discord.render import rows_of, short
from knowledge.model import Entry, KnowledgeBase

MOST_GROUPS = 20
_GLIMPSE = 3
_ALL = "all"


def topic_pages(knowledge: KnowledgeBase, owner: str, group: str = "", page: int = 0) -> tuple[Page, ...]:
    """The topics of a group, 25 at a time from `page` (from 0) on; what there is in each group without one."""
    known = groups(knowledge)
    if len(known) == 1:
        group = next(iter(known))
    if group not in known:
        lines = [Part(f"- {bold(name.capitalize())}: {escaped(_glimpse(entries))}") for name, entries in known.items()]
        buttons = [
            Button(short(name.capitalize()), ids.topics(name, 0, owner))
            for name in list(known)[:MOST_GROUPS]
            if len(name) <= 60 and ids.carries(name)
        ]
        return paged([Part("## Topics"), *lines], rows_of(buttons))
    entries = known[group]
    last = (len(entries) - 1) // MOST_OPTIONS
    page = min(max(page, 0), last)
    shown = entries[page * MOST_OPTIONS : (page + 1) * MOST_OPTIONS]
    menu = Menu(
        "Choose a topic",
        ids.pick(owner),
        tuple(Option(entry.title[:LONGEST_OPTION], entry.id) for entry in shown),
    )
    moves = [Button("All groups", ids.topics("", 0, owner))] if len(known) > 1 else []
    if page:
        moves.append(Button("Earlier topics", ids.topics(group, page - 1, owner)))
    if page < last:
        moves.append(Button("More topics", ids.topics(group, page + 1, owner)))
    told = f"Topics {page * MOST_OPTIONS + 1} to {page * MOST_OPTIONS + len(shown)} of {len(entries)}."
    rows: list[Row] = [menu, *([tuple(moves)] if moves else [])]
    return paged([Part(f"## {escaped(group.capitalize())}"), Part(told)], rows)


def groups(knowledge: KnowledgeBase) -> dict[str, tuple[Entry, ...]]:
    """The entries that answer, by group, in the knowledge base's order; one group "all" where ids have no dot."""
    found: dict[str, list[Entry]] = {}
    for entry in knowledge.entries.values():
        if entry.kind == "answer":
            group, dot, _ = entry.id.partition(".")
            found.setdefault(group if dot else _ALL, []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def _glimpse(entries: tuple[Entry, ...]) -> str:
    named = "; ".join(entry.title for entry in entries[:_GLIMPSE])
    rest = len(entries) - _GLIMPSE
    return f"{named}; {rest} more" if rest > 0 else named

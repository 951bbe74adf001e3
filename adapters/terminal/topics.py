"""The topics of a knowledge base, by group: the part of an id before its first dot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.composition import choices
from bot.reply import Block, Choices, Heading, Prose
from knowledge.model import Entry, KnowledgeBase

MOST_LISTED = 100
"""Topics listed at once; a larger knowledge base is asked, not read through."""

_MOST_NAMED = 3


def groups(knowledge: KnowledgeBase) -> Mapping[str, tuple[Entry, ...]]:
    """The entries that answer, by group, in the knowledge base's order; one group "all" where ids have no dot."""
    found: dict[str, list[Entry]] = {}
    for entry in knowledge.entries.values():
        if entry.kind == "answer":
            group, dot, _ = entry.id.partition(".")
            found.setdefault(group if dot else "all", []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def group_of(wanted: str, known: Iterable[str]) -> str | None:
    """The group meant by `wanted`: its name, or the beginning of one name only, in any case."""
    names = [name for name in known if name.startswith(wanted.casefold())]
    return wanted.casefold() if wanted.casefold() in names else names[0] if len(names) == 1 else None


def topic_blocks(knowledge: KnowledgeBase, group: str | None = None) -> tuple[Block, ...]:
    """The topics of one group to choose from; without a group, or with one only, what there is in each."""
    known = groups(knowledge)
    if group is None and len(known) == 1:
        group = next(iter(known))
    if group is None:
        lines = (f"/topics {name}: {_glimpse(entries)}" for name, entries in known.items())
        return Heading("Topics"), Prose("\n".join(lines))
    entries = known[group]
    blocks: list[Block] = [
        Choices(f"Topics in {group}:", choices(knowledge, [entry.id for entry in entries[:MOST_LISTED]]))
    ]
    if len(entries) > MOST_LISTED:
        blocks.append(Prose(f"And {len(entries) - MOST_LISTED} more: just ask."))
    return tuple(blocks)


def _glimpse(entries: tuple[Entry, ...]) -> str:
    named = "; ".join(entry.title for entry in entries[:_MOST_NAMED])
    rest = len(entries) - _MOST_NAMED
    return f"{named}; {rest} more" if rest > 0 else named

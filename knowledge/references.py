"""What an entry points to: its statements' sources and the like, and what was probably meant by a wrong key."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from knowledge.model import Entry, Statement

Path = tuple[str | int, ...]
"""Where something stands within an entry: field names and list positions."""

_LIKELY = 70
"""Likeness (0..100) from which on a known name is suggested in place of a wrong one."""


def statements(entry: Entry) -> Iterator[tuple[Path, Statement]]:
    """Every statement of an entry, with its path."""
    yield ("answer",), entry.answer
    for number, statement in enumerate(entry.since):
        yield ("since", number), statement
    for framework, cell in entry.cells.items():
        yield ("cells", framework, "today"), cell.today


def missing_sources(entry: Entry, shared: Collection[str]) -> Iterator[tuple[Path, str]]:
    """The source keys of an entry that neither it nor the shared register has, each with its path."""
    for path, statement in statements(entry):
        for number, key in enumerate(statement.sources):
            if key not in entry.sources and key not in shared:
                yield (*path, "sources", number), key


def did_you_mean(wrong: str, known: Collection[str], otherwise: str) -> str:
    """The mend for a reference that leads nowhere: the nearest known name, else `otherwise`."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - needed only where something is wrong

    nearest = process.extractOne(wrong, sorted(known), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return f'did you mean "{nearest[0]}"?' if nearest is not None else otherwise

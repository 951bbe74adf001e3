"""Drafts: entries whose answer is still to be written.

Somebody who sees that a topic is missing can put its phrasings down before the answer is there. What
is to be written begins with MARK, is told by `check`, and claims nothing that needs a source.
"""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.case import Case
from knowledge.errors import Problem
from knowledge.model import Entry
from knowledge.naming import shown

MARK = "To be written:"
"""How a text begins that stands where another is to be."""


def unwritten(text: str) -> bool:
    """Whether `text` only stands where another is to be."""
    return text.startswith(MARK)


def is_draft(entry: Entry) -> bool:
    """Whether the answer of an entry is still to be written."""
    return unwritten(entry.answer.text)


def drafts_are_written(case: Case) -> Iterator[Problem]:
    """Nothing that readers see is still to be written."""
    for entry in case.entries:
        for path, text in shown(entry):
            if unwritten(text):
                yield case.at(entry, path, "is still to be written", "write it, or remove the entry", "warning")

"""What was asked, by whom it does not matter, and what was just said before it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CHARACTERS = 2_000
"""How much of a message is read. Of a longer one the beginning and the end are kept: people put
the context first and the question last."""

_HEAD = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """The previous exchange of the same thread, kept as ids so that no words are stored.

    `answered` are the entries that were shown, best first; `offered` those offered to choose from,
    in the order they were numbered; `frameworks` those that were asked about, by vocabulary id.
    """

    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One utterance to answer. `turn` is None at the start of a conversation."""

    text: str
    turn: Turn | None = None


def readable_part(text: str) -> str:
    """`text`, or the first 500 and last 1,500 characters of a longer one."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:_HEAD] + "\n" + text[-(MAX_CHARACTERS - _HEAD) :]

"""Why a reply was given, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from bot.reply import Reply


def explanation(reply: Reply) -> Iterator[str]:
    """Outcome and confidence, the reasons, and what was considered, best first."""
    yield f"Outcome: {reply.outcome}, confidence {reply.confidence:.2f}."
    if reply.reasons:
        yield "Reasons:"
        yield from (f"- {reason}" for reason in reply.reasons)
    if reply.candidates:
        yield "Considered:"
        yield from (f"- {found.entry} ({found.confidence:.2f})" for found in reply.candidates)

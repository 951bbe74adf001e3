"""A reply as plain text: what a terminal, a notification or a screen reader gets."""

from __future__ import annotations

from collections.abc import Iterable

from bot.reply import (
    ArticleNote,
    Block,
    Choices,
    Claim,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    Reply,
    ShortAnswer,
    SinceThen,
    SourceNote,
    Sources,
)

ARTICLE_DATE = "4 Apr 2025"

CONFIDENCE_WORDS = {"H": "", "M": "secondary source", "L": "weak source", "J": "our judgement"}
"""How a claim's standing is told; a primary source needs no word."""

VERDICT_WORDS = {
    "holds": "Still holds.",
    "partly": "Partly out of date.",
    "outdated": "Out of date.",
}


def plain_text(reply: Reply) -> str:
    """The whole reply, one block after the other, without any markup."""
    return "\n".join(line for block in reply.blocks for line in block_lines(block)).strip()


def claim_text(claim: Claim) -> str:
    """A claim with its standing in words and the numbers of its sources: "... (our judgement) [2]"."""
    word = CONFIDENCE_WORDS[claim.confidence] if claim.confidence else ""
    refs = "".join(f"[{number}]" for number in claim.refs)
    return " ".join(part for part in (claim.text, f"({word})" if word else "", refs) if part)


def article_text(note: ArticleNote) -> str:
    """The article's view by name and date, with how it stands today."""
    if note.verdict is None:
        return f"The article ({ARTICLE_DATE}) {note.text}"
    refs = "".join(f"[{number}]" for number in note.refs)
    return f"The article ({ARTICLE_DATE}): {note.text} {refs} {VERDICT_WORDS[note.verdict]}"


def source_text(note: SourceNote) -> str:
    """A source with its own date and the day it was checked."""
    dated = f", {note.dated}" if note.dated else ""
    address = f" {note.url}" if note.url else ""
    return f"[{note.number}] {note.title}{dated}; checked {note.seen.isoformat()}{address}"


def missing_text(names: tuple[str, ...]) -> str:
    """What is said of frameworks a comparison does not cover."""
    return f"Not covered here: {', '.join(names)}."


def block_lines(block: Block) -> Iterable[str]:  # noqa: C901, PLR0912 - one case a kind of block
    """The lines of one block; an empty line sets it off where that helps reading."""
    match block:
        case Heading(text):
            yield f"{text}:"
        case ShortAnswer(claim):
            yield claim_text(claim)
        case ArticleNote():
            yield article_text(block)
        case Comparison(sides, missing):
            yield ""
            for side in sides:
                article = f" (article: {side.article})" if side.article else ""
                yield f"{side.framework}: {claim_text(side.today)}{article}"
            if missing:
                yield missing_text(missing)
        case SinceThen(claims):
            yield ""
            yield "Good to know:"
            yield from (f"- {claim_text(claim)}" for claim in claims)
        case Renamed(claim):
            yield f"Renamed: {claim_text(claim)}"
        case Prose(text):
            yield text
        case NextStep(text):
            yield ""
            yield f"Next: {text}"
        case Sources(notes):
            yield ""
            yield "Sources:"
            yield from (source_text(note) for note in notes)
        case Choices(prompt, options, none_of_these, flow):
            yield ""
            yield prompt
            yield from (f"{number}. {option.label}" for number, option in enumerate(options, start=1))
            if none_of_these:
                yield f"{len(options) + 1}. None of these"
            if flow:
                yield "Or say /recommend, and a few questions lead to a recommendation."

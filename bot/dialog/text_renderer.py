"""Blocks as plain text, for a pipe, a script or a screen reader; and what all renderers share: words, and the subset of
Markdown that a team's answer may use (bold, italics, code, links and lists, line by line)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.dialog.reply import (
    Block,
    Bullets,
    Chart,
    Choices,
    Code,
    Comparison,
    Heading,
    Markdown,
    Reply,
    Small,
    SourceLine,
    SourceNote,
    Sources,
    Text,
)

ARTICLE_DATE = "4 Apr 2025"

BAR = "\N{FULL BLOCK}"
"""What bars are made of."""

BAR_WIDTH = 16
"""Characters of the longest bar."""

_CONFIDENCE_WORDS = {"H": "", "M": "secondary source", "L": "weak source", "J": "our judgement"}
"""How the confidence of a statement is named; a primary source needs no word."""

Style = Literal["plain", "bold", "italic", "code", "link"]

_MARKED = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w*])[*_](?P<italic>[^*_\s](?:[^*_\n]*[^*_\s])?)[*_](?![\w*])"
    r"|\[(?P<link>[^\]\n]+)\]\((?P<url>https?://[^\s()<>|]+)\)"
)
_ITEM = re.compile(r"\s*[-*•]\s+")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style; `url` of a link."""

    text: str
    style: Style = "plain"
    url: str = ""


def rendered(text: str, show: Callable[[Span], str], item: str = "- ") -> str:
    """`text` with each piece as `show` gives it, and `item` before each line of a list."""
    lines = []
    for line in text.strip().splitlines():
        mark = _ITEM.match(line)
        words = line[mark.end() :] if mark else line
        lines.append((item if mark else "") + "".join(map(show, spans(words))))
    return "\n".join(lines)


def plain_markdown(text: str) -> str:
    """`text` without marks; an address follows its label."""
    return rendered(text, lambda span: f"{span.text} ({span.url})" if span.url else span.text)


def spans(line: str) -> Iterator[Span]:
    """The pieces of one line."""
    end = 0
    for found in _MARKED.finditer(line):
        if found.start() > end:
            yield Span(line[end : found.start()])
        style: Style = found.lastgroup if found.lastgroup != "url" else "link"  # type: ignore[assignment] # its own names
        yield Span(found[style], style, found["url"] or "")
        end = found.end()
    if end < len(line):
        yield Span(line[end:])


def article_name(dated: date | None) -> str:
    """How the article is named where a reader may not know of it; `dated`: when it appeared, where that is known."""
    return f"the article {f'of {dated:%B %Y} ' if dated is not None else ''}that this started from"


def plain_text(blocks: Iterable[Block]) -> str:
    """All blocks, one after the other, without any markup."""
    return "\n".join(line for block in blocks for line in block_lines(block)).strip()


def first_shown(reply: Reply) -> tuple[Block, ...]:
    """What a channel shows of a reply before anything is pressed."""
    return tuple(one for one in reply.blocks if reply.outcome != "answer" or not isinstance(one, Choices))


def as_json(reply: Reply, identity: Any) -> dict[str, Any]:
    """The reply in the form that scripts read; `identity` is the question's own id, given back as it came."""
    return {
        "id": identity,
        "outcome": reply.outcome,
        "entries": list(reply.entries),
        "confidence": reply.confidence,
        "candidates": [{"entry": found.entry, "confidence": found.confidence} for found in reply.candidates],
        "reasons": list(reply.reasons),
        "text": plain_text(first_shown(reply)),
        "details": plain_text(reply.details),
        "knowledge_version": reply.knowledge_version,
    }


def explanation(reply: Reply) -> str:
    """Why a reply was given: outcome and confidence, the reasons, and what was considered, best first."""
    lines = [f"Outcome: {reply.outcome}, confidence {reply.confidence:.2f}."]
    if reply.reasons:
        lines += ["Reasons:", *(f"- {reason}" for reason in reply.reasons)]
    if reply.candidates:
        lines += ["Considered:", *(f"- {found.entry} ({found.confidence:.2f})" for found in reply.candidates)]
    return "\n".join(lines)


def supported(text: str, confidence: str | None, refs: Iterable[int], age: str = "") -> str:
    """A statement with its confidence in words, its age where that matters, and the numbers of its sources:
    "... (our judgement; not checked since 2 Jan 2026) [2]"."""
    word = "; ".join(filter(None, (_CONFIDENCE_WORDS[confidence] if confidence else "", age)))
    numbers = "".join(f"[{number}]" for number in refs)
    return " ".join(part for part in (text, f"({word})" if word else "", numbers) if part)


def source_details(note: SourceNote) -> str:
    """What is said after a source's title: its own date, and the day it was checked."""
    dated = f", {note.dated}" if note.dated else ""
    return f"{dated}; checked {note.seen.isoformat()}"


def missing_text(names: Sequence[str]) -> str:
    """What is said of frameworks that a comparison does not cover."""
    return f"Not covered here: {', '.join(names)}."


def bar_lines(chart: Chart) -> list[str]:
    """The chart as horizontal bars, the values written after them."""
    most = max((value for _, value in chart.bars), default=0) or 1
    width = max((len(name) for name, _ in chart.bars), default=0)
    lengths = [max(1, round(value * BAR_WIDTH / most)) if value else 0 for _, value in chart.bars]
    return [
        f"{name:<{width}}  {(BAR * length + ' ').lstrip()}{value}"
        for (name, value), length in zip(chart.bars, lengths, strict=True)
    ]


def block_lines(block: Block) -> Iterator[str]:  # noqa: C901, PLR0912 - one case a kind of block
    """The lines of one block; an empty line sets it off where that helps reading."""
    match block:
        case Heading(text):
            yield ""
            yield text
        case Text(text) | Small(text) | Code(text):
            yield text
        case Markdown(text):
            yield plain_markdown(text)
        case SourceLine(text, links, more):
            rest = f"and {more} more source{'s' if more > 1 else ''}" if more else ""
            yield " · ".join(filter(None, (text, *(title for title, _ in links), rest)))
        case Bullets(items, title):
            if title:
                yield ""
                yield f"{title}:"
            yield from (f"- {item}" for item in items)
        case Comparison(rows, missing):
            yield ""
            for row in rows:
                yield f"{row.framework}: {row.today}" + (f" (article: {row.article})" if row.article else "")
            if missing:
                yield missing_text(missing)
        case Chart(title):
            yield ""
            yield f"{title}:"
            yield from bar_lines(block)
        case Sources(notes):
            yield ""
            yield "Sources:"
            for note in notes:
                yield f"[{note.number}] {note.title}{source_details(note)}{f' {note.url}' if note.url else ''}"
        case Choices(prompt, options, none_of_these, flow):
            yield ""
            yield prompt
            yield from (f"{number}. {option.label}" for number, option in enumerate(options, start=1))
            if none_of_these:
                yield f"{len(options) + 1}. None of these"
            if flow:
                yield "Or say /recommend, and a few questions lead to a recommendation."

"""The subset of Markdown that a team's answer may use: bold, italics, code, links and lists, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

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

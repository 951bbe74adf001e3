"""Plain text into Discord's Markdown, so that it shows as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from discord.utils import escape_markdown, escape_mentions

NARROWEST_SCREEN = 46
"""Columns of monospace text that a phone shows without breaking lines."""


def escaped(text: str) -> str:
    """`text` without anything that Discord would format, link or call somebody by."""
    return escape_mentions(escape_markdown(text)).replace("<", "\\<")


def bold(text: str) -> str:
    """`text` in bold, escaped."""
    return f"**{escaped(text)}**"


def link(title: str, url: str | None) -> str:
    """A link without a preview; the title alone where there is no address to open in a browser."""
    label = escaped(title).replace("[", "\\[").replace("]", "\\]")
    return f"[{label}](<{url}>)" if url is not None and is_web_address(url) else label


def is_web_address(url: str) -> bool:
    """Whether a link can hold `url` as it is."""
    return url.startswith(("https://", "http://")) and not set(url) & set(" <>\n\t")


def small(text: str) -> str:
    """A line of small print; `text` is Markdown already."""
    return f"-# {text}"


def table(rows: Sequence[Sequence[str]]) -> str | None:
    """A fenced table whose first column names the rows; None where a phone could not show it in lines."""
    cells = [cell for row in rows for cell in row]
    if not all(cell.isascii() and cell.isprintable() and "`" not in cell for cell in cells):
        return None
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > NARROWEST_SCREEN:
        return None
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return fenced(lines)


def fenced(lines: Iterable[str]) -> str:
    """Lines in monospace; they must not hold a fence themselves."""
    return "```\n" + "\n".join(lines) + "\n```"

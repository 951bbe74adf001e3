"""Plain text as Discord's Markdown, so that it shows as it was written."""

from __future__ import annotations

from collections.abc import Iterable

from discord.utils import escape_markdown, escape_mentions


def escaped(text: str) -> str:
    """`text` without anything that Discord would format, link or notify somebody by."""
    return escape_mentions(escape_markdown(text)).replace("<", "\\<")


def bold(text: str) -> str:
    """`text` in bold, escaped."""
    return f"**{escaped(text)}**"


def small(text: str) -> str:
    """Lines of small print; `text` is Markdown already."""
    return "\n".join(f"-# {line}" for line in text.split("\n"))


def link(title: str, url: str | None) -> str:
    """A link without a preview; the title alone where the address cannot be opened in a browser."""
    label = escaped(title).replace("[", "\\[").replace("]", "\\]")
    is_web = url is not None and url.startswith(("https://", "http://")) and not set(url) & set(" <>\n\t")
    return f"[{label}](<{url}>)" if is_web else label


def fenced(lines: Iterable[str]) -> str:
    """Lines in monospace."""
    text = "\n".join(lines).replace("```", "'''")
    return f"```\n{text}\n```"

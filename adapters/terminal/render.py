"""The blocks of a view -> rich renderables. Pure: what it returns depends on its arguments only.

Colour and weight only repeat what the words say, so that nothing is lost without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from adapters.terminal.layout import Numbered, Part, layout
from adapters.terminal.printable import printable
from bot.chat.view import ViewBlock
from bot.dialog import reply
from bot.dialog.text_renderer import ARTICLE_DATE, bar_lines, missing_text, plain_text, source_details, spans

TABLE_FROM = 80
"""Columns from which a comparison is a table; below, it is a list."""

Links = Mapping[str, str]
"""The addresses of a reply's sources by number, such as "[1]"."""

_WEB = ("https://", "http://")
_NUMBER = re.compile(r"(\[\d+\])")
_TONES = {"plain": "", "changed": "yellow"}


def render(blocks: Sequence[ViewBlock], *, width: int) -> Group:
    """All blocks in order, for a terminal of `width` columns."""
    notes = [note for block in blocks if isinstance(block, reply.Sources) for note in block.notes]
    links = {f"[{note.number}]": link for note in notes if (link := _link(note)) is not None}
    parts: list[RenderableType] = []
    for part, gap in layout(blocks):
        parts += [Text()] if gap else []
        parts += _part(part, links, width)
    return Group(*parts)


def _part(part: Part, links: Links, width: int) -> list[RenderableType]:  # noqa: C901, PLR0911 - a case a kind
    match part:
        case reply.Heading(text):
            return [_text(text, "bold underline")]
        case reply.Text(text, tone, strong):
            return [_cited(text, links, "bold" if strong else _TONES[tone])]
        case reply.Bullets(items, title, tone):
            head = [_cited(f"{title}:", links, f"bold {_TONES[tone]}")] if title else []
            return [*head, _grid([("-", _cited(item, links)) for item in items])]
        case reply.Markdown(text):
            return [_markdown(text)]
        case reply.Small(text):
            return [_text(text, "dim")]
        case reply.SourceLine(_, titles):
            return [_linked(plain_text([part]), titles)]
        case reply.Code(text):
            return [Text(printable(text), no_wrap=True)]
        case reply.Comparison(rows, missing):
            table = _table(rows, links) if width >= TABLE_FROM else _list(rows, links)
            return [*table, *([_text(missing_text(missing), "italic")] if missing else [])]
        case reply.Chart(title):
            return [_text(f"{title}:", "bold"), *map(_text, bar_lines(part))]
        case reply.Sources(notes):
            return [_text("Sources:", "bold"), *(_source(note) for note in notes)]
        case Numbered():
            return [_grid([(number, _text(text)) for number, text in part.lines])]
        case _:
            return [_text(plain_text([part]))]


def _text(text: str, style: str | Style = "") -> Text:
    return Text(printable(text), style)


def _markdown(text: str) -> Text:
    """A team's words; an address is written out, for terminals that know no links."""
    styles = {"bold": "bold", "italic": "italic", "code": "cyan"}
    shown = Text()
    for number, line in enumerate(text.strip().splitlines()):
        shown.append("\n" if number else "")
        for span in spans(line):
            shown.append(printable(span.text), styles.get(span.style, ""))
            shown.append(f" ({printable(span.url)})" if span.url else "", "dim")
    return shown


def _cited(text: str, links: Links, style: str = "") -> Text:
    """Words whose source numbers are links. The style is not the numbers'."""
    result = Text()
    for piece in _NUMBER.split(printable(text)):
        result.append(piece, Style(dim=True, link=links[piece]) if piece in links else style)
    return result


def _linked(text: str, titles: Sequence[tuple[str, str]]) -> Text:
    """Small print in which each of these titles, from the right, is a link to its address."""
    result = _text(text, "dim")
    for title, url in titles:
        start = result.plain.rfind(printable(title))
        if start >= 0 and url.startswith(_WEB):
            result.stylize(Style(link=printable(url)), start, start + len(printable(title)))
    return result


def _table(rows: Sequence[reply.ComparisonRow], links: Links) -> list[RenderableType]:
    has_article = any(row.article for row in rows)
    table = Table(show_lines=True, title_justify="left", expand=False)
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("Today", ratio=3)
    if has_article:
        table.add_column(f"The article ({ARTICLE_DATE})", ratio=2)
    for row in rows:
        article = [_text(row.article or "Says nothing on it.")] if has_article else []
        table.add_row(_text(row.framework), _cited(row.today, links), *article)
    return [table]


def _list(rows: Sequence[reply.ComparisonRow], links: Links) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for row in rows:
        lines.append(_text(row.framework, "bold"))
        lines.append(Padding(_cited(row.today, links), (0, 0, 0, 2)))
        if row.article:
            lines.append(Padding(_text(f"Article: {row.article}", "dim"), (0, 0, 0, 2)))
    return lines


def _grid(lines: Sequence[tuple[str, Text]]) -> Table:
    """Lines that are indented by the mark before them."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, justify="right", style="bold")
    grid.add_column(overflow="fold")
    for mark, text in lines:
        grid.add_row(mark, text)
    return grid


def _link(note: reply.SourceNote) -> str | None:
    """The address, where it is one to open in a browser."""
    return printable(note.url) if note.url and note.url.startswith(_WEB) else None


def _source(note: reply.SourceNote) -> Text:
    """Title and address both lead there; the address is written out for terminals that know no links."""
    link = _link(note)
    text = Text.assemble(f"[{note.number}] ", (printable(note.title), Style(link=link)))
    text.append(printable(source_details(note)), "dim")
    if link:
        text.append(" ").append(link, Style(dim=True, underline=True, link=link))
    return text

"""Reply blocks -> rich renderables. Pure: what it returns depends on its arguments only.

Colour and weight only repeat what the words say, so that nothing is lost without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text

from adapters.terminal.printable import printable
from bot.plain import ARTICLE_DATE, CONFIDENCE_WORDS, VERDICT_WORDS, missing_text
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
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)

TABLE_FROM = 80
"""Columns from which a comparison is a table; below, it is a list."""

Links = Mapping[int, str]
"""The addresses of a reply's sources by number."""


def render(blocks: Sequence[Block], *, width: int) -> Group:
    """All blocks in order, for a terminal of `width` columns."""
    notes = [note for block in blocks if isinstance(block, Sources) for note in block.notes]
    links = {note.number: link for note in notes if (link := _link(note)) is not None}
    parts: list[RenderableType] = []
    before: Block | None = None
    for block in blocks:
        if before is not None and not isinstance(before, Heading) and not isinstance(block, ArticleNote | Renamed):
            parts.append(Text())
        parts.extend(_block(block, links, width))
        before = block
    return Group(*parts)


def _block(block: Block, links: Links, width: int) -> list[RenderableType]:  # noqa: C901, PLR0911 - a case a kind
    match block:
        case Heading(text):
            return [_text(text, "bold underline")]
        case ShortAnswer(claim):
            return [_claim(claim, links, "bold")]
        case ArticleNote():
            return [_article(block, links)]
        case Comparison(sides, missing):
            table = _table(sides, links) if width >= TABLE_FROM else _list(sides, links)
            return [*table, *([_text(missing_text(missing), "italic")] if missing else [])]
        case SinceThen(claims):
            return [_text("Good to know", "bold"), _points("-", [_claim(claim, links) for claim in claims])]
        case Renamed(claim):
            return [Text.assemble(("Renamed: ", "yellow"), _claim(claim, links))]
        case Prose(text):
            return [_text(text)]
        case NextStep(text):
            return [Text.assemble(("Next: ", "bold"), _text(text))]
        case Sources(notes):
            return [_text("Sources", "bold"), *(_source(note) for note in notes)]
        case Choices():
            return _choices(block)


def _text(text: str, style: str | Style = "") -> Text:
    return Text(printable(text), style)


def _claim(claim: Claim, links: Links, style: str = "") -> Text:
    """The claim, its standing in words, and its sources' numbers, each a link."""
    text = Text.assemble((printable(claim.text), style))
    word = CONFIDENCE_WORDS[claim.confidence] if claim.confidence else ""
    if word:
        text.append(f" ({word})", "italic")
    return _with_numbers(text, claim.refs, links)


def _with_numbers(text: Text, refs: Sequence[int], links: Links) -> Text:
    if refs:
        text.append(" ")
    for number in refs:
        text.append(f"[{number}]", Style(dim=True, link=links.get(number)))
    return text


def _article(note: ArticleNote, links: Links) -> Text:
    if note.verdict is None:
        return _text(f"The article ({ARTICLE_DATE}) {note.text}", "dim")
    text = Text.assemble((f"The article ({ARTICLE_DATE}): ", "bold"), _text(note.text))
    _with_numbers(text, note.refs, links)
    return text.append(f" {VERDICT_WORDS[note.verdict]}", "green" if note.verdict == "holds" else "yellow")


def _table(sides: Sequence[Side], links: Links) -> list[RenderableType]:
    told = any(side.article for side in sides)
    table = Table(show_lines=True, title_justify="left", expand=False)
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("Today", ratio=3)
    if told:
        table.add_column(f"The article ({ARTICLE_DATE})", ratio=2)
    for side in sides:
        cells = [_text(side.framework), _claim(side.today, links)]
        table.add_row(*cells, *([_text(side.article or "Says nothing on it.")] if told else []))
    return [table]


def _list(sides: Sequence[Side], links: Links) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for side in sides:
        lines.append(_text(side.framework, "bold"))
        lines.append(Padding(_claim(side.today, links), (0, 0, 0, 2)))
        if side.article:
            lines.append(Padding(_text(f"Article: {side.article}", "dim"), (0, 0, 0, 2)))
    return lines


def _points(mark: str, texts: Sequence[Text]) -> Table:
    """Lines that stand clear of the mark before them."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for text in texts:
        grid.add_row(mark, text)
    return grid


def _link(note: SourceNote) -> str | None:
    """The address, where it is one to open in a browser."""
    return printable(note.url) if note.url and note.url.startswith(("https://", "http://")) else None


def _source(note: SourceNote) -> Text:
    """Title and address both lead there; the address is written out for terminals that know no links."""
    link = _link(note)
    text = Text.assemble(f"[{note.number}] ", (printable(note.title), Style(link=link)))
    if note.dated:
        text.append(f", {printable(note.dated)}")
    text.append(f"; checked {note.seen.isoformat()}", "dim")
    if link:
        text.append(" ").append(link, Style(dim=True, underline=True, link=link))
    return text


def _choices(block: Choices) -> list[RenderableType]:
    labels = [option.label for option in block.options]
    if block.none_of_these:
        labels.append("None of these")
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, justify="right", style="bold")
    grid.add_column()
    for number, label in enumerate(labels, start=1):
        grid.add_row(f"{number}.", _text(label))
    parts: list[RenderableType] = [_text(block.prompt, "bold"), grid]
    if block.flow:
        parts.append(_text("Or say /recommend, and a few questions lead to a recommendation."))
    return parts

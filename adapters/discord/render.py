"""Reply blocks -> pages. Pure: what it returns depends on its arguments only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.discord import ids
from adapters.discord.limits import LONGEST_LABEL, MOST_BUTTONS
from adapters.discord.markup import bold, escaped, link, small, table
from adapters.discord.page import Button, Page, Row, Tone
from adapters.discord.paging import Part, paged
from bot.plain import ARTICLE_DATE, article_text, claim_text, missing_text
from bot.reply import (
    ArticleNote,
    Block,
    Choices,
    Comparison,
    Heading,
    NextStep,
    Prose,
    Renamed,
    Reply,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)

HELPFUL = "Helpful"
UNHELPFUL = "Not helpful"
SHARE = "Share in channel"
NONE_FITS = "None of these"
RECOMMEND = "Help me choose"


def reply_pages(reply: Reply, *, title: str = "", owner: str = "", shareable: bool = False) -> tuple[Page, ...]:
    """The reply under `title`; its buttons carry `owner`'s mark. `shareable`: only one person sees it yet."""
    parts = [Part(f"## {escaped(title)}", leads=True)] if title else []
    return paged([*parts, *block_parts(reply.blocks)], _rows(reply, owner, shareable=shareable))


def block_parts(blocks: Sequence[Block]) -> Iterator[Part]:
    """All blocks in order."""
    changed = False
    for block in blocks:
        if isinstance(block, ArticleNote):
            changed = block.verdict not in (None, "holds")
        yield from _block(block, changed=changed)


def source_parts(notes: Sequence[SourceNote]) -> Iterator[Part]:
    """The sources with their dates, in small print."""
    if notes:
        yield Part("**Sources**", leads=True)
        yield from (Part(small(_source(note))) for note in notes)


def entry_rows(choices: Sequence[tuple[str, str]], owner: str) -> list[Row]:
    """Buttons (entry, label) that show an entry beside what is there."""
    buttons = [Button(short(label), ids.related(entry, owner)) for entry, label in choices if ids.carries(entry)]
    return rows_of(buttons)


def rows_of(buttons: Sequence[Button]) -> list[Row]:
    """Buttons in rows of five."""
    return [tuple(buttons[start : start + MOST_BUTTONS]) for start in range(0, len(buttons), MOST_BUTTONS)]


def short(label: str) -> str:
    """A label that a button can hold."""
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 3].rstrip() + "..."


def _block(block: Block, *, changed: bool) -> Iterator[Part]:  # noqa: C901 - one case a kind of block
    tone: Tone = "changed" if changed else "plain"
    match block:
        case Heading(text):
            yield Part(f"## {escaped(text)}", leads=True)
        case ShortAnswer(claim):
            yield Part(escaped(claim_text(claim)))
        case ArticleNote():
            yield from _article(block, tone)
        case Comparison(sides, missing):
            yield from _comparison(sides)
            if missing:
                yield Part(escaped(missing_text(missing)))
        case SinceThen(claims):
            yield Part("**Since then**" if changed else "**Good to know**", tone, leads=True)
            yield from (Part(f"- {escaped(claim_text(claim))}", tone) for claim in claims)
        case Renamed(claim):
            yield Part(f"**Renamed:** {escaped(claim_text(claim))}", "changed")
        case Prose(text):
            yield from (Part(escaped(line)) for line in text.split("\n"))
        case NextStep(text):
            yield Part(f"**Next:** {escaped(text)}")
        case Sources(notes):
            yield from source_parts(notes)
        case Choices(prompt):
            yield Part(bold(prompt))


def _article(note: ArticleNote, tone: Tone) -> Iterator[Part]:
    if note.verdict is None:
        yield Part(small(escaped(article_text(note))))
        return
    if tone == "changed":
        yield Part(f"**Changed since the article of {ARTICLE_DATE}**", tone, leads=True)
    yield Part(escaped(article_text(note)), tone)


def _comparison(sides: Sequence[Side]) -> Iterator[Part]:
    told = any(side.article for side in sides)
    rows = [["", "Today", *(["Article"] if told else [])]]
    rows += [[side.framework, claim_text(side.today), *([side.article or "-"] if told else [])] for side in sides]
    fenced = table(rows)
    if fenced is not None:
        yield Part(fenced)
        return
    for side in sides:
        lines = [f"{bold(f'{side.framework}:')} {escaped(claim_text(side.today))}"]
        if side.article:
            lines.append(small(f"Article: {escaped(side.article)}"))
        yield Part("\n".join(lines))


def _source(note: SourceNote) -> str:
    dated = f", {escaped(note.dated)}" if note.dated else ""
    return f"[{note.number}] {link(note.title, note.url)}{dated}; checked {note.seen.isoformat()}"


def _rows(reply: Reply, owner: str, *, shareable: bool) -> list[Row]:
    rows: list[Row] = []
    for block in reply.blocks:
        if isinstance(block, Choices):
            rows += _choices(block, owner, instead=reply.outcome != "answer")
    if reply.outcome == "answer" and reply.entries:
        first = reply.entries[0] if ids.carries(reply.entries[0]) else ""
        judging = [Button(HELPFUL, ids.vote("y", first)), Button(UNHELPFUL, ids.vote("n", first))]
        if shareable and first and len(reply.entries) == 1:
            judging.append(Button(SHARE, ids.share(first)))
        rows.append(tuple(judging))
    return rows


def _choices(block: Choices, owner: str, *, instead: bool) -> list[Row]:
    carry = ids.choice if instead else ids.related
    buttons = [
        Button(short(option.label), carry(option.entry, owner), "primary" if instead else "secondary")
        for option in block.options
        if ids.carries(option.entry)
    ]
    if block.none_of_these:
        buttons.append(Button(NONE_FITS, ids.none_fits(owner)))
    if block.flow:
        buttons.append(Button(RECOMMEND, ids.begin(owner)))
    return rows_of(buttons)

"""View -> pages. Pure: what it returns depends on its argument only."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from discord.utils import escape_markdown, escape_mentions

from adapters.discord.pages import MOST_BUTTONS, Page, Part, fenced, paged
from bot.chat.actions import pack
from bot.chat.view import (
    AskField,
    Button,
    Buttons,
    Document,
    DoneBy,
    Menu,
    Search,
    Setting,
    View,
    ViewBlock,
    Vote,
)
from bot.dialog import reply
from bot.dialog.text_renderer import Span, bar_lines, missing_text, rendered, source_details

_New = Callable[[Button], bool]

_COMMAND = re.compile(r"(?<!\S)/([a-z][a-z-]*)\b")


def render(view: View, mentions: Mapping[str, str] | None = None) -> tuple[Page, ...]:
    """The view as one message or more. `mentions`: what to write for a command's name so that it can be clicked."""
    seen: set[str] = set()

    def is_new(button: Button) -> bool:
        """Discord refuses a message with two buttons that do the same."""
        packed = pack(button.action)
        return packed not in seen and not seen.add(packed)  # type: ignore[func-returns-value] # None

    parts = [part for block in _in_rows(view.blocks) for part in _parts(block, is_new, mentions or {})]
    if any(isinstance(block, reply.SourceLine) for block in view.blocks) and any(
        part.tone == "changed" for part in parts
    ):
        # A short answer is one container, so that it fits a phone: all of it has the colour of what has changed.
        parts = [replace(part, tone="changed") for part in parts]
    return paged(part for part in parts if part.text.strip() or part.row or part.file)


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


def _in_rows(blocks: Sequence[ViewBlock]) -> list[ViewBlock]:
    """Votes as buttons, in one row with the buttons before them where there is room."""
    rows: list[ViewBlock] = []
    for block in blocks:
        if isinstance(block, Vote):
            pair = (block.helpful, block.unhelpful)
            if rows and isinstance(rows[-1], Buttons) and len(rows[-1].buttons) + len(pair) <= MOST_BUTTONS:
                rows[-1] = Buttons((*rows[-1].buttons, *pair))
            else:
                rows.append(Buttons(pair))
        else:
            rows.append(block)
    return rows


def _span(span: Span) -> str:
    """A piece of a team's Markdown."""
    if span.style == "code":
        return f"`{escape_mentions(span.text)}`"
    mark = {"bold": "**", "italic": "*"}.get(span.style, "")
    return link(span.text, span.url) if span.url else f"{mark}{escaped(span.text)}{mark}"


def _parts(  # noqa: C901, PLR0912 - one case a kind of block
    block: ViewBlock, is_new: _New, mentions: Mapping[str, str]
) -> Iterator[Part]:
    match block:
        case reply.Heading(text):
            yield Part(f"## {escaped(text)}", leads=True)
        case reply.Text(text, tone, strong):
            lines = (bold(line) if strong and line.strip() else escaped(line) for line in text.split("\n"))
            yield Part("\n".join(lines), tone=tone, leads=strong)
        case reply.Bullets(items, title, tone):
            yield from _bullets([_clickable(item, mentions) for item in items], title, tone)
        case reply.Markdown(text):
            yield Part(rendered(text, _span))
        case reply.Small(text):
            yield Part(small(_clickable(text, mentions)))
        case reply.SourceLine(text, links, more):
            parts = [escaped(text), *(link(title, url) for title, url in links), f"and {more} more" if more else ""]
            yield Part(small(" · ".join(filter(None, parts))))
        case DoneBy(user, what, url, did):
            who = f"<@{user}>" if user.isdigit() else "Somebody"
            yield Part(small(f"{who} {did} {link(what, url or None)}"))
        case reply.Code(text):
            yield Part(fenced(text.split("\n")))
        case Document():
            yield Part(file=block)
        case reply.Comparison(rows, missing):
            for row in rows:
                article = f"\n{small(f'Article: {escaped(row.article)}')}" if row.article else ""
                yield Part(f"{bold(f'{row.framework}:')} {escaped(row.today)}{article}")
            if missing:
                yield Part(escaped(missing_text(missing)))
        case reply.Chart(title):
            yield Part(small(escaped(title)), leads=True)
            yield Part(fenced(line.replace("`", "'") for line in bar_lines(block)))
        case reply.Sources(notes):
            yield from _sources(notes)
        case Buttons(buttons):
            yield from _buttons([button for button in buttons if is_new(button)])
        case Menu(placeholder, options):
            known = tuple(option for option in options if is_new(option))
            if known:
                yield Part(row=Menu(placeholder, known))
        case Setting(title, states):
            yield Part(bold(title), leads=True)
            yield Part(row=tuple(filter(is_new, states)))
        case AskField() | Search() | reply.Choices() | Vote():
            return


def _clickable(text: str, mentions: Mapping[str, str]) -> str:
    """`text` as Markdown, in which the names of commands can be clicked."""
    return _COMMAND.sub(lambda found: mentions.get(found[1], found[0]), escaped(text))


def _bullets(items: Sequence[str], title: str, tone: reply.Tone) -> Iterator[Part]:
    """`items` are Markdown already."""
    if title:
        yield Part(bold(title), tone=tone, leads=bool(items))
    yield from (Part(f"- {item}", tone=tone) for item in items)


def _sources(notes: Iterable[reply.SourceNote]) -> Iterator[Part]:
    lines = [f"[{note.number}] {link(note.title, note.url)}{escaped(source_details(note))}" for note in notes]
    if lines:
        yield Part("**Sources**", leads=True)
        yield from (Part(small(line)) for line in lines)


def _buttons(buttons: Sequence[Button]) -> Iterator[Part]:
    """What the buttons mean, where that takes more than their labels, then the buttons in rows of one length."""
    if any(button.description or button.chosen for button in buttons):
        for button in buttons:
            description = f": {escaped(button.description)}" if button.description else ""
            yield Part(f"- {bold(button.label)}{description}{' (chosen before)' if button.chosen else ''}")
    if buttons:
        length = math.ceil(len(buttons) / math.ceil(len(buttons) / MOST_BUTTONS))
        yield from (Part(row=tuple(buttons[at : at + length])) for at in range(0, len(buttons), length))

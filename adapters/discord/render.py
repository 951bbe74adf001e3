"""View -> parts -> as few messages as hold them, within Discord's limits. Nothing is cut within a line that fits.

Pure: what it returns depends on its argument only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from discord.utils import escape_markdown, escape_mentions

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
from bot.dialog.reply import Tone
from bot.dialog.text_renderer import Span, bar_lines, missing_text, rendered, source_details

MOST_COMPONENTS = 40
"""Components of a message, nested ones included."""

MOST_TEXT = 4_000
"""Characters over all texts of a message with components V2."""

MOST_CONTENT = 2_000
"""Characters of a message without components V2."""

MOST_BUTTONS = 5
"""Buttons in a row."""

Row = tuple[Button, ...] | Menu


@dataclass(frozen=True, slots=True)
class Part:
    """Markdown that belongs together, or buttons, or a menu, or a file."""

    text: str = ""
    row: Row = ()
    tone: Tone = "plain"
    file: Document | None = None


Page = tuple[Part, ...]
"""One message."""

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
            yield Part(f"## {escaped(text)}")
        case reply.Text(text, tone, strong):
            lines = (bold(line) if strong and line.strip() else escaped(line) for line in text.split("\n"))
            yield Part("\n".join(lines), tone=tone)
        case reply.Bullets(items, title, tone):
            if title:
                yield Part(bold(title), tone=tone)
            yield from (Part(f"- {_clickable(item, mentions)}", tone=tone) for item in items)
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
            yield Part(small(escaped(title)))
            yield Part(fenced(line.replace("`", "'") for line in bar_lines(block)))
        case reply.Sources(notes):
            if notes:
                yield Part("**Sources**")
            yield from (Part(small(_source(note))) for note in notes)
        case Buttons(buttons):
            yield from _buttons([button for button in buttons if is_new(button)])
        case Menu(placeholder, options):
            known = tuple(option for option in options if is_new(option))
            if known:
                yield Part(row=Menu(placeholder, known))
        case Setting(title, states):
            yield Part(bold(title))
            yield Part(row=tuple(filter(is_new, states)))
        case AskField() | Search() | reply.Choices() | Vote():
            return


def _clickable(text: str, mentions: Mapping[str, str]) -> str:
    """`text` as Markdown, in which the names of commands can be clicked."""
    return _COMMAND.sub(lambda found: mentions.get(found[1], found[0]), escaped(text))


def _source(note: reply.SourceNote) -> str:
    return f"[{note.number}] {link(note.title, note.url)}{escaped(source_details(note))}"


def _buttons(buttons: Sequence[Button]) -> Iterator[Part]:
    """What the buttons mean, where that takes more than their labels, then the buttons in rows of one length."""
    if any(button.description or button.chosen for button in buttons):
        for button in buttons:
            description = f": {escaped(button.description)}" if button.description else ""
            yield Part(f"- {bold(button.label)}{description}{' (chosen before)' if button.chosen else ''}")
    if buttons:
        length = math.ceil(len(buttons) / math.ceil(len(buttons) / MOST_BUTTONS))
        yield from (Part(row=tuple(buttons[at : at + length])) for at in range(0, len(buttons), length))


def paged(parts: Iterable[Part]) -> tuple[Page, ...]:
    """The parts in order on one page or more."""
    pages: list[list[Part]] = [[]]
    for part in (piece for whole in parts for piece in _pieces(whole)):
        if pages[-1] and not _fits([*pages[-1], part]):
            pages.append([])
        pages[-1].append(part)
    return tuple(tuple(page) for page in pages if page)


def containers(parts: Iterable[Part]) -> list[tuple[Tone, list[Part]]]:
    """Neighbours of one tone together, texts that follow each other as one; buttons go with what is before them."""
    found: list[tuple[Tone, list[Part]]] = []
    for part in parts:
        if not found or (part.text and part.tone != found[-1][0]):
            found.append((part.tone, []))
        together = found[-1][1]
        if part.text and together and together[-1].text:
            together[-1] = replace(together[-1], text=f"{together[-1].text}\n{part.text}")
        else:
            together.append(part)
    return found


def contents(page: Page) -> list[str]:
    """The page's text, and that of its files, for messages without components V2 and without files."""
    text = "\n".join(part.text for part in page if part.text)
    files = [piece for part in page if part.file for piece in _split(part.file.text, MOST_CONTENT - len(fenced([])))]
    return [*filter(str.strip, _split(text, MOST_CONTENT)), *(fenced([piece]) for piece in files)] or ["..."]


def fenced(lines: Iterable[str]) -> str:
    """Lines in monospace."""
    text = "\n".join(lines).replace("```", "'''")
    return f"```\n{text}\n```"


def _fits(parts: Sequence[Part]) -> bool:
    found = containers(parts)
    shown = [part for _, together in found for part in together]
    within = sum(len(part.row) if isinstance(part.row, tuple) else 1 for part in shown)  # buttons and menus of rows
    fits = len(found) + len(shown) + within <= MOST_COMPONENTS
    return fits and sum(len(part.text) for part in shown) <= MOST_TEXT


def _pieces(part: Part) -> Iterator[Part]:
    """The part, or pieces of one that no message could hold."""
    texts = list(_split(part.text, MOST_TEXT))
    yield from (Part(text, tone=part.tone) for text in texts[:-1])
    yield replace(part, text=texts[-1])


def _split(text: str, longest: int) -> Iterator[str]:
    rest = text
    while len(rest) > longest:
        at = max(rest.rfind("\n", 0, longest), rest.rfind(" ", 0, longest))
        at = at if at > 0 else longest
        yield rest[:at]
        rest = rest[at:].lstrip()
    if rest.strip() or rest == text:
        yield rest

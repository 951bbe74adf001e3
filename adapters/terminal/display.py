"""Where replies are shown: a terminal, with tables, colours and links, or any other stream, as plain text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from adapters.terminal.layout import Numbered, layout
from adapters.terminal.printable import printable
from bot.chat.view import ViewBlock
from bot.dialog.text_renderer import plain_text


class PlainDisplay:
    """Plain text without any markup, flushed after each reply so that a pipe can hold a conversation."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, blocks: Sequence[ViewBlock]) -> None:
        """Show one reply and an empty line after it."""
        lines: list[str] = []
        for part, gap in layout(blocks):
            lines += [""] if gap else []
            if isinstance(part, Numbered):
                lines += [f"{number} {text}" for number, text in part.lines]
            else:
                lines.append(plain_text([part]))
        print(printable("\n".join(lines)), end="\n\n", file=self._stream, flush=True)


class RichDisplay:
    """A terminal: as wide as it is at that moment; NO_COLOR and TERM are respected."""

    def __init__(self, stream: TextIO | None = None, *, width: int | None = None) -> None:
        from rich.console import Console  # noqa: PLC0415 - a pipe does without

        self._console = Console(
            file=stream, width=width, highlight=False, force_terminal=None if stream is None else True
        )

    def show(self, blocks: Sequence[ViewBlock]) -> None:
        """Show one reply and an empty line after it."""
        from adapters.terminal.render import render  # noqa: PLC0415

        self._console.print(render(blocks, width=self._console.width))
        self._console.print()


Display = PlainDisplay | RichDisplay


def standard_display() -> Display:
    """The display for standard output."""
    return RichDisplay() if sys.stdout.isatty() else PlainDisplay(sys.stdout)

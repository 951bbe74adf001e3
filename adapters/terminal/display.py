"""Where replies are shown: a terminal, with tables and links, or any other stream, as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TextIO

from adapters.terminal.printable import printable
from bot.plain import block_lines
from bot.reply import Block


class Display(Protocol):
    """Shows blocks, one reply at a time."""

    def show(self, blocks: Sequence[Block]) -> None:
        """Show one reply and an empty line after it."""


class PlainDisplay:
    """Plain text without any markup, flushed after each reply so that a pipe can hold a conversation."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, blocks: Sequence[Block]) -> None:
        """Show one reply and an empty line after it."""
        text = "\n".join(line for block in blocks for line in block_lines(block)).strip()
        print(printable(text), end="\n\n", file=self._stream, flush=True)


class RichDisplay:
    """A terminal: as wide as it is at that moment; NO_COLOR and TERM are respected."""

    def __init__(self, stream: TextIO | None = None, *, width: int | None = None) -> None:
        from rich.console import Console  # noqa: PLC0415 - a pipe does without

        self._console = Console(
            file=stream, width=width, highlight=False, force_terminal=None if stream is None else True
        )

    def show(self, blocks: Sequence[Block]) -> None:
        """Show one reply and an empty line after it."""
        from adapters.terminal.render import render  # noqa: PLC0415

        self._console.print(render(blocks, width=self._console.width))
        self._console.print()

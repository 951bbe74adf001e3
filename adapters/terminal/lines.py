"""Where lines come from: a pipe here, a prompt in prompt.py."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class Lines(Protocol):
    """Gives one line after the other."""

    def read(self) -> str:
        """The next line without its end. Raises EOFError after the last, KeyboardInterrupt on Ctrl-C."""


class PipedLines:
    """Lines of a byte stream; bytes that are not UTF-8 are read as replacement characters."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self) -> str:
        """The next line without its end. Raises EOFError after the last."""
        line = self._stream.readline()
        if not line:
            raise EOFError
        return line.decode("utf-8", "replace").rstrip("\r\n")

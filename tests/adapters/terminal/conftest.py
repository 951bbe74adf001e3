"""A small knowledge base about boats, and a conversation over it."""

from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.terminal.display import PlainDisplay
from adapters.terminal.session import Session
from bot.dialog.answering import Bot
from bot.factory import assemble

BOATS = Path(__file__).parent / "knowledge"


@pytest.fixture(scope="session")
def boats() -> Bot:
    return assemble(BOATS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge that may be changed."""
    return shutil.copytree(BOATS, tmp_path / "boats")


class Talk:
    """A conversation: calling it types a line and gives what is shown."""

    def __init__(self, bot: Callable[[], Bot], runner: asyncio.Runner) -> None:
        self._stream = io.StringIO()
        self._runner = runner
        self.session = Session(bot, PlainDisplay(self._stream))
        self.left = False

    def __call__(self, line: str) -> str:
        self._stream.seek(0)
        self._stream.truncate()
        self.left = not self._runner.run(self.session.answer(line))
        return self._stream.getvalue()


@pytest.fixture
def talk_with() -> Iterator[Callable[[Callable[[], Bot]], Talk]]:
    """Starts conversations."""
    with asyncio.Runner() as runner:
        yield lambda bot: Talk(bot, runner)


@pytest.fixture
def say(boats: Bot, talk_with: Callable[[Callable[[], Bot]], Talk]) -> Talk:
    """A conversation about boats."""
    return talk_with(lambda: boats)

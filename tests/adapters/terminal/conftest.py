"""A small knowledge base about boats, and a conversation over it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.terminal.conversation import Conversation
from bot.answering import Bot
from bot.assembly import assemble

BOATS = Path(__file__).parent / "knowledge"


@pytest.fixture(scope="session")
def boats() -> Bot:
    return assemble(BOATS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the knowledge that may be changed."""
    return shutil.copytree(BOATS, tmp_path / "boats")


@pytest.fixture
def conversation(boats: Bot) -> Conversation:
    return Conversation(lambda: boats)

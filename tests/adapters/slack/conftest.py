"""A whole Slack on the loopback interface, and the adapter next to it with a real database."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from bot.dialog.answering import Bot
from bot.factory import SHIPPED
from knowledge.loading import load
from tests.slack_double.loopback import loopback_slack
from tests.slack_double.running import running_adapter


@pytest.fixture(scope="session")
def bot():
    """A bot on all the shipped entries, with a few phrasings each: quickly built, and those always win."""
    shipped = load(SHIPPED)
    entries = {name: replace(entry, phrasings=entry.phrasings[:3]) for name, entry in shipped.entries.items()}
    return Bot(replace(shipped, entries=entries))


@pytest.fixture
async def slack():
    """Slack. Nothing may be sent to it that the real one would refuse."""
    async with loopback_slack() as running:
        yield running
        assert running.problems == []


@pytest.fixture
def open_adapter(slack, bot, tables, tmp_path):
    """Starts an adapter; again, it is another process on the same database."""
    path = tmp_path / "bot.sqlite3"
    shutil.copy(tables, path)

    def opened(mode, *, url=f"sqlite:///{path}", **more):
        return running_adapter(slack, bot, mode, url, **more)

    return opened


@pytest.fixture(params=["socket", "http"])
async def running(request, open_adapter):
    """The adapter in each mode."""
    async with open_adapter(request.param) as found:
        yield found

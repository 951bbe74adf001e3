"""Every platform, so that the same rules can be held to all of them."""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adapters.terminal.display import Display, PlainDisplay, RichDisplay
from bot.chat.rate_limit import Limiter
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.contract.port import ChatOptions, Opening, PlatformUnderTest, lacking


@dataclass(frozen=True)
class Platform:
    """Where to find a platform: imported when it is first used."""

    module: str
    kind: str
    """The name of its class."""
    opening: str
    """The name of what starts it, or of what makes that from `choices`."""
    choices: tuple[object, ...] = ()

    def of(self, name: str) -> Any:
        """What has this name there."""
        return getattr(import_module(self.module), name)

    def open(self, bot: Bot, options: ChatOptions) -> AbstractAsyncContextManager[PlatformUnderTest]:
        """Start it."""
        found = self.of(self.opening)
        opening: Opening = found(*self.choices) if self.choices else found
        return opening(bot, options)


_HERE, _SLACK = "tests.contract.openings", ("tests.slack_double.contract", "SlackUnderTest", "slack_opening")


def _terminal(name: str, display: Callable[[io.StringIO], Display]) -> Platform:
    return Platform(_HERE, "TerminalUnderTest", "terminal_opening", (name, display))


PLATFORMS: Mapping[str, Platform] = {
    "pipe": _terminal("pipe", PlainDisplay),
    "terminal of 60 columns": _terminal("terminal", lambda stream: RichDisplay(stream, width=60)),
    "terminal of 120 columns": _terminal("terminal", lambda stream: RichDisplay(stream, width=120)),
    "Slack in Socket Mode": Platform(*_SLACK, ("socket",)),
    "Slack over HTTP": Platform(*_SLACK, ("http",)),
    "Discord": Platform("tests.discord_double.contract", "DiscordUnderTest", "discord_opening"),
    "example": Platform(_HERE, "ExampleUnderTest", "example_opening"),
}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    """Skip a rule that is about what a platform does not have, before anything is started for it."""
    platform: Platform = item.callspec.params["start"]
    surfaces = [one for mark in item.iter_markers("needs") for one in mark.args]
    if missing := lacking(platform.of(platform.kind), surfaces):
        pytest.skip(f"it has no {', '.join(missing)}")


@dataclass
class Observed:
    """What an operator would see of each exchange."""

    replies: list[Reply] = field(default_factory=list)
    on_reply: Callable[[], None] = lambda: None

    def answered(self, platform: str, seconds: float) -> None:
        """Not looked at."""

    def exchanged(self, platform: str, reply: Reply, seconds: float) -> None:
        """A reply was shown."""
        self.replies.append(reply)
        self.on_reply()

    def judged(self, platform: str, *, helpful: bool) -> None:
        """Not looked at."""


@pytest.fixture
def observed() -> Observed:
    """The observer of the platform under test."""
    return Observed()


@pytest.fixture
async def store(tmp_path: Path, tables: Path) -> AsyncIterator[ResilientStore]:
    """A started store on SQLite."""
    file = shutil.copy(tables, tmp_path / "bot.sqlite3")
    database = Store(sqlite_address(file), secrets=["a secret"])
    async with ResilientStore.open(database, every=3_600) as opened:
        yield opened


@pytest.fixture(params=PLATFORMS.values(), ids=PLATFORMS.keys())
async def start(
    request: pytest.FixtureRequest, shipped: Bot, store: ResilientStore, observed: Observed
) -> AsyncIterator[Callable[..., object]]:
    """Starts each platform in turn, with a limiter where one is given."""
    platform: Platform = request.param
    async with AsyncExitStack() as stack:

        async def start(*, limiter: Limiter | None = None, bot: Bot = shipped) -> PlatformUnderTest:
            return await stack.enter_async_context(platform.open(bot, ChatOptions(store, limiter, (observed,))))

        yield start


@pytest.fixture
async def platform(start: Callable[..., object]) -> PlatformUnderTest:
    """Each platform in turn."""
    return await start()

"""Every platform, so that the same rules can be held to all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import pytest

from adapters.terminal.display import PlainDisplay, RichDisplay
from bot.chat.rate_limit import Limiter
from bot.dialog.answering import Bot
from bot.dialog.reply import Reply
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.contract.openings import example_opening, terminal_opening
from tests.contract.port import ChatOptions, Opening, PlatformUnderTest


def _opening(module: str, name: str, *choices: str) -> Opening:
    """An opening that is imported when it is first used."""

    def opened(bot: Bot, options: ChatOptions) -> AbstractAsyncContextManager[PlatformUnderTest]:
        found = getattr(import_module(module), name)
        return (found(*choices) if choices else found)(bot, options)

    return opened


PLATFORMS: Mapping[str, Opening] = {
    "pipe": terminal_opening("pipe", PlainDisplay),
    "terminal of 60 columns": terminal_opening("terminal", lambda stream: RichDisplay(stream, width=60)),
    "terminal of 120 columns": terminal_opening("terminal", lambda stream: RichDisplay(stream, width=120)),
    "Slack in Socket Mode": _opening("tests.slack_double.contract", "slack_opening", "socket"),
    "Slack over HTTP": _opening("tests.slack_double.contract", "slack_opening", "http"),
    "Discord": _opening("tests.discord_double.contract", "discord_opening"),
    "example": example_opening,
}


@dataclass
class Observed:
    """What an operator would see of each exchange."""

    replies: list[Reply] = field(default_factory=list)
    on_reply: Callable[[], None] = lambda: None

    def answered(self, platform: str, seconds: float) -> None:
        """Not looked at."""

    def exchanged(self, platform: str, reply: Reply) -> None:
        """A reply was shown."""
        self.replies.append(reply)
        self.on_reply()

    def shown(self, platform: str, seconds: float) -> None:
        """Not looked at."""

    def judged(self, platform: str, *, helpful: bool) -> None:
        """Not looked at."""


@pytest.fixture
def observed() -> Observed:
    """The observer of the platform under test."""
    return Observed()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ResilientStore]:
    """A started store on SQLite."""
    database = Store(f"sqlite:///{tmp_path / 'bot.sqlite3'}", secrets=["a secret"])
    async with ResilientStore.open(database, every=3_600) as opened:
        yield opened


@pytest.fixture(params=PLATFORMS.values(), ids=PLATFORMS.keys())
async def start(
    request: pytest.FixtureRequest, shipped: Bot, store: ResilientStore, observed: Observed
) -> AsyncIterator[Callable[..., object]]:
    """Starts each platform in turn, with a limiter where one is given."""
    opening: Opening = request.param
    async with AsyncExitStack() as stack:

        async def start(*, limiter: Limiter | None = None, bot: Bot = shipped) -> PlatformUnderTest:
            return await stack.enter_async_context(opening(bot, ChatOptions(store, limiter, (observed,))))

        yield start


@pytest.fixture
async def platform(start: Callable[..., object]) -> PlatformUnderTest:
    """Each platform in turn."""
    return await start()

"""A whole Slack on the loopback interface, and the adapter beside it with a real database."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.settings import Settings
from adapters.slack.app import slack_app
from adapters.slack.socket import Pace
from bot.answering import Bot
from bot.assembly import SHIPPED
from bot.desk import Desk
from bot.storage.resilience import ResilientStore
from bot.store import Store
from knowledge.loading import load
from tests.slack_double.loopback import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    HttpSender,
    SocketSender,
    loopback_slack,
    serving,
)

KEY = Fernet.generate_key().decode()
QUICK = Pace(connecting=2, gone=0.6, looking=0.05, ping=0.2, first_wait=0.05, longest_wait=0.2)


@pytest.fixture(scope="session")
def shipped():
    """The knowledge that comes with the package."""
    return load(SHIPPED)


@pytest.fixture(scope="session")
def bot(shipped):
    """A bot on all of it, with a few phrasings an entry: quickly built, and those always win."""
    entries = {name: replace(entry, phrasings=entry.phrasings[:3]) for name, entry in shipped.entries.items()}
    return Bot(replace(shipped, entries=entries))


@pytest.fixture
async def slack():
    async with loopback_slack() as running:
        yield running
        assert running.problems == []


@dataclass
class Running:
    """An adapter that is being served, and how Slack reaches it."""

    adapter: object
    store: ResilientStore
    desk: Desk
    send: object
    address: str
    session: aiohttp.ClientSession

    async def settled(self):
        """Until nothing is being worked on."""
        assert await self.adapter.drain(10) == 0


@pytest.fixture
def open_adapter(slack, bot, tmp_path):
    """Starts an adapter; again, it is another process on the same database."""

    @asynccontextmanager
    async def opened(mode, *, desk_bot=bot, url=None, ready=True, **changes):
        common = {"slack_api_url": slack.api_url, "database_url": url or f"sqlite:///{tmp_path / 'bot.sqlite3'}"}
        chosen = {
            "socket": {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN},
            "http": {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING_SECRET},
            "oauth-http": {
                "slack_client_id": "1.2",
                "slack_client_secret": "client-secret-0123456789",
                "slack_signing_secret": SIGNING_SECRET,
                "token_encryption_keys": KEY,
            },
        }[mode]
        settings = Settings(_env_file=None, **common, **{**chosen, **changes})
        assert settings.slack.mode == mode
        store = Store(settings.store_url, secrets=settings.privacy_secrets, encryption_keys=settings.keys)
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            kept = await stack.enter_async_context(ResilientStore.open(store))
            desk = Desk(lambda: desk_bot, kept)
            adapter = await stack.enter_async_context(slack_app(settings, desk, session, pace=QUICK))
            application = web.Application()
            application.add_routes(adapter.routes())
            address = await stack.enter_async_context(serving(application))
            running = asyncio.create_task(adapter.run())
            try:
                if ready:
                    async with asyncio.timeout(10):
                        while not adapter.state.ready:
                            await asyncio.sleep(0.01)
                send = SocketSender(slack) if mode == "socket" else HttpSender(session, address)
                yield Running(adapter, kept, desk, send, address, session)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    return opened


@pytest.fixture(params=["socket", "http"])
async def running(request, open_adapter):
    """The adapter in each mode."""
    async with open_adapter(request.param) as found:
        yield found

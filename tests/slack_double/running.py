"""The Slack adapter with a real database, served beside a loopback Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.limiting import Limiter
from adapters.settings import Settings
from adapters.slack.app import SlackAdapter, slack_app
from adapters.slack.socket import Pace
from bot.answering import Bot
from bot.desk import Desk
from bot.storage.resilience import ResilientStore
from bot.store import Store
from tests.slack_double.loopback import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    HttpSender,
    LoopbackSlack,
    SocketSender,
    serving,
)

QUICK = Pace(connecting=2, gone=0.6, looking=0.05, ping=0.2, first_wait=0.05, longest_wait=0.2)

_CHOSEN: dict[str, dict[str, str]] = {
    "socket": {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN},
    "http": {"slack_bot_token": BOT_TOKEN, "slack_signing_secret": SIGNING_SECRET},
    "oauth-http": {
        "slack_client_id": "1.2",
        "slack_client_secret": "client-secret-0123456789",
        "slack_signing_secret": SIGNING_SECRET,
        "token_encryption_keys": Fernet.generate_key().decode(),
    },
}


@dataclass
class Running:
    """An adapter that is being served, and how Slack reaches it."""

    adapter: SlackAdapter
    store: ResilientStore
    desk: Desk
    send: Any
    address: str
    session: aiohttp.ClientSession

    async def settled(self) -> None:
        """Until nothing is being worked on."""
        assert await self.adapter.drain(10) == 0


@asynccontextmanager
async def running_adapter(
    slack: LoopbackSlack,
    bot: Bot,
    mode: str,
    database: str,
    *,
    ready: bool = True,
    limiter: Limiter | None = None,
) -> AsyncIterator[Running]:
    """An adapter in its own process, as far as anyone can tell. `ready`: wait until it can be asked."""
    settings = Settings(_env_file=None, slack_api_url=slack.api_url, database_url=database, **_CHOSEN[mode])
    assert settings.slack.mode == mode
    store = Store(settings.store_url, secrets=settings.privacy_secrets, encryption_keys=settings.keys)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        kept = await stack.enter_async_context(ResilientStore.open(store))
        desk = Desk(lambda: bot, kept)
        adapter = await stack.enter_async_context(slack_app(settings, desk, session, pace=QUICK, limiter=limiter))
        application = web.Application()
        application.add_routes(adapter.routes())
        address = await stack.enter_async_context(serving(application))
        running = asyncio.create_task(adapter.run())
        try:
            async with asyncio.timeout(10):
                while ready and not adapter.state.ready:
                    await asyncio.sleep(0.01)
            send = SocketSender(slack) if mode == "socket" else HttpSender(session, address)
            yield Running(adapter, kept, desk, send, address, session)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

"""The Slack adapter with a real database, served next to a loopback Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.platform import RestartBackoff
from adapters.server.settings import Settings, secret_of
from adapters.slack.app import SlackAdapter
from adapters.slack.manifest import CAPABILITIES
from adapters.slack.transport import SlackTiming
from adapters.slack.workspaces import SlackConfig, SlackMode
from adapters.web.pages import Pages
from bot.chat.dispatcher import Dispatcher
from bot.chat.events import Observer
from bot.chat.rate_limit import Limiter
from bot.chat.service import ChatService
from bot.dialog.answering import Bot
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from bot.teaching.tenant_bots import TenantBots
from tests.slack_double.loopback import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    HttpSender,
    LoopbackSlack,
    SocketSender,
    serving,
)

QUICK = SlackTiming(connect_timeout=2, replace_after=1.2, check_every=0.05, ping_interval=0.5)
"""aiohttp gives a connection up when a pong takes longer than half the interval, as it may on a busy machine."""

BACKOFF = RestartBackoff(first=0.05, longest=0.2)

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
    chat: ChatService
    send: Any
    address: str
    session: aiohttp.ClientSession

    async def settled(self) -> None:
        """Until nothing is being worked on."""
        assert await self.adapter.dispatcher.drain(10) == 0


@asynccontextmanager
async def running_adapter(
    slack: LoopbackSlack,
    bot: Bot,
    mode: SlackMode,
    database: str = "",
    *,
    store: ResilientStore | None = None,
    ready: bool = True,
    limiter: Limiter | None = None,
    observers: Sequence[Observer] = (),
    patience: float = 30.0,
) -> AsyncIterator[Running]:
    """An adapter in its own process, as far as anyone can see: on `database`, or on a `store` that was opened.

    `ready`: wait until it can be asked. `patience`: seconds until a call of Slack's is given up.
    """
    url = {"database_url": database} if database else {}
    settings = Settings(_env_file=None, slack_api_url=slack.api_url, **url, **_CHOSEN[mode])
    assert settings.slack.mode == mode
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(patience)))
        if store is None:
            made = Store(settings.store_url, secrets=settings.privacy_secrets, encryption_keys=settings.keys)
            store = await stack.enter_async_context(ResilientStore.open(made))
        secrets = settings.privacy_secrets
        bots = TenantBots(lambda: bot, store)
        chat = ChatService(
            lambda: bot, store, CAPABILITIES, secrets=secrets, limiter=limiter, observers=observers, bots=bots
        )
        config = SlackConfig(
            mode=mode,
            api_url=settings.slack_api_url,
            response_hosts=("127.0.0.1",),
            bot_token=secret_of(settings.slack_bot_token),
            app_token=secret_of(settings.slack_app_token),
            signing_secret=secret_of(settings.slack_signing_secret),
            client_id=settings.slack_client_id or "",
            client_secret=secret_of(settings.slack_client_secret) or "",
        )
        adapter = SlackAdapter(config, Dispatcher(chat), store, session, Pages(), timing=QUICK)
        stack.push_async_callback(adapter.close)
        application = web.Application(client_max_size=1_000_000)
        application.add_routes(adapter.routes())
        address = await stack.enter_async_context(serving(application))
        running = asyncio.create_task(adapter.keep_running(BACKOFF))
        try:
            async with asyncio.timeout(10):
                while ready and not adapter.ready:
                    await asyncio.sleep(0.01)
            send = SocketSender(slack) if mode == "socket" else HttpSender(session, address)
            yield Running(adapter, store, chat, send, address, session)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

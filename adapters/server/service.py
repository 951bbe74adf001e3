"""The composition root: one process that serves every platform it has credentials for.

On the way out nothing new is accepted, answers under way are finished, and only then is anything closed.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from adapters.platform import PartStatus, Platform, RestartBackoff
from adapters.server.hot_reload import Knowledge, freeze_objects
from adapters.server.jobs import CuratorSection, DigestScheduler, FreshnessJob, ReviewJob, entitled
from adapters.server.logs import unhandled
from adapters.server.monitoring import Health, LoopLag, Metrics
from adapters.server.settings import Settings, make_store, secret_of
from adapters.server.telemetry import telemetry
from adapters.web.answer_pages import AnswerPages
from adapters.web.api import Api
from adapters.web.application import listening, web_application
from adapters.web.pages import Operator, Pages, PlatformInfo, SiteInfo, site_routes
from adapters.web.requests import AddressLimit
from bot.chat.background import Corrections, Returns
from bot.chat.capabilities import Capabilities
from bot.chat.dispatcher import Dispatcher
from bot.chat.rate_limit import Limiter
from bot.chat.service import ChatService
from bot.insights.digest import DigestBuilder
from bot.storage.address import normalised, sqlite_file
from bot.storage.resilience import ResilientStore
from bot.teaching.tenant_bots import TenantBots

CALL = 30.0
"""Seconds a call of a platform's API may take."""

_FRAMES = {"Slack": "square", "Discord": "round"}
"""The chats that an answer is shown in on its page, with the form of their authors' pictures."""

_MODES = {"socket": "on (Socket Mode)", "http": "on (HTTP)", "oauth-http": "on (HTTP, for any workspace)"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """The service while it runs."""

    address: str
    """Where it listens, as http://HOST:PORT."""
    health: Health
    knowledge: Knowledge
    store: ResilientStore


async def until_stopped(service: AbstractAsyncContextManager[object]) -> None:
    """Run until SIGTERM or SIGINT, then stop in order; a second signal stops at once. Raises what the service does."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unhandled)
    started, stop = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with service:
            freeze_objects()
            started.set()
            await stop.wait()
            _log.info("stopping")

    serving = asyncio.create_task(run())

    def on_signal() -> None:
        if started.is_set() and not stop.is_set():
            stop.set()
        else:
            serving.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # not on Windows, where Ctrl-C cancels us
            loop.add_signal_handler(number, on_signal)
    with suppress(asyncio.CancelledError):
        await serving
    _log.info("stopped")


@asynccontextmanager
async def running(settings: Settings, *, backoff: RestartBackoff | None = None) -> AsyncIterator[Service]:
    """The service with every platform that has credentials; stopped at the end, as `Platform.stop` says.

    Raises KnowledgeError, SettingsError, StoreError or ListenError where it cannot start.
    """
    async with AsyncExitStack() as stack:
        observers = await stack.enter_async_context(telemetry(settings))
        knowledge = await asyncio.to_thread(Knowledge, settings.knowledge)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL)))
        store = await stack.enter_async_context(ResilientStore.open(make_store(settings)))
        bots = TenantBots(knowledge.bot, store)
        chats: dict[str, ChatService] = {}
        limiter = Limiter(
            user=settings.framework_bot_user_limit,
            channel=settings.framework_bot_channel_limit,
            tenant=settings.framework_bot_tenant_limit,
        )
        lag = LoopLag()
        metrics = Metrics(knowledge.bot, store, lag, limiter)
        digests = DigestBuilder(knowledge.bot, store, settings.retention)
        many_workspaces = ("slack",) if settings.slack.mode == "oauth-http" else ()
        curators = entitled(settings.framework_bot_curators, many_workspaces)

        def dispatcher(capabilities: Capabilities) -> Dispatcher:
            chat = ChatService(
                knowledge.bot,
                store,
                capabilities,
                secrets=settings.privacy_secrets,
                limiter=limiter,
                observers=(metrics, *observers),
                retention=settings.retention,
                curating=CuratorSection(curators, digests, bots),
                public_url=settings.public_url if settings.public_url and settings.framework_bot_pages else "",
                bots=bots,
            )
            chats[capabilities.name] = chat
            return Dispatcher(chat)

        pages = _pages(settings)
        application = web_application(pages)
        wired: list[tuple[Platform, PlatformInfo]] = []
        if settings.slack.on:
            wired.append(_slack(settings, dispatcher, application, session=session, store=store, pages=pages))
        if settings.discord.on:
            wired.append(_discord(settings, dispatcher, store))
        platforms = {one.name: one for one, _ in wired}
        metrics.add_platforms(platforms)
        health = Health(
            {
                "knowledge": knowledge.status,
                "store": partial(_store_status, store),
                "loop": lag.status,
                **{name.lower(): partial(PartStatus, "off", mode.reason) for name, mode in settings.modes.items()},
                **{name: platform.status for name, platform in platforms.items()},
            }
        )
        info = SiteInfo(
            platforms=[about for _, about in wired],
            retention=settings.retention,
            monitored=settings.sentry_dsn is not None or settings.otel_exporter_otlp_endpoint is not None,
        )
        _add_pages(application, settings, pages, info, knowledge)
        application.add_routes([*health.routes(), *metrics.routes(settings.framework_bot_metrics_token)])
        address = await stack.enter_async_context(listening(application, settings.host, settings.port))
        _report(settings, knowledge, store, address)
        scheduler = DigestScheduler(curators, settings.framework_bot_digest, platforms, digests, store, bots=bots)
        edited = platforms.values() if settings.retention.answers else ()
        jobs = (
            *(lag.run, knowledge.watch, bots.watch, scheduler.run, ReviewJob(platforms, store).run),
            FreshnessJob(knowledge.bot, store, weekly=settings.framework_bot_freshness == "weekly").run,
            *(Corrections(chats[one.name], store, one.edit).run for one in edited),
            *(Returns(chat, bots).run for chat in chats.values()),
        )
        async with _in_background(*jobs, *(partial(one.keep_running, backoff) for one in platforms.values())):
            try:
                yield Service(address, health, knowledge, store)
            finally:
                health.stopping = True
                await asyncio.gather(*(platform.stop() for platform in platforms.values()))


@asynccontextmanager
async def running_pages(settings: Settings, started: Callable[[str], None]) -> AsyncIterator[None]:
    """The pages and the API alone: no platform, and nothing is stored. `started` is called with the address.

    Raises KnowledgeError, SettingsError or ListenError where it cannot start.
    """
    knowledge = await asyncio.to_thread(Knowledge, settings.knowledge)
    lag = LoopLag()
    pages = _pages(settings)
    application = web_application(pages)
    _add_pages(application, settings, pages, SiteInfo(), knowledge)
    application.add_routes(Health({"knowledge": knowledge.status, "loop": lag.status}).routes())
    serving = listening(application, settings.host, settings.port)
    async with serving as address, _in_background(lag.run, knowledge.watch):
        started(address)
        yield


@asynccontextmanager
async def _in_background(*jobs: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run them until the end, then cancel them."""
    tasks = [asyncio.create_task(job()) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _pages(settings: Settings) -> Pages:
    operator = Operator(settings.framework_bot_operator, settings.framework_bot_contact)
    return Pages(operator, answers=settings.framework_bot_pages)


def _add_pages(
    application: web.Application, settings: Settings, pages: Pages, info: SiteInfo, knowledge: Knowledge
) -> None:
    """Add every page and the API."""
    limit, public_url = AddressLimit(settings.framework_bot_web_limit), settings.public_url or ""
    application.add_routes(site_routes(pages, info, knowledge.bot))
    if settings.framework_bot_pages:
        answers = AnswerPages(pages, knowledge.bot, limit, frames=_FRAMES, public_url=public_url)
        application.add_routes(answers.routes())
    if settings.framework_bot_api:
        token = secret_of(settings.framework_bot_api_token) or ""
        origins = settings.framework_bot_api_origins
        Api(knowledge.bot, limit, public_url=public_url, token=token, origins=origins).add_to(application)


def _slack(
    settings: Settings,
    dispatcher: Callable[[Capabilities], Dispatcher],
    application: web.Application,
    *,
    session: aiohttp.ClientSession,
    store: ResilientStore,
    pages: Pages,
) -> tuple[Platform, PlatformInfo]:
    """The adapter, with its routes in `application`, and what the pages say about it."""
    from adapters.slack.app import SlackAdapter  # noqa: PLC0415 - not without Slack
    from adapters.slack.manifest import CAPABILITIES  # noqa: PLC0415 - as above
    from adapters.slack.oauth import slack_info  # noqa: PLC0415 - as above
    from adapters.slack.workspaces import SlackConfig  # noqa: PLC0415 - as above

    config = SlackConfig(
        mode=settings.slack.mode,  # type: ignore[arg-type] # on, so one of the modes
        api_url=settings.slack_api_url,
        response_hosts=settings.slack_response_hosts,
        bot_token=secret_of(settings.slack_bot_token),
        app_token=secret_of(settings.slack_app_token),
        signing_secret=secret_of(settings.slack_signing_secret),
        client_id=settings.slack_client_id or "",
        client_secret=secret_of(settings.slack_client_secret) or "",
    )
    adapter = SlackAdapter(config, dispatcher(CAPABILITIES), store, session, pages)
    application.add_routes(adapter.routes())
    return adapter, slack_info(anyone_installs=settings.slack.mode == "oauth-http")


def _discord(
    settings: Settings, dispatcher: Callable[[Capabilities], Dispatcher], store: ResilientStore
) -> tuple[Platform, PlatformInfo]:
    from adapters.discord.app import ClientOptions, DiscordAdapter, discord_info  # noqa: PLC0415 - not without Discord
    from adapters.discord.commands import capabilities  # noqa: PLC0415 - as above

    options = ClientOptions(
        shard_ids=settings.discord_shard_ids,
        shard_count=settings.discord_shard_count,
        listening=settings.discord_message_content,
    )
    token, api_url = secret_of(settings.discord_token) or "", settings.discord_api_url
    dispatch = dispatcher(capabilities(listening=options.listening))
    adapter = DiscordAdapter(token, dispatch, store, options, api_url=api_url)
    return adapter, discord_info(adapter.invitation, reads_all=options.listening)


def _store_status(store: ResilientStore) -> PartStatus:
    state = store.state
    details = {"waiting": state.waiting, "dropped": state.dropped}
    if state.available:
        return PartStatus("ready", "", details)
    since = state.since.isoformat(timespec="seconds")
    reason = f"away since {since}: a redelivery of what another process may have answered waits for the next one"
    return PartStatus("degraded", reason, details)


def _report(settings: Settings, knowledge: Knowledge, store: ResilientStore, address: str) -> None:
    """Log what is on, what is off, and why."""
    known = knowledge.bot().knowledge
    overlay = settings.framework_bot_overlay
    own = f", with the entries in {overlay}" if overlay is not None else ""
    _log.info("knowledge: version %s, %d entries%s", known.version, len(known.entries), own)
    file = sqlite_file(normalised(settings.store_url))
    away = "" if store.state.available else ", which is away: answers go on without it"
    _log.info("store: %s%s", file or "PostgreSQL", away)
    for title, mode in settings.modes.items():
        level = logging.WARNING if mode.incomplete else logging.INFO
        state = _MODES.get(mode.mode, "on") if mode.on else "off"
        _log.log(level, "%s: %s: %s", title, state, mode.reason)
    _log.info("listening on %s", address)

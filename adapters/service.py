"""One process that serves every platform it has credentials for, side by side.

A platform that fails is started again, with growing pauses; one whose credentials are refused stays
off until they are mended. Neither touches the other. On the way out nothing new is taken, what is
being answered is finished, and only then is anything closed.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from adapters.digest.making import Digests
from adapters.digest.sending import Courier, Sending
from adapters.garbage import keep_out
from adapters.health import Health, LoopLag, Part
from adapters.limiting import Limiter
from adapters.logs import unhandled
from adapters.metrics import Metrics, Sources
from adapters.platforms import DiscordPlatform, SlackPlatform
from adapters.reloading import LiveBot
from adapters.settings import Settings, SettingsError
from adapters.stores import store_of
from adapters.supervision import Pace, Supervised
from adapters.telemetry import telemetry
from adapters.terminal.errors import CommandError
from adapters.web.application import web_application
from adapters.web.connections import Bounds, Connections
from adapters.web.document import Document
from adapters.web.listening import listening
from adapters.web.operator import Operator
from adapters.web.served import Served
from adapters.web.site import Site
from bot.answering import Bot
from bot.assembly import assemble
from bot.desk import Desk
from bot.storage.address import normalised, sqlite_file
from bot.storage.resilience import ResilientStore
from bot.storage.retention import Retention
from knowledge.errors import KnowledgeError
from knowledge.watching import Watcher

LOOK_AGAIN = 10.0
"""Seconds until entries that could not be watched are tried again."""

CALL = 30.0
"""Seconds a call of a platform's API may take."""

_MODES = {"socket": "Socket Mode", "http": "HTTP", "oauth-http": "HTTP, for any workspace"}

_log = logging.getLogger(__name__)


class Knowledge:
    """The bot as of now: another one after the team's own entries changed and the new ones are right."""

    def __init__(self, settings: Settings) -> None:
        """Takes a moment. Raises KnowledgeError where the files are wrong, SettingsError where the thresholds are."""
        self._settings = settings
        self._broken = False
        overlay = settings.framework_bot_overlay
        # The watcher first, so that it misses nothing that changes while the bot is built.
        self._watcher = Watcher([overlay], self._reload, self._failed) if overlay is not None else None
        self.bot = LiveBot(self._make(), self._make_again)

    async def watch(self) -> None:
        """Look for changes until cancelled; returns at once where there is nothing to watch."""
        while self._watcher is not None:
            try:
                await self._watcher.run()
            except Exception as error:  # noqa: BLE001 - the bot goes on answering, and the folder may come back
                _log.error("looking for changed entries failed", exc_info=error)
            await asyncio.sleep(LOOK_AGAIN)

    def part(self) -> Part:
        """How it is."""
        figures = {"version": self.bot().knowledge.version}
        if self._broken:
            return Part("degraded", "the newest files have a mistake; the version before them answers", figures)
        return Part("ready", "", figures)

    def _make(self) -> Bot:
        bot = assemble(overlay=self._settings.framework_bot_overlay)
        bot.thresholds = self._settings.thresholds(bot.thresholds)
        return bot

    def _make_again(self) -> Bot:
        try:
            bot = self._make()
        except SettingsError as error:
            self._broken = True
            raise CommandError(str(error)) from None
        self._broken = False
        return bot

    def _reload(self) -> None:
        self.bot.reload()
        keep_out()
        self._tell(logging.ERROR if self._broken else logging.INFO)

    def _failed(self, error: KnowledgeError) -> None:
        self._broken = True
        self.bot.failed(error)
        self._tell(logging.ERROR)

    def _tell(self, level: int) -> None:
        for notice in self.bot.notices():
            _log.log(level, "%s", notice)


@dataclass(frozen=True, slots=True)
class Service:
    """The service while it runs."""

    address: str
    """Where it listens, as http://HOST:PORT."""
    health: Health
    knowledge: Knowledge
    store: ResilientStore


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then stop in order; a second one stops at once.

    Raises KnowledgeError, SettingsError, StoreError or CommandError where it cannot start.
    """
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unhandled)
    started, stop = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        async with running(settings):
            keep_out()
            started.set()
            await stop.wait()
            _log.info("stopping")

    serving = asyncio.create_task(run())

    def asked() -> None:
        if started.is_set() and not stop.is_set():
            stop.set()
        else:
            serving.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # not on Windows, where Ctrl-C cancels us
            loop.add_signal_handler(number, asked)
    with suppress(asyncio.CancelledError):
        await serving
    _log.info("stopped")


@asynccontextmanager
async def running(
    settings: Settings, *, pace: Pace | None = None, bounds: Bounds | None = None
) -> AsyncIterator[Service]:
    """The service, started; stopped at the end, as `Supervised.stop` says. `bounds`: what HTTP clients may take."""
    async with AsyncExitStack() as stack:
        observers = await stack.enter_async_context(telemetry(settings))
        knowledge = await asyncio.to_thread(Knowledge, settings)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL)))
        store = await stack.enter_async_context(ResilientStore.open(store_of(settings)))
        metrics = Metrics(lambda: knowledge.bot().knowledge)
        desk = Desk(knowledge.bot, store, [metrics, *observers])
        connections, document = Connections(bounds), Document(Operator.of(settings))
        application = web_application(connections, document)
        served, limiter = Served.of(settings), _limiter(settings)
        platforms: dict[str, Supervised] = {}
        couriers: dict[str, Courier] = {}
        if settings.slack.mode != "off":
            from adapters.slack.app import slack_app  # noqa: PLC0415 - not without Slack
            from adapters.slack.curating import SlackCourier  # noqa: PLC0415 - as above

            slack = await stack.enter_async_context(slack_app(settings, desk, session, limiter=limiter))
            application.add_routes(slack.routes())
            platforms["slack"] = Supervised("Slack", SlackPlatform(slack), pace)
            couriers["slack"] = SlackCourier(slack, session)
        if settings.discord.on:
            from adapters.discord.digesting import DiscordCourier  # noqa: PLC0415 - not without Discord
            from adapters.discord.service import build  # noqa: PLC0415 - as above

            listens = settings.discord_message_content
            discord = DiscordPlatform(lambda: build(settings, desk, store, listening=listens, limiter=limiter))
            platforms["discord"] = Supervised("Discord", discord, pace)
            couriers["discord"] = DiscordCourier(lambda: discord.adapter)
            served = Served.of(settings, discord.invitation)
        lag = LoopLag()
        health = Health(
            {
                "knowledge": knowledge.part,
                "store": lambda: _store_part(store),
                "loop": lag.part,
                "slack": _part_of(platforms, "slack", settings.slack.told),
                "discord": _part_of(platforms, "discord", settings.discord.told),
            }
        )
        application.add_routes(health.routes())
        metrics.watch(
            Sources(store=store, platforms=platforms, lag=lambda: lag.seconds, limited=lambda: limiter.refused)
        )
        application.add_routes(metrics.routes(settings.framework_bot_metrics_token))
        application.add_routes(Site(document, served, knowledge.bot).routes())
        address = await stack.enter_async_context(listening(application, settings.host, settings.port, connections))
        _report(settings, knowledge, store, address)
        work = [
            asyncio.create_task(run())
            for run in (lag.run, knowledge.watch, _sending(settings, knowledge, store, couriers).run)
        ]
        work += [asyncio.create_task(platform.run()) for platform in platforms.values()]
        try:
            yield Service(address, health, knowledge, store)
        finally:
            health.stopping = True
            try:
                await asyncio.gather(*(platform.stop() for platform in platforms.values()))
            finally:
                for task in work:
                    task.cancel()
                await asyncio.gather(*work, return_exceptions=True)


def _limiter(settings: Settings) -> Limiter:
    return Limiter(
        user=settings.framework_bot_user_limit,
        channel=settings.framework_bot_channel_limit,
        tenant=settings.framework_bot_tenant_limit,
    )


def _sending(
    settings: Settings, knowledge: Knowledge, store: ResilientStore, couriers: Mapping[str, Courier]
) -> Sending:
    digests = Digests(knowledge.bot, store, Retention(words=settings.words_kept))
    return Sending(
        settings.framework_bot_curators,
        settings.framework_bot_digest,
        couriers,
        digests,
        store,
        many_workspaces=settings.slack.mode == "oauth-http",
    )


def _store_part(store: ResilientStore) -> Part:
    state = store.state
    figures = {"waiting": state.waiting, "dropped": state.dropped}
    if state.available:
        return Part("ready", "", figures)
    since = state.since.isoformat(timespec="seconds")
    reason = f"away since {since}: a redelivery of what another process may have answered waits for the next one"
    return Part("degraded", reason, figures)


def _part_of(platforms: Mapping[str, Supervised], name: str, why_not: str) -> Callable[[], Part]:
    return platforms[name].part if name in platforms else lambda: Part("off", why_not)


def _report(settings: Settings, knowledge: Knowledge, store: ResilientStore, address: str) -> None:
    """What is on, what is off, and why."""
    known = knowledge.bot().knowledge
    overlay = settings.framework_bot_overlay
    own = f", with the entries in {overlay}" if overlay is not None else ""
    _log.info("knowledge: version %s, %d entries%s", known.version, len(known.entries), own)
    file: Path | None = sqlite_file(normalised(settings.store_url))
    away = "" if store.state.available else ", which is away: answers go on without it"
    _log.info("store: %s%s", file or "PostgreSQL", away)
    mode = _MODES.get(settings.slack.mode)
    slack, discord = settings.slack, settings.discord
    for incomplete, name, state, reason in (
        (slack.incomplete, "Slack", f"on ({mode})" if mode else "off", slack.told),
        (discord.incomplete, "Discord", "on" if discord.on else "off", discord.told),
    ):
        _log.log(logging.WARNING if incomplete else logging.INFO, "%s: %s: %s", name, state, reason)
    _log.info("listening on %s", address)

"""The service next to a loopback Slack and a loopback Discord, in this process or in one of its own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.server.settings import Settings
from bot.storage.errors import StoreUnavailable
from tests.discord_double.loopback import TOKEN, loopback
from tests.slack_double.loopback import BOT_TOKEN, SIGNING_SECRET, loopback_slack

ROOT = Path(__file__).parents[3]
DEADLINE = 30.0


@pytest.fixture
async def slack():
    async with loopback_slack() as running:
        yield running


@pytest.fixture
async def discord(monkeypatch):
    # Where requests go is a setting of the whole process: put it back.
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    async with loopback() as running:
        yield running


@pytest.fixture
def slack_settings(slack):
    """Slack over HTTP, at the loopback one."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "SLACK_RESPONSE_HOSTS": "127.0.0.1",
    }


@pytest.fixture
def discord_settings(discord):
    return {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.api}


@pytest.fixture
def common(tmp_path, tables):
    """What every service here has: any free port, and a database of its own."""
    return {"PORT": "0", "DATABASE_URL": f"sqlite:///{shutil.copy(tables, tmp_path / 'bot.sqlite3')}"}


@pytest.fixture
def made(common):
    """Settings for a service in this process."""

    def made(**settings):
        return Settings(_env_file=None, **{name.lower(): value for name, value in {**common, **settings}.items()})

    return made


@pytest.fixture
async def get():
    """Status and JSON of an address."""
    async with aiohttp.ClientSession() as session:

        async def get(url, **headers):
            async with session.get(url, headers=headers) as answer:
                return answer.status, await answer.json() if "json" in answer.content_type else await answer.text()

        yield get


@pytest.fixture
def until(get):
    """Waits for a probe to answer with a status; its JSON."""

    async def until(url, status, reached=lambda _: True):
        async with asyncio.timeout(DEADLINE):
            while True:
                found, body = await get(url)
                if found == status and reached(body):
                    return body
                await asyncio.sleep(0.05)

    return until


@pytest.fixture
def lose_store(monkeypatch):
    """Makes the database of a service go away, with a reason that only the log may hold."""

    async def lose_store(service, reason="away"):
        async def away(*_, **__):
            raise StoreUnavailable(reason)

        monkeypatch.setattr(service.store.store.database, "ping", away)
        with pytest.raises(StoreUnavailable):
            await service.store._breaker.call(away)

    return lose_store


class Process:
    """`framework-bot serve` in a process of its own."""

    def __init__(self, process):
        self.process = process
        self.lines = []

    async def line(self, words):
        """The first line of the log whose message starts so; from here on if there was one before."""
        async with asyncio.timeout(DEADLINE):
            while raw := await self.process.stderr.readline():
                self.lines.append(json.loads(raw))
                if self.lines[-1]["message"].startswith(words):
                    return self.lines[-1]
        raise AssertionError(f"no line with {words!r} in {self.lines}")

    async def address(self):
        """Where it listens."""
        return (await self.line("listening on "))["message"].removeprefix("listening on ")

    async def ended(self):
        """Its exit code, once it has ended."""
        async with asyncio.timeout(DEADLINE):
            rest = await self.process.stderr.read()
            self.lines += [json.loads(raw) for raw in rest.splitlines()]
            return await self.process.wait()


@pytest.fixture
def start(common, cache, shipped, tmp_path):
    """Starts a process with these settings and no others; it is killed where a test leaves it."""

    @asynccontextmanager
    async def start(**settings):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "FRAMEWORK_BOT_CACHE": str(cache)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "adapters.cli.main", "serve",
            env={**environment, **common, **settings}, cwd=tmp_path, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            yield Process(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    return start


@pytest.fixture
def logging_as_before():
    """Puts logging back as it was."""
    names = [None, "adapters", "bot", "knowledge"]
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)

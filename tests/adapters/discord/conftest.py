"""The client as it is served, against a simulated Discord, with a real store."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import simcord.interactions
from simcord.env import Env

from adapters.discord.app import ClientOptions, FrameworkClient
from adapters.discord.commands import capabilities
from bot.chat.dispatcher import Dispatcher
from bot.chat.rate_limit import Limiter
from bot.chat.service import ChatService
from bot.dialog.answering import Bot
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.discord_double.scene import SECRET, Scene


def pytest_configure(config: pytest.Config) -> None:
    """The mark these tests use."""
    config.addinivalue_line("markers", "served(**how): how the client of `simcord_env` is made")


@pytest.fixture
async def store(tmp_path: Path, tables: Path) -> AsyncIterator[ResilientStore]:
    """A store of its own on a real SQLite file."""
    path = shutil.copy(tables, tmp_path / "bot.sqlite3")
    async with ResilientStore.open(Store(sqlite_address(path), secrets=["key"]), every=3_600) as opened:
        yield opened


@pytest.fixture
def limiter() -> Limiter:
    """How often people may ask: any number of times."""
    return Limiter()


@pytest.fixture
def serving(shipped: Bot, store: ResilientStore, limiter: Limiter) -> Callable[..., Dispatcher]:
    """Makes a dispatcher over the shipped knowledge and the store."""

    def serving(*, listening: bool = False, **more: Any) -> Dispatcher:
        able = capabilities(listening=listening)
        return Dispatcher(ChatService(lambda: shipped, store, able, secrets=[SECRET], limiter=limiter, **more))

    return serving


@pytest.fixture
def make(serving: Callable[..., Dispatcher], store: ResilientStore) -> Callable[..., FrameworkClient]:
    """Makes a client, as another process would: only the store and the secret are shared."""

    def make(*, listening: bool = False, **more: Any) -> FrameworkClient:
        dispatcher = serving(listening=listening, **more)
        return FrameworkClient(dispatcher, store, ClientOptions(shard_count=1, listening=listening))

    return make


@pytest.fixture
def simcord_bot(make: Callable[..., FrameworkClient], request: pytest.FixtureRequest) -> FrameworkClient:
    """The client that `simcord_env` runs; the mark `served` says how it is made."""
    mark = request.node.get_closest_marker("served")
    return make(**(mark.kwargs if mark is not None else {}))


@pytest.fixture(autouse=True)
def installed_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Who installed the bot, as every interaction says: the server, unless a test says otherwise."""
    by = {"server": True}
    original = simcord.interactions.base_payload

    def with_owner(backend: Any, **what: Any) -> Any:
        record, payload = original(backend, **what)
        if what["guild_id"] is not None and by["server"]:
            payload["authorizing_integration_owners"] = {"0": str(what["guild_id"])}
        else:
            payload["authorizing_integration_owners"] = {"1": str(what["user_id"])}
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", with_owner)
    return by


@pytest.fixture
def scene(simcord_env: Env) -> Scene:
    """A server with a channel and two people."""
    return Scene(simcord_env)

"""The client as it is served, against a simulated Discord, with a real store."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import simcord.interactions
from simcord.env import Env

from adapters.discord.client import FrameworkClient, Shape
from bot.answering import Bot
from bot.desk import Desk
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.store import Store
from tests.discord_double.scene import SECRET, Scene


def pytest_configure(config: pytest.Config) -> None:
    """The mark these tests use."""
    config.addinivalue_line("markers", "shape(**shape): how the client of `simcord_env` is started")


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("store") / "bot.sqlite3"

    async def made() -> None:
        async with Store.open(sqlite_address(path)):
            pass

    asyncio.run(made())
    return path


@pytest.fixture
async def store(tmp_path: Path, tables: Path) -> AsyncIterator[ResilientStore]:
    """A store of its own on a real SQLite file."""
    path = shutil.copy(tables, tmp_path / "bot.sqlite3")
    async with ResilientStore.open(Store(sqlite_address(path), secrets=["key"]), every=3_600) as opened:
        yield opened


@pytest.fixture
def desk(shipped: Bot, store: ResilientStore) -> Desk:
    """The desk over both."""
    return Desk(lambda: shipped, store)


@pytest.fixture
def make(desk: Desk, store: ResilientStore) -> Callable[..., FrameworkClient]:
    """Makes a client, as another process would: nothing but the store and the secret is shared."""

    def made(**shape: Any) -> FrameworkClient:
        return FrameworkClient(desk, store, SECRET, Shape(**{"shard_count": 1, **shape}))

    return made


@pytest.fixture
def simcord_bot(make: Callable[..., FrameworkClient], request: pytest.FixtureRequest) -> FrameworkClient:
    """The client that `simcord_env` runs; the mark `shape` says how it is started."""
    mark = request.node.get_closest_marker("shape")
    return make(**(mark.kwargs if mark is not None else {}))


@pytest.fixture(autouse=True)
def installed_by(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Who installed the bot, as every interaction tells it: the server, unless a test says otherwise."""
    by = {"server": True}
    original = simcord.interactions.base_payload

    def told(backend: Any, **what: Any) -> Any:
        record, payload = original(backend, **what)
        if what["guild_id"] is not None and by["server"]:
            payload["authorizing_integration_owners"] = {"0": str(what["guild_id"])}
        else:
            payload["authorizing_integration_owners"] = {"1": str(what["user_id"])}
        return record, payload

    monkeypatch.setattr(simcord.interactions, "base_payload", told)
    return by


@pytest.fixture
def scene(simcord_env: Env) -> Scene:
    """See Scene."""
    return Scene(simcord_env)

"""A chat over a small bot and a real database."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat.service import ChatService
from bot.storage.address import sqlite_address
from bot.storage.resilience import ResilientStore
from bot.storage.store import Store
from tests.bot.chat_scene import BOT, CAPABILITIES, NOW


@pytest.fixture
def file(tmp_path: Path, tables: Path) -> Path:
    return shutil.copy(tables, tmp_path / "bot.sqlite3")


@pytest.fixture
async def store(file: Path) -> AsyncIterator[ResilientStore]:
    opened = Store(sqlite_address(file), secrets=["a secret"], clock=lambda: NOW)
    async with ResilientStore.open(opened, every=3_600) as resilient:
        yield resilient


@pytest.fixture
def chat(store: ResilientStore) -> ChatService:
    return ChatService(lambda: BOT, store, CAPABILITIES, secrets=["a secret"])

"""What all suites share: one compiled copy of the shipped knowledge, away from the user's cache."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import settings

from bot.chat import comparing
from bot.dialog import answering
from bot.dialog.answering import Bot
from bot.factory import assemble
from bot.retrieval.autocomplete import Suggester
from bot.storage.address import sqlite_address
from knowledge.model import KnowledgeBase
from tests.storing import opened

# How long one example takes is never the subject: machines are busy.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Processes of `-n auto`: three for two cores, because tests wait for sockets, processes and clocks a third of
    their time."""
    return max((os.cpu_count() or 1) * 3 // 2, 2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the fault run: it takes longest and mostly waits, while other processes run other tests."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/load/"))


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where compiled knowledge is cached while the tests run: one folder for all processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWORK_BOT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def suggesters() -> Iterator[None]:
    """Builds a suggester once for each knowledge base: hundreds of tests make a chat service over the shipped one."""
    built: dict[tuple[int, tuple[str, ...] | None], Suggester] = {}

    def suggester(knowledge: KnowledgeBase, *, among: Iterable[str] | None = None) -> Suggester:
        key = id(knowledge), None if among is None else tuple(among)  # each holds its knowledge, so that ids are unique
        if key not in built:
            built[key] = Suggester(knowledge, among=key[1])
        return built[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "Suggester", suggester)
        yield


@pytest.fixture(scope="session", autouse=True)
def day() -> Iterator[date]:
    """The day of every bot that is given no other: no claim gets older while the tests are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answering, "utc_today", lambda: date(2026, 11, 30))
        yield date(2026, 11, 30)


@pytest.fixture(scope="session")
def shipped(cache: Path) -> Bot:
    """A bot over the knowledge that comes with the package."""
    return assemble()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them, to copy: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("tables") / "bot.sqlite3"

    async def create() -> None:
        async with opened(sqlite_address(path)):
            pass

    asyncio.run(create())
    return path

"""A month small enough for every run, played once for all tests that only read what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, inspect, text

from bot.curation.gathering import Material
from bot.curation.report import Report, build
from bot.storage.address import normalised, sqlite_file
from tests.databases import postgresql
from tests.month.finding import Findings, findings
from tests.month.playing import Clock, Played, gathered, play
from tests.month.script import PERIOD, month

QUESTIONS = 500


@dataclass(frozen=True)
class Month:
    """What came of it."""

    url: str
    played: Played
    material: Material
    report: Report
    found: Findings


@pytest.fixture(scope="session")
def played_month(shipped, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('month') / 'month.sqlite3'}"
    clock = Clock()
    played = asyncio.run(play(month(QUESTIONS), url, shipped, clock=clock))
    clock.now = PERIOD.ends
    material = asyncio.run(gathered(url, clock))
    report = build(material, shipped)
    return Month(url, played, material, report, findings(report, played.exchanges))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'month.sqlite3'}"
    else:
        with postgresql() as address:
            yield address


@pytest.fixture
def kept_rows(url):
    """Reads every row of every table there is, with its columns, past all our code."""

    def read():
        engine = create_engine(normalised(url).replace("+aiosqlite", "", 1), poolclass=NullPool)
        with engine.connect() as connection:
            return {
                table: [dict(row._mapping) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
                for table in inspect(engine).get_table_names()
            }

    return read


@pytest.fixture
def everything(url, kept_rows):
    """Every value of every table as text, and of SQLite also the bytes of its files."""

    def read():
        values = [str(value) for table in kept_rows().values() for row in table for value in row.values()]
        file = sqlite_file(normalised(url))
        files: list[Path] = sorted(file.parent.glob(f"{file.name}*")) if file is not None else []
        return "\n".join([*values, *(path.read_bytes().decode("utf-8", "replace") for path in files)])

    return read

"""The processes of a run: the bot's, the no-op app's and Slack's, on one database made for the run."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.databases import POSTGRESQL, plain
from tests.load.sender import Refused, Wire
from tests.slack_double.loopback import BOT_TOKEN, SIGNING_SECRET

ROOT = Path(__file__).parents[2]
STARTING = 120.0
"""Seconds a process may take to start, on a busy machine."""

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def database() -> Iterator[str]:
    """The address of a PostgreSQL database that goes with the run. Raises psycopg.OperationalError without a server."""
    name = f"load_{uuid.uuid4().hex}"
    with closing(psycopg.connect(plain(POSTGRESQL), autocommit=True, connect_timeout=3)) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port that nobody uses: a replica comes back where it was."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Process:
    """A Python module that serves HTTP, in a process of its own; can be started again at the same address."""

    def __init__(self, name: str, module: str, settings: Mapping[str, str], *arguments: str) -> None:
        self.name = name
        self.port = free_port()
        self._command = [sys.executable, "-m", module, *arguments]
        self._settings = dict(settings)
        self._process: asyncio.subprocess.Process | None = None
        self._folder = tempfile.TemporaryDirectory()
        self.log = Path(self._folder.name) / "log"
        self.killed_at: list[float] = []

    async def start(self) -> None:
        """Until it takes connections. Raises RuntimeError, with the end of its log, where it does not."""
        own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": str(self.port)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env={**own, **self._settings}, cwd=self._folder.name, stderr=log
            )
        began = time.monotonic()
        while not await self._listens():
            if self._process.returncode is not None or time.monotonic() - began > STARTING:
                raise RuntimeError(f"{self.name} does not start:\n{self.log.read_text()[-2000:]}")
            await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """Until it says so itself (framework-bot only)."""
        async with asyncio.timeout(STARTING):
            while (await self.parts()).get("slack", {}).get("status") != "ready":
                await asyncio.sleep(0.02)

    async def parts(self) -> dict[str, Any]:
        """The parts of /readyz; nothing where it does not answer."""
        wire = Wire("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(1):
                _, body = await wire.get("/readyz")
            found = json.loads(body)
        except (Refused, TimeoutError, ValueError):
            return {}
        finally:
            wire.close()
        return dict(found.get("parts", {}))

    async def kill(self) -> None:
        """As the kernel does when memory runs out."""
        if self._process is not None and self._process.returncode is None:
            self.killed_at.append(time.monotonic())
            self._process.kill()
            await self._process.wait()

    async def end(self) -> None:
        """Kill it where it still runs, and let go of its folder."""
        await self.kill()
        self._folder.cleanup()

    @property
    def cpu(self) -> float:
        """Processor seconds since its start."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    @property
    def resident(self) -> float:
        """Resident memory, in bytes."""
        return float(self._proc("statm").split()[1]) * _PAGE

    def _proc(self, name: str) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/{name}").read_text()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True


def slack_settings(api: Process, name: str) -> dict[str, str]:
    """Slack over HTTP, for the replica called `name`."""
    url = f"http://127.0.0.1:{api.port}/{name}/api"
    return {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SIGNING_SECRET, "SLACK_API_URL": url}


def bot(name: str, api: Process, database_url: str, cache: str, **scaled: str) -> Process:
    """`framework-bot serve` without limits for askers; with `scaled`, the same with bounds as in `served`."""
    settings = {
        **slack_settings(api, name),
        "DATABASE_URL": database_url,
        "FRAMEWORK_BOT_CACHE": cache,
        "LOG_LEVEL": "warning",
        **{f"FRAMEWORK_BOT_{bound}_LIMIT": "off" for bound in ("USER", "CHANNEL", "TENANT")},
    }
    if scaled:
        return Process(name, "tests.load.served", {**settings, **scaled})
    return Process(name, "adapters.cli.main", settings, "serve")

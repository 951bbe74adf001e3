"""The project that the files under deploy/ build, and the service that they run."""

from __future__ import annotations

import tomllib

import aiohttp
import pytest

from adapters.server.service import running
from adapters.server.settings import Settings
from tests.deploy.files import ROOT

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def project():
    """The project's own description."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture
async def ask(shipped, tmp_path):
    """Asks a service that serves Slack over HTTP for a path; status and body."""
    settings = Settings(
        _env_file=None,
        slack_bot_token="xoxb-not-a-token",
        slack_signing_secret="0123456789abcdef0123456789abcdef",
        slack_api_url=NOWHERE,
        database_url=f"sqlite:///{tmp_path / 'bot.sqlite3'}",
        port=0,
    )
    async with running(settings) as service, aiohttp.ClientSession() as session:

        async def ask(path):
            async with session.get(service.address + path) as answer:
                return answer.status, await answer.text()

        yield ask

"""Tokens and clients of workspaces, with no Slack behind them."""

import aiohttp
import pytest

from adapters.slack.parse import Origin
from adapters.slack.workspaces import Workspaces

HERE = Origin(None, "T1", "U1")


class Installed:
    """Installations of a bot that is installed again now and then."""

    token = "xoxb-1"

    async def bot(self, enterprise, team):
        return {"bot_token": self.token}


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def installed():
    return Installed()


@pytest.fixture
def workspaces(session, installed):
    return Workspaces(session, "http://127.0.0.1/api", installations=installed)


async def test_the_same_client_speaks_to_a_workspace_again(workspaces):
    assert await workspaces.client(HERE) is await workspaces.client(HERE)


async def test_a_client_that_must_not_wait_is_another_one(workspaces):
    patient, other = await workspaces.client(HERE), await workspaces.client(HERE, patient=False)
    assert patient.retry_handlers
    assert not other.retry_handlers


async def test_a_forgotten_workspace_is_spoken_to_with_its_new_token(workspaces, installed):
    before = await workspaces.client(HERE)
    installed.token = "xoxb-2"
    workspaces.forget(HERE.tenant)
    after = await workspaces.client(HERE)
    assert (before.token, after.token) == ("xoxb-1", "xoxb-2")


async def test_a_token_that_is_no_longer_good_is_kept_nowhere(workspaces):
    client = await workspaces.client(HERE)
    workspaces.forget(HERE.tenant)
    assert client not in [workspaces._clients.get(token) for token in workspaces._clients]

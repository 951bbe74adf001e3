"""Tokens and clients of workspaces, with no Slack behind them."""

import aiohttp
import pytest
from slack_sdk.http_retry.response import HttpResponse

from adapters.slack.target import Origin
from adapters.slack.workspaces import LONGEST_WAIT, SlackConfig, Workspaces, retry_after

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
    return Workspaces(session, SlackConfig(mode="oauth-http", api_url="http://127.0.0.1/api"), installed)


async def test_a_workspace_has_one_client(workspaces):
    assert await workspaces.client(HERE) is await workspaces.client(HERE)


async def test_a_client_for_calls_that_somebody_waits_for_does_not_retry(workspaces):
    retrying, other = await workspaces.client(HERE), await workspaces.client(HERE, retries=False)
    assert retrying.retry_handlers
    assert not other.retry_handlers


async def test_a_forgotten_workspace_gets_a_client_with_its_new_token(workspaces, installed):
    before = await workspaces.client(HERE)
    installed.token = "xoxb-2"
    workspaces.forget(HERE.tenant)
    after = await workspaces.client(HERE)
    assert (before.token, after.token) == ("xoxb-1", "xoxb-2")


async def test_a_token_that_is_no_longer_valid_is_cached_nowhere(workspaces):
    client = await workspaces.client(HERE)
    workspaces.forget(HERE.tenant)
    assert await workspaces.client(HERE) is not client


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": ["3"]}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"Retry-After": ["86400"]}, LONGEST_WAIT),
        ({"Retry-After": ["soon"]}, 1.0),
        ({"Retry-After": []}, 1.0),
        ({}, 1.0),
    ],
)
def test_a_retry_after_is_obeyed_within_bounds_and_may_be_no_whole_number(headers, expected):
    assert retry_after(HttpResponse(status_code=429, headers=headers)) == expected

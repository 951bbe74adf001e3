"""Access to Slack: the configuration, and a client of the Web API for each workspace, its token cached for a minute."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.errors import code_of, meaning
from adapters.slack.target import Origin
from bot.chat.incoming import Rights
from bot.storage.bounded_dict import BoundedDict
from bot.storage.errors import KeysUnusable, StoreUnavailable
from bot.storage.installations import Installations

FRESH = 60.0
"""Seconds a token is used without looking whether it was replaced."""

LOOKUP_TIMEOUT = 2.0
"""Seconds that looking a token up may take."""

MOST = 10_000
"""Workspaces whose tokens are cached."""

RETRIES = 4
"""Further tries after the first."""

LONGEST_WAIT = 60.0
"""Seconds that a Retry-After is obeyed for."""

NOT_GRANTED = (
    "Slack has not granted me {}, so the first two choices have no effect there. To grant it, somebody who may install "
    "apps installs me again and allows it among the optional permissions."
)
_READING = {"channels:history": "channels:history (public channels)", "groups:history": "groups:history (private ones)"}

_NOBODY = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
"""Errors of Slack's where somebody is nobody of this workspace."""

_log = logging.getLogger(__name__)

sdk_log = logging.getLogger("adapters.slack.sdk")
"""The SDK's own log. Below errors it quotes whole messages and requests."""
sdk_log.setLevel(logging.ERROR)


SlackMode = Literal["socket", "http", "oauth-http"]
"""socket: one workspace, no public address. http: one workspace, signed requests. oauth-http: any workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """How Slack is served, with the credentials that the mode needs; the others are None."""

    mode: SlackMode
    api_url: str = "https://slack.com/api"
    response_hosts: tuple[str, ...] = ("hooks.slack.com",)
    """Where Slack's own addresses for answers are."""
    bot_token: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)


class RateLimitRetryHandler(AsyncRateLimitErrorRetryHandler):
    """The SDK's own raises ValueError on a Retry-After that is no whole number, and obeys one of hours."""

    async def prepare_for_next_attempt_async(
        self, *, state: RetryState, response: HttpResponse | None = None, **_: Any
    ) -> None:
        """Wait as long as Slack says, and a little longer so that not everyone comes back at once."""
        state.next_attempt_requested = True
        await asyncio.sleep(retry_after(response) + random.random() / 2)  # noqa: S311 - nothing secret
        state.increment_current_attempt()


def retry_after(response: HttpResponse | None) -> float:
    """Seconds in a Retry-After, at most LONGEST_WAIT; 1 where there is none."""
    headers = response.headers if response is not None else {}
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        seconds = float(value if isinstance(value, str) else value[0])
    except (ValueError, IndexError):
        return 1.0
    return min(max(seconds, 0.0), LONGEST_WAIT)


class Workspaces:
    """A client for each workspace or organisation. All share one HTTP session."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        config: SlackConfig,
        installations: Installations | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`installations` of many workspaces; without them there is one, whose token is in `config`."""
        self._session = session
        self._api_url = config.api_url
        self._installations = installations
        self._response_hosts = config.response_hosts
        self._clock = clock
        self._handlers: list[AsyncRetryHandler] = [
            RateLimitRetryHandler(max_retry_count=RETRIES),
            AsyncServerErrorRetryHandler(max_retry_count=RETRIES),
            AsyncConnectionErrorRetryHandler(max_retry_count=2),
        ]
        self._clients: BoundedDict[str, tuple[AsyncWebClient, float]] = BoundedDict(MOST)
        self._lookups: dict[str, asyncio.Task[AsyncWebClient | None]] = {}
        self._own = self.open(config.bot_token if installations is None else None, retries=True)
        self.bot_user: str | None = None
        """The bot's own user, where there is one workspace only."""
        self.doubted = False
        """Whether `identify` is to be called, as when Slack refused a token."""

    def open(self, token: str | None, *, retries: bool) -> AsyncWebClient:
        """A client for `token`. With `retries` a call may take minutes: never where somebody waits for it."""
        return AsyncWebClient(
            token=token,
            base_url=self._api_url,
            session=self._session,
            logger=sdk_log,
            retry_handlers=list(self._handlers) if retries else [],
        )

    def webhook(self, url: str) -> AsyncWebhookClient | None:
        """A client for a response_url, which takes no token; None where the address is not one of Slack's."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        encrypted = parts.scheme == "https" or parts.scheme == urlsplit(self._api_url).scheme
        if not encrypted or parts.hostname not in self._response_hosts or parts.username is not None:
            return None
        return AsyncWebhookClient(url, session=self._session, logger=sdk_log, retry_handlers=list(self._handlers))

    async def identify(self) -> None:
        """Find out who we are, where there is one workspace only. Raises SlackApiError, or what failed."""
        answer = await self.open(self._own.token, retries=False).auth_test()
        self.doubted = False
        self.bot_user = str(answer.get("user_id") or "")

    async def client(self, origin: Origin, *, retries: bool = True) -> AsyncWebClient | None:
        """A client for the workspace of `origin`; None where the app is not installed there.

        Raises StoreUnavailable or TimeoutError where that cannot be found out now.
        """
        installed = self._installations
        client = await self._installed_client(installed, origin) if installed is not None else self._own
        return client if client is None or retries else self.open(client.token, retries=False)

    async def rights(self, origin: Origin) -> Rights:
        """What a person may change in a channel. Slack tells who is a guest and who manages the workspace where the app
        may read that, and never who manages a channel. Raises SlackApiError, or what failed.
        """
        client = await self.client(origin, retries=False)
        if client is None:
            return "none"
        try:
            person = (await client.users_info(user=origin.user)).get("user") or {}
        except SlackApiError as error:
            if meaning(error) == "app":  # it may not say who somebody is
                return "unknown"
            if code_of(error) in _NOBODY:
                return "none"
            raise
        if any(person.get(name) for name in ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")):
            return "none"
        manages = any(person.get(name) for name in ("is_admin", "is_owner", "is_primary_owner"))
        return "all" if manages else "unknown"

    async def lacks(self, origin: Origin) -> str:
        """Which optional scopes were not granted, and how to change that; "" where Slack does not say so now."""
        answer = await self.try_call(origin, AsyncWebClient.auth_test, timeout=LOOKUP_TIMEOUT)
        granted = str(answer.headers.get("x-oauth-scopes") or "") if answer is not None else ""
        missing = [words for name, words in _READING.items() if granted and name not in re.split(", *", granted)]
        return NOT_GRANTED.format(" and ".join(missing)) if missing else ""

    async def try_call(
        self,
        origin: Origin,
        method: Callable[..., Awaitable[AsyncSlackResponse]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - of the lookup and the call together
        **arguments: Any,
    ) -> AsyncSlackResponse | None:
        """What Slack answers to a `method` of its client, called once, within `timeout` seconds; None where it does
        not, or where the app is not installed there."""
        try:
            async with asyncio.timeout(timeout):
                client = await self.client(origin, retries=False)
                return await method(client, **arguments) if client is not None else None
        except Exception as error:  # noqa: BLE001 - the SDK raises anything on what a proxy answers, and an answer goes on
            _log.info("Slack did not answer %s: %s", method.__name__, type(error).__name__)
            return None

    def doubt(self, tenant: str) -> None:
        """Slack refused the token of `tenant`: it is looked up again, and checked where it is the only one."""
        self.forget(tenant)
        self.doubted = True

    def forget(self, tenant: str) -> None:
        """The token of `tenant` is no longer valid, or there is a new one."""
        self._clients.pop(tenant, None)

    async def _installed_client(self, installations: Installations, origin: Origin) -> AsyncWebClient | None:
        known, tenant = self._clients.get(origin.tenant), origin.tenant
        if known is not None and self._clock() < known[1]:
            return known[0]
        lookup = self._lookups.get(tenant)
        if lookup is None:  # one for all who ask at the same time
            lookup = self._lookups[tenant] = asyncio.create_task(self._look_up(installations, origin))
            lookup.add_done_callback(lambda _: self._lookups.pop(tenant, None))
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT):
                return await asyncio.shield(lookup)
        except (StoreUnavailable, TimeoutError):
            if known is None:
                raise
            return known[0]
        except KeysUnusable as error:
            _log.error("an installation cannot be used: %s", error)
            return None

    async def _look_up(self, installations: Installations, origin: Origin) -> AsyncWebClient | None:
        # A workspace of an organisation may have installed it before it joined, or by itself.
        places = dict.fromkeys(((origin.enterprise, origin.team), (None, origin.team), (origin.enterprise, None)))
        for enterprise, team in places:
            found = await installations.bot(enterprise, team) if enterprise or team else None
            if found is not None and found.get("bot_token"):
                client = self.open(str(found["bot_token"]), retries=True)
                self._clients.put(origin.tenant, (client, self._clock() + FRESH))
                return client
        self.forget(origin.tenant)
        return None

"""Which token speaks to which workspace, remembered for a minute: never looked up before an acknowledgement."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.parse import Origin
from adapters.slack.patience import retry_handlers
from bot.storage.bounded import Bounded
from bot.storage.errors import KeysUnusable, StoreUnavailable
from bot.storage.installations import Installations

FRESH = 60.0
"""Seconds a token is used without looking whether it was replaced."""

PATIENCE = 2.0
"""Seconds that looking one up may take."""

MOST = 10_000

_log = logging.getLogger(__name__)

sdk_log = logging.getLogger("adapters.slack.sdk")
"""The SDK's own log. Below warnings it quotes whole messages and requests."""
sdk_log.setLevel(logging.ERROR)


class Workspaces:
    """Clients of Slack's Web API, one token a workspace or organisation. All share one HTTP session."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        *,
        token: str | None = None,
        installations: Installations | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`token` of the one workspace there is, or `installations` of many."""
        self._session = session
        self._api_url = api_url
        self._token = token
        self._installations = installations
        self._clock = clock
        self._handlers = retry_handlers()
        self._known: Bounded[str, tuple[str, float]] = Bounded(MOST)
        self._clients: Bounded[str, AsyncWebClient] = Bounded(MOST)
        self.bot_user: str | None = None
        """Who we are, where there is one workspace only."""

    def open(self, token: str | None, *, patient: bool) -> AsyncWebClient:
        """A client for `token`. Patient ones try again and sleep over it: never where somebody waits."""
        return AsyncWebClient(
            token=token,
            base_url=self._api_url,
            session=self._session,
            logger=sdk_log,
            retry_handlers=list(self._handlers) if patient else [],
        )

    async def client(self, origin: Origin, *, patient: bool = True) -> AsyncWebClient | None:
        """A client that speaks to where `origin` is; None where the app is not installed there."""
        token = await self._token_of(origin)
        if token is None or not patient:
            return self.open(token, patient=False) if token is not None else None
        client = self._clients.get(token)
        if client is None:
            client = self.open(token, patient=True)
            self._clients.put(token, client)
        return client

    def forget(self, tenant: str) -> None:
        """The token of `tenant` is no longer good, or there is a new one."""
        known = self._known.pop(tenant)
        if known is not None:
            self._clients.pop(known[0])

    async def _token_of(self, origin: Origin) -> str | None:
        if self._installations is None:
            return self._token
        known = self._known.get(origin.tenant)
        if known is not None and self._clock() < known[1]:
            return known[0]
        try:
            async with asyncio.timeout(PATIENCE):
                token = await self._installed(self._installations, origin)
        except (StoreUnavailable, TimeoutError):
            return known[0] if known is not None else None
        except KeysUnusable as error:
            _log.error("an installation cannot be used: %s", error)
            return None
        if token is None:
            self.forget(origin.tenant)
        else:
            self._known.put(origin.tenant, (token, self._clock() + FRESH))
        return token

    @staticmethod
    async def _installed(installations: Installations, origin: Origin) -> str | None:
        # A workspace of an organisation may have installed it before it joined, or by itself.
        places = dict.fromkeys(((origin.enterprise, origin.team), (None, origin.team), (origin.enterprise, None)))
        for enterprise, team in places:
            if enterprise is None and team is None:
                continue
            found = await installations.bot(enterprise, team)
            if found is not None and found.get("bot_token"):
                return str(found["bot_token"])
        return None

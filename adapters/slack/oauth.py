"""Installation by any workspace: OAuth with states and sealed tokens in the store, so that any replica can serve it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import SCOPES
from adapters.slack.workspaces import Workspaces, sdk_log
from bot.feedback import tenant_of
from bot.storage.errors import StoreError
from bot.storage.installations import Installations
from bot.storage.oauth import OAuthStates

INSTALL = "/slack/install"
REDIRECT = "/slack/oauth_redirect"

_LATER = "The app cannot be installed just now. Please try again in a few minutes."

_log = logging.getLogger(__name__)


class SealedInstallations(AsyncInstallationStore):
    """What Slack gives us, as the SDK wants it kept: the bot's token only, nobody's who installed it."""

    def __init__(self, installations: Installations, workspaces: Workspaces) -> None:
        self._kept = installations
        self._workspaces = workspaces

    @property
    def logger(self) -> logging.Logger:
        """The SDK's log."""
        return sdk_log

    async def async_save(self, installation: Installation) -> None:
        """Keep the bot's part of an installation."""
        await self.async_save_bot(installation.to_bot())

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a bot's token, sealed."""
        team = None if bot.is_enterprise_install else bot.team_id
        tenant = tenant_of("slack", team or bot.enterprise_id)
        data = {
            "app_id": bot.app_id,
            "bot_token": bot.bot_token,
            "bot_id": bot.bot_id,
            "bot_user_id": bot.bot_user_id,
            "bot_scopes": list(bot.bot_scopes or ()),
            "is_enterprise_install": bool(bot.is_enterprise_install),
            "installed_at": float(bot.installed_at),
        }
        await self._kept.save(bot.enterprise_id, team, data, tenant=tenant)
        self._workspaces.forget(tenant)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The bot of a workspace or organisation."""
        team = None if is_enterprise_install else team_id
        data: dict[str, Any] | None = await self._kept.bot(enterprise_id, team)
        return Bot(enterprise_id=enterprise_id, team_id=team, **data) if data is not None else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the bot of a workspace or organisation."""
        await self._kept.delete_bot(enterprise_id, team_id)


class StoredStates(AsyncOAuthStateStore):
    """States of installations under way, good once, on any replica."""

    def __init__(self, states: OAuthStates) -> None:
        self._states = states

    @property
    def logger(self) -> logging.Logger:
        """The SDK's log."""
        return sdk_log

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state."""
        del args, kwargs
        return await self._states.issue()

    async def async_consume(self, state: str) -> bool:
        """Whether `state` was issued and is used for the first time."""
        return await self._states.consume(state)


class Installing:
    """The pages on which a workspace installs the app."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        client_id: str,
        client_secret: str,
        api_url: str,
        installations: Installations,
        states: OAuthStates,
        workspaces: Workspaces,
    ) -> None:
        self.flow = AsyncOAuthFlow(
            client=client,
            logger=sdk_log,
            settings=AsyncOAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=SCOPES,
                user_scopes=[],
                install_path=INSTALL,
                redirect_uri_path=REDIRECT,
                authorization_url=authorization_url(api_url),
                installation_store=SealedInstallations(installations, workspaces),
                installation_store_bot_only=True,
                state_store=StoredStates(states),
                logger=sdk_log,
            ),
        )

    def routes(self) -> list[web.RouteDef]:
        """The addresses: where it starts, and where Slack sends the person back to."""
        return [web.get(INSTALL, self._install), web.get(REDIRECT, self._back)]

    async def _install(self, request: web.Request) -> web.StreamResponse:
        return await self._served(request, self.flow.handle_installation)

    async def _back(self, request: web.Request) -> web.StreamResponse:
        return await self._served(request, self.flow.handle_callback)

    async def _served(
        self, request: web.Request, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.StreamResponse:
        try:
            return await to_aiohttp_response(await handle(await to_bolt_request(request)))
        except (StoreError, SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.error("an installation failed: %s", type(error).__name__)
            return web.Response(text=_LATER, status=503)


def authorization_url(api_url: str) -> str:
    """Where a person grants the app its rights: beside the Web API, as on slack.com and slack-gov.com."""
    return f"{api_url.rstrip('/').removesuffix('/api')}/oauth/v2/authorize"

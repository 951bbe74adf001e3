"""Installation by any workspace: OAuth with states and sealed tokens in the store, so that any replica can serve it."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.addresses import INSTALL, REDIRECT
from adapters.slack.install_pages import InstallPages
from adapters.slack.manifest import SCOPES
from adapters.slack.workspaces import Workspaces, sdk_log
from adapters.web.document import Document, html_response
from bot.feedback import tenant_of
from bot.storage.errors import StoreError
from bot.storage.installations import Installations
from bot.storage.oauth import OAuthStates

_PARAMETERS = {
    "team": re.compile(r"[TE][A-Z0-9]{1,20}"),
    "code": re.compile(r"[!-~]{1,500}"),
    "state": re.compile(r"[\w-]{1,100}", re.ASCII),
    "error": re.compile(r"[a-z_]{1,50}"),
}
"""What of a request is looked at; anything else is left out, for the SDK writes it into addresses as it is."""

_OUTDATED = ("invalid_browser", "invalid_state")
_CANCELLED = "access_denied"

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
        document: Document,
    ) -> None:
        self._pages = InstallPages(document, web_address(api_url))
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
                # Slack wants to be led to at once from the address that its directory lists.
                install_page_rendering_enabled=False,
                callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
                logger=sdk_log,
            ),
        )

    def routes(self) -> list[web.RouteDef]:
        """The addresses: where it starts, and where Slack sends the person back to."""
        # Not by HEAD, which would begin an installation that nobody sees.
        return [web.get(INSTALL, self._install, allow_head=False), web.get(REDIRECT, self._back, allow_head=False)]

    async def _install(self, request: web.Request) -> web.StreamResponse:
        return await self._served(request, self.flow.handle_installation)

    async def _back(self, request: web.Request) -> web.StreamResponse:
        return await self._served(request, self.flow.handle_callback)

    async def _served(
        self, request: web.Request, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
    ) -> web.StreamResponse:
        try:
            answer = await to_aiohttp_response(await handle(_bolt_request(request)))
        except (StoreError, SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            _log.error("an installation failed: %s", type(error).__name__)
            return html_response(self._pages.away(), status=503)
        for cookie in answer.cookies.values():
            cookie["samesite"] = "Lax"  # it comes back with the person whom Slack sends, and with nothing else
        answer.charset = "utf-8"
        return answer

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        return self._ending(self._pages.installed(args.installation), 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        if args.reason == _CANCELLED:
            return self._ending(self._pages.cancelled(), 200)
        if args.reason in _OUTDATED:
            return self._ending(self._pages.stale(), args.suggested_status_code)
        return self._ending(self._pages.refused(), max(args.suggested_status_code, 400))

    def _ending(self, page: str, status: int) -> BoltResponse:
        """`page`, with the cookie of the installation taken back."""
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": self.flow.settings.state_utils.build_set_cookie_for_deletion(),
        }
        return BoltResponse(status=status, body=page, headers=headers)


def _bolt_request(request: web.Request) -> AsyncBoltRequest:
    """What the SDK needs of a request, and no more."""
    found = {name: request.query.get(name, "") for name in _PARAMETERS}
    return AsyncBoltRequest(
        body="",
        query={name: value for name, value in found.items() if _PARAMETERS[name].fullmatch(value)},
        headers={"cookie": "; ".join(request.headers.getall("Cookie", ()))},
    )


def web_address(api_url: str) -> str:
    """Where people use Slack: beside the Web API, as on slack.com and slack-gov.com."""
    return api_url.rstrip("/").removesuffix("/api")


def authorization_url(api_url: str) -> str:
    """Where a person grants the app its rights."""
    return f"{web_address(api_url)}/oauth/v2/authorize"

"""Installation by any workspace: OAuth with states and encrypted tokens in the store, served by any replica."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.manifest import COMMAND, INSTALL, REDIRECT, SCOPES
from adapters.slack.workspaces import SlackConfig, Workspaces, sdk_log
from adapters.web.pages import NAME, Pages, html_response
from adapters.web.requests import sender_address
from bot.chat.rate_limit import Rate, Windows
from bot.storage.errors import StoreError
from bot.storage.installations import Installations, OAuthStates
from bot.storage.records import tenant_of
from bot.storage.store import Store

_PARAMETERS = {
    "team": re.compile(r"[TE][A-Z0-9]{1,20}"),
    "code": re.compile(r"[!-~]{1,500}"),
    "state": re.compile(r"[\w-]{1,100}", re.ASCII),
    "error": re.compile(r"[a-z_]{1,50}"),
}
"""The parameters that are read; anything else is left out, because the SDK writes it into addresses as it is."""

_ID = re.compile(r"[A-Z0-9]{2,40}")

_CANCELLED = ("Not installed", "You cancelled the installation, and nothing was changed in Slack.")
_EXPIRED = (
    "This link has expired",
    (
        "An installation must be finished within ten minutes, in the browser it was started in, and once. If you have "
        "just installed the app, it is in Slack already; otherwise start again."
    ),
)
_REFUSED = (
    "Slack did not finish the installation",
    (
        "Slack gave no permission to write in your workspace. Your workspace may ask an administrator for approval "
        "first; if it does not, try again in a moment."
    ),
)
_UNAVAILABLE = (
    "Temporarily unavailable",
    "The app cannot be installed at the moment. Please try again in a few minutes.",
)
_TOO_MANY = (
    "Too many installations at once",
    "There have been many installations from your network just now. Please try again in a minute.",
)
"""Title and text of the page for each way in which an installation fails."""

LIMIT = Rate(30, 60)
"""Requests from one address; an installation takes two."""

_log = logging.getLogger(__name__)


class EncryptedInstallations(AsyncInstallationStore):
    """Saves what Slack grants: the bot's token only, nothing of the person who installed the app."""

    def __init__(self, installations: Installations, workspaces: Workspaces) -> None:
        self._installations = installations
        self._workspaces = workspaces

    async def async_save(self, installation: Installation) -> None:
        """Save the bot's part of an installation. What the SDK could read of it here, `Workspaces` reads."""
        bot = installation.to_bot()
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
        await self._installations.save(bot.enterprise_id, team, data, tenant=tenant)
        self._workspaces.forget(tenant)


class StoredStates(AsyncOAuthStateStore):
    """OAuth states, each valid once, on any replica. Nothing is stored before one is used."""

    def __init__(self, states: OAuthStates) -> None:
        self._states = states

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new state."""
        del args, kwargs
        return self._states.issue()

    async def async_consume(self, state: str) -> bool:
        """Whether `state` was issued and is used for the first time."""
        return await self._states.consume(state)


class Installing:
    """The pages on which a workspace installs the app."""

    def __init__(self, config: SlackConfig, store: Store, workspaces: Workspaces, pages: Pages) -> None:
        self._pages = pages
        self._slack = web_address(config.api_url)
        self._requests = Windows(LIMIT)
        self.flow = AsyncOAuthFlow(
            client=workspaces.open(None, retries=False),
            logger=sdk_log,
            settings=AsyncOAuthSettings(
                client_id=config.client_id,
                client_secret=config.client_secret,
                scopes=SCOPES,
                user_scopes=[],
                install_path=INSTALL,
                redirect_uri_path=REDIRECT,
                authorization_url=f"{self._slack}/oauth/v2/authorize",
                installation_store=EncryptedInstallations(store.installations, workspaces),
                installation_store_bot_only=True,
                state_store=StoredStates(store.oauth_states),
                # Slack's directory requires that the address it lists redirects at once.
                install_page_rendering_enabled=False,
                callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
                logger=sdk_log,
            ),
        )

    def routes(self) -> list[web.RouteDef]:
        """The addresses: where it starts, and where Slack sends the person back to."""
        # Not by HEAD, which would begin an installation that nobody sees.
        steps = {INSTALL: self.flow.handle_installation, REDIRECT: self.flow.handle_callback}
        return [web.get(path, partial(self._served, step), allow_head=False) for path, step in steps.items()]

    async def _served(
        self, step: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]], request: web.Request
    ) -> web.StreamResponse:
        sender = sender_address(request)
        if wait := self._requests.wait(sender):
            refusal = html_response(self._page(_TOO_MANY), status=429)
            refusal.headers["Retry-After"] = str(wait)
            return refusal
        self._requests.count(sender)
        found = {name: request.query.get(name, "") for name in _PARAMETERS}
        asked = AsyncBoltRequest(
            body="",
            query={name: value for name, value in found.items() if _PARAMETERS[name].fullmatch(value)},
            headers={"cookie": "; ".join(request.headers.getall("Cookie", ()))},
        )
        try:
            answer = await to_aiohttp_response(await step(asked))
        except (StoreError, SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            _log.error("an installation failed: %s", type(error).__name__)
            return html_response(self._page(_UNAVAILABLE), status=503)
        for cookie in answer.cookies.values():
            cookie["samesite"] = "Lax"  # sent when Slack redirects the person back, and with no other site's requests
        answer.charset = "utf-8"
        return answer

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        page = self._pages.render(
            "notice.html",
            title="Installed in Slack",
            text=f"{NAME} is part of your workspace now. Everybody there can ask it.",
            actions=ways_into_slack(args.installation, self._slack),
            notes=(
                f"Try `{COMMAND} pytorch or tf for mobile?` in any channel.",
                "Invite it to a channel and mention it there, or write to it directly.",
                "[What it keeps](/privacy), and [how to ask it](/support).",
            ),
        )
        return self._ending(page, 200)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        if args.reason == "access_denied":
            return self._ending(self._page(_CANCELLED), 200)
        outdated = args.reason in ("invalid_browser", "invalid_state")
        status = max(args.suggested_status_code, 400)
        return self._ending(self._page(_EXPIRED if outdated else _REFUSED), status)

    def _page(self, failure: tuple[str, str]) -> str:
        """It repeats nothing of the request."""
        title, text = failure
        again = (("Try again", INSTALL),)
        return self._pages.render("notice.html", title=title, text=text, actions=again, support=True)

    def _ending(self, page: str, status: int) -> BoltResponse:
        """`page`, with the cookie of the installation deleted."""
        headers: dict[str, str | Sequence[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Set-Cookie": self.flow.settings.state_utils.build_set_cookie_for_deletion(),
        }
        return BoltResponse(status=status, body=page, headers=headers)


def ways_into_slack(installation: Installation, slack: str) -> tuple[tuple[str, str], ...]:
    """Label and address of what opens the app that was installed. `slack`: see `web_address`."""
    ids = (installation.app_id, installation.team_id)
    app, team = (found if found is not None and _ID.fullmatch(found) else None for found in ids)
    redirect = f"{slack}/app_redirect?"
    url = installation.enterprise_url or ""
    if app is None or (installation.is_enterprise_install and not url.startswith("https://")):
        return (("Open Slack", slack),)
    if installation.is_enterprise_install:
        # Where an organisation says which of its workspaces get the app.
        return (("Add it to workspaces", f"{url.rstrip('/')}/manage/organization/apps/profile/{app}/workspaces/add"),)
    if team is None:
        return (("Open it in Slack", f"{redirect}{urlencode({'app': app})}"),)
    return (
        ("Open it in Slack", f"{redirect}{urlencode({'app': app, 'team': team})}"),
        ("Open the Slack app", f"slack://app?{urlencode({'team': team, 'id': app})}"),
    )


def web_address(api_url: str) -> str:
    """Where people use Slack: next to the Web API, as on slack.com and slack-gov.com."""
    return api_url.rstrip("/").removesuffix("/api")

"""Slack on the service's web pages: what they say of it, and the installation by any workspace.

An installation has a state that is valid once and on any replica, and ends with an encrypted token in the store.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

import aiohttp
from aiohttp import hdrs, web
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth import AuthorizeUrlGenerator

from adapters.slack.errors import code_of
from adapters.slack.manifest import COMMAND, INSTALL, REDIRECT, SCOPES
from adapters.slack.workspaces import SlackConfig, Workspaces
from adapters.web.pages import NAME, Pages, PlatformInfo, html_response
from adapters.web.requests import sender_address
from bot.chat.privacy import Kept, span
from bot.chat.rate_limit import Rate, Windows
from bot.storage.errors import StoreError
from bot.storage.installations import LIFETIME
from bot.storage.records import tenant_of
from bot.storage.store import Store

_COOKIE = "slack-app-oauth-state"

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
"""Title and text of the page for each way in which an installation fails."""

LIMIT = Rate(30, 60)
"""Requests from one address; an installation takes two."""

_log = logging.getLogger(__name__)


class Installing:
    """The pages on which a workspace installs the app."""

    def __init__(self, config: SlackConfig, store: Store, workspaces: Workspaces, pages: Pages) -> None:
        self._config, self._store, self._workspaces, self._pages = config, store, workspaces, pages
        self._slack = web_address(config.api_url)
        self._requests = Windows(LIMIT)
        self._authorize_url = AuthorizeUrlGenerator(
            client_id=config.client_id, scopes=SCOPES, authorization_url=f"{self._slack}/oauth/v2/authorize"
        )

    def routes(self) -> list[web.RouteDef]:
        """The addresses: where it starts, and where Slack sends the person back to."""
        # Not by HEAD, which would begin an installation that nobody sees.
        steps = {INSTALL: self._redirect_to_slack, REDIRECT: self._callback}
        return [web.get(path, partial(self._served, step), allow_head=False) for path, step in steps.items()]

    async def _served(
        self, step: Callable[[web.Request], Awaitable[web.Response]], request: web.Request
    ) -> web.Response:
        sender = sender_address(request)
        if wait := self._requests.wait(sender):
            refusal = self._failure(_UNAVAILABLE, 429)
            refusal.headers[hdrs.RETRY_AFTER] = str(wait)
            return refusal
        self._requests.count(sender)
        try:
            return await step(request)
        except (StoreError, SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            _log.error("an installation failed: %s", type(error).__name__)
            return self._failure(_UNAVAILABLE, 503)

    async def _redirect_to_slack(self, _: web.Request) -> web.Response:
        """Send the person on to Slack at once, as its directory requires. Nothing is stored yet."""
        state = self._store.oauth_states.issue()
        answer = web.Response(status=302, headers={hdrs.LOCATION: self._authorize_url.generate(state)})
        # Lax: sent when Slack redirects the person back, and with no other site's requests.
        age = int(LIFETIME.total_seconds())
        answer.set_cookie(_COOKIE, state, max_age=age, secure=True, httponly=True, samesite="Lax")
        return answer

    async def _callback(self, request: web.Request) -> web.Response:
        """Finish what `_redirect_to_slack` began in the same browser, and delete its cookie."""
        answer = await self._finish(request)
        answer.del_cookie(_COOKIE, secure=True, httponly=True, samesite="Lax")
        return answer

    async def _finish(self, request: web.Request) -> web.Response:
        state = request.query.get("state", "")
        if refusal := request.query.get("error"):
            return self._failure(_CANCELLED, 200) if refusal == "access_denied" else self._failure(_REFUSED, 400)
        if request.cookies.get(_COOKIE) != state:
            return self._failure(_EXPIRED, 400)
        if not await self._store.oauth_states.consume(state):
            return self._failure(_EXPIRED, 401)
        try:
            opened = await self._install(request.query.get("code", ""))
        except SlackApiError as error:
            _log.warning("Slack refused an installation: %s", code_of(error))
            return self._failure(_REFUSED, 401)
        page = self._pages.render(
            "notice.html",
            title="Installed in Slack",
            text=f"{NAME} is part of your workspace now. Everybody there can ask it.",
            actions=(("Open it in Slack", opened),),
            notes=(
                f"Try `{COMMAND} pytorch or tf for mobile?` in any channel.",
                "Invite it to a channel and mention it there, or write to it directly.",
            ),
        )
        return html_response(page)

    async def _install(self, code: str) -> str:
        """Save the token that Slack gives for `code`, and nothing of who installed the app. Returns the address that
        opens it in Slack, raises SlackApiError where Slack gives no token."""
        client, secret = self._workspaces.open(None, retries=False), self._config.client_secret
        granted = await client.oauth_v2_access(client_id=self._config.client_id, client_secret=secret, code=code)
        token, enterprise = granted.get("access_token"), (granted.get("enterprise") or {}).get("id")
        team = (granted.get("team") or {}).get("id")
        if not token or not (team or enterprise):
            raise SlackApiError("no token was granted", granted)  # type: ignore[no-untyped-call]
        if granted.get("is_enterprise_install"):
            team = None
        tenant = tenant_of("slack", team or enterprise)
        await self._store.installations.save(enterprise, team, {"bot_token": token}, tenant=tenant)
        self._workspaces.forget(tenant)
        # An organisation as a whole is no team: Slack asks for the workspace.
        where = {"app": granted.get("app_id")} | ({"team": team} if team else {})
        return f"{self._slack}/app_redirect?{urlencode(where)}"

    def _failure(self, failure: tuple[str, str], status: int) -> web.Response:
        """It repeats nothing of the request."""
        title, text = failure
        again = (("Try again", INSTALL),)
        page = self._pages.render("notice.html", title=title, text=text, actions=again, support=True)
        return html_response(page, status=status)


def web_address(api_url: str) -> str:
    """Where people use Slack: next to the Web API, as on slack.com and slack-gov.com."""
    return api_url.rstrip("/").removesuffix("/api")


def slack_info(*, anyone_installs: bool) -> PlatformInfo:
    """What the pages say. `anyone_installs`: any workspace can install the app."""
    return PlatformInfo(
        title="Slack",
        how_to_ask=(
            "Mention the bot in a channel it is a member of: it answers in a thread, and you can ask on there.",
            "Write to it directly; no mention is needed.",
            f"`{COMMAND} QUESTION` answers for you alone, wherever you are.",
            f"`{COMMAND} recommend` asks a few questions and recommends a framework.",
            "On any message, under More actions: Answer this.",
        ),
        reads=(
            "In Slack channels that it is a member of, other messages pass through it: where the channel switched that "
            "on, it answers follow-ups and questions it is very sure about."
        ),
        deletion=f"`{COMMAND} privacy`, then Delete my data, deletes every vote of yours, in all channels.",
        silent="In Slack invite it to the channel first.",
        install=lambda: INSTALL if anyone_installs else None,
        no_install="In Slack this service answers in one workspace, and cannot be added to others.",
        installing=_installing() if anyone_installs else (),
        own_paths=("/slack/",),
    )


def _installing() -> tuple[Kept, ...]:
    """What is stored where any workspace can install the app."""
    return (
        Kept(
            "The token with which the bot writes in a Slack workspace, encrypted, with the workspace's id but without "
            "who installed it",
            "until the app is removed from there",
        ),
        Kept(
            "A random number while somebody installs the app in Slack, also as a cookie in their browser",
            span(LIFETIME),
        ),
    )

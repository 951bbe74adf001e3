"""Slack as a whole: Bolt's listeners wired to ours, for Socket Mode or HTTP.

async with slack_app(settings, desk, session) as slack:
    web_application.add_routes(slack.routes())     # HTTP modes; none in Socket Mode
    running = asyncio.create_task(slack.run())     # connects or checks the token; until cancelled
    slack.state                                    # for readiness
    slack.stop_intake(); await slack.drain(10)     # on the way out
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.plans import SlackMode
from adapters.settings import Settings
from adapters.slack.clicks import Clicks
from adapters.slack.commands import Commands
from adapters.slack.conversations import Conversations
from adapters.slack.flow import Flows
from adapters.slack.http import PATH, Gate
from adapters.slack.intake import Intake
from adapters.slack.lifecycle import Lifecycle
from adapters.slack.oauth import Installing
from adapters.slack.outbox import Outbox
from adapters.slack.pages import RESTARTING, SORRY, Pages
from adapters.slack.parse import Body, presser, said
from adapters.slack.render_views import COMPARE, REASON
from adapters.slack.socket import HOPELESS, Connection, Pace
from adapters.slack.spot import spot
from adapters.slack.views import Views
from adapters.slack.workspaces import Workspaces, sdk_log
from bot.desk import Desk

_ANY = re.compile(".")

LATER = 503
"""Tells Slack to deliver an event again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlackState:
    """How the connection to Slack is, for readiness."""

    ready: bool
    reason: str
    """Why it is not; empty where it is."""


class SlackAdapter:
    """Slack, served for one desk. Made by `slack_app`."""

    def __init__(
        self, settings: Settings, desk: Desk, session: aiohttp.ClientSession, *, pace: Pace | None = None
    ) -> None:
        self.mode: SlackMode = settings.slack.mode
        api_url = settings.slack_api_url
        many = self.mode == "oauth-http"
        token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token and not many else None
        installations = desk.store.store.installations if many else None
        self.intake = Intake(desk.store)
        self.workspaces = Workspaces(session, api_url, token=token, installations=installations)
        flows = Flows(desk.bot, settings.privacy_secrets)
        self._pages = Pages(desk, flows, settings.framework_bot_retention_days)
        self._outbox = Outbox(session)
        self._views = Views(self._pages, self.workspaces)
        self._conversations = Conversations(self._pages, self.workspaces, self._outbox, self.intake.at_once)
        self._commands = Commands(self._pages, self._outbox, self._views)
        self._clicks = Clicks(self._pages, self.workspaces, self._outbox, self._views, self.intake)
        self._lifecycle = Lifecycle(desk.store, self.workspaces, self.intake)
        self._desk = desk
        self._token = token
        self._refused = ""
        self._checked = many
        self._installing = self._oauth(settings, api_url) if many else None
        self._app = self._bolt()
        self._gate: Gate | None = None
        self._connection: Connection | None = None
        if self.mode == "socket" and settings.slack_app_token is not None:
            self._connection = Connection(self._app, settings.slack_app_token.get_secret_value(), pace=pace)
        elif settings.slack_signing_secret is not None:
            self._gate = Gate(self._app, settings.slack_signing_secret.get_secret_value())

    @property
    def state(self) -> SlackState:
        """Whether questions can come in and answers go out."""
        if self._refused:
            return SlackState(ready=False, reason=f"Slack refuses the token: {self._refused}")
        if not self.intake.open:
            return SlackState(ready=False, reason="stopping")
        if self._connection is not None and not self._connection.connected:
            return SlackState(ready=False, reason=self._connection.reason)
        if not self._checked:
            return SlackState(ready=False, reason="the token has not been checked yet")
        return SlackState(ready=True, reason="")

    @property
    def in_flight(self) -> int:
        """How much is being worked on."""
        return self.intake.in_flight

    def routes(self) -> list[web.RouteDef]:
        """What to add to the service's web application; nothing in Socket Mode."""
        if self._gate is None:
            return []
        return [web.post(PATH, self._gate.events), *(self._installing.routes() if self._installing else [])]

    async def run(self) -> None:
        """Check the token and stay connected, until cancelled. Returns only where Slack refuses the token."""
        if not await self._check_token():
            return
        if self._connection is None:
            await asyncio.Event().wait()
        else:
            await self._connection.run(self._refuse)

    def stop_intake(self) -> None:
        """Take nothing more: events are left for Slack to deliver again, people are told to try again."""
        self.intake.open = False

    async def drain(self, seconds: float) -> int:
        """Wait for what is being worked on, for at most `seconds`; how much was left."""
        return await self.intake.drain(seconds)

    async def close(self) -> None:
        """End at once."""
        self.stop_intake()
        if self._connection is not None:
            await self._connection.close()
        await self.intake.close()

    async def _check_token(self, wait: float = 1.0, longest: float = 60.0) -> bool:
        """Who we are; False where Slack does not know the token. Tries on while Slack is away."""
        while not self._checked:
            try:
                answer = await self.workspaces.open(self._token, patient=False).auth_test()
                self.workspaces.bot_user = str(answer.get("user_id") or "")
                self._checked = True
            except SlackApiError as error:
                reason = str(error.response.get("error"))
                if reason in HOPELESS:
                    self._refuse(reason)
                    return False
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.warning("Slack cannot be reached: %s", type(error).__name__)
            if not self._checked:
                await asyncio.sleep(wait)
                wait = min(wait * 2, longest)
        return True

    def _refuse(self, reason: str) -> None:
        self._refused = reason
        _log.error("Slack refuses the token: %s", reason)

    def _oauth(self, settings: Settings, api_url: str) -> Installing:
        secret = settings.slack_client_secret
        return Installing(
            self.workspaces.open(None, patient=False),
            client_id=settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret is not None else "",
            api_url=api_url,
            installations=self._desk.store.store.installations,
            states=self._desk.store.store.oauth_states,
            workspaces=self.workspaces,
        )

    def _bolt(self) -> AsyncApp:
        """Bolt, with one listener a kind of payload: what each does is decided in our own tables."""
        app = AsyncApp(
            name="framework-bot",
            logger=sdk_log,
            client=self.workspaces.open(None, patient=False),
            authorize=_authorize,
            # A listener here takes moments, and decides itself what is done before the acknowledgement.
            process_before_response=True,
            # Done by the gate in HTTP mode, and by the connection in Socket Mode.
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        app.event(_ANY)(self._event)
        app.command(_ANY)(self._acknowledged(self._commands.command))
        app.shortcut(_ANY)(self._acknowledged(self._commands.shortcut))
        app.action(_ANY)(self._acknowledged(self._clicks.pressed))
        app.options(_ANY)(self._options)
        app.view(_ANY)(self._submitted)
        return app

    async def _event(self, body: dict[str, Any]) -> BoltResponse | None:
        handled = self.events().get(str(body["event"].get("type")))
        if handled is None or await handled(body):
            return None
        return BoltResponse(status=LATER, body="")

    def events(self) -> dict[str, Callable[[Body], Awaitable[bool]]]:
        """What is done with each kind of event; whether to acknowledge it. Any other is acknowledged."""
        return {
            "app_mention": self._said,
            "message": self._said,
            "app_home_opened": self._home,
            "app_uninstalled": self._lifecycle.ended,
            "tokens_revoked": self._lifecycle.ended,
        }

    async def _said(self, body: Body) -> bool:
        message = said(body)
        if message is None or message.origin.user == self.workspaces.bot_user:
            return True
        if message.addressed == "overheard" and self.workspaces.bot_user in message.mentions:
            return True
        talk = self._conversations
        return await self.intake.deliver(
            message.key,
            message.origin.tenant,
            lambda: talk.answer(message),
            wanted=lambda: talk.concerns_us(message),
        )

    async def _home(self, body: Body) -> bool:
        if self.intake.open:
            self.intake.start(self._views.home(body))
        return True

    def _acknowledged(self, work: Callable[[Body], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """Acknowledge at once; then do `work`, and say so where it fails."""

        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self.intake.start(self._careful(work, body))

        return listener

    async def _careful(self, work: Callable[[Body], Awaitable[None]], body: Body) -> None:
        where = spot(body)
        words = RESTARTING
        if self.intake.open:
            try:
                # The permission to open a modal is given once, so it tells a request that is played again.
                key = f"slack:trigger:{where.trigger}"
                await self.intake.once(key, presser(body).tenant, lambda: work(body))
            except Exception as error:  # noqa: BLE001 - the person who pressed must hear of it, whatever it was
                self.intake.failed += 1
                _log.error("a command or a click failed: %s", type(error).__name__)
                words = SORRY
            else:
                return
        if where.response_url is not None:
            await self._outbox.respond(where.response_url, self._pages.told(words))

    async def _options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=self._views.suggested(body))

    async def _submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        callback = body["view"].get("callback_id")
        if callback == COMPARE:
            view, reply = self._views.compared(body)
            await ack(response_action="update", view=view)
            self.intake.start(self._views.counted(body, reply))
            return
        await ack()
        if callback == REASON:
            self.intake.start(self._views.judged(body))


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Nobody is looked up before the acknowledgement: the token is found when there is something to send."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


@asynccontextmanager
async def slack_app(
    settings: Settings, desk: Desk, session: aiohttp.ClientSession, *, pace: Pace | None = None
) -> AsyncIterator[SlackAdapter]:
    """Slack as the settings say, ended at the end. `session` should give up on a call within 30 seconds or so."""
    adapter = SlackAdapter(settings, desk, session, pace=pace)
    try:
        yield adapter
    finally:
        await adapter.close()

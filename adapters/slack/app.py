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
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError

from adapters.digest.making import Digests
from adapters.limiting import Limiter
from adapters.plans import SlackMode
from adapters.settings import Settings
from adapters.slack import redelivery
from adapters.slack.clicks import Clicks
from adapters.slack.commands import Commands
from adapters.slack.conversations import Conversations
from adapters.slack.curating import CuratorsHome
from adapters.slack.flow import Flows
from adapters.slack.http import LATER, PATH, Gate
from adapters.slack.intake import Intake
from adapters.slack.interactions import Interactions
from adapters.slack.lifecycle import Lifecycle
from adapters.slack.oauth import Installing
from adapters.slack.outbox import Outbox
from adapters.slack.pages import Pages
from adapters.slack.parse import Body, said
from adapters.slack.socket import HOPELESS, Connection, Pace
from adapters.slack.views import Views
from adapters.slack.workspaces import Workspaces, sdk_log
from adapters.web.document import Document
from adapters.web.operator import Operator
from bot.desk import Desk
from bot.storage.retention import Retention

_ANY = re.compile(".")

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
        self,
        settings: Settings,
        desk: Desk,
        session: aiohttp.ClientSession,
        *,
        pace: Pace | None = None,
        limiter: Limiter | None = None,
    ) -> None:
        self.mode: SlackMode = settings.slack.mode
        api_url = settings.slack_api_url
        many = self.mode == "oauth-http"
        token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token and not many else None
        installations = desk.store.store.installations if many else None
        self.intake = Intake(desk.store)
        self.workspaces = Workspaces(session, api_url, token=token, installations=installations)
        flows = Flows(desk.bot, settings.privacy_secrets)
        retention = Retention(words=settings.words_kept)
        self._pages = Pages(desk, flows, retention)
        self._outbox = Outbox(session)
        digests = Digests(desk.bot, desk.store, retention)
        curators = CuratorsHome(settings.framework_bot_curators, digests, many_workspaces=many)
        self._views = Views(self._pages, self.workspaces, curators)
        limiter = limiter or Limiter()
        self._conversations = Conversations(self._pages, self.workspaces, self._outbox, self.intake, limiter)
        self._commands = Commands(self._pages, self._outbox, self._views)
        self._clicks = Clicks(self._pages, self.workspaces, self._outbox, self._views, self.intake)
        self._interactions = Interactions(self._views, self._clicks, self.intake, limiter)
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
            self._gate = Gate(self._app, self._handled, settings.slack_signing_secret.get_secret_value())

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

    @property
    def failed(self) -> int:
        """How much ended in an error since the start."""
        return self.intake.failed

    @property
    def refused(self) -> int:
        """How many HTTP requests were not let in since the start."""
        return self._gate.refused if self._gate is not None else 0

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
            document=Document(Operator.of(settings)),
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
        acknowledged = self._interactions.acknowledged
        app.command(_ANY)(acknowledged(self._commands.command, self._commands.act))
        app.shortcut(_ANY)(acknowledged(self._commands.shortcut, self._commands.act))
        app.action(_ANY)(acknowledged(self._clicks.pressed, self._clicks.act))
        app.options(_ANY)(self._options)
        app.view(_ANY)(self._interactions.submitted)
        return app

    async def _event(self, body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse | None:
        taken = await self._handled(body, redelivery.number(request.headers))
        return None if taken else BoltResponse(status=LATER, body="")

    async def _handled(self, body: dict[str, Any], number: int) -> bool:
        """Do what an event calls for, of which this is redelivery `number`; whether to acknowledge it."""
        handled = self.events(number).get(str(body["event"].get("type")))
        return handled is None or await handled(body)

    def events(self, number: int = 0) -> dict[str, Callable[[Body], Awaitable[bool]]]:
        """What is done with each kind of event; whether to acknowledge it. Any other is acknowledged.

        `number` counts redeliveries of it.
        """
        heard = partial(self._said, number=number)
        return {
            "app_mention": heard,
            "message": heard,
            "app_home_opened": self._interactions.home,
            "app_uninstalled": self._lifecycle.ended,
            "tokens_revoked": self._lifecycle.ended,
        }

    async def _said(self, body: Body, *, number: int) -> bool:
        message = said(body)
        if message is None or message.origin.user == self.workspaces.bot_user:
            return True
        if message.addressed == "overheard" and self.workspaces.bot_user in message.mentions:
            return True
        talk, tenant = self._conversations, message.origin.tenant
        # What is left for Slack to deliver again is not counted yet. What is overheard may not be for us.
        taken = self.intake.open and self.intake.has_room(tenant)
        if taken and message.addressed != "overheard" and not talk.admits(message):
            return True
        return await self.intake.deliver(
            message.key,
            tenant,
            lambda: talk.answer(message),
            wanted=lambda: talk.concerns_us(message),
            stands=lambda: talk.stands(message),
            number=number,
        )

    async def _options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack(options=self._views.suggested(body))


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Nobody is looked up before the acknowledgement: the token is found when there is something to send."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


@asynccontextmanager
async def slack_app(
    settings: Settings,
    desk: Desk,
    session: aiohttp.ClientSession,
    *,
    pace: Pace | None = None,
    limiter: Limiter | None = None,
) -> AsyncIterator[SlackAdapter]:
    """Slack as the settings say, ended at the end. `session` should give up on a call within 30 seconds or so.

    `limiter`: how often people may ask; as often as they like where left out.
    """
    adapter = SlackAdapter(settings, desk, session, pace=pace, limiter=limiter)
    try:
        yield adapter
    finally:
        await adapter.close()

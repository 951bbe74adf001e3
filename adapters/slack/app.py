"""Slack as a whole, for Socket Mode or HTTP: Bolt parses and dispatches what arrives, and the chat layer decides.

slack = SlackAdapter(config, dispatcher, store, session, pages)
web_application.add_routes(slack.routes())     # HTTP modes; none in Socket Mode
await slack.run()                              # checks the token, connects; until cancelled, or until it fails
await slack.stop_intake(); await slack.drain(10); await slack.close()

An event is answered before it is acknowledged: Slack delivers it again until then. A command, a shortcut and a button
are acknowledged at once; a form with what it leads to.
"""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web
from prometheus_client.core import CounterMetricFamily, Metric
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.platform import (
    Curator,
    Platform,
    PlatformRefusedError,
    PlatformUnreachableError,
)
from adapters.slack import parse
from adapters.slack.blockkit import option
from adapters.slack.manifest import PROMPTS
from adapters.slack.oauth import Installing
from adapters.slack.parse import Payload
from adapters.slack.render import form_modal, modal, suggested_field
from adapters.slack.sender import Sender, delivery_metadata
from adapters.slack.target import Origin, Target
from adapters.slack.transport import PATH, EventsEndpoint, SlackTiming, reaching, receive
from adapters.slack.workspaces import SlackConfig, Workspaces, sdk_log
from adapters.web.pages import Pages
from bot.chat.actions import pack
from bot.chat.dispatcher import Dispatcher
from bot.chat.incoming import Action, Command, FormSubmission, Incoming, Place, Press
from bot.chat.view import Form, Outgoing, View
from bot.storage.errors import StoreUnavailable
from bot.storage.records import ShownAnswer
from bot.storage.resilience import ResilientStore

AFTER_REMOVAL = 5.0
"""Seconds until a workspace is deleted once more, with what was still being written about it."""

FORM_TIMEOUT = 2.0
"""Seconds that a form waits for what it leads to; Slack waits for three."""

LOOKING_AFTER = 1.0
"""Seconds until somebody who waits for an answer sees that it is being looked for."""

SERVICE_UNAVAILABLE = 503
"""Asks Slack to deliver an event again; in Socket Mode it is left unacknowledged instead."""

_ANY = re.compile("")

_log = logging.getLogger(__name__)


class SlackAdapter(Platform):
    """Slack, for one dispatcher: a `Platform`."""

    name = "slack"
    title = "Slack"
    not_ready_reason = ""  # of each adapter, as set below

    def __init__(
        self,
        config: SlackConfig,
        dispatcher: Dispatcher,
        store: ResilientStore,
        session: aiohttp.ClientSession,
        pages: Pages,
        *,
        timing: SlackTiming | None = None,
    ) -> None:
        """`session` should give up on a call within 30 seconds or so."""
        many = config.mode == "oauth-http"
        super().__init__(dispatcher)
        self.workspaces = Workspaces(session, config, store.store.installations if many else None)
        self.sender = Sender(self.workspaces)
        self.not_taken = self.sender.not_taken
        self._chat = dispatcher.chat
        self._chat.post_to = self.post_to
        self._store = store
        self._timing = timing or SlackTiming()
        self.not_ready_reason = "" if many else "the token has not been checked yet"
        self._app_token = config.app_token if config.mode == "socket" else None
        self._installing = Installing(config, store.store, self.workspaces, pages) if many else None
        self.events: Mapping[str, Callable[[Payload, int], Awaitable[bool]]] = {
            "app_mention": self._message,
            "message": self._message,
            "app_home_opened": self._home_opened,
            "app_uninstalled": self._removed,
            "tokens_revoked": self._removed,
        }
        """What handles each type of event, given how often it was delivered before; whether to acknowledge it."""
        self.bolt = self._listening(config.signing_secret)
        self._endpoint: EventsEndpoint | None = None
        if config.mode != "socket" and config.signing_secret is not None:
            self._endpoint = EventsEndpoint(self.bolt, config.signing_secret)

    def own_metrics(self) -> Sequence[Metric]:
        """How many requests were refused."""
        refused = self._endpoint.refused if self._endpoint is not None else 0
        words = "HTTP requests that were not let in: not signed by Slack, or odd."
        return [CounterMetricFamily("framework_bot_slack_requests_refused", words, refused)]

    def routes(self) -> list[web.RouteDef]:
        """What to add to the service's web application; nothing in Socket Mode."""
        if self._endpoint is None:
            return []
        return [web.post(PATH, self._endpoint.events), *(self._installing.routes() if self._installing else [])]

    async def run(self) -> None:
        """Check the token and stay connected, until cancelled. Raises PlatformRefusedError where it is refused, and
        PlatformUnreachableError where Slack cannot be reached, or not any more."""
        await self._chat.prepare()
        self.workspaces.doubted = True
        try:
            await self._watch(self.not_ready_reason)
            if self._app_token is not None:
                await receive(self.bolt, self._app_token, self._timing, self._watch)
            while True:
                await self._watch("")
                await asyncio.sleep(self._timing.check_every)
        except (PlatformRefusedError, PlatformUnreachableError) as error:
            self.not_ready_reason = str(error)
            raise

    async def _watch(self, reason: str) -> None:
        """Note why questions cannot come in, "" where they can. Raises PlatformRefusedError where Slack does not take
        the token, once there is reason to check it."""
        self.not_ready_reason = reason
        if self.workspaces.doubted and self._installing is None:
            with reaching():
                await self.workspaces.identify()

    async def deliver(self, curator: Curator, view: View, key: str = "") -> None:
        """Send `view` to a person, with the token of their own workspace. Raises PostRefusedError where Slack does not
        allow it, or what failed."""
        del key  # Slack cannot recognise a message that is sent again
        await self.sender.send_direct(Origin.installed(curator.team, curator.user), view)

    async def edit(self, answer: ShownAnswer, view: View) -> None:
        """As `Platform.edit`."""
        team, channel, ts = answer.message.rsplit(":", 2)
        target = Target(origin=Origin.installed(team), channel=channel, message_ts=ts)
        await self.sender.show(target, Outgoing(target.place, "", replace(view, mode="replace")))

    async def post_to(self, place: Place, message: str, view: View) -> str:
        """As `ChatService.post_to`. A thread is named by what it began with, and so is a reply to a message."""
        root = (place.thread or message).rpartition(":")[2]
        target = Target(origin=Origin.installed(place.team), channel=place.channel, thread_ts=root or None)
        return (await self.sender.show(target, Outgoing(place, "", view)))[0]

    # listeners

    def _listening(self, signing_secret: str | None) -> AsyncApp:
        """Bolt, with one listener for each kind of payload: the chat layer decides by the action in it."""
        app = AsyncApp(
            name=self.name,
            logger=sdk_log,
            client=self.workspaces.open(None, retries=False),
            signing_secret=signing_secret,
            authorize=_authorize,
            process_before_response=True,  # an event is acknowledged when it was answered
            raise_error_for_unhandled_request=True,  # see _failed
        )
        app.error(_failed)
        app.event(_ANY)(self._event)
        app.command(_ANY)(self._beginning(parse.command))
        app.shortcut(_ANY)(self._beginning(parse.shortcut))
        app.block_action(_ANY)(self._beginning(parse.press))
        app.options(_ANY)(self._options)
        app.view_submission(_ANY)(self._submitted)
        return app

    async def _event(self, body: dict[str, Any], request: AsyncBoltRequest) -> BoltResponse | None:
        handler = self.events.get(body["event"]["type"])
        retry = parse.retry_number(request.headers.get("x-slack-retry-num", [""])[0])
        if handler is None or await handler(body, retry):
            return None  # Bolt acknowledges it
        return BoltResponse(status=SERVICE_UNAVAILABLE)

    def _beginning(self, parsed: Callable[[Payload], tuple[Incoming, Target] | None]) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            self._begin(parsed(body))

        return listener

    async def _options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Options for what was typed so far, from memory."""
        typed = body.get("value")
        field = suggested_field(body.get("action_id"), body.get("block_id"))
        tenant = parse.origin_of(body, "").tenant
        found = self._chat.suggest(field or "topic", typed if isinstance(typed, str) else "", tenant)
        await ack(
            options=[option(one.label, one.entry if field else pack(Action("show", ("", one.entry)))) for one in found]
        )

    async def _submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A form that was sent in: acknowledged with what it leads to, where that is there in time."""
        parsed = parse.submission(body)
        if parsed is None:
            await ack()
            return
        (form, target), inputs = parsed, parse.input_ids(body)
        form = replace(form, rights=partial(self.workspaces.rights, target.origin))
        response: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()

        async def post(outgoing: Outgoing) -> Sequence[str]:
            if response.done():  # the form is closed
                # The answer goes next to the message, for the person alone.
                late, view = outgoing, outgoing.view
                if not isinstance(view, Form) and form.surface != "message":
                    late = replace(outgoing, view=replace(view, audience="private", mode="new"))
                return await self.sender.show(replace(target, view_id=None, trigger_id=None), late)
            shown = _form_response(form, target, outgoing, inputs)
            response.set_result(shown)
            return [] if shown else await self.sender.show(replace(target, view_id=None), outgoing)

        task = self.dispatcher.begin(form, post)
        if task is not None:
            await asyncio.wait({task, response}, timeout=FORM_TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
        if not response.done():
            response.set_result({})
        await ack(**response.result())

    # events

    async def _message(self, payload: Payload, retry: int) -> bool:
        parsed = parse.message(payload, self.workspaces.bot_user)
        if parsed is None:
            changed = parse.change(payload, self.workspaces.bot_user)
            if changed is None:
                return True
            return await self.dispatcher.deliver(changed[0], partial(self.sender.show, changed[1]), retry=retry)
        incoming, target = parsed
        if incoming.address == "mention" and target.thread_ts is not None:
            incoming = replace(incoming, earlier=partial(self._first_of_thread, target))
        key = incoming.key or ""
        incoming = replace(incoming, lacks=partial(self.workspaces.lacks, target.origin))
        post = partial(self.sender.show, target, metadata=delivery_metadata(key))
        posted = partial(self.sender.was_posted, target, key)
        looking = asyncio.create_task(self._say_looking(target)) if incoming.address == "direct" else None
        try:
            return await self.dispatcher.deliver(incoming, post, posted=posted, retry=retry)
        finally:
            if looking is not None:
                looking.cancel()

    async def _say_looking(self, target: Target) -> None:
        """After a while, say below a direct message that it is being answered, until something is posted there."""
        await asyncio.sleep(LOOKING_AFTER)
        set_status = partial(self.workspaces.try_call, target.origin, AsyncWebClient.assistant_threads_setStatus)
        await set_status(channel_id=target.channel, thread_ts=target.root, status="is looking...")

    async def _first_of_thread(self, target: Target) -> tuple[str, ...]:
        """What was said with the message that a thread began with; () where it cannot be read."""
        read = partial(self.workspaces.try_call, target.origin, AsyncWebClient.conversations_replies)
        found = await read(channel=target.channel, ts=target.thread_ts, limit=1)
        return parse.sources((found.get("messages") or [{}])[0]) if found is not None else ()

    async def _permalink(self, target: Target) -> str:
        """The address of the message that a thread began with, in which we answered; "" where Slack gives none."""
        find = partial(self.workspaces.try_call, target.origin, AsyncWebClient.chat_getPermalink)
        found = await find(channel=target.channel, message_ts=target.thread_ts)
        return str(found.get("permalink") or "") if found is not None else ""

    async def _home_opened(self, payload: Payload, _: int) -> bool:
        """Show the Home tab; in the tab with the conversation, suggest what to ask."""
        parsed, event = parse.home_opened(payload), payload["event"]
        if parsed is None:
            return True
        if event.get("tab") == "home":
            self._begin(parsed)
        elif event.get("tab") == "messages" and isinstance(event.get("channel"), str):
            incoming, target = parsed
            admission = self._chat.admit(incoming)
            if self.dispatcher.open and admission is not None and admission.granted:
                self.dispatcher.start(self._suggest_prompts(target.origin, event["channel"]))
        return True

    async def _suggest_prompts(self, origin: Origin, channel: str) -> None:
        client = await self.workspaces.client(origin)
        if client is not None:
            await client.assistant_threads_setSuggestedPrompts(channel_id=channel, prompts=list(map(dict, PROMPTS)))

    async def _removed(self, payload: Payload, _: int) -> bool:
        """The app was removed, or its token revoked, in either order and any number of times: delete everything of the
        workspace, where it was not installed again since. Not acknowledged where it cannot be deleted now."""
        event = payload["event"]
        tokens = event.get("tokens")
        if event.get("type") == "tokens_revoked" and not (isinstance(tokens, Mapping) and tokens.get("bot")):
            return True  # of people only, of whom there are none here
        tenant, happened = parse.origin_of(payload, "").tenant, parse.event_time(payload)
        self.workspaces.doubt(tenant)
        try:
            removed = await self._store.forget_tenant(tenant, as_of=happened)
        except StoreUnavailable:
            return False
        if removed:
            _log.info("a workspace removed the app, and everything of it was deleted")
        self.dispatcher.start(self._delete_again(tenant, happened))
        return True

    async def _delete_again(self, tenant: str, happened: datetime | None) -> None:
        await asyncio.sleep(AFTER_REMOVAL)
        await self._store.forget_tenant(tenant, as_of=happened)

    def _begin(self, parsed: tuple[Incoming, Target] | None) -> None:
        if parsed is not None:
            incoming, target = parsed
            incoming = replace(
                incoming,
                rights=partial(self.workspaces.rights, target.origin),
                lacks=partial(self.workspaces.lacks, target.origin),
            )
            if isinstance(incoming, Press) and target.thread_ts is not None:
                incoming = replace(incoming, question_url=partial(self._permalink, target))
            if isinstance(incoming, Command) and target.thread_ts is not None:
                incoming = replace(incoming, earlier=partial(self._first_of_thread, target))
            self.dispatcher.begin(incoming, partial(self.sender.show, target))


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Nothing is looked up before the acknowledgement: the token is found when there is something to send."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


def _form_response(
    form: FormSubmission, target: Target, outgoing: Outgoing, inputs: Sequence[str]
) -> Mapping[str, Any]:
    """What takes the form's place, or what is wrong, which leaves it as it is. Empty where the form closes, and the
    answer is shown in the message that it was opened from."""
    view = outgoing.view
    if isinstance(view, Form):
        return {"response_action": "update", "view": form_modal(view, target.form_metadata(view))}
    if inputs and outgoing.is_notice:
        return {"response_action": "errors", "errors": {inputs[0]: view.summary}}
    if form.surface == "message":
        return {}
    return {"response_action": "update", "view": modal(view)}


async def _failed(error: Exception) -> BoltResponse:
    """Acknowledges what has no listener, and refuses what Bolt cannot read; nothing that it says is logged."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200)
    if _raised_in_bolt(error):  # its own middleware and matchers take the shape of a payload for granted
        _log.info("a payload of Slack's could not be read: %s", type(error).__name__)
        return BoltResponse(status=400)
    trace = Exception(type(error).__name__).with_traceback(error.__traceback__)
    _log.error("a payload of Slack's could not be handled: %s", type(error).__name__, exc_info=trace)
    return BoltResponse(status=400)


def _raised_in_bolt(error: Exception) -> bool:
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return not any(name.startswith(("adapters.", "bot.")) for name in frames)

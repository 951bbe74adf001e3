"""Buttons and menus. What they carry is checked like any input; whatever no longer works says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.limiting import Act
from adapters.request import since_request
from adapters.slack.blockkit import button
from adapters.slack.conversations import HOPELESS
from adapters.slack.flow import NotYours
from adapters.slack.guide import SETTINGS, SETTINGS_SUMMARY, settings_blocks
from adapters.slack.intake import Intake
from adapters.slack.outbox import Message, Outbox
from adapters.slack.pages import (
    ALREADY,
    FORGOTTEN,
    NOT_SAVED,
    NOT_YOURS,
    OLDER,
    SHARED,
    THANKS,
    THANKS_NO,
    Pages,
    alike,
)
from adapters.slack.parse import Body, Origin, presser
from adapters.slack.render_flow import SAY
from adapters.slack.render_reply import FLOW_LABEL
from adapters.slack.render_views import reason_view, told_view
from adapters.slack.spot import Spot, spot
from adapters.slack.values import Press, decode, encode, flow_token
from adapters.slack.views import Views
from adapters.slack.workspaces import Workspaces
from bot.feedback import Feedback
from bot.question import Question, Turn
from bot.reply import Reply
from bot.storage.errors import StoreUnavailable

_MOST_SHARED = 3
_MOST_TYPED = 2_000


class Clicks:
    """Does what a button says, where it was pressed."""

    def __init__(self, pages: Pages, workspaces: Workspaces, outbox: Outbox, views: Views, intake: Intake) -> None:
        self._pages = pages
        self._desk = pages.desk
        self._workspaces = workspaces
        self._outbox = outbox
        self._views = views
        self._intake = intake

    @staticmethod
    def act(body: Body) -> Act:
        """What it counts as: words typed into the recommendation are a question."""
        return "question" if (_action(body) or {}).get("action_id") == SAY else "click"

    async def tell(self, body: Body, text: str) -> None:
        """A few words to whoever pressed or gave a command. What is open in a modal stays there, below them."""
        origin, where = presser(body), spot(body)
        if not where.in_modal:
            await self._say(origin, where, self._pages.told(text))
        elif (client := await self._workspaces.client(origin, patient=False)) is not None:
            await client.views_push(trigger_id=where.trigger, view=told_view("framework-bot", text))

    async def pressed(self, body: Body) -> None:
        """Do what was pressed."""
        action = _action(body)
        if action is None:
            return
        origin, where = presser(body), spot(body)
        if action.get("action_id") == SAY:
            await self._flow(origin, where, action, said=str(action.get("value") or "")[:_MOST_TYPED])
            return
        chosen = action.get("selected_option")
        press = decode(chosen.get("value") if isinstance(chosen, Mapping) else action.get("value"))
        if press is None:
            await self._say(origin, where, self._pages.told(OLDER, on=True))
            return
        await self._do(press, origin, where, action)

    async def _do(self, press: Press, origin: Origin, where: Spot, action: Mapping[str, Any]) -> None:  # noqa: C901 - one case a verb
        match press.verb:
            case "show":
                await self._answer(origin, where, press.first)
            case "none":
                offered = Turn(offered=press.ids)
                reply = self._desk.bot().answer(Question("none of these", offered))
                await self._send(origin, where, self._pages.reply(reply))
            case "share":
                await self._share(origin, where, press.ids)
            case "helpful" | "unhelpful":
                await self._judge(origin, where, press)
            case "reason":
                names = ("entry", "version", "answer", "channel")
                await self._views.show(origin, where, reason_view(dict(zip(names, press.ids, strict=False))))
            case "flow":
                await self._flow(origin, where, action, pressed=press.first)
            case "start":
                await self._start(origin, where)
            case "shareflow":
                await self._share_outcome(origin, where, action)
            case "compare":
                await self._views.compare(origin, where)
            case "topics" | "help" | "privacy":
                await self._page(origin, where, press.verb)
            case "set":
                await self._set(origin, where, press)
            case "forget":
                await self._forget(origin, where)

    async def _answer(self, origin: Origin, where: Spot, entry: str) -> None:
        reply = await self._desk.show(entry, where.place(origin))
        if where.in_modal or where.home:
            await self._views.answer(origin, where, reply)
        elif where.private or where.message_ts is None:
            await self._say(origin, where, self._pages.reply(reply))
        else:
            key = f"slack:{origin.tenant}:{where.channel}:{where.message_ts}:show:{entry}"
            if not await self._intake.once(key, origin.tenant, lambda: self._post(origin, where, reply)):
                await self._say(origin, where, self._pages.told(ALREADY))
                return
        self._desk.observer.shown("slack", since_request())

    async def _post(self, origin: Origin, where: Spot, reply: Reply) -> None:
        await self._send(origin, where, self._pages.reply(reply))

    async def _share(self, origin: Origin, where: Spot, entries: tuple[str, ...]) -> None:
        if where.response_url is None:
            return
        for entry in entries[:_MOST_SHARED]:
            reply = await self._desk.show(entry, where.place(origin))
            message = self._pages.reply(reply, shareable=False)
            await self._outbox.respond(where.response_url, message, in_channel=True, thread_ts=where.thread_ts)
            self._desk.observer.shown("slack", since_request())
        await self._say(origin, where, self._pages.told(SHARED))

    async def _judge(self, origin: Origin, where: Spot, press: Press) -> None:
        entry, version = (*press.ids, "", "")[:2]
        helpful = press.verb == "helpful"
        answer = f"{where.channel}:{where.message_ts}:{entry}"
        await self._desk.judge(
            Feedback(
                platform="slack",
                tenant=origin.tenant,
                user=origin.user,
                answer=answer,
                entry=entry,
                helpful=helpful,
                knowledge_version=version,
                channel=where.channel or "",
            )
        )
        if helpful:
            await self._say(origin, where, self._pages.told(THANKS))
            return
        why = encode("reason", entry, version, answer, where.channel or "")
        await self._say(origin, where, self._pages.told(THANKS_NO, button("Say what was wrong", why, "reason")))

    async def _start(self, origin: Origin, where: Spot) -> None:
        view = where.in_modal or where.home
        message = self._pages.flows.start(origin, "modal" if view else "message")
        if message is None:
            await self._say(origin, where, self._pages.told(OLDER, on=True))
        elif view:
            await self._views.flow(origin, where, message)
        else:
            await self._send(origin, where, message)

    async def _flow(
        self, origin: Origin, where: Spot, action: Mapping[str, Any], *, pressed: str = "", said: str | None = None
    ) -> None:
        token = flow_token(action.get("block_id"))
        surface = "modal" if where.in_modal else "private" if where.private else "message"
        flows = self._pages.flows
        try:
            if token is None:
                message = None
            elif said is not None:
                message = flows.said(token, said, origin, surface)  # type: ignore[arg-type] # a Surface, as just written
            else:
                message = flows.pressed(token, pressed, origin, surface)  # type: ignore[arg-type] # as above
        except NotYours:
            start = button(FLOW_LABEL, encode("start"), "start")
            await self._say(origin, where, self._pages.told(NOT_YOURS, start))
            return
        if message is None:
            await self._say(origin, where, self._pages.told(OLDER, on=True))
        elif where.in_modal:
            await self._views.flow(origin, where, message)
        else:
            await self._outbox.edit(await self._workspaces.client(origin), where, message)

    async def _share_outcome(self, origin: Origin, where: Spot, action: Mapping[str, Any]) -> None:
        token = flow_token(action.get("block_id"))
        try:
            message = self._pages.flows.outcome(token, origin) if token else None
        except NotYours:
            message = None
        if message is None or where.response_url is None:
            await self._say(origin, where, self._pages.told(OLDER, on=True))
            return
        await self._outbox.respond(where.response_url, message, in_channel=True, thread_ts=where.thread_ts)

    async def _page(self, origin: Origin, where: Spot, word: str) -> None:
        page = await self._pages.page(word, origin, where.channel or origin.user, "private")
        if page is None:
            return
        if where.in_modal or where.home:
            await self._views.tell(origin, where, word.capitalize(), page)
        else:
            await self._say(origin, where, page)

    async def _set(self, origin: Origin, where: Spot, press: Press) -> None:
        name, value = (*press.ids, "", "")[:2]
        if where.channel is None or name not in {known for known, *_ in SETTINGS}:
            await self._say(origin, where, self._pages.told(OLDER, on=True))
            return
        visibility = "channel" if value == "channel" else "private"
        change: Any = {name: visibility if name == "visibility" else value == "on"}
        try:
            settings = await self._desk.store.channels.change(origin.tenant, where.channel, **change)
        except StoreUnavailable:
            await self._say(origin, where, self._pages.told(NOT_SAVED))
            return
        message = alike(SETTINGS_SUMMARY, settings_blocks(settings, notice="Saved."))
        await self._outbox.edit(await self._workspaces.client(origin), where, message)

    async def _forget(self, origin: Origin, where: Spot) -> None:
        try:
            await self._desk.store.forget_user("slack", origin.user)
        except StoreUnavailable:
            await self._say(origin, where, self._pages.told(NOT_SAVED))
            return
        await self._say(origin, where, self._pages.told(FORGOTTEN))

    async def _send(self, origin: Origin, where: Spot, message: Message) -> None:
        """Where all who saw the button see it: in its thread, or beside it for one person."""
        client = None if where.private else await self._workspaces.client(origin)
        if client is None or where.channel is None or where.message_ts is None:
            await self._say(origin, where, message)
            return
        try:
            await self._outbox.post(client, where.channel, message, where.root)
        except SlackApiError as error:
            # The bot may be no member where its answer was shared from a command.
            if error.response.get("error") not in HOPELESS:
                raise
            await self._say(origin, where, message)

    async def _say(self, origin: Origin, where: Spot, message: Message) -> None:
        """To the one who pressed, and to nobody else."""
        if where.in_modal or where.home:
            await self._views.tell(origin, where, "framework-bot", message)
        elif where.response_url is not None:
            await self._outbox.respond(where.response_url, message, thread_ts=where.thread_ts)


def _action(body: Body) -> Mapping[str, Any] | None:
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, Mapping) else None

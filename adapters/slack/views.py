"""Modals and the Home tab: opened at once, for the permission to open one lasts three seconds."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.request import since_request
from adapters.slack.curating import CuratorsHome
from adapters.slack.forms import chosen
from adapters.slack.manifest import PROMPTS
from adapters.slack.outbox import Message
from adapters.slack.pages import Pages
from adapters.slack.parse import Body, Origin, presser
from adapters.slack.reasons import Heard, heard
from adapters.slack.render_views import (
    FRAMEWORKS,
    RIGHT,
    TOPIC,
    View,
    answer_view,
    asked_first,
    compare_view,
    flow_view,
    home_view,
    told_view,
)
from adapters.slack.spot import Spot, spot
from adapters.slack.topics import answers, comparable, suggestions
from adapters.slack.workspaces import Workspaces
from bot.feedback import Feedback
from bot.reply import Reply

_STALE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "hash_conflict", "not_found"})
"""Somebody was faster, or too slow: there is nothing to mend."""

_log = logging.getLogger(__name__)


class Views:
    """Opens and changes modals and the Home tab."""

    def __init__(self, pages: Pages, workspaces: Workspaces, curators: CuratorsHome) -> None:
        self._pages = pages
        self._curators = curators
        self._desk = pages.desk
        self._workspaces = workspaces

    async def compare(self, origin: Origin, where: Spot) -> None:
        """The form that sets frameworks side by side."""
        await self.show(origin, where, compare_view(self._desk.bot().knowledge))

    async def answer(self, origin: Origin, where: Spot, reply: Reply) -> None:
        """A reply in a modal."""
        view = answer_view(reply, title=self._pages.title(reply), flow=self._pages.has_flow)
        await self.show(origin, where, view)

    async def flow(self, origin: Origin, where: Spot, message: Message) -> None:
        """A step or the outcome of the guided recommendation in a modal."""
        await self.show(origin, where, flow_view(message.blocks))

    async def tell(self, origin: Origin, where: Spot, title: str, message: Message) -> None:
        """A page in a modal."""
        view = {**told_view(title, message.summary), "blocks": list(message.simple())}
        await self.show(origin, where, view)

    async def show(self, origin: Origin, where: Spot, view: View) -> None:
        """In the modal that was pressed, in its place; else in a new one."""
        client = await self._workspaces.client(origin, patient=False)
        if client is None:
            return
        try:
            if where.in_modal and where.view_id is not None:
                await client.views_update(view=view, view_id=where.view_id, hash=where.view_hash)
            elif where.trigger is not None:
                await client.views_open(trigger_id=where.trigger, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in _STALE:
                raise
            _log.info("a modal was not shown: %s", error.response.get("error"))

    async def home(self, body: Body) -> None:
        """The Home tab was opened: show it. The conversation was: suggest what to ask."""
        event = body.get("event")
        if not isinstance(event, Mapping):
            return
        origin = presser({**body, "user_id": event.get("user")})
        client = await self._workspaces.client(origin)
        if client is None or not origin.user:
            return
        if event.get("tab") == "home":
            curating = await self._curators.blocks(origin)
            view: Any = home_view(self._desk.bot().knowledge, flow=self._pages.has_flow, curating=curating)
            await client.views_publish(user_id=origin.user, view=view)
        elif event.get("tab") == "messages" and event.get("channel"):
            prompts = [{"title": title, "message": message} for title, message in PROMPTS]
            await client.assistant_threads_setSuggestedPrompts(channel_id=str(event["channel"]), prompts=prompts)

    def suggested(self, body: Body) -> list[dict[str, Any]]:
        """Options for what was typed into a searching menu so far. From memory: it is on the way to an answer."""
        knowledge = self._desk.bot().knowledge
        action = body.get("action_id")
        typed = str(body.get("value") or "")
        among = comparable(knowledge) if action == TOPIC else answers(knowledge)
        return suggestions(among, typed, value="entry" if action in (TOPIC, RIGHT) else "")

    def compared(self, body: Body) -> tuple[View, Reply]:
        """What the filled-in form leads to. From memory: the form waits for it."""
        bot = self._desk.bot()
        topic = chosen(body, TOPIC).get("selected_option") or {}
        picked = [str(option.get("value")) for option in chosen(body, FRAMEWORKS).get("selected_options") or ()]
        names = {term.id: term.name for term in bot.knowledge.vocabulary.frameworks}
        reply = asked_first(bot.show(str(topic.get("value") or "")), [names.get(side, side) for side in picked])
        return answer_view(reply, title=self._pages.title(reply), flow=self._pages.has_flow, compared=True), reply

    async def counted(self, body: Body, reply: Reply) -> None:
        """Count what the form led to, which was shown with the acknowledgement."""
        self._desk.observer.shown("slack", since_request())
        await self._desk.keep(reply, spot(body).place(presser(body)))

    def heard(self, body: Body) -> Heard:
        """What the form about an answer that did not help leads to. From memory: the form waits for it."""
        return heard(body, self._desk.bot().knowledge)

    async def judged(self, feedback: Feedback) -> None:
        """Keep what somebody said about an answer that did not help."""
        await self._desk.judge(feedback)

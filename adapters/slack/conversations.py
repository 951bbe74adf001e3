"""What is said in Slack: mentions, direct messages, threads, and what the bot overhears where it may answer."""

from __future__ import annotations

import asyncio
import logging

from slack_sdk.errors import SlackApiError

from adapters.slack.outbox import Message, Outbox
from adapters.slack.pages import Pages
from adapters.slack.parse import Said, word
from adapters.slack.workspaces import Workspaces
from bot.desk import Desk
from bot.question import Question, Turn

SURE = 0.9
"""Confidence from which a question nobody asked us is answered; never below the one for answers."""

HOPELESS = frozenset(
    {
        "account_inactive", "channel_not_found", "ekm_access_denied", "invalid_auth", "is_archived", "missing_scope",
        "not_authed", "not_in_channel", "org_login_required", "restricted_action", "team_access_not_granted",
        "thread_locked", "token_expired", "token_revoked", "user_not_in_channel",
    }
)  # fmt: skip
"""Slack will not take the message however often it is sent."""

DISMISSED = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""The token is no longer good."""

_log = logging.getLogger(__name__)


class Conversations:
    """Answers what people say, in the thread they say it in."""

    def __init__(self, pages: Pages, workspaces: Workspaces, outbox: Outbox, at_once: asyncio.Semaphore) -> None:
        """`at_once` bounds how many use the store at the same time."""
        self._pages = pages
        self._desk: Desk = pages.desk
        self._workspaces = workspaces
        self._outbox = outbox
        self._at_once = at_once

    async def concerns_us(self, said: Said) -> bool:
        """Whether to answer: whoever speaks to us, and elsewhere only what the channel allows."""
        if said.addressed != "overheard":
            return True
        if said.mentions or not said.text:
            return False  # meant for somebody; a mention of us comes as an event of its own
        settings = await self._desk.store.channels.settings(said.origin.tenant, said.channel)
        if said.thread_ts is None:
            return settings.passive and self._desk.would_answer(said.text, at_least=self._sure) is not None
        if not settings.follow_ups:
            return False
        turn = await self._turn(said)
        # In a thread people also talk with one another: only what we can answer is for us.
        return turn is not None and self._desk.bot().answer(Question(said.text, turn)).outcome in ("answer", "choices")

    async def answer(self, said: Said) -> None:
        """Answer it. Raises what Slack or the network raise where another try may help."""
        async with self._at_once:
            message, private = await self._message(said)
        client = await self._workspaces.client(said.origin)
        if client is None:
            _log.warning("a message came from a workspace that has not installed the app")
            return
        try:
            if private:
                await self._outbox.whisper(client, said.channel, said.origin.user, message, said.thread_ts)
            else:
                await self._outbox.post(client, said.channel, message, said.root)
        except SlackApiError as error:
            reason = str(error.response.get("error"))
            if reason in DISMISSED:
                self._workspaces.forget(said.origin.tenant)
            if reason not in HOPELESS:
                raise
            _log.warning("Slack does not take an answer: %s", reason)

    async def _message(self, said: Said) -> tuple[Message, bool]:
        """What to say, and whether to the one who asked only."""
        if said.addressed == "overheard" and said.thread_ts is None:
            reply = self._desk.would_answer(said.text, at_least=self._sure)
            if reply is not None:
                await self._desk.keep(reply, said.place)
                return self._pages.reply(reply, unasked=True), False
        if said.addressed != "overheard":
            page = await self._pages.page(word(said.text), said.origin, said.channel, "message")
            if page is not None:
                return page, False
        reply = await self._desk.ask(said.text, said.place)
        return self._pages.reply(reply), reply.visibility == "private" and said.kind != "direct"

    async def _turn(self, said: Said) -> Turn | None:
        thread = said.place.thread
        return await self._desk.store.threads.turn(f"slack:{thread}") if thread is not None else None

    @property
    def _sure(self) -> float:
        return max(SURE, self._desk.bot().thresholds.answer)

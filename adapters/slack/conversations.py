"""What is said in Slack: mentions, direct messages, threads, and what the bot overhears where it may answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.limiting import Act, Limiter
from adapters.request import since_request
from adapters.slack import standing
from adapters.slack.intake import Intake
from adapters.slack.outbox import Message, Outbox
from adapters.slack.pages import WORDS, Pages
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

    def __init__(self, pages: Pages, workspaces: Workspaces, outbox: Outbox, intake: Intake, limiter: Limiter) -> None:
        self._pages = pages
        self._desk: Desk = pages.desk
        self._workspaces = workspaces
        self._outbox = outbox
        self._intake = intake
        self._limiter = limiter

    def admits(self, said: Said) -> bool:
        """Whether whoever speaks to us is answered now. Where not, they are told when to ask again."""
        act: Act = "click" if word(said.text) in WORDS else "question"
        admission = self._limiter.admit(said.place, said.origin.user, act, once=said.key)
        words = self._limiter.notice(admission)
        if words is not None:
            told = self._send(said, self._pages.told(words), private=said.kind != "direct")
            self._intake.start(told, said.origin.tenant)
        return admission.granted

    async def concerns_us(self, said: Said) -> bool:
        """Whether to answer: whoever speaks to us, and elsewhere only what the channel allows.

        What nobody asked us counts like a question where we would answer; beyond the bounds it is left out.
        """
        if said.addressed != "overheard":
            return True
        if said.mentions or not said.text:
            return False  # meant for somebody; a mention of us comes as an event of its own
        async with self._intake.at_once.of(said.origin.tenant):
            settings = await self._desk.store.channels.settings(said.origin.tenant, said.channel)
            followed = said.thread_ts is not None and settings.follow_ups
            turn = await self._turn(said) if followed else None
        if said.thread_ts is None:
            wanted = settings.passive and self._desk.would_answer(said.text, at_least=self._sure) is not None
            return wanted and self._limiter.admit(said.place, None, once=said.key).granted
        if turn is None:
            return False
        # In a thread people also talk with one another: only what we can answer is for us.
        outcome = self._desk.bot().answer(Question(said.text, turn)).outcome
        wanted = outcome in ("answer", "choices")
        return wanted and self._limiter.admit(said.place, said.origin.user, once=said.key).granted

    async def answer(self, said: Said) -> None:
        """Answer it. Raises what Slack or the network raise where another try may help."""
        async with self._intake.answering.of(said.origin.tenant):
            message, private = await self._message(said)
        if await self._send(said, message, private=private, mark=standing.mark(said.key)):
            self._desk.observer.shown("slack", since_request())

    async def stands(self, said: Said) -> bool:
        """Whether its answer stands in Slack, as far as that can be seen. What one person sees cannot."""
        async with self._intake.calling.of(said.origin.tenant):
            client = await self._workspaces.client(said.origin, patient=False)
            ours = [user for user in (said.origin.bot_user, self._workspaces.bot_user) if user is not None]
            return client is not None and await standing.stands(client, said, ours)

    async def _send(
        self, said: Said, message: Message, *, private: bool, mark: Mapping[str, Any] | None = None
    ) -> bool:
        """Show it where it was said; whether Slack takes it. Raises as `answer` does."""
        async with self._intake.calling.of(said.origin.tenant):
            client = await self._workspaces.client(said.origin)
            if client is None:
                _log.warning("a message came from a workspace that has not installed the app")
                return False
            try:
                if private:
                    await self._outbox.whisper(client, said.channel, said.origin.user, message, said.thread_ts)
                else:
                    await self._outbox.post(client, said.channel, message, said.root, mark=mark)
            except SlackApiError as error:
                reason = str(error.response.get("error"))
                if reason in DISMISSED:
                    self._workspaces.forget(said.origin.tenant)
                if reason not in HOPELESS:
                    raise
                _log.warning("Slack does not take an answer: %s", reason)
                return False
        return True

    async def _message(self, said: Said) -> tuple[Message, bool]:
        """What to say, and whether to the one who asked only."""
        if said.addressed == "overheard" and said.thread_ts is None:
            reply = self._desk.would_answer(said.text, at_least=self._sure)
            if reply is not None:
                await self._desk.keep(reply, said.place)
                return self._pages.reply(reply, unasked=True), False
        if said.addressed != "overheard":
            name = word(said.text)
            if name in WORDS:
                async with self._intake.at_once.of(said.origin.tenant):
                    page = await self._pages.page(name, said.origin, said.channel, "message")
                if page is not None:
                    return page, False
        turn = None
        if said.thread_ts is not None:  # what starts a thread follows up on nothing
            async with self._intake.at_once.of(said.origin.tenant):
                turn = await self._turn(said)
        reply = self._desk.answer(Question(said.text, turn), "slack")
        await self._desk.keep(reply, said.place, said.text)
        return self._pages.reply(reply), reply.visibility == "private" and said.kind != "direct"

    async def _turn(self, said: Said) -> Turn | None:
        thread = said.place.thread
        return await self._desk.store.threads.turn(f"slack:{thread}") if thread is not None else None

    @property
    def _sure(self) -> float:
        return max(SURE, self._desk.bot().thresholds.answer)

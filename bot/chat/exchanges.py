"""What is stored of an exchange once it was shown: the vote, the counts, the turn, and a question left open."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.chat import people
from bot.chat.events import since_request
from bot.chat.view import Outgoing
from bot.dialog.reply import Reply
from bot.storage.records import AskedQuestion, ShownAnswer, Tally, Unanswered

if TYPE_CHECKING:
    from bot.chat.service import ChatService

CONFIDENT_SMALL_TALK = 0.8
"""Confidence (0..1) below which what was taken for small talk may have been a question: greetings get 0.99."""


def writes(chat: ChatService, outgoing: Outgoing, messages: Sequence[str]) -> Iterator[Coroutine[Any, Any, None]]:
    """What is to be stored of something that was shown, as `messages`: made at once, it shares a transaction."""
    place, reply = outgoing.place, outgoing.reply
    if outgoing.running is not None:
        yield chat.shared_state.step(place, outgoing.owner, outgoing.running)
    if outgoing.claimed:
        yield chat.records.deliveries.done(outgoing.claimed)
    if outgoing.answers and messages:
        yield chat.shared_state.answer(outgoing.answers, place.tenant, messages)
    if outgoing.feedback is not None:
        yield chat.records.feedback.record(outgoing.feedback)
        if outgoing.feedback.reason is None and outgoing.feedback.suggested is None:
            helpful = outgoing.feedback.helpful
            chat.notify(lambda observer: observer.judged(place.platform, helpful=helpful))
    if reply is None:
        return
    chat.notify(lambda observer: observer.exchanged(place.platform, reply, since_request()))
    if chat.capabilities.deletes and not place.direct:
        yield chat.shared_state.answered(place, messages)
    chat.records.tallies.count(
        Tally(place.tenant, place.platform, reply.outcome, reply.entries[0] if reply.entries else "")
    )
    # The address of a direct message would say who asked.
    lasting = len(messages) == 1 and outgoing.is_seen_by_all and not place.direct
    if (reply.outcome == "answer" or outgoing.replaces) and lasting and chat.retention.answers:
        yield chat.records.shown_answers.record(
            ShownAnswer(
                platform=place.platform,
                tenant=place.tenant,
                channel=place.channel,
                message=messages[0],
                headlines=chat.bot.headlines(reply.entries if reply.outcome == "answer" else ()),
                frameworks=reply.frameworks,
            )
        )
    yield chat.conversations.remember(outgoing, reply, messages)
    if outgoing.question is not None and _is_open(reply):
        yield _keep_thread(chat, outgoing, outgoing.question, messages)
        yield chat.records.unanswered.record(
            Unanswered(
                platform=place.platform,
                tenant=place.tenant,
                channel_kind=place.kind,
                channel=place.channel,
                text=outgoing.question,
                outcome=reply.outcome,
                candidates=reply.candidates,
                knowledge_version=reply.knowledge_version,
            )
        )


async def _keep_thread(chat: ChatService, outgoing: Outgoing, question: str, messages: Sequence[str]) -> None:
    """Where a question without an answer was asked, to answer it later: where the workspace wants that. The address
    of a direct message would say who asked; the answer to a command, where one person alone sees it, has none."""
    place, shown = outgoing.place, outgoing.is_seen_by_all
    message = messages[0] if messages and shown else ""
    thread = people.thread_of(place) if shown or place.kind != "command" else ""
    if place.direct or not chat.teaching(place).keeps_threads or not (thread or message):
        return
    await chat.records.asked_questions.record(
        AskedQuestion(tenant=place.tenant, channel=place.channel, thread=thread, message=message, text=question)
    )


def _is_open(reply: Reply) -> bool:
    """Whether a question may have been left without its answer."""
    doubtful = reply.outcome == "social" and reply.confidence < CONFIDENT_SMALL_TALK
    return doubtful or reply.outcome in ("choices", "decline")

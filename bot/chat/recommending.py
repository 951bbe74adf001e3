"""The guided recommendation in a chat: its steps, and where a button, a form or typed words lead. Its views are in
`bot.chat.flow`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.chat import flow
from bot.chat.actions import NotDoneError, action, button
from bot.chat.incoming import FormSubmission, Incoming, Message, Press
from bot.chat.view import Outgoing, View
from bot.recommendation.flow import Flow, State

if TYPE_CHECKING:
    from bot.chat.service import ChatService

NOT_YOURS = "Somebody else started this. You can start one of your own:"
SHARED_BEFORE = "You have shared this already."


@dataclass(frozen=True, slots=True)
class Restored:
    """A state of the guided recommendation that a button carries, or that words led to.

    `hint` says why it could not be used as it was, what was not `understood`, or that several answers were.
    """

    flow: Flow
    state: State
    hint: str
    understood: bool = True


async def begin(chat: ChatService, incoming: Incoming, *, private: bool, said: str = "") -> Outgoing:
    """The first question, after what `said` answers; the way back to the one that the person has running here."""
    flow_ = _rules(chat, incoming)
    answers = flow_.situation(said)
    if answers:
        return step(chat, incoming, flow_, flow_.start(answers), hint=flow.UNDERSTOOD, private=private, replaced=False)
    running = await chat.shared_state.running(incoming.place, chat.owner(incoming))
    if running is not None:
        return chat.screen(incoming, flow.running_view(running))
    return step(chat, incoming, flow_, flow_.start(), private=private, replaced=False)


def step(
    chat: ChatService,
    incoming: Incoming,
    flow_: Flow,
    state: State,
    *,
    hint: str = "",
    private: bool | None = None,
    replaced: bool = True,
) -> Outgoing:
    """A question, or where it ends; as private as the message before, if left out."""
    pressed = incoming if isinstance(incoming, Press) else None
    hidden = (pressed is not None and pressed.private) if private is None else private
    owner = chat.owner(incoming)
    view = flow.flow_view(
        flow_,
        state,
        owner,
        hint=hint,
        # What a form leads to replaces the message that the form was opened from.
        forms=chat.capabilities.forms
        and (pressed is None or isinstance(pressed, FormSubmission) or pressed.surface == "message"),
        shareable=chat.is_alone(incoming, private=hidden),
    )
    asks_on = not state.stopped and not flow_.is_outcome(state)
    running = flow_.token(state, owner) if asks_on else ""
    return chat.screen(incoming, view, private=hidden, replace=replaced, running=running, owner=owner)


def replied(chat: ChatService, message: Message) -> Restored | None:
    """Where a message leads that replies to a question by the same person; None for any other message."""
    if message.flow_token is None or chat.flow is None:
        return None
    found = chat.flow.at(message.flow_token)
    if not chat.owns(found.owner, message):
        return None
    return _interpreted(Restored(chat.flow, found.state, found.notice_text), message.text)


@action("Guided recommendation")
async def start(chat: ChatService, press: Press, owner: str) -> Outgoing:
    """The first question."""
    return await begin(chat, press, private=press.private or not chat.owns(owner, press))


@action()
async def move(chat: ChatService, press: Press, which: str, token: str) -> Outgoing:
    """A step."""
    found = _restored(chat, press, token)
    # A token of other rules is shown where it can go on, not moved by an old button.
    state = found.state if found.hint else found.flow.do(found.state, which)
    return step(chat, press, found.flow, state, hint=found.hint)


@action("In your own words")
async def words(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The form for an answer in somebody's own words, and where such an answer leads."""
    found = _restored(chat, press, token)
    if not isinstance(press, FormSubmission):
        return chat.form(press, flow.words_form(found.flow, found.state, token))
    answered = _interpreted(found, press.value("answer")[: flow.MOST_TYPED])
    return step(chat, press, found.flow, answered.state, hint=answered.hint)


@action("Why do you ask?")
async def why(chat: ChatService, press: Press, token: str) -> Outgoing:
    """What the answers to a question would change, for the person who pressed."""
    flow_ = _rules(chat, press)
    said = flow_.why(flow_.at(token).state)
    return chat.notice(press, said) if said else chat.older(press)


@action()
async def alternative(chat: ChatService, press: Press, letters: str, token: str) -> Outgoing:
    """The stack that one other answer leads to, next to that of an outcome, for anybody who sees it."""
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    mine = chat.owns(found.owner, press) or (not found.owner and press.alone)
    view = flow.alternative_view(flow_, found.state, found.owner, letters, mine=mine)
    return _shown(chat, press, None if found.notice else view, replace=press.alone)


@action("Take along")
async def take_along(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation to keep or to pass on, for the person who pressed."""
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    return _shown(chat, press, None if found.notice else flow.take_along_view(flow_, found.state), replace=False)


@action("Details")
async def outcome_details(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The rest of a recommendation, for anybody who sees it: in its place where nobody else does."""
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    shareable = press.private and not press.place.direct
    view = flow.details_view(flow_, found.state, found.owner, in_place=press.alone, shareable=shareable)
    return _shown(chat, press, None if found.notice else view, replace=press.alone)


@action("Show everyone")
async def share_outcome(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation that one person saw, for the channel."""
    found = _restored(chat, press, token)
    view = None if found.hint else flow.shared_view(found.flow, found.state, chat.owner(press))
    if view is None:
        return chat.notice(press, flow.OUTDATED)
    claimed = await chat.shares(press, "share", SHARED_BEFORE)
    outgoing = Outgoing(press.place, press.user, view, claimed=claimed)
    return await chat.attributed(outgoing, press, "the guided recommendation")


def _rules(chat: ChatService, incoming: Incoming) -> Flow:
    """Raises NotDoneError where the knowledge base has none."""
    if chat.flow is None:
        raise NotDoneError(chat.notice(incoming, flow.NO_FLOW))
    return chat.flow


def _restored(chat: ChatService, press: Press, token: str) -> Restored:
    """The state that a button leads on from. Raises NotDoneError where it is somebody else's.

    A token without an owner, as a damaged one, is nobody's: it serves where nobody else could have pressed.
    """
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    if not found.owner and not press.alone:
        raise NotDoneError(chat.older(press))
    if found.owner and not chat.owns(found.owner, press):
        raise NotDoneError(chat.notice(press, NOT_YOURS, button("start", chat.owner(press))))
    return Restored(flow_, found.state, found.notice_text)


def _interpreted(asked: Restored, text: str) -> Restored:
    """Where an answer in somebody's own words leads."""
    result = asked.flow.interpret(asked.state, text)
    understood = flow.UNDERSTOOD if result.several else ""
    return Restored(asked.flow, result.state, result.hint or asked.hint or understood, result.understood)


def _shown(chat: ChatService, press: Press, view: View | None, *, replace: bool) -> Outgoing:
    """What belongs to an outcome; where there is none (any more), the way to start again."""
    if view is None:
        return chat.notice(press, flow.OUTDATED, button("start", chat.owner(press)))
    return chat.screen(press, view, replace=replace)

"""The guided recommendation in a chat: its steps, and where a button, a form or typed words lead. Its views are in
`bot.chat.flow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.chat import flow
from bot.chat.actions import NotDoneError, action, button
from bot.chat.incoming import FormSubmission, Incoming, Message, Press
from bot.chat.view import Outgoing
from bot.recommendation.flow import RESTART, Flow
from bot.recommendation.outcome import Outcome
from bot.recommendation.token import RestoredState, State

if TYPE_CHECKING:
    from bot.chat.service import ChatService

NOT_YOURS = "Somebody else started this. You can start one of your own:"
SHARED_BEFORE = "You have shared this already."


async def begin(chat: ChatService, incoming: Incoming, *, private: bool, said: str = "") -> Outgoing:
    """The first question, after what `said` answers; the way back to the one that the person has running here."""
    flow_ = _rules(chat, incoming)
    answers, _ = flow_.situation(said)
    if answers:
        return step(chat, incoming, flow_, flow_.start(answers), hint=flow.UNDERSTOOD, private=private, replaced=False)
    running = await chat.shared_state.running(incoming.place, chat.owner(incoming))
    if running is not None:
        go_on, restart = flow.move("", running, "Go on", primary=True), flow.move(RESTART, running, "Start again")
        return chat.notice(incoming, flow.RUNNING, go_on, restart)
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
    hidden = isinstance(incoming, Press) and incoming.private if private is None else private
    owner = chat.owner(incoming)
    view = flow.flow_view(
        flow_,
        state,
        owner,
        hint=hint,
        # What a form leads to replaces the message that the form was opened from.
        forms=chat.capabilities.forms
        and (isinstance(incoming, FormSubmission) or not isinstance(incoming, Press) or incoming.surface == "message"),
        shareable=chat.is_alone(incoming, private=hidden),
    )
    running = flow_.token(state, owner) if flow_.asked(state) is not None else ""
    return chat.screen(incoming, view, private=hidden, replace=replaced, running=running, owner=owner)


def replied(chat: ChatService, message: Message) -> tuple[Outgoing | None, bool]:
    """Where a message leads that replies to a question by the same person, None for any other message; and whether its
    words were understood."""
    flow_ = chat.flow
    if message.flow_token is None or flow_ is None:
        return None, False
    found = flow_.at(message.flow_token)
    if not chat.owns(found.owner, message):
        return None, False
    return _said(chat, message, flow_, found, message.text, replaced=False)


def described(chat: ChatService, message: Message) -> Outgoing | None:
    """Where the recommendation begins for somebody who describes their situation and asks what to use; None for any
    other message."""
    flow_ = chat.flow  # one for all of it: another one may be loaded meanwhile
    if flow_ is None or not flow.asks_openly(message.text):
        return None
    answers, phrases = flow_.situation(message.text)
    if phrases < 2:
        return None
    return step(chat, message, flow_, flow_.start(answers), hint=flow.UNDERSTOOD, replaced=False)


@action("Guided recommendation")
async def start(chat: ChatService, press: Press, owner: str) -> Outgoing:
    """The first question."""
    return await begin(chat, press, private=press.private or not chat.owns(owner, press))


@action()
async def move(chat: ChatService, press: Press, which: str, token: str) -> Outgoing:
    """A step."""
    flow_, found = _restored(chat, press, token)
    # A token of other rules is shown where it can go on, not moved by an old button.
    state = found.state if found.notice else flow_.do(found.state, which)
    return step(chat, press, flow_, state, hint=found.notice)


@action("In your own words")
async def words(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The form for an answer in somebody's own words, and where such an answer leads."""
    flow_, found = _restored(chat, press, token)
    if not isinstance(press, FormSubmission):
        return chat.form(press, flow.words_form(flow_, found.state, token))
    return _said(chat, press, flow_, found, press.value("answer")[: flow.MOST_TYPED], replaced=True)[0]


@action("Why do you ask?")
async def why(chat: ChatService, press: Press, token: str) -> Outgoing:
    """What the answers to a question would change, for the person who pressed."""
    flow_ = _rules(chat, press)
    said = flow_.why(flow_.at(token).state)
    return chat.notice(press, said) if said else chat.older(press)


@action()
async def alternative(chat: ChatService, press: Press, letters: str, token: str) -> Outgoing:
    """The stack that one other answer leads to, next to that of an outcome, for anybody who sees it."""
    flow_, found, _ = _outcome(chat, press, token)
    mine = chat.owns(found.owner, press) or (not found.owner and press.alone)
    view = flow.alternative_view(flow_, found.state, token, letters, mine=mine)
    return _outdated(chat, press) if view is None else chat.screen(press, view, replace=press.alone)


@action("Take along")
async def take_along(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation to keep or to pass on, for the person who pressed."""
    *_, outcome = _outcome(chat, press, token)
    return chat.screen(press, flow.take_along_view(outcome))


@action("Details")
async def outcome_details(chat: ChatService, press: Press, token: str) -> Outgoing:
    """The rest of a recommendation, for anybody who sees it: in its place where nobody else does."""
    flow_, found, outcome = _outcome(chat, press, token)
    shareable = press.private and not press.place.direct
    view = flow.details_view(flow_, outcome, token, found.owner, in_place=press.alone, shareable=shareable)
    return chat.screen(press, view, replace=press.alone)


@action("Show everyone")
async def share_outcome(chat: ChatService, press: Press, token: str) -> Outgoing:
    """A recommendation that one person saw, for the channel."""
    flow_, found = _restored(chat, press, token)
    outcome = flow_.view(found.state)
    if found.notice or not isinstance(outcome, Outcome):
        return chat.notice(press, flow.OUTDATED)
    view = flow.shared_view(outcome, flow_.token(found.state, chat.owner(press)))
    claimed = await chat.shares(press, "share", SHARED_BEFORE)
    outgoing = Outgoing(press.place, press.user, view, claimed=claimed)
    return await chat.attributed(outgoing, press, "the guided recommendation")


def _rules(chat: ChatService, incoming: Incoming) -> Flow:
    """Raises NotDoneError where the knowledge base has none."""
    flow_ = chat.flow
    if flow_ is None:
        raise NotDoneError(chat.notice(incoming, flow.NO_FLOW))
    return flow_


def _restored(chat: ChatService, press: Press, token: str) -> tuple[Flow, RestoredState]:
    """The state that a button leads on from. Raises NotDoneError where it is somebody else's.

    A token without an owner, as a damaged one, is nobody's: it serves where nobody else could have pressed.
    """
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    if not found.owner and not press.alone:
        raise NotDoneError(chat.older(press))
    if found.owner and not chat.owns(found.owner, press):
        raise NotDoneError(chat.notice(press, NOT_YOURS, button("start", chat.owner(press))))
    return flow_, found


def _outcome(chat: ChatService, press: Press, token: str) -> tuple[Flow, RestoredState, Outcome]:
    """The outcome that a button belongs to, no matter who presses it. Raises NotDoneError where there is none."""
    flow_ = _rules(chat, press)
    found = flow_.at(token)
    outcome = flow_.view(found.state)
    if found.notice or not isinstance(outcome, Outcome):
        raise NotDoneError(_outdated(chat, press))
    return flow_, found, outcome


def _outdated(chat: ChatService, press: Press) -> Outgoing:
    return chat.notice(press, flow.OUTDATED, button("start", chat.owner(press)))


def _said(
    chat: ChatService, incoming: Incoming, flow_: Flow, found: RestoredState, text: str, *, replaced: bool
) -> tuple[Outgoing, bool]:
    """Where an answer in somebody's own words leads, and whether it was understood."""
    result = flow_.interpret(found.state, text)
    hint = result.hint or found.notice or (flow.UNDERSTOOD if result.several else "")
    return step(chat, incoming, flow_, result.state, hint=hint, replaced=replaced), result.understood

"""The guided recommendation in a chat: its views, and where a button, a form or typed words lead.

No state is stored: each button carries the token of the state it leads on from, with the mark of its owner.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.chat.actions import button
from bot.chat.incoming import Action
from bot.chat.screens import notice
from bot.chat.view import Button, Buttons, Form, Menu, TextInput, View, ViewBlock
from bot.dialog.reply import Heading, Small, SourceLine, Text
from bot.recommendation.flow import BACK, CANCEL, NEXT, RESTART, SKIP, Flow, State, Step, Stopped
from bot.recommendation.outcome import Outcome
from bot.recommendation.text import outcome_blocks, outcome_details

NO_FLOW = "This knowledge base has no guided recommendation."
OUTDATED = "The rules of this recommendation have changed since. Answer the questions again to see what they say now."
RUNNING = "You have not finished the recommendation that you started here."

MOST_TYPED = 300
"""Characters of an answer in somebody's own words."""

MOST_FURTHER = 4
"""Entries that an outcome leads on to."""


def flow_view(
    flow: Flow, state: State, owner: str, *, hint: str = "", forms: bool = True, shareable: bool = False
) -> View:
    """A question, the outcome, or that it was stopped. `hint` is said first; `forms`: one can be opened from here.

    `shareable`: one person sees it and others could.
    """
    token = flow.token(state, owner)
    view = flow.view(state)
    before: tuple[ViewBlock, ...] = (Text(hint, "changed"),) if hint else ()
    match view:
        case Step(number=number, of=of, text=text):
            return View((*before, *_step(view, token, forms=forms)), f"Step {number} of {of}: {text}")
        case Stopped(text):
            buttons = (_move(NEXT, token, "Go on", primary=True), _move(RESTART, token, "Start again"))
            return View((*before, Text(text), Buttons(buttons)), text)
        case Outcome():
            return View((*before, *outcome_blocks(view), _ways(token, shareable=shareable)), view.summary)


def details_view(flow: Flow, state: State, owner: str, *, in_place: bool, shareable: bool = False) -> View | None:
    """The rest of an outcome: after the outcome itself where it takes its place, else alone. None where the state is
    not at one."""
    view = flow.view(state)
    if not isinstance(view, Outcome):
        return None
    details = outcome_details(view)
    menu = further(flow, view, owner)
    if not in_place:
        return View((Heading(f"Recommendation: {view.ranking[0].name}"), *details, *menu), view.summary, "private")
    short = [block for block in outcome_blocks(view) if not isinstance(block, SourceLine)]
    below = _ways(flow.token(state, owner), details=False, shareable=shareable)
    return View((*short, *details, below, *menu), view.summary)


def running_view(token: str) -> View:
    """That somebody has begun already, with the ways to go on and to start again."""
    return notice(RUNNING, _move("", token, "Go on", primary=True), _move(RESTART, token, "Start again"))


def asked_token(actions: Iterable[Action]) -> str | None:
    """The token of the question that the buttons of a message belong to; None where it asks none."""
    skips = (action.fields[1] for action in actions if action.name == "move" and action.fields[0] == SKIP)
    return next(skips, None)


def shared_view(flow: Flow, state: State, owner: str) -> View | None:
    """The outcome for everybody in a channel; None where the state is not at one."""
    view = flow.view(state)
    if not isinstance(view, Outcome):
        return None
    ways = (button("outcome_details", flow.token(state, owner)), button("start", "", label="Start one of your own"))
    return View((*outcome_blocks(view), Buttons(ways)), view.summary)


def words_form(flow: Flow, state: State, token: str) -> Form:
    """A form for an answer in somebody's own words."""
    view = flow.view(state)
    question = view.text if isinstance(view, Step) else "What would you like?"
    answer = TextInput("answer", question, MOST_TYPED, required=True)
    return Form("In your own words", (answer,), "Send", button("words", token).action, in_place=True)


def further(flow: Flow, outcome: Outcome, owner: str) -> tuple[Menu, ...]:
    """A menu of the entries that an outcome rests on; none where there are none."""
    reasons = outcome.ranking[0].reasons
    found = dict.fromkeys((*(step.entry for step in outcome.next_steps), *(reason.entry for reason in reasons)))
    entries = [flow.knowledge.entries[name] for name in found if name][:MOST_FURTHER]
    related = tuple(button("show", owner, one.id, label=one.title) for one in entries)
    return (Menu("Related", related),) if related else ()


def _step(step: Step, token: str, *, forms: bool) -> list[ViewBlock]:
    options = tuple(
        button(
            "move",
            option.action,
            token,
            label=option.label,
            style="primary" if option.chosen else "plain",
            description=option.description or "",
            chosen=option.chosen,
        )
        for option in step.options
    )
    moves = [_move(BACK, token, "Back")] if step.can_go_back else []
    moves.append(_move(SKIP, token, "Skip"))
    if step.chosen is not None:
        moves.append(_move(NEXT, token, f"Keep: {step.chosen.label}", primary=True))
    moves += [button("words", token)] if forms else []
    moves.append(_move(RESTART, token, "Start again"))
    moves.append(_move(CANCEL, token, "Cancel"))
    blocks: list[ViewBlock] = [Heading(f"Step {step.number} of {step.of}: {step.topic}"), Text(step.text)]
    if step.help:
        blocks.append(Small(step.help))
    blocks += [Buttons(options), Buttons(tuple(moves))]
    if step.answered:
        blocks.append(Small("; ".join(f"{topic}: {label}" for topic, label in step.answered)))
    return blocks


def _ways(token: str, *, details: bool = True, shareable: bool = False) -> Buttons:
    """The ways on from an outcome: what fits one row of a phone, and all of them below its details."""
    ways = [button("outcome_details", token)] if details else []
    ways.append(_move(BACK, token, "Back"))
    ways += [_move(RESTART, token, "Start again")] if not (details and shareable) else []
    ways += [button("share_outcome", token)] if shareable else []
    return Buttons(tuple(ways))


def _move(action: str, token: str, label: str, *, primary: bool = False) -> Button:
    return button("move", action, token, label=label, style="primary" if primary else "plain")

"""The views of the guided recommendation in a chat; where they lead is in `bot.chat.recommending`.

No state is stored: each button carries the token of the state it leads on from, with the mark of its owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from bot.chat.actions import button
from bot.chat.incoming import Action
from bot.chat.screens import notice
from bot.chat.view import Button, Buttons, Document, Form, Menu, TextInput, View, ViewBlock
from bot.dialog.reply import Code, Heading, Small, SourceLine, Text
from bot.recommendation.flow import BACK, CANCEL, EDIT, NEXT, NOW, RESTART, SKIP, TAKE, Flow, State, Step, Stopped
from bot.recommendation.outcome import Alternative, Outcome
from bot.recommendation.text import markdown, message, next_to, outcome_blocks, outcome_details
from bot.recommendation.token import code

NO_FLOW = "This knowledge base has no guided recommendation."
OUTDATED = "The rules of this recommendation have changed since. Answer the questions again to see what they say now."
RUNNING = "You have not finished the recommendation that you started here."

UNDERSTOOD = "This is what I took from your words. Press an answer to correct it."
CORRECT = "Taken from your words: correct it"
FILE_NAME = "recommendation.md"

MOST_TYPED = 600
"""Characters of an answer in somebody's own words."""

MOST_ALTERNATIVES = 2
"""Other answers that the outcome offers as buttons: one row on a phone. The details have all of them in a menu."""

MOST_OPTIONS = 25
"""Options of a menu."""

OPEN = re.compile(
    r"\b(?:what|which)\b[^.?!]*\b(?:use|pick|choose|take|go with|start with|train in|run on|stack)\b"
    r"|\b(?:recommend|suggest|advi[cs]e)",
    re.IGNORECASE,
)
"""A message that asks openly for a choice, as in "what should our team use?"."""

OURS = re.compile(r"\b(?:we|us|our|i|my|i'm|we're|team)\b", re.IGNORECASE)
"""Words by which somebody speaks of their own situation."""

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
    hint = hint.strip()
    before: tuple[ViewBlock, ...] = (Text(hint, "plain" if hint == UNDERSTOOD else "changed"),) if hint else ()
    match view:
        case Step(number=number, of=of, text=text):
            return View((*before, *_step(view, token, forms=forms)), f"Step {number} of at most {of}: {text}")
        case Stopped(text):
            buttons = (_move(NEXT, token, "Go on", primary=True), _move(RESTART, token, "Start again"))
            return View((*before, Text(text), Buttons(buttons)), text)
        case Outcome():
            if hint == UNDERSTOOD:  # nothing is left to ask: what was said can be corrected here
                given = [(one.question, one.topic, one.label) for one in view.given if one.option]
                below = _said_ways(view, token, given, shareable=shareable)
                return View((*outcome_blocks(view), *below), view.summary)
            return View((*before, *outcome_blocks(view), *_ways(view, token, shareable=shareable)), view.summary)


def details_view(flow: Flow, state: State, owner: str, *, in_place: bool, shareable: bool = False) -> View | None:
    """The rest of an outcome: after the outcome itself where it takes its place, else alone. None where the state is
    not at one."""
    view = flow.view(state)
    if not isinstance(view, Outcome):
        return None
    details = outcome_details(view)
    menu = further(flow, view, owner)
    token = flow.token(state, owner)
    if not in_place:
        keep = Buttons((button("take_along", token),))
        blocks = (Heading(f"Recommendation: {view.ranking[0].name}"), *details, keep, *_other_ways(view, token), *menu)
        return View(blocks, view.summary, "private")
    short = [block for block in outcome_blocks(view) if not isinstance(block, SourceLine)]
    below = _ways(view, token, details=False, shareable=shareable)
    return View((*short, *details, *below, *_other_ways(view, token), *menu), view.summary)


def alternative_view(flow: Flow, state: State, owner: str, letters: str, *, mine: bool) -> View | None:
    """The stack that one other answer leads to, next to that of an outcome; None where there is no such answer.

    `mine`: everybody who sees it may go on with it.
    """
    other = flow.do(state, f"{TAKE}{letters}")
    view, then = flow.view(state), flow.view(other)
    changed = dict(other.given).items() - dict(state.given).items()
    if not isinstance(view, Outcome) or not isinstance(then, Outcome) or len(changed) != 1:
        return None
    ((question, answer),) = changed
    option = flow.advisor.options[question].get(answer)
    given = flow.advisor.options[question].get(dict(state.given).get(question, ""))
    condition = option.if_so if option else f'without "{given.label if given else question}"'
    token = flow.token(state, owner)
    ways = (
        _move(f"{TAKE}{letters}", token, "Take this one", primary=True),
        _move("", token, "Keep the first"),
    )
    return View((*next_to(view, then, condition), *((Buttons(ways),) if mine else ())), then.summary, "private")


def take_along_view(flow: Flow, state: State) -> View | None:
    """An outcome to take along: a message to share, and all of it as a document. None where the state is not at one."""
    view = flow.view(state)
    if not isinstance(view, Outcome):
        return None
    blocks = (Text("A message to share:", strong=True), Code(message(view)), Document(FILE_NAME, markdown(view)))
    return View(blocks, view.summary, "private")


def described(flow: Flow, text: str) -> State | None:
    """Where the recommendation begins for somebody who describes their situation and asks what to use; None for any
    other message."""
    if not OPEN.search(text) or not OURS.search(text):
        return None
    return flow.start(flow.situation(text)) if flow.is_situation(text) else None


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
    moves.append(_move(NOW, token, "Recommend now"))
    if step.chosen is not None:
        moves.append(_move(NEXT, token, f"Keep: {step.chosen.label}", primary=True))
    moves.append(button("why", token))
    moves += [button("words", token)] if forms else []
    moves.append(_move(RESTART, token, "Start again"))
    moves.append(_move(CANCEL, token, "Cancel"))
    blocks: list[ViewBlock] = [Heading(f"Step {step.number} of at most {step.of}: {step.topic}"), Text(step.text)]
    if step.help:
        blocks.append(Small(step.help))
    blocks += [Buttons(options), Buttons(tuple(moves))]
    if step.answered:
        blocks += [Small("Answered so far; press one to change it:"), Buttons(_corrections(step.answered, token))]
    return blocks


def _ways(outcome: Outcome, token: str, *, details: bool = True, shareable: bool = False) -> list[ViewBlock]:
    """The ways on from an outcome: two rows of a phone."""
    ways = [button("outcome_details", token)] if details else []
    ways.append(_move(BACK, token, "Back"))
    ways += [_move(RESTART, token, "Start again")] if not (details and shareable) else []
    ways += [button("share_outcome", token)] if shareable else []
    if not details:
        return [Buttons((*ways, button("take_along", token)))]
    others = (*_resolving(outcome, token), *(_other(one, token) for one in outcome.alternatives))
    return [Buttons(tuple(ways)), Buttons(others[:MOST_ALTERNATIVES])]


def _said_ways(
    outcome: Outcome, token: str, given: Iterable[tuple[str, str, str]], *, shareable: bool
) -> list[ViewBlock]:
    """The ways on from an outcome that somebody's description led to at once: what it said can be corrected."""
    last = button("share_outcome", token) if shareable else _move(RESTART, token, "Start again")
    ways = (button("outcome_details", token), *(_resolving(outcome, token) or [last]))
    return [Buttons(ways), Menu(CORRECT, _corrections(given, token))]


def _corrections(answered: Iterable[tuple[str, str, str]], token: str) -> tuple[Button, ...]:
    """A button for each answer given, that leads back to its question."""
    return tuple(_move(f"{EDIT}{question}", token, f"{topic}: {label}") for question, topic, label in answered)


def _resolving(outcome: Outcome, token: str) -> list[Button]:
    """The smallest change that resolves the first contradiction."""
    changes = (change for note in outcome.contradictions for change in note.resolve.items())
    return [button("alternative", code(*change), token, label="Resolve it") for change in islice(changes, 1)]


def _other(one: Alternative, token: str) -> Button:
    return button("alternative", code(one.question, one.option), token, label=f"If {one.label}")


def _other_ways(outcome: Outcome, token: str) -> tuple[Menu, ...]:
    """A menu of every other answer that leads to another stack."""
    options = tuple(_other(one, token) for one in outcome.alternatives[:MOST_OPTIONS])
    return (Menu("What would change it", options),) if options else ()


def _move(action: str, token: str, label: str, *, primary: bool = False) -> Button:
    return button("move", action, token, label=label, style="primary" if primary else "plain")

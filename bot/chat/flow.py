"""The views of the guided recommendation in a chat; where they lead is in `bot.chat.recommending`.

No state is stored: each button carries the token of the state it leads on from, with the mark of its owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from bot.chat.actions import button
from bot.chat.incoming import Action
from bot.chat.view import Button, Buttons, Document, Form, Menu, TextInput, View, ViewBlock
from bot.dialog.reply import Code, Heading, Small, SourceLine, Text
from bot.recommendation.flow import BACK, CANCEL, EDIT, NEXT, NOW, PICK, RESTART, SKIP, TAKE, Flow, Step
from bot.recommendation.outcome import Alternative, GivenAnswer, Outcome
from bot.recommendation.text import markdown, message, next_to, outcome_blocks, outcome_details
from bot.recommendation.token import State, code

NO_FLOW = "This knowledge base has no guided recommendation."
OUTDATED = "The rules of this recommendation have changed since. Answer the questions again to see what they say now."
RUNNING = "You have not finished the recommendation that you started here."
STOPPED = "Stopped. You can go on where you were, or start again."

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
        case Step(number, of, question):
            return View((*before, *_step(view, token, forms=forms)), f"Step {number} of at most {of}: {question.text}")
        case Outcome():
            said = hint == UNDERSTOOD  # nothing is left to ask: what was said can be corrected here
            ways = _ways(view, token, said=said, shareable=shareable)
            return View((*(() if said else before), *outcome_blocks(view), *ways), view.summary)
        case None:
            buttons = (move(NEXT, token, "Go on", primary=True), move(RESTART, token, "Start again"))
            return View((*before, Text(STOPPED), Buttons(buttons)), STOPPED)


def details_view(
    flow: Flow, outcome: Outcome, token: str, owner: str, *, in_place: bool, shareable: bool = False
) -> View:
    """The rest of an outcome: after the outcome itself where it takes its place, else alone."""
    others = tuple(_other(one, token) for one in outcome.alternatives[:MOST_OPTIONS])
    menus = (*([Menu("What would change it", others)] if others else []), *further(flow, outcome, owner))
    details, keep = outcome_details(outcome), button("take_along", token)
    if not in_place:
        heading = Heading(f"Recommendation: {outcome.ranking[0].name}")
        return View((heading, *details, Buttons((keep,)), *menus), outcome.summary, "private")
    short = [block for block in outcome_blocks(outcome) if not isinstance(block, SourceLine)]
    share = [button("share_outcome", token)] if shareable else []
    ways = (move(BACK, token, "Back"), move(RESTART, token, "Start again"), *share, keep)
    return View((*short, *details, Buttons(ways), *menus), outcome.summary)


def alternative_view(flow: Flow, state: State, token: str, letters: str, *, mine: bool) -> View | None:
    """The stack that one other answer leads to, next to that of an outcome; None where there is no such answer.

    `mine`: everybody who sees it may go on with it.
    """
    other = flow.do(state, f"{TAKE}{letters}")
    changed = dict(other.given).items() - dict(state.given).items()
    if not changed:
        return None
    ((question, answer),) = changed
    option = flow.advisor.options[question].get(answer)
    given = flow.advisor.options[question].get(dict(state.given).get(question, ""))
    condition = option.if_so if option else f'without "{given.label if given else question}"'
    then = flow.outcome(other)
    ways = (
        move(f"{TAKE}{letters}", token, "Take this one", primary=True),
        move("", token, "Keep the first"),
    )
    blocks = next_to(flow.outcome(state), then, condition)
    return View((*blocks, *((Buttons(ways),) if mine else ())), then.summary, "private")


def take_along_view(outcome: Outcome) -> View:
    """An outcome to take along: a message to share, and all of it as a document."""
    blocks = (Text("A message to share:", strong=True), Code(message(outcome)), Document(FILE_NAME, markdown(outcome)))
    return View(blocks, outcome.summary, "private")


def asks_openly(text: str) -> bool:
    """Whether somebody asks what to use in their own situation."""
    return OPEN.search(text) is not None and OURS.search(text) is not None


def asked_token(actions: Iterable[Action]) -> str | None:
    """The token of the question that the buttons of a message belong to; None where it asks none."""
    skips = (action.fields[1] for action in actions if action.name == "move" and action.fields[0] == SKIP)
    return next(skips, None)


def shared_view(outcome: Outcome, token: str) -> View:
    """The outcome for everybody in a channel."""
    ways = (button("outcome_details", token), button("start", "", label="Start one of your own"))
    return View((*outcome_blocks(outcome), Buttons(ways)), outcome.summary)


def words_form(flow: Flow, state: State, token: str) -> Form:
    """A form for an answer in somebody's own words."""
    view = flow.view(state)
    question = view.question.text if isinstance(view, Step) else "What would you like?"
    answer = TextInput("answer", question, MOST_TYPED, required=True)
    return Form("In your own words", (answer,), "Send", button("words", token).action, in_place=True)


def further(flow: Flow, outcome: Outcome, owner: str) -> tuple[Menu, ...]:
    """A menu of the entries that an outcome rests on; none where there are none."""
    reasons = outcome.ranking[0].reasons
    found = dict.fromkeys((*(step.entry for step in outcome.next_steps), *(reason.entry for reason in reasons)))
    entries = [flow.knowledge.entries[name] for name in found if name][:MOST_FURTHER]
    related = tuple(button("show", owner, one.id, label=one.title) for one in entries)
    return (Menu("Related", related),) if related else ()


def move(action: str, token: str, label: str, *, primary: bool = False) -> Button:
    """A button for an action of the guided recommendation."""
    return button("move", action, token, label=label, style="primary" if primary else "plain")


def _step(step: Step, token: str, *, forms: bool) -> list[ViewBlock]:
    question, chosen = step.question, step.chosen
    options = tuple(
        button(
            "move",
            f"{PICK}{option.id}",
            token,
            label=option.label,
            style="primary" if option is chosen else "plain",
            description=option.description or "",
            chosen=option is chosen,
        )
        for option in question.options
    )
    moves = (
        *([move(BACK, token, "Back")] if step.number > 1 else []),
        move(SKIP, token, "Skip"),
        move(NOW, token, "Recommend now"),
        *([move(NEXT, token, f"Keep: {chosen.label}", primary=True)] if chosen else []),
        button("why", token),
        *([button("words", token)] if forms else []),
        move(RESTART, token, "Start again"),
        move(CANCEL, token, "Cancel"),
    )
    blocks: list[ViewBlock] = [Heading(f"Step {step.number} of at most {step.of}: {question.topic}")]
    blocks += [Text(question.text), *([Small(question.help)] if question.help else [])]
    blocks += [Buttons(options), Buttons(moves)]
    if step.answered:
        blocks += [Small("Answered so far; press one to change it:"), Buttons(_corrections(step.answered, token))]
    return blocks


def _ways(outcome: Outcome, token: str, *, said: bool, shareable: bool) -> list[ViewBlock]:
    """The ways on from an outcome: two rows of a phone. Where what somebody `said` led to it at once, that can be
    corrected."""
    details, resolving = button("outcome_details", token), _resolving(outcome, token)
    last = button("share_outcome", token) if shareable else move(RESTART, token, "Start again")
    if said:
        given = [one for one in outcome.given if one.option]
        return [Buttons((details, *(resolving or [last]))), Menu(CORRECT, _corrections(given, token))]
    others = (*resolving, *(_other(one, token) for one in outcome.alternatives))
    return [Buttons((details, move(BACK, token, "Back"), last)), Buttons(others[:MOST_ALTERNATIVES])]


def _corrections(answered: Iterable[GivenAnswer], token: str) -> tuple[Button, ...]:
    """A button for each answer given, that leads back to its question."""
    return tuple(move(f"{EDIT}{one.question}", token, f"{one.topic}: {one.label}") for one in answered)


def _resolving(outcome: Outcome, token: str) -> list[Button]:
    """The smallest change that resolves the first contradiction."""
    changes = (change for note in outcome.contradictions for change in note.resolve.items())
    return [button("alternative", code(*change), token, label="Resolve it") for change in islice(changes, 1)]


def _other(one: Alternative, token: str) -> Button:
    return button("alternative", code(one.question, one.option), token, label=f"If {one.label}")

"""Modals and the Home tab. Pure: dicts for views.open, views.update and views.publish."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.slack.blockkit import VIEW_BLOCKS, Block, actions, button, header, option, plain, sections
from adapters.slack.guide import help_blocks
from adapters.slack.render_reply import reply_blocks
from adapters.slack.topics import comparable, search_menu, topic_blocks
from adapters.slack.values import encode
from bot.reply import Comparison, Reply
from knowledge.model import KnowledgeBase

View = dict[str, object]

COMPARE = "compare"
ANSWER = "answer"
FLOW = "flow"
REASON = "reason"
"""Callback ids of the modals."""

TOPIC = "compare-topic"
FRAMEWORKS = "compare-frameworks"
WORDS = "reason-words"
RIGHT = "reason-right"
"""Action ids of their fields."""

_MOST_OPTIONS = 100
_MOST_REASON = 300


def home_view(knowledge: KnowledgeBase, *, flow: bool, curating: Sequence[Block] = ()) -> View:
    """The Home tab: `curating` first, then what it does, the flow, the comparison, and every topic."""
    blocks = [*curating, *help_blocks(flow=flow), *topic_blocks(knowledge)]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS]}


def compare_view(knowledge: KnowledgeBase) -> View:
    """The form of the comparison."""
    names = {term.id: term.name for term in knowledge.vocabulary.frameworks}
    sides = list(dict.fromkeys(side for entry in comparable(knowledge) for side in entry.cells))[:_MOST_OPTIONS]
    topic: Block = {
        "type": "input",
        "block_id": TOPIC,
        "label": plain("What to compare by"),
        "element": search_menu(TOPIC, "Type a topic, such as mobile"),
    }
    frameworks: Block = {
        "type": "input",
        "block_id": FRAMEWORKS,
        "optional": True,
        "label": plain("Which ones"),
        "hint": plain("Those you pick come first; without any, all are shown."),
        "element": {
            "type": "multi_static_select",
            "action_id": FRAMEWORKS,
            "placeholder": plain("All"),
            "options": [option(names.get(side, side), side) for side in sides],
        },
    }
    blocks = [topic, frameworks] if sides else sections("This knowledge base compares nothing.")
    return _modal(COMPARE, "Compare frameworks", blocks, submit="Compare" if sides else None)


def answer_view(reply: Reply, *, title: str | None, flow: bool, compared: bool = False) -> View:
    """An answer in a modal. `compared`: it came from the form, to which there is a way back."""
    blocks = reply_blocks(reply, "modal", title=title, flow=flow)
    if compared:
        blocks += actions([button("Compare something else", encode("compare"), "compare")])
    return _modal(ANSWER, "Answer", blocks)


def flow_view(blocks: Sequence[Block]) -> View:
    """A step or the outcome of the guided recommendation in a modal."""
    return _modal(FLOW, "Recommendation", list(blocks))


def reason_view(kept: Mapping[str, str]) -> View:
    """What was wrong with an answer. `kept` is which answer it was: ids only."""
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": WORDS,
            "optional": True,
            "label": plain("What was wrong or missing?"),
            "hint": plain("Names, links and numbers are masked before anything is kept."),
            "element": {
                "type": "plain_text_input",
                "action_id": WORDS,
                "multiline": True,
                "max_length": _MOST_REASON,
            },
        },
        {
            "type": "input",
            "block_id": RIGHT,
            "optional": True,
            "label": plain("Which topic would have been right?"),
            "element": search_menu(RIGHT, "Type a topic"),
        },
    ]
    return {**_modal(REASON, "Not helpful", blocks, submit="Send"), "private_metadata": json.dumps(dict(kept))}


def told_view(title: str, text: str) -> View:
    """A few words in a modal."""
    return _modal(ANSWER, title, [header(title), *sections(text)])


def asked_first(reply: Reply, names: Sequence[str]) -> Reply:
    """The reply with the frameworks `names` first in its comparison, and those it does not cover named."""
    blocks = tuple(_first(block, names) if isinstance(block, Comparison) else block for block in reply.blocks)
    return replace(reply, blocks=blocks)


def _first(comparison: Comparison, names: Sequence[str]) -> Comparison:
    by_name = {side.framework: side for side in comparison.sides}
    asked = [by_name[name] for name in names if name in by_name]
    others = [side for side in comparison.sides if side not in asked]
    return Comparison((*asked, *others), tuple(name for name in names if name not in by_name))


def _modal(callback: str, title: str, blocks: list[Block], *, submit: str | None = None) -> View:
    view: View = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title),
        "close": plain("Close"),
        "blocks": blocks[:VIEW_BLOCKS],
    }
    return {**view, "submit": plain(submit)} if submit else view

"""What somebody says was wrong with an answer, and which topic would have been right. From memory throughout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.slack.blockkit import Block, actions, button, sections
from adapters.slack.forms import chosen, kept
from adapters.slack.pages import OLDER, THANKS
from adapters.slack.parse import Body, presser
from adapters.slack.render_views import RIGHT, WORDS, told_view
from adapters.slack.topics import answers
from adapters.slack.values import encode
from bot.feedback import Feedback
from knowledge.model import KnowledgeBase

UNKNOWN = "I do not know that topic any more. Choose another one, or leave it empty."
SUGGESTED = "You say that this topic would have been right:"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the form leads to."""

    acknowledgement: Mapping[str, Any]
    """How the form is acknowledged; empty where it just closes."""
    feedback: Feedback | None = None
    """What to keep; None where nothing was said, or it cannot be."""


def heard(body: Body, knowledge: KnowledgeBase) -> Heard:
    """What a sent form leads to. A topic that is not in the knowledge is refused in the form."""
    origin, about = presser(body), kept(body)
    if not about.get("answer"):
        return Heard(_instead(OLDER))
    words = chosen(body, WORDS).get("value")
    reason = words if isinstance(words, str) and words.strip() else None
    option = chosen(body, RIGHT).get("selected_option")
    right = str(option.get("value")) if isinstance(option, Mapping) else None
    titles = {entry.id: entry.title for entry in answers(knowledge)}
    if right is not None and right not in titles:
        return Heard({"response_action": "errors", "errors": {RIGHT: UNKNOWN}})
    if reason is None and right is None:
        return Heard({})
    feedback = Feedback(
        platform="slack",
        tenant=origin.tenant,
        user=origin.user,
        answer=about["answer"],
        entry=about.get("entry", ""),
        helpful=False,
        knowledge_version=about.get("version", ""),
        channel=about.get("channel", ""),
        reason=reason,
        suggested=right,
    )
    if right is None:
        return Heard({}, feedback)
    return Heard(_instead(THANKS, *_topic(right, titles[right])), feedback)


def _topic(entry: str, title: str) -> list[Block]:
    return [*sections(SUGGESTED), *sections(title), *actions([button("Open it", encode("show", entry), "show-right")])]


def _instead(words: str, *blocks: Block) -> dict[str, Any]:
    view = {**told_view("Not helpful", words), "blocks": [*sections(words), *blocks]}
    return {"response_action": "update", "view": view}

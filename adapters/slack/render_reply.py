"""Replies as Block Kit. Pure: a reply in, dicts out; every block of a reply is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from adapters.slack.blockkit import (
    Block,
    Surface,
    actions,
    bullets,
    button,
    context,
    cut,
    escaped,
    header,
    label,
    link,
    marked,
    plain,
    sections,
    table,
)
from adapters.slack.values import encode
from bot.plain import ARTICLE_DATE, CONFIDENCE_WORDS, article_text, claim_text, missing_text
from bot.reply import (
    ArticleNote,
    Choices,
    Comparison,
    Heading,
    NextStep,
    Outcome,
    Prose,
    Renamed,
    Reply,
    ShortAnswer,
    Side,
    SinceThen,
    SourceNote,
    Sources,
)
from bot.reply import Block as ReplyBlock

FLOW_LABEL = "Guided recommendation"
_SAYS_NOTHING = "Says nothing on it."

MOST_DRAWN = 256
"""Replies that are kept drawn, of a few kilobytes each. Nothing in them is anybody's words but ours."""


def reply_blocks(
    reply: Reply, surface: Surface, *, title: str | None = None, flow: bool = True, shareable: bool = True
) -> list[Block]:
    """The blocks of a reply, not to be changed: others are shown the same.

    `flow`: a guided recommendation can be offered; `shareable`: it can be shared.
    """
    return list(_drawn(_Shown.of(reply), surface, title, flow=flow, shareable=shareable))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of a reply is shown: the same for everybody who is given the same answer."""

    outcome: Outcome
    entries: tuple[str, ...]
    blocks: tuple[ReplyBlock, ...]
    knowledge_version: str

    @classmethod
    def of(cls, reply: Reply) -> _Shown:
        return cls(reply.outcome, reply.entries, reply.blocks, reply.knowledge_version)


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(reply: _Shown, surface: Surface, title: str | None, *, flow: bool, shareable: bool) -> tuple[Block, ...]:
    rich = surface in ("message", "home")
    blocks: list[Block] = [header(title)] if title else []
    tables = 0
    for part in reply.blocks:
        if isinstance(part, Comparison):
            drawn = _table(part.sides) if rich and not tables else None
            tables += drawn is not None
            blocks += [drawn] if drawn else _fields(part.sides)
            blocks += context([plain(missing_text(part.missing))]) if part.missing else []
        else:
            blocks += _block(part, flow=flow)
    if reply.outcome == "answer":
        blocks += _after(reply, surface, shareable=shareable)
    elif not any(isinstance(part, Choices) for part in reply.blocks):
        blocks += ways(flow=flow)
    return tuple(blocks)


def ways(*, flow: bool) -> list[Block]:
    """Where to go from here."""
    return actions(
        [
            button("Browse topics", encode("topics"), "topics"),
            *([button(FLOW_LABEL, encode("start"), "start")] if flow else []),
            button("Help", encode("help"), "help"),
        ]
    )


def source_line(note: SourceNote) -> Block:
    """A source with its own date and the day it was checked, as a link where there is one."""
    dated = f", {note.dated}" if note.dated else ""
    rest = f"{dated}; checked {note.seen.isoformat()}"
    return marked(f"[{note.number}] {link(note.url, note.title)}{escaped(rest)}")


def supported(text: str, confidence: str | None, refs: Sequence[int]) -> str:
    """A statement with its standing in words and the numbers of its sources."""
    words = CONFIDENCE_WORDS[confidence] if confidence else ""
    numbers = "".join(f"[{number}]" for number in refs)
    return " ".join(part for part in (text, f"({words})" if words else "", numbers) if part)


def _block(block: ReplyBlock, *, flow: bool) -> list[Block]:  # noqa: C901, PLR0911 - one case a kind of block
    match block:
        case Heading(text):
            return [header(text)]
        case ShortAnswer(claim):
            return sections(claim_text(claim))
        case ArticleNote():
            return _article(block)
        case SinceThen(claims):
            return [label("Good to know"), *bullets(claim_text(claim) for claim in claims)]
        case Renamed(claim):
            return sections(f"Renamed: {claim_text(claim)}")
        case Prose(text):
            return sections(text)
        case NextStep(text):
            return sections(f"Next: {text}")
        case Sources(notes):
            return context([source_line(note) for note in notes])
        case Choices():
            return _choices(block, flow=flow)
        case Comparison(sides):
            return _fields(sides)


def _article(note: ArticleNote) -> list[Block]:
    """The article's view; where it no longer holds, a sign stands before the words that say so."""
    blocks = sections(article_text(note))
    if note.verdict in ("partly", "outdated"):
        return [*context([marked(":warning: *Changed since the article*")]), *blocks]
    return blocks


def _table(sides: Sequence[Side]) -> Block | None:
    told = any(side.article for side in sides)
    article = [f"The article ({ARTICLE_DATE})"] if told else []
    rows = [["Framework", "Today", *article]]
    for side in sides:
        view = [side.article or _SAYS_NOTHING] if told else []
        rows.append([side.framework, claim_text(side.today), *view])
    return table(rows)


def _fields(sides: Sequence[Side]) -> list[Block]:
    """A comparison where no table can stand: a section a framework, today beside the article."""
    blocks: list[Block] = []
    for side in sides:
        fields = [plain(f"Today: {claim_text(side.today)}")]
        if side.article:
            fields.append(plain(f"The article ({ARTICLE_DATE}): {side.article}"))
        blocks += [label(side.framework), {"type": "section", "fields": fields}]
    return blocks


def _choices(block: Choices, *, flow: bool) -> list[Block]:
    buttons = [
        button(option.label, encode("show", option.entry), f"show-{number}")
        for number, option in enumerate(block.options)
    ]
    if block.none_of_these:
        buttons.append(button("None of these", encode("none", *(option.entry for option in block.options)), "none"))
    if block.flow and flow:
        buttons.append(button(FLOW_LABEL, encode("start"), "start"))
    return [*sections(block.prompt), *actions(buttons)]


def _after(reply: _Shown, surface: Surface, *, shareable: bool) -> list[Block]:
    """When it was checked, what one thinks of it, and who else may see it."""
    checked = [part.claim.checked_on for part in reply.blocks if isinstance(part, ShortAnswer)]
    days = [day for day in checked if day is not None]
    blocks = context([plain(f"Answer last checked on {min(days).isoformat()}.")]) if days else []
    if surface in ("modal", "home"):
        return blocks
    ids = (reply.entries[0], reply.knowledge_version)
    yes, no = encode("helpful", *ids), encode("unhelpful", *ids)
    if surface == "message":
        return [*blocks, _feedback(yes, no)]
    share = [button("Share in channel", encode("share", *reply.entries), "share")] if shareable else []
    judging = [button("Helpful", yes, "helpful"), button("Not helpful", no, "unhelpful")]
    return [*blocks, *actions([*share, *judging])]


def _feedback(yes: str, no: str) -> Block:
    def side(text: str, value: str, spoken: str) -> Block:
        return {"text": plain(text), "value": value, "accessibility_label": cut(spoken, 75)}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": side("Helpful", yes, "This answer was helpful"),
        "negative_button": side("Not helpful", no, "This answer was not helpful"),
    }
    return {"type": "context_actions", "elements": [buttons]}

"""Follow-ups: what a short utterance means after the previous exchange of the same thread."""

from __future__ import annotations

import re

from bot.question import Turn
from bot.reading import Reading
from knowledge.model import KnowledgeBase

LONGEST_FOLLOW_UP = 8
"""Words; a longer utterance is a question of its own."""

_ORDINALS = (
    ("first", "1st", "one", "1"),
    ("second", "2nd", "two", "2"),
    ("third", "3rd", "three", "3"),
    ("fourth", "4th", "four", "4"),
    ("fifth", "5th", "five", "5"),
)
_PICKING = re.compile(
    r"(?:(?:the|number|option|no|nr|choice|answer|i mean|i meant|rather|maybe|yes)\s+)*(?P<which>\w+)(?:\s+(?:one|please|option|then|pls|choice))*"
)
_NONE = re.compile(r"(?:none|neither|nope|no|none of (?:these|them|those)|not (?:that|these|those))")
_WHY = re.compile(
    r"(?:but |and |ok |so )*(?:why|how come|why is that|why so|why that|says who|according to who|source|sources|really|are you sure|"
    r"explain|more|tell me more|more details?|details?|elaborate|go on|say more|why though|and why|because)"
)
_CONTINUING = re.compile(r"(?:and|what about|how about|what if|or|also|but|same for|same question for|ok and|and what about|for)\b")


def picked(normalised: str, turn: Turn) -> str | None:
    """The offered entry that "the second one" or "2" means, or None."""
    hit = _PICKING.fullmatch(normalised)
    if hit is None:
        return None
    for number, names in enumerate(_ORDINALS):
        if hit["which"] in names and number < len(turn.offered):
            return turn.offered[number]
    return turn.offered[-1] if hit["which"] == "last" and turn.offered else None


def refuses(normalised: str, turn: Turn) -> bool:
    """Whether the utterance turns all offered choices down."""
    if not turn.offered:
        return False
    number = len(turn.offered) + 1
    return bool(_NONE.fullmatch(normalised)) or (number <= 5 and normalised in _ORDINALS[number - 1])


def asks_why(normalised: str, turn: Turn) -> bool:
    """Whether more is wanted on what was just answered."""
    return bool(turn.answered) and bool(_WHY.fullmatch(normalised))


def continued(reading: Reading, turn: Turn, knowledge: KnowledgeBase) -> str | None:
    """The entry that a follow-up such as "and for mobile?" or "what about JAX?" leads to, or None.

    A new framework keeps the topic: the same entry where it has that framework's side, else its
    sibling about that framework ("strengths.pytorch" -> "strengths.tensorflow"), else the entry
    about the framework itself. A new concept keeps the kind of question: "choose.research" and
    "mobile" make "choose.mobile".
    """
    previous = next((name for name in turn.answered if name in knowledge.entries), None)
    if previous is None or not _continues(reading):
        return None
    group, _, topic = previous.partition(".")
    groups = (group, *(name for name in ("choose", "compare", "beyond") if name != group))
    for concept in reading.concepts:
        found = _first_of(groups, concept, knowledge)
        if found is not None and not (reading.frameworks and found == previous):
            return found
    for tool in reading.tools:
        found = _about(tool, knowledge)
        if found is not None:
            return found
    for framework in reading.frameworks:
        entry = knowledge.entries[previous]
        if framework in entry.cells:
            return previous
        sibling = f"{group}.{framework}"
        if sibling in knowledge.entries:
            return sibling
        own = _about(framework, knowledge)
        if own is not None:
            return own
    del topic
    return None


def _continues(reading: Reading) -> bool:
    count = len(reading.normalised.split())
    if count > LONGEST_FOLLOW_UP:
        return False
    return bool(_CONTINUING.match(reading.normalised)) or (
        count <= 3 and bool(reading.concepts or reading.frameworks or reading.tools)
    )


def _first_of(groups: tuple[str, ...], concept: str, knowledge: KnowledgeBase) -> str | None:
    for group in groups:
        if f"{group}.{concept}" in knowledge.entries:
            return f"{group}.{concept}"
    return next(
        (entry.id for entry in knowledge.entries.values() if entry.kind == "answer" and entry.about[:1] == (concept,)),
        None,
    )


def _about(name: str, knowledge: KnowledgeBase) -> str | None:
    """The entry about a framework or tool itself."""
    for candidate in (f"beyond.{name}", f"overview.{name}"):
        if candidate in knowledge.entries:
            return candidate
    return next(
        (
            entry.id
            for entry in knowledge.entries.values()
            if entry.id.startswith("beyond.") and name in entry.frameworks[:1]
        ),
        None,
    )

"""Follow-ups: what a short utterance means after the previous exchange of the same thread."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialog.question import Turn
from bot.language.query import Query
from knowledge.model import KnowledgeBase

CHOICE = "choice"
"""The concept of "what should we use?"."""

LONGEST_FOLLOW_UP = 8
"""Words; a longer utterance is a question of its own."""

LONGEST_NAME = 2
LONGEST_CORRECTION = 4
"""Words in which one thing is named and no more: "for mobile"; "the version for linux", where it was meant instead."""

_ORDINALS = (
    ("first", "1st", "one", "1"),
    ("second", "2nd", "two", "2"),
    ("third", "3rd", "three", "3"),
    ("fourth", "4th", "four", "4"),
    ("fifth", "5th", "five", "5"),
)
_PICKING = re.compile(
    r"(?:(?:the|number|option|no|nr|choice|answer|i mean|i meant|rather|maybe|yes)\s+)*"
    r"(?P<which>\w+)"
    r"(?:\s+(?:one|please|option|then|pls|choice))*"
)
_NONE = re.compile(
    r"(?:no )?(?:(?:none|neither)(?: of (?:these|them|those|the above))?|none of it|not (?:that|these|those))|nope|no"
)
_CONTINUING = re.compile(
    r"(?:and|so|what about|how about|what if|or|also|but|same for|same question for|ok and|and what about|for)\b"
)


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
    if not turn.offered or turn.answered:
        return False  # what stands below an answer is an invitation, and needs no refusal
    hit = _PICKING.fullmatch(normalised)
    beyond = _ORDINALS[len(turn.offered)] if len(turn.offered) < len(_ORDINALS) else ()
    return bool(_NONE.fullmatch(normalised)) or (hit is not None and hit["which"] in beyond)


def continued(reading: Query, turn: Turn, knowledge: KnowledgeBase, *, corrects: bool = False) -> str | None:
    """The entry that a follow-up such as "and for mobile?" or "what about JAX?" leads to, or None.

    `corrects`: it says what was meant instead, and so leans on the question before in a few more words.
    """
    previous = next((name for name in turn.answered if name in knowledge.entries), None)
    if previous is None or not _continues(reading, LONGEST_CORRECTION if corrects else LONGEST_NAME):
        return None
    return on_topic(previous, reading, knowledge)


def on_topic(previous: str, reading: Query, knowledge: KnowledgeBase) -> str | None:
    """Where what a reading names leads from the entry `previous`, or None.

    A new framework keeps the topic: the same entry where it has that framework's side, else its
    sibling about that framework ("strengths.pytorch" -> "strengths.tensorflow"), else the entry
    about the framework itself. A new concept keeps the kind of question, "choose.research" and
    "mobile" make "choose.mobile", or what it is about: "strengths.pytorch" and "weaknesses" make
    "weaknesses.pytorch".
    """
    by_concept = (entry_on(concept, previous, reading.concepts, knowledge) for concept in reading.concepts)
    by_tool = (_about(tool, knowledge) for tool in reading.tools)
    by_framework = (_about_framework(previous, framework, knowledge) for framework in reading.frameworks)
    return next((name for name in (*by_concept, *by_tool, *by_framework) if name is not None), None)


def entry_on(concept: str, previous: str, named: Sequence[str], knowledge: KnowledgeBase) -> str | None:
    """The entry on a concept: of the group or about the thing of `previous` where there is one, else the one that is
    about the most of what was `named` and the least besides, or that has a headline for the concept."""
    group, _, thing = previous.partition(".")
    groups = (group, "choose", "compare", "beyond")
    for name in (f"{concept}.{thing}", *(f"{one}.{concept}" for one in groups)):
        if name in knowledge.entries:
            return name
    answers = [entry for entry in knowledge.entries.values() if entry.kind == "answer"]
    found = [entry for entry in answers if entry.about[:1] == (concept,)]
    found.sort(key=lambda entry: (-sum(one in named for one in entry.about), len(entry.about)))
    found += [entry for entry in answers if concept in entry.headlines]
    return found[0].id if found else None


def _continues(reading: Query, longest: int) -> bool:
    """Whether an utterance leans on the one before: it says so ("what about ..."), or names one thing, in at most
    `longest` words."""
    count = len(reading.normalised.split())
    if _CONTINUING.match(reading.normalised):
        return count <= LONGEST_FOLLOW_UP
    return count <= longest and len(reading.frameworks) + len(reading.concepts) + len(reading.tools) == 1


def is_bare(reading: Query) -> bool:
    """A need and nothing else, or hardly anything: "production", "for mobile"; not "which framework"."""
    needs = [concept for concept in reading.concepts if concept != CHOICE]
    return bool(needs) and not reading.frameworks and len(reading.normalised.split()) <= 3


def _about_framework(previous: str, framework: str, knowledge: KnowledgeBase) -> str | None:
    """What the previous entry's topic is for another framework."""
    if framework in knowledge.entries[previous].cells:
        return previous
    sibling = f"{previous.partition('.')[0]}.{framework}"
    return sibling if sibling in knowledge.entries else _about(framework, knowledge)


def _about(name: str, knowledge: KnowledgeBase) -> str | None:
    """The entry about a framework or tool itself."""
    named = (f"beyond.{name}", f"overview.{name}")
    leading = (one.id for one in knowledge.entries.values() if name in one.frameworks[:1])
    about = (one for one in leading if one.startswith("beyond."))
    return next((one for one in (*named, *about) if one in knowledge.entries), None)

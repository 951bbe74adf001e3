"""What a cluster of unanswered questions calls for: phrasings of an entry, a new entry, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.answering import Bot
from bot.curation.clustering import Cluster
from bot.feedback import Note
from bot.question import Question

Kind = Literal["phrasings", "entry", "none"]

TRIED = 20
"""Wordings of a cluster that are put to the bot, the most frequent ones."""

NEAR = 0.55
"""Confidence from which an entry is near, as a share of the one that the knowledge base was calibrated to answer from.
Choices may be offered from lower down, to somebody who can say that none of them fits."""

SHARE = 0.5
"""Share of the wordings that must lead to an entry before all others for it to be meant."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is called for, and why."""

    kind: Kind
    entry: str
    """The entry that is to be found by further phrasings; "" for the other kinds."""
    reasons: tuple[str, ...]
    """Short sentences without a full stop."""


def decide(cluster: Cluster, bot: Bot, notes: Iterable[Note] = ()) -> Decision:
    """What `cluster` calls for, with today's `bot` and what people noted about its answers."""
    wordings = cluster.questions[:TRIED]
    suggested = _suggested(cluster, wordings, bot, notes)
    if suggested is not None:
        entry, people = suggested
        who = "somebody who was" if people == 1 else f"{people} people who were"
        return Decision("phrasings", entry, (f"{who} shown something else meant {_named(entry, bot)}", *cluster.why))
    if cluster.standing == "refused":
        return Decision("none", "", ("it is out of scope", *cluster.why))
    if cluster.standing == "answered":
        return Decision("none", "", cluster.why)
    return _by_nearness(cluster, wordings, bot)


def settled(entry: str | None, bot: Bot) -> Decision:
    """The decision for `entry`, an id, or for a new one, where somebody made it. Raises KeyError for an unknown id."""
    if entry is None:
        return Decision("entry", "", ("you asked for a new entry",))
    return Decision("phrasings", entry, (f"you asked for {_named(entry, bot)}",))


def _by_nearness(cluster: Cluster, wordings: Sequence[str], bot: Bot) -> Decision:
    nearest, thresholds = cluster.nearest, bot.thresholds
    if nearest is None:
        return Decision("entry", "", cluster.why)
    first = sum(_answers(wording, bot)[:1] == [nearest.entry] for wording in wordings)
    led = f"{first} of {len(wordings)} wordings lead to it first"
    near = max(NEAR * bot.calibration.answer_threshold, thresholds.choices)
    if nearest.confidence < near:
        scale = f"({nearest.confidence:.2f}, near is {near:.2f} and more)"
        return Decision(
            "entry", "", (f"{_named(nearest.entry, bot)} comes nearest, and not near {scale}", *cluster.why)
        )
    if first < SHARE * len(wordings):
        return Decision("entry", "", (f"{_named(nearest.entry, bot)} comes nearest, but only {led}", *cluster.why))
    scale = f"({nearest.confidence:.2f}, answers start at {thresholds.answer:.2f})"
    return Decision("phrasings", nearest.entry, (f"{_named(nearest.entry, bot)} is near {scale}; {led}", *cluster.why))


def _suggested(cluster: Cluster, wordings: Sequence[str], bot: Bot, notes: Iterable[Note]) -> tuple[str, int] | None:
    """The entry that people meant who were shown what this cluster's questions show, and how many said so.

    A note does not tell what was asked. So only an entry counts that some wording leads to as well.
    """
    replies = [bot.answer(Question(wording)) for wording in wordings]
    shown = {name for reply in replies if reply.outcome != "choices" for name in reply.entries[:1]}
    if cluster.nearest is not None:
        shown.add(cluster.nearest.entry)
    reachable = {name for wording in wordings for name in _answers(wording, bot)}
    said = Counter(
        note.suggested
        for note in notes
        if note.suggested is not None and note.entry in shown and note.suggested in reachable - {note.entry}
    )
    return min(said.items(), key=lambda pair: (-pair[1], pair[0]), default=None)


def _answers(wording: str, bot: Bot) -> list[str]:
    """The entries of kind "answer" that come near a wording, the nearest first."""
    return [match.entry for match, _ in bot.match(bot.read(wording)) if not match.refuses]


def _named(entry: str, bot: Bot) -> str:
    return f'{entry} ("{bot.knowledge.entries[entry].title}")'

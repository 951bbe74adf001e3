"""From a cluster of unanswered questions to a change that somebody can review: reasons, patch, and what it is worth.

Deterministic: the same cluster, knowledge, notes and day give the same proposal. Nothing is applied.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.curation.clustering import Cluster
from bot.curation.decision import Decision, decide
from bot.curation.draft import drafted
from bot.curation.ground import Ground
from bot.curation.patch import FileChange, diff
from bot.curation.selection import LeftOut, Selection, Selector
from bot.curation.trial import Trial, tried
from bot.feedback import Note
from knowledge.errors import KnowledgeError, Problem
from knowledge.model import Entry, KnowledgeBase

MOST_PHRASINGS = 5
"""Phrasings that an entry is given at a time."""

MOST_OF_DRAFT = 8
"""Phrasings of a new entry."""

MOST_HELD_OUT = 200

Verdict = Literal["take", "look", "leave", "none"]
"""take: it mends more than it breaks. look: nothing could be measured, or nothing changed. leave: it does harm.
none: there is no change to take."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one cluster. `entry` is the id that is extended or new, "" where nothing is."""

    cluster: Cluster
    decision: Decision
    entry: str = ""
    changes: tuple[FileChange, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """Wordings that could not become phrasings, and phrasings that were dropped again."""
    problems: tuple[Problem, ...] = ()
    """What the checks find that they did not find before."""
    trial: Trial | None = None
    hindrance: str = ""
    """What kept a change from being made that was called for."""

    @property
    def patch(self) -> str:
        """The change as a unified diff from the root of the folder; "" where there is none."""
        return diff(self.changes)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The new problems that must be mended before the change can be taken."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def verdict(self) -> Verdict:
        """Whether to take it. A new entry is to be written first in any case."""
        if self.trial is None:
            return "none"
        if self.errors or self.trial.breaks > self.trial.mends:
            return "leave"
        return "take" if self.trial.mends > self.trial.breaks else "look"


class Proposer:
    """Makes proposals on one ground; remembers the ids it gave to new entries."""

    def __init__(self, ground: Ground, notes: Iterable[Note] = ()) -> None:
        self._ground = ground
        self._notes = tuple(notes)
        self._selector = Selector(ground.bot)
        self._taken = {*ground.bot.knowledge.entries, *ground.loaded.hidden}

    def propose(self, cluster: Cluster, decision: Decision | None = None) -> Proposal:
        """What is proposed for `cluster`, or made of somebody's own `decision` on it.

        Takes some seconds, most of them for loading and checking a changed copy.
        """
        decision = decision or decide(cluster, self._ground.bot, self._notes)
        if decision.kind == "none":
            return Proposal(cluster, decision)
        most = MOST_PHRASINGS if decision.kind == "phrasings" else MOST_OF_DRAFT
        selection = self._selector.select(cluster.questions, decision.entry, most)
        made = Proposal(cluster, decision, decision.entry, left_out=selection.left_out)
        if not selection.phrasings:
            return replace(made, hindrance="none of its wordings can become a phrasing")
        try:
            return self._checked(*self._tried(made, selection))
        except KnowledgeError as error:
            return replace(made, hindrance=str(error))

    def _tried(self, made: Proposal, selection: Selection) -> tuple[Proposal, KnowledgeBase]:
        """The proposal with the phrasings that do good, and the knowledge that its files should then hold."""
        ground, before = self._ground, self._ground.loaded.knowledge
        known = before.entries.get(made.entry)
        entry = replace(known or self._draft(made.cluster, selection.phrasings), phrasings=())
        own = known.phrasings if known is not None else ()

        def changed(phrasings: Sequence[str]) -> KnowledgeBase:
            taller = replace(entry, phrasings=(*own, *phrasings))
            return replace(before, entries={**before.entries, entry.id: taller})

        def change(phrasings: Sequence[str]) -> FileChange:
            if known is not None:
                return ground.target.with_phrasings(known.id, phrasings, ground.loaded)
            return ground.target.with_entry(replace(entry, phrasings=tuple(phrasings)))

        change(selection.phrasings)  # fails now rather than after the measuring, where it does
        trial = tried(changed, entry.id, selection.phrasings, selection.held_out[:MOST_HELD_OUT], ground)
        made = replace(
            made,
            entry=entry.id,
            changes=(change(trial.phrasings),),
            trial=trial,
            left_out=(*made.left_out, *trial.dropped),
        )
        return made, changed(trial.phrasings)

    def _draft(self, cluster: Cluster, phrasings: Sequence[str]) -> Entry:
        ground = self._ground
        draft = drafted(cluster, phrasings, ground.bot, group=ground.target.group, taken=self._taken, day=ground.today)
        self._taken.add(draft.id)
        return draft

    def _checked(self, made: Proposal, meant: KnowledgeBase) -> Proposal:
        """The proposal with what the checks say of its files. Raises KnowledgeError where they do not hold what was
        measured.
        """
        problems, found = self._ground.new_problems(made.changes)
        if found is not None and found.entries != meant.entries:
            file = self._ground.target.folder / made.changes[0].path
            raise KnowledgeError([Problem(file, 0, "", "would not read as it was meant", "make the change by hand")])
        return replace(made, problems=problems)


def overlapping(proposals: Iterable[Proposal]) -> Collection[tuple[int, int]]:
    """Positions of proposals that change the same file, so that the second patch does not fit after the first."""
    first: dict[object, int] = {}
    found = []
    for number, proposal in enumerate(proposals):
        for change in proposal.changes:
            earlier = first.setdefault(change.path, number)
            if earlier != number:
                found.append((earlier, number))
    return tuple(found)

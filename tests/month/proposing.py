"""What `propose` makes of the topics that were found, and what that is worth on wordings that nobody said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answering import Bot
from bot.cases import Case
from bot.curation.comparison import ask
from bot.curation.decision import Decision, settled
from bot.curation.ground import Ground
from bot.curation.patch import FileChange
from bot.curation.proposal import Proposal, Proposer
from bot.evaluation import Evaluation, summarise
from bot.feedback import Note
from knowledge.errors import Problem
from knowledge.model import KnowledgeBase
from tests.month.finding import Fate, calls_for
from tests.month.topics import NEW, Topic


class Watched(Ground):
    """A ground that remembers what the last change made of the knowledge."""

    changed: KnowledgeBase | None = None

    def new_problems(self, changes: Iterable[FileChange]) -> tuple[tuple[Problem, ...], KnowledgeBase | None]:
        """As on any ground."""
        problems, self.changed = super().new_problems(changes)
        return problems, self.changed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a proposal for one topic is worth."""

    fate: Fate
    proposal: Proposal
    by_hand: bool
    """Whether `propose` saw no change in it, and a curator had to say which kind it should be (--entry)."""
    held_out: int
    got_before: int
    got_after: int
    """Held-out wordings that get the entry, or one that is wanted, as an answer or among choices."""
    answered_before: int
    answered_after: int
    """The same, but as an answer only."""
    before: Evaluation
    after: Evaluation
    """The questions that may not fare worse, with nothing changed and with the change."""

    @property
    def right_kind(self) -> bool:
        """Whether `propose` saw by itself what is called for."""
        return not self.by_hand and is_right(self.proposal.decision, self.fate.topic)

    @property
    def raises(self) -> bool:
        """Whether more of the held-out wordings get it."""
        return (self.got_after, self.answered_after) > (self.got_before, self.answered_before)

    @property
    def lowers(self) -> bool:
        """Whether fewer of them do."""
        return self.got_after < self.got_before or self.answered_after < self.answered_before

    @property
    def harm(self) -> bool:
        """Whether the questions that may not fare worse do."""
        fewer_right = self.after.accuracy_at_1 < self.before.accuracy_at_1
        return fewer_right or self.after.false_answers > self.before.false_answers


def is_right(decision: Decision, topic: Topic) -> bool:
    """Whether a new entry is called for where none is about the topic, or phrasings of an entry that answers it."""
    return decision.kind == calls_for(topic) and (decision.kind == "entry" or decision.entry in topic.wanted)


def outcomes(fates: Iterable[Fate], ground: Watched, notes: Sequence[Note] = ()) -> tuple[Outcome, ...]:
    """The outcome for each topic that was found. Some seconds each."""
    proposer = Proposer(ground, notes)
    before = summarise(ask(ground.bot, ground.cases))
    return tuple(_outcome(fate, ground, proposer, before) for fate in fates if fate.cluster is not None)


def _outcome(fate: Fate, ground: Watched, proposer: Proposer, before: Evaluation) -> Outcome:
    assert fate.cluster is not None
    topic = fate.topic
    proposal, by_hand = proposer.propose(fate.cluster), False
    if proposal.decision.kind == "none":
        wanted = None if NEW in topic.wanted else min(topic.wanted)
        proposal, by_hand = proposer.propose(fate.cluster, settled(wanted, ground.bot)), True
    after = ground.bot
    if proposal.changes:
        assert ground.changed is not None
        after = ground.bot_over(ground.changed)
    held_out = [Case(text, proposal.entry or NEW, topic.wanted) for text in topic.held_out]
    return Outcome(
        fate=fate,
        proposal=proposal,
        by_hand=by_hand,
        held_out=len(held_out),
        got_before=_got(ground.bot, held_out),
        got_after=_got(after, held_out),
        answered_before=_answered(ground.bot, held_out),
        answered_after=_answered(after, held_out),
        before=before,
        after=summarise(ask(after, ground.cases)),
    )


def _got(bot: Bot, held_out: Sequence[Case]) -> int:
    return sum(one.answered or (one.outcome == "choices" and one.right_among) for one in ask(bot, held_out))


def _answered(bot: Bot, held_out: Sequence[Case]) -> int:
    return sum(one.answered for one in ask(bot, held_out))

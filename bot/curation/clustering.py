"""Unanswered questions that ask for the same thing, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answering import Bot
from bot.curation.linkage import linked
from bot.curation.shortfall import Shortfall, Shortfalls, Standing
from bot.curation.terms import Weighed, weigh
from bot.feedback import KeptQuestion
from bot.reply import Candidate

MOST_TERMS = 6
"""Terms that describe a cluster."""

SHARED = 0.25
"""Share of its wordings that a cluster's term stands in at the least, and two of them."""

EXAMINED = 500
"""Clusters and single questions that are put to today's bot, the first ones of each list. Of the rest only
what came nearest when it was asked is told: asking thousands once more takes longer than reading them."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that ask for much the same, in masked words."""

    representative: str
    """The wording that is most like the others."""
    questions: tuple[str, ...]
    """The different wordings, the most frequent first; the representative is one of them."""
    count: int
    """How often it was asked in all, each repetition counted."""
    terms: tuple[str, ...]
    """Words that many of the questions share and few others have, the most telling first."""
    nearest: Candidate | None
    """The entry of kind "answer" that comes nearest to the representative; None where none does."""
    why: tuple[str, ...]
    """Why that was not enough: short sentences without a full stop."""
    first_seen: datetime
    last_seen: datetime
    standing: Standing = "open"
    """How most of the wordings fare with today's knowledge."""
    platforms: tuple[tuple[str, int], ...] = ()
    """(platform, how often it was asked there), the most often first."""
    outcomes: tuple[tuple[str, int], ...] = ()
    """(outcome when it was asked, how often), the most often first."""
    earlier: int = 0
    """How often the like was asked in the time before, where that was given."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """Every question in exactly one place."""

    clusters: tuple[Cluster, ...]
    """Asked more than once, or once now and before; the most asked first."""
    singles: tuple[Cluster, ...]
    """Asked once; the newest first."""


def clusters(questions: Sequence[KeptQuestion], bot: Bot, *, earlier: Sequence[KeptQuestion] = ()) -> Clustering:
    """The clusters of `questions`, whatever their order. 10,000 questions take some seconds.

    `earlier` ones, of the time before, help to find what belongs together and are counted, and are
    in no other way part of a cluster.
    """
    asked = _by_text(questions)
    before = Counter(question.text for question in earlier)
    texts = sorted({*asked, *before})
    weighed = weigh(texts, bot)
    examine = Shortfalls(bot)
    groups = [_Group(own, weighed, asked, before) for own in _groups(texts, weighed)]
    several = sorted((group for group in groups if group.count and not group.single), key=_Group.by_count)
    single = sorted((group for group in groups if group.single), key=_Group.by_day)
    return Clustering(_examined(several, examine), _examined(single, examine))


def _by_text(questions: Iterable[KeptQuestion]) -> dict[str, list[KeptQuestion]]:
    found: dict[str, list[KeptQuestion]] = {}
    for question in questions:
        found.setdefault(question.text, []).append(question)
    return found


def _groups(texts: Sequence[str], weighed: Weighed) -> list[list[tuple[str, Mapping[str, float]]]]:
    """The texts that belong together, each with its vector. What has no term belongs to nothing else."""
    alike: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, vector in enumerate(weighed.vectors):
        if vector:
            alike.setdefault(tuple(sorted(vector.items())), []).append(number)
    nodes = list(alike.values())
    vectors = [weighed.vectors[own[0]] for own in nodes]
    telling = {term: weighed.telling(term) for term in weighed.rarity}
    groups = [
        [number for node in group for number in nodes[node]]
        for group in linked(vectors, [len(own) for own in nodes], telling)
    ]
    groups += [[number] for number, vector in enumerate(weighed.vectors) if not vector]
    return [[(texts[number], weighed.vectors[number]) for number in group] for group in groups]


class _Group:
    """Texts that belong together, and what is known of them before today's bot is asked."""

    def __init__(
        self,
        texts: Sequence[tuple[str, Mapping[str, float]]],
        weighed: Weighed,
        asked: Mapping[str, Sequence[KeptQuestion]],
        before: Mapping[str, int],
    ) -> None:
        centre: Counter[str] = Counter()
        holders: Counter[str] = Counter()
        for _, vector in texts:
            centre.update(vector)
            holders.update(vector.keys())
        typical = {
            text: round(sum(weight * centre[term] for term, weight in sorted(vector.items())), 9)
            for text, vector in texts
        }
        own = [text for text, _ in texts if text in asked]
        self.kept = [question for text in own for question in asked[text]]
        self.count = len(self.kept)
        self.earlier = sum(before.get(text, 0) for text, _ in texts)
        self.single = self.count == 1 and not self.earlier
        self.wordings = sorted(
            ((text, len(asked[text])) for text in own), key=lambda pair: (-pair[1], -typical[pair[0]], pair[0])
        )
        self.typical = min(own, key=lambda text: (-typical[text], -len(asked[text]), text), default="")
        heaviest = sorted(centre, key=lambda term: (-round(centre[term], 9), term))
        least = max(SHARED * len(texts), min(2, len(texts)))
        shared = [term for term in heaviest if holders[term] >= least]
        told = [term for term in shared if weighed.telling(term)] or shared[:1]
        self.terms = {term: weighed.names[term] for term in told[:MOST_TERMS]}

    def by_count(self) -> tuple[int, int, str]:
        return -self.count, -len(self.wordings), self.typical

    def by_day(self) -> tuple[float, str]:
        return -self.kept[0].asked_at.timestamp(), self.typical

    def cluster(self, shortfall: Shortfall) -> Cluster:
        return Cluster(
            representative=self.typical,
            questions=tuple(text for text, _ in self.wordings),
            count=self.count,
            terms=tuple(self.terms.values()),
            nearest=shortfall.nearest,
            why=shortfall.why,
            first_seen=min(question.asked_at for question in self.kept),
            last_seen=max(question.asked_at for question in self.kept),
            standing=shortfall.standing,
            platforms=_counted(question.platform for question in self.kept),
            outcomes=_counted(question.outcome for question in self.kept),
            earlier=self.earlier,
        )


def _examined(groups: Sequence[_Group], examine: Shortfalls) -> tuple[Cluster, ...]:
    made = [group.cluster(examine.of(group.typical, group.wordings, group.terms)) for group in groups[:EXAMINED]]
    made += [group.cluster(_as_asked(group.kept, examine)) for group in groups[EXAMINED:]]
    return tuple(made)


def _as_asked(kept: Sequence[KeptQuestion], examine: Shortfalls) -> Shortfall:
    """What came nearest when it was last asked."""
    newest = max(kept, key=lambda question: (question.asked_at, question.text))
    return Shortfall(examine.answer_among(newest.candidates), (), "open")


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))

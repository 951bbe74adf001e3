"""Clusters of unanswered questions that ask for the same thing."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.dialog.answering import Bot
from bot.dialog.reply import Candidate
from bot.insights.diagnosis import Diagnoser, Diagnosis, Status
from bot.insights.terms import Terms, vectorize
from bot.storage.records import StoredQuestion

LEAST = 0.15
"""Cosine (0..1) of two centroids from which clusters are joined."""

NEIGHBOURS = 25
"""How many of the nearest vectors each one is compared with; a joined cluster inherits the neighbours of both."""

MOST_TERMS = 6
"""Terms that describe a cluster."""

SHARED = 0.25
"""Share of its wordings, and two of them, that have a term which describes a cluster."""

DIAGNOSED = 500
"""Clusters, and single questions, that are put to today's bot: the first of each list. Of the rest only what came
nearest when it was asked is reported, because asking thousands again takes too long."""

Vector = Mapping[str, float]
"""Term -> weight."""


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
    """Words that many of the questions share and few others have, the most distinctive first."""
    nearest: Candidate | None
    """The entry of kind "answer" that comes nearest to the representative; None where none does."""
    why: tuple[str, ...]
    """Why that was not enough: short sentences without a full stop."""
    first_seen: datetime
    last_seen: datetime
    status: Status = "open"
    """What today's knowledge does with most of the wordings."""
    platforms: tuple[tuple[str, int], ...] = ()
    """(platform, how often it was asked there), the most frequent first."""
    earlier: int = 0
    """How often it was asked in the period before."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Every question in exactly one place."""

    clusters: tuple[Cluster, ...]
    """Asked more than once, or once now and before; the most asked first."""
    singles: tuple[Cluster, ...]
    """Asked once; the newest first."""


def clusters(questions: Sequence[StoredQuestion], bot: Bot, *, earlier: Sequence[StoredQuestion] = ()) -> Clusters:
    """The clusters of `questions`, independent of their order. 10,000 different ones take some 20 s on one core.

    `earlier` questions, of the period before, help to find what belongs together and are counted, and are
    in no other way part of a cluster.
    """
    asked: dict[str, list[StoredQuestion]] = {}
    for question in questions:
        asked.setdefault(question.text, []).append(question)
    before = Counter(question.text for question in earlier)
    texts = sorted({*asked, *before})
    terms = vectorize(texts, bot)
    pairs = [*zip(texts, terms.vectors, strict=True)]
    groups = [_Group([pairs[number] for number in own], terms, asked, before) for own in _linked(terms)]
    several = sorted((one for one in groups if one.questions and not one.single), key=_Group.by_count)
    single = sorted((one for one in groups if one.single), key=_Group.by_day)
    diagnoser = Diagnoser(bot)

    def diagnosed(own: Sequence[_Group]) -> tuple[Cluster, ...]:
        return tuple(one.cluster(diagnoser, ask=number < DIAGNOSED) for number, one in enumerate(own))

    return Clusters(diagnosed(several), diagnosed(single))


def _linked(terms: Terms) -> list[list[int]]:
    """The positions of the texts that belong together. A text without a term belongs to nothing else."""
    alike: dict[object, list[int]] = {}
    for number, vector in enumerate(terms.vectors):
        alike.setdefault(frozenset(vector.items()) or number, []).append(number)
    nodes = list(alike.values())
    linked = link([terms.vectors[own[0]] for own in nodes], [len(own) for own in nodes], terms.distinctive)
    return [[number for node in group for number in nodes[node]] for group in linked]


class _Group:
    """Texts that belong together, and what is known of them before today's bot is asked."""

    def __init__(
        self,
        texts: Sequence[tuple[str, Mapping[str, float]]],
        terms: Terms,
        asked: Mapping[str, Sequence[StoredQuestion]],
        before: Mapping[str, int],
    ) -> None:
        centre: Counter[str] = Counter()
        for _, vector in texts:
            centre.update(vector)
        holders = Counter(term for _, vector in texts for term in vector)
        typical = {
            text: round(sum(weight * centre[term] for term, weight in sorted(vector.items())), 9)
            for text, vector in texts
        }
        own = [text for text, _ in texts if text in asked]
        self.questions = [question for text in own for question in asked[text]]
        self.earlier = sum(before.get(text, 0) for text, _ in texts)
        self.single = len(self.questions) == 1 and not self.earlier
        by_count = sorted(own, key=lambda text: (-len(asked[text]), -typical[text], text))
        self.wordings = [(text, len(asked[text])) for text in by_count]
        self.typical = min(own, key=lambda text: (-typical[text], -len(asked[text]), text), default="")
        least = max(SHARED * len(texts), min(2, len(texts)))
        shared = sorted(
            (term for term in centre if holders[term] >= least), key=lambda term: (-round(centre[term], 9), term)
        )
        distinctive = [term for term in shared if term in terms.distinctive] or shared[:1]
        self.terms = {term: terms.names[term] for term in distinctive[:MOST_TERMS]}

    def by_count(self) -> tuple[int, int, str]:
        return -len(self.questions), -len(self.wordings), self.typical

    def by_day(self) -> tuple[float, str]:
        return -self.questions[0].asked_at.timestamp(), self.typical

    def cluster(self, diagnoser: Diagnoser, *, ask: bool) -> Cluster:
        ordered = sorted(self.questions, key=lambda question: (question.asked_at, question.text))
        found = (
            diagnoser.diagnose(self.typical, self.wordings, self.terms)
            if ask
            else Diagnosis(diagnoser.first_answer(ordered[-1].candidates), (), "open")
        )
        return Cluster(
            representative=self.typical,
            questions=tuple(text for text, _ in self.wordings),
            count=len(self.questions),
            terms=tuple(self.terms.values()),
            nearest=found.nearest,
            why=found.why,
            first_seen=ordered[0].asked_at,
            last_seen=ordered[-1].asked_at,
            status=found.status,
            platforms=most_frequent(question.platform for question in self.questions),
            earlier=self.earlier,
        )


def most_frequent(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """(name, how often), the most frequent first."""
    return tuple(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def link(vectors: Sequence[Vector], sizes: Sequence[int], distinctive: Collection[str]) -> list[list[int]]:
    """The positions of `vectors` in groups, each group ascending, ordered by their first member.

    Agglomerative clustering by centroid cosine. `sizes[i]` says how many questions `vectors[i]` stands for, 1 or more.
    Only vectors that share a distinctive term are compared, so the cost grows with what they share and not with the
    square of their number.
    """
    members = {number: [number] for number in range(len(vectors))}
    sums = {
        number: Counter({term: weight * size for term, weight in vector.items()})
        for number, (vector, size) in enumerate(zip(vectors, sizes, strict=True))
    }
    lengths = {number: math.sqrt(_dot(own, own)) for number, own in sums.items()}
    near = dict(enumerate(_neighbours(vectors, distinctive)))
    queue: list[tuple[float, int, int]] = []

    def offer(first: int, second: int) -> None:
        cosine = _dot(sums[first], sums[second]) / (lengths[first] * lengths[second])
        if cosine >= LEAST:  # ties go to the earlier ones: the same questions always give the same groups
            heapq.heappush(queue, (-cosine, first, second))

    for number in members:
        for other in near[number]:
            if other > number:
                offer(number, other)
    joined = len(vectors)
    while queue:
        _, first, second = heapq.heappop(queue)
        if first not in members or second not in members:
            continue
        members[joined] = members.pop(first) + members.pop(second)
        smaller, sums[joined] = sorted((sums.pop(first), sums.pop(second)), key=len)
        sums[joined].update(smaller)
        lengths[joined] = math.sqrt(_dot(sums[joined], sums[joined]))
        near[joined] = (near.pop(first) | near.pop(second)) & members.keys()
        for other in near[joined]:
            near[other].add(joined)
            offer(other, joined)
        joined += 1
    return sorted(map(sorted, members.values()))


def _neighbours(vectors: Sequence[Vector], distinctive: Collection[str]) -> list[set[int]]:
    """For each vector the positions of those that are among its NEIGHBOURS most similar ones, or it among theirs."""
    holders: dict[str, list[tuple[int, float]]] = {}
    for number, vector in enumerate(vectors):
        for term, weight in vector.items():
            if term in distinctive:
                holders.setdefault(term, []).append((number, weight))
    found: list[set[int]] = [set() for _ in vectors]
    for number, vector in enumerate(vectors):
        similar: dict[int, float] = {}
        for term, weight in vector.items():
            for other, theirs in holders.get(term, ()):
                similar[other] = similar.get(other, 0.0) + weight * theirs
        similar.pop(number, None)
        for other in heapq.nsmallest(NEIGHBOURS, similar, key=lambda one: (-similar[one], one)):
            found[number].add(other)
            found[other].add(number)
    return found


def _dot(one: Vector, other: Vector) -> float:
    one, other = sorted((one, other), key=len)
    return math.fsum([weight * other[term] for term, weight in one.items() if term in other])
